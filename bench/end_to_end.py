"""Quanto demora, da mensagem à resposta, pelo sistema inteiro? Em cada ritmo, gente nova escreve uma vez.

Tudo num processo só: Redis embutido, Meta local, entrada e seis etapas; a Graph local tarda `--graph-ms`.
Mede do instante em que cada pessoa devia escrever até a chamada à Graph API. Limite: a máquina que mede é a
mesma que trabalha; vale a proporção entre ritmos, não o número sozinho.
"""

import asyncio
import os
import tempfile
from pathlib import Path

import msgspec
import uvloop

from pyloto_stream.cli.local import local_system
from pyloto_stream.observability.logging import configure_logging
from pyloto_stream.settings import load
from pyloto_stream.simulator.crowd import Latency, crowd
from pyloto_stream.simulator.faults import Fault

RATES = (20.0, 50.0, 100.0, 200.0)
TARGET_MS = 2000.0
"""O p95 que todo ritmo deve respeitar."""


class Measured(msgspec.Struct, frozen=True):
    """Um ritmo, em mensagens por segundo, e o que se mediu nele."""

    per_s: float
    latency: Latency

    @property
    def good(self) -> bool:
        """Todos tiveram resposta, e o p95 está dentro do alvo."""
        return self.latency.unanswered == 0 and self.latency.p95 < TARGET_MS


def measure(seconds: float, graph_ms: int) -> list[Measured]:
    """Mede cada ritmo de `RATES` por `seconds` segundos, num sistema novo."""
    configure_logging("ERROR", "json", "bench")
    with tempfile.TemporaryDirectory(prefix="pyloto-bench-") as folder:
        return uvloop.run(_measure(Path(folder), seconds, graph_ms))


async def _measure(folder: Path, seconds: float, graph_ms: int) -> list[Measured]:
    ports = {
        "INGRESS_PORT": "0",
        "ADMIN_PORT": "0",
        "SIMULATOR_PORT": "0",
        "WHATSAPP_MESSAGES_PER_SECOND": "1000",
    }
    places = {
        "EMBEDDED_DIR": str(folder / "redis"),
        "SQLITE_PATH": str(folder / "documents.sqlite3"),
        "OBJECT_FOLDER": str(folder / "objects"),
    }
    settings = load({**os.environ, **ports, **places, "REDIS_URL": "embedded"})
    found, first = [], 1
    async with local_system(settings) as local:
        if graph_ms:
            local.simulator.faults.add(Fault("delay", times=0, delay_ms=graph_ms))
        await crowd(local.simulator, first=first, count=20, per_s=20)  # aquece
        first += 20
        for rate in RATES:
            count = int(rate * seconds)
            found.append(Measured(rate, await crowd(local.simulator, first=first, count=count, per_s=rate)))
            first += count
            await asyncio.sleep(0.2)  # os status do ritmo anterior terminam
    return found
