"""Onde passa o tempo, em cada processo? `python -m bench.profile --stage ai`; sem `--stage`, cinco deles.

Com o sistema inteiro a trabalhar: um gráfico de chamas por processo em `.bench/profile-<etapa>.svg` (py-spy,
se pode olhar um processo de fora) e as funções que mais CPU gastam em si mesmas (cProfile, noutra passagem,
porque atrasa o que mede). Limite: o cProfile só vê a linha principal; o que corre noutras vê-se nas chamas.
"""
