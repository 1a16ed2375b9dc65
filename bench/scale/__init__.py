"""O que muda com mais trabalhadores, com mais mestres e com a fila maior? `python -m bench.scale`.

Dois resultados: `scale`, as três etapas com 1, 2 e 4 processos cada e com 1 e 3 mestres; e `backlog`, o custo
de pôr e de tirar um evento de filas de 10³ a 10⁶. Limite: mais processos que núcleos não fazem mais depressa;
quantos núcleos estiveram ocupados mostra-se com o resultado.
"""
