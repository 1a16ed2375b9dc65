"""Uma entrada de verdade num laço local, com um executor e métricas que só anotam."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from ingress.config import IngressConfig
from ingress.ports import Offer, UpdateKind, UpdateResult
from ingress.server import make_runner
from pyloto_stream.errors import TransientError

SECRET = b"app-secret"
PEPPER = b"pepper"
VERIFY_TOKEN = "verify-me"
ADMIN_TOKEN = "operator-token"
NOW_MS = 1_760_000_100_000
CONFIG = IngressConfig(
    verify_token=VERIFY_TOKEN, webhook_secrets=(SECRET,), pepper=PEPPER, admin_token=ADMIN_TOKEN
)


class Recorder:
    """Executor que guarda ofertas em memória e esquece nada; `error`, se há, é o que `accept` levanta."""

    def __init__(self) -> None:
        self.offers: list[Offer] = []
        self.error: Exception | None = None
        self.accepting = True
        self.keys: set[str] = set()

    async def accept(self, offers: Sequence[Offer]) -> list[bool]:
        if self.error is not None:
            raise self.error
        new = []
        for offer in offers:
            fresh = offer.dedupe_key not in self.keys
            new.append(fresh)
            self.keys.add(offer.dedupe_key)
            if fresh:
                self.offers.append(offer)
        return new

    async def accept_each(self, groups: Sequence[Sequence[Offer]]) -> list[list[bool] | TransientError]:
        return [await self._accepted(group) for group in groups]

    async def _accepted(self, group: Sequence[Offer]) -> list[bool] | TransientError:
        try:
            return await self.accept(group)
        except TransientError as error:
            return error

    async def ready(self) -> bool:
        return self.accepting


class Tally:
    """Métricas anotadas na ordem."""

    def __init__(self) -> None:
        self.answered: list[tuple[str, int]] = []
        self.updates: list[tuple[UpdateKind, UpdateResult]] = []

    def requests(self, route: str, status: int, seconds: Sequence[float]) -> None:
        assert seconds
        assert min(seconds) >= 0
        self.answered += [(route, status)] * len(seconds)

    def update(self, kind: UpdateKind, result: UpdateResult, n: int = 1) -> None:
        self.updates += [(kind, result)] * n


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    """Endereço de `app` servida de verdade numa porta livre."""
    runner = make_runner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()
