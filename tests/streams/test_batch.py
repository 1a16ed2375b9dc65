"""Quem alterna ouve antes que parta a ida seguinte, e cada ida leva metade, salvo se quase tudo é espera."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from pyloto_stream.streams import batch
from pyloto_stream.streams.batch import LEAST_HALF, Batcher, Call
from pyloto_stream.streams.scripts import Script

BASE = "pyloto:{00}"
TURNS = 3


class Server:
    """Responde a cada operação o que ela é, depois de `TURNS` voltas do laço, e lembra o que houve."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.sizes: list[int] = []

    async def execute(self, calls: Sequence[Call]) -> list[Any]:
        """Uma ida."""
        self.sizes.append(sum(len(call.ops) for call in calls))
        self.told.append("departed")
        for _ in range(TURNS):
            await asyncio.sleep(0)
        return [[op[0] for op in call.ops] for call in calls]

    async def ask(self, batcher: Batcher, names: Sequence[str]) -> None:
        """Um pedido com estas operações, e o que se ouve."""
        ops = [[name.encode()] for name in names]
        heard = await batcher.submit(Script.ACCEPT, BASE, b"", ops)
        assert heard == [op[0] for op in ops]
        self.told.append("heard")


async def _two_trips(*, alternating: bool) -> list[str]:
    server = Server()
    batcher = Batcher(server.execute, alternating=alternating)
    first = asyncio.create_task(server.ask(batcher, "a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # a primeira ida já voa
    await asyncio.gather(first, server.ask(batcher, "b"))
    await batcher.close()
    return server.told


async def test_who_alternates_hears_before_the_next_trip_departs() -> None:
    """E, sem alternar, a ida seguinte parte já: quem ouve pode ter muito que fazer."""
    assert await _two_trips(alternating=True) == ["departed", "heard", "departed", "heard"]
    assert await _two_trips(alternating=False) == ["departed", "departed", "heard", "heard"]


async def _walk(people: int, *, alternating: bool, trips: int = 12) -> list[int]:
    """As idas de `people` que pedem de novo assim que ouvem, e entram todos de uma vez."""
    server = Server()
    batcher = Batcher(server.execute, alternating=alternating)

    async def talk(name: str) -> None:
        while len(server.sizes) < trips:
            await server.ask(batcher, [name])

    await asyncio.gather(*(talk(str(n)) for n in range(people)))
    return server.sizes[:trips]


async def test_trips_become_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dali em diante, metade voa e metade espera; sem alternar, vão todos juntos."""
    monkeypatch.setattr(batch, "SOON_EACH_S", 60.0)
    sizes = await _walk(40, alternating=True)
    assert set(sizes[4:]) == {20}
    assert max((await _walk(40, alternating=False))[4:]) == 40


async def test_a_small_trip_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Metades pequenas não pagam a ida a mais."""
    monkeypatch.setattr(batch, "SOON_EACH_S", 60.0)
    assert max((await _walk(LEAST_HALF, alternating=True))[2:]) == LEAST_HALF


async def test_slow_trips_take_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Se quase tudo é espera pelo servidor, duas metades esperariam duas vezes."""
    monkeypatch.setattr(batch, "SOON_EACH_S", 0.0)
    assert max((await _walk(40, alternating=True))[4:]) == 40


async def test_a_request_is_never_split() -> None:
    """As operações de um pedido vão juntas, mesmo que passem da metade."""
    server = Server()
    batcher = Batcher(server.execute, alternating=True)
    big = [str(n) for n in range(5 * LEAST_HALF)]
    await asyncio.gather(server.ask(batcher, "a"), server.ask(batcher, big), server.ask(batcher, "b"))
    assert sum(server.sizes) == len(big) + 2
    assert max(server.sizes) >= len(big)
