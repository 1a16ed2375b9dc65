"""Quanta memória custa cada coisa, no Redis e em cada processo? `python -m bench.memory`.

No Redis conta-se a diferença de `used_memory` (o que o alocador deu) num servidor novo; a soma de
`MEMORY USAGE` das chaves é a prova real. Dos processos, a memória residente, parados e depois da carga.
Limite: só o Linux diz a parte que é mesmo de um processo (PSS).
"""
