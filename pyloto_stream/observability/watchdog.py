"""E se o laço parar? Um vigia fora dele (em C, do `faulthandler`) que o próprio laço tem de acalmar.

Promete: um laço preso por mais de `limit_s` segundos escreve no erro padrão onde está, sem valores de
variáveis, e o processo termina com código 1; quem o supervisiona põe outro no lugar, e o trabalho em mãos é
assumido. Limite: um vigia por processo.
"""

import asyncio
import faulthandler
import sys

CALMS_PER_LIMIT = 4
END_S = 10.0
"""Quanto o fim de um processo pode esperar por tarefas que ignoram o cancelamento."""


def arm(limit_s: float) -> None:
    """Se ninguém o acalmar em `limit_s`, o processo termina com código 1, dizendo onde estava."""
    faulthandler.dump_traceback_later(limit_s, exit=True, file=(sys.__stderr__ or sys.stderr).fileno())


def disarm() -> None:
    """Ninguém mais vigia."""
    faulthandler.cancel_dump_traceback_later()


async def watch_loop(limit_s: float) -> None:
    """Acalma o vigia até ser cancelada; depois ninguém vigia."""
    try:
        while True:
            arm(limit_s)
            await asyncio.sleep(limit_s / CALMS_PER_LIMIT)
    finally:
        disarm()
