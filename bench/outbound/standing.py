"""Como se mede o envio lado a lado, e se confere que nada se perdeu? Os dois de pé, um por vez, em janelas.

Cada um tem uma Graph sua; ao fim da rodada, ela tem de ter recebido exatamente o que se mandou, ou a rodada
não vale.
"""

import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

from bench.harness.children import ChildError
from bench.harness.rounds import Contender, Sample
from bench.harness.servers import redis_server
from bench.harness.services import Service, first_number, service
from bench.harness.windows import windows
from bench.outbound.timed import Size

CONCURRENCY = 50
"""Mensagens em voo."""
OURS, BARE = "ours: ledger, pacing, classification", "aiohttp client, posts only"


class Told(msgspec.Struct, frozen=True):
    """O que a Graph recebeu."""

    messages: int
    receipts: int
    distinct: int


@asynccontextmanager
async def graph(folder: Path, *record: str) -> AsyncIterator[Service[int]]:
    """Uma Graph nova."""
    made = service("bench.outbound.graph", *record, ready=first_number, log=folder / "graph.log", env={})
    async with made as running:
        yield running


async def told(running: Service[int]) -> Told:
    """O que a Graph recebeu até agora."""
    async with aiohttp.ClientSession() as session, session.get(_url(running)) as response:
        return msgspec.json.decode(await response.read(), type=Told)


class Standing:
    """Quem se mede, de pé, e a sua Graph."""

    def __init__(self, measure: Contender, running: Service[int], size: Size) -> None:
        self._measure = measure
        self._running = running
        self._size = size
        self._sent = 0

    async def window(self) -> Sample:
        """Uma janela, com a CPU da Graph por mensagem, também das que só aquecem.

        Raises:
            ChildError: não se mediu, ou alguma mensagem sobrou ou esperou pelo ritmo.
        """
        self._sent += self._size.total
        before = self._running.cpu_s()
        sample = await self._measure()
        spent = self._running.cpu_s() - before
        if sample.pop("left", 0) or sample.pop("waited", 0):
            raise ChildError("not a fair window: some replies waited for their turn, or were left over")
        return {**sample, "posts_per_s": 2 * sample["per_s"], "graph_us": spent / self._size.total * 1e6}

    async def verify(self, *, distinct: int) -> None:
        """Confere que a Graph recebeu tudo uma vez, e `distinct` mensagens diferentes (0: todas).

        Raises:
            ChildError: não recebeu.
        """
        wanted, got = Told(self._sent, self._sent, distinct or self._sent), await told(self._running)
        if got != wanted:
            raise ChildError(f"not a fair round: wanted {wanted}, and the Graph got {got}")


@asynccontextmanager
async def ours(size: Size, *record: str) -> AsyncIterator[Contender]:
    """A nossa etapa de pé, com um Redis e uma Graph seus; `record`: onde esta grava o que recebe.

    Raises:
        ChildError: (ao medir, e ao sair) ver `Standing`.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pyloto-bench-")))
        redis = await stack.enter_async_context(redis_server())
        running = await stack.enter_async_context(graph(folder, *record))
        given = ("--redis-pid", str(redis.pid), "--folder", str(folder), *_options(size, running))
        measure = await stack.enter_async_context(
            windows("bench.outbound.ours", *given, log=folder / "ours.log", env={"REDIS_URL": redis.url})
        )
        standing = Standing(measure, running, size)
        yield standing.window
        await standing.verify(distinct=0)


@asynccontextmanager
async def bare(size: Size, bodies: Path) -> AsyncIterator[Contender]:
    """O cliente nu de pé, com uma Graph sua; em toda janela manda os mesmos corpos.

    Raises:
        ChildError: (ao medir, e ao sair) ver `Standing`.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pyloto-bench-")))
        running = await stack.enter_async_context(graph(folder))
        given = ("--bodies", str(bodies), *_options(size, running))
        measure = await stack.enter_async_context(
            windows("bench.outbound.bare", *given, log=folder / "bare.log")
        )
        standing = Standing(measure, running, size)
        yield standing.window
        await standing.verify(distinct=size.total)


@asynccontextmanager
async def raised(size: Size, bodies: Path) -> AsyncIterator[dict[str, Contender]]:
    """Os dois de pé, cada um com a sua Graph."""
    async with ours(size) as our_window, bare(size, bodies) as bare_window:
        yield {OURS: our_window, BARE: bare_window}


def _options(size: Size, running: Service[int]) -> list[str]:
    return [
        "--warm", str(size.warm), "--timed", str(size.timed), "--concurrency", str(CONCURRENCY),
        "--graph", _url(running),
    ]  # fmt: skip


def _url(running: Service[int]) -> str:
    return f"http://127.0.0.1:{running.told}"
