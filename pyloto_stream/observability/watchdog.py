"""E se o laço parar? Um vigia fora dele (em C, do `faulthandler`) que o próprio laço tem de acalmar.

Promete: um laço preso por mais de `limit_s` segundos escreve no erro padrão onde está, sem valores de
variáveis, e o processo termina com código 1; quem o supervisiona põe outro no lugar, e o trabalho em mãos é
assumido. Limite: um vigia por processo.
"""

import asyncio
import faulthandler
import sys

CALMS_PER_LIMIT = 4


async def watch_loop(limit_s: float) -> None:
    """Acalma o vigia até ser cancelada; depois ninguém vigia."""
    stderr = (sys.__stderr__ or sys.stderr).fileno()
    try:
        while True:
            faulthandler.dump_traceback_later(limit_s, exit=True, file=stderr)
            await asyncio.sleep(limit_s / CALMS_PER_LIMIT)
    finally:
        faulthandler.cancel_dump_traceback_later()
