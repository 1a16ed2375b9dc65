"""O que todo banco de medidas partilha: processos, rodadas, resultados e o relatório."""
