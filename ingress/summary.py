"""Como se vê no log que a entrada vive, sem uma linha por webhook? Uma por segundo, com o que ela aceitou.

Promete: no máximo uma linha a cada `EVERY_S`, e nenhuma se nada chegou; nenhuma conta se perde numa parada em
ordem. Cada webhook aceito tem a sua própria linha só em DEBUG; uma recusa sempre tem a dela.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import Context

from aiohttp import web
from loguru import logger

EVERY_S = 1.0


class Accepted:
    """Os webhooks aceitos desde a última linha."""

    def __init__(self) -> None:
        self._requests = self._new = self._duplicate = 0
        self._worst_s = 0.0
        self._due: asyncio.TimerHandle | None = None

    def count(self, counts: Sequence[Mapping[str, int]], worst_s: float) -> None:
        """Estes webhooks, cada um com as suas partes novas e repetidas, foram aceitos em até `worst_s`."""
        self._requests += len(counts)
        for each in counts:
            self._new += each.get("new", 0)
            self._duplicate += each.get("duplicate", 0)
        self._worst_s = max(self._worst_s, worst_s)
        if self._due is None:
            # contexto vazio: a linha não é de nenhuma requisição, e não leva o id de uma
            self._due = asyncio.get_running_loop().call_later(EVERY_S, self.tell, context=Context())

    def tell(self) -> None:
        """Escreve a linha, se há o que contar, e recomeça."""
        if self._due is not None:
            self._due.cancel()
        if self._requests:
            logger.info(
                "webhooks accepted",
                requests=self._requests,
                new=self._new,
                duplicate=self._duplicate,
                worst_ms=round(self._worst_s * 1000, 2),
            )
        self._requests = self._new = self._duplicate = 0
        self._worst_s, self._due = 0.0, None

    async def close(self, _app: web.Application) -> None:
        """O que restava, quando a aplicação para."""
        self.tell()
