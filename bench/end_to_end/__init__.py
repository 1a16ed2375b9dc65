"""Quanto demora, do webhook à chamada à Graph, com tudo ligado? `python -m bench.end_to_end`.

Processos como em produção, cada um o seu: Redis, entrada, trabalhadores (`--workers`), uma Graph mínima e
quem escreve. Mede-se do instante em que o webhook devia sair (laço aberto: um sistema lento não se esconde
atrás de uma fila) até a chamada de envio chegar à Graph. Limite: quem mede divide os núcleos com quem
trabalha.
"""
