"""Como se corta a energia de um Redis? Mata-se o processo e apaga-se do AOF o que ainda não estava em disco.

Tudo o que alguém soube estar gravado fica: o corte cai depois do tamanho que o arquivo tinha na última
resposta repassada (`always`), ou no de alguns segundos antes (`everysec`); em qualquer byte de um comando.
"""

import os
import random
import time

from tests.faults.harness.run import Run
from tests.faults.harness.servers import journal_of
from tests.faults.harness.wire import Wire
from tests.support.redis_process import RedisProcess


async def power_lost(
    run: Run, server: RedisProcess, wire: Wire, rng: random.Random, ago_s: float = 0.0
) -> float:
    """Corta a energia como se o disco só tivesse o de `ago_s` segundos atrás; devolve o instante do disco."""
    file = journal_of(server, run)
    wire.blackhole()  # desde já ninguém ouve mais nada
    now = time.monotonic()
    known = [(at, size) for at, size in wire.known if at <= now - ago_s] or [(now - ago_s, 0)]
    at, least = known[-1]
    await server.kill()
    written = file.stat().st_size
    kept = least if ago_s else rng.randint(least, written)
    os.truncate(file, kept)
    run.note(f"power lost: {written - kept} of {written} bytes of the journal")
    await wire.sever()
    return at
