"""O que se faz com os registros guardados: exportar uma conversa, apagar o que passou do prazo."""
