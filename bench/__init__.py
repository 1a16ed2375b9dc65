"""Medidas: cada módulo responde a uma pergunta sobre velocidade, memória ou confiabilidade."""
