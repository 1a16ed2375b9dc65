"""Quanto demoram as respostas quando muita gente escreve? Pessoas novas, em ritmo fixo.

A medida conta do instante em que a pessoa devia escrever, e não de quando conseguiu: um sistema lento não se
esconde atrás de uma fila (omissão coordenada).
"""

import asyncio
import statistics
from collections.abc import Sequence
from typing import Protocol

import msgspec

from pyloto_stream.simulator.people import Person, Profile
from pyloto_stream.simulator.registry import fictional


class Latency(msgspec.Struct, frozen=True):
    """Da hora de escrever à chamada à Graph API, em ms. `unanswered`: quem não teve resposta no prazo."""

    replies: int
    unanswered: int
    p50: float
    p95: float
    p99: float
    max: float

    @classmethod
    def of(cls, samples: Sequence[float], unanswered: int = 0) -> "Latency":
        """Percentis de `samples`, com interpolação; zeros se não há amostras."""
        if not samples:
            return cls(0, unanswered, 0.0, 0.0, 0.0, 0.0)
        pair = samples if len(samples) > 1 else [*samples, *samples]
        cuts = statistics.quantiles(pair, n=100, method="inclusive")
        return cls(len(samples), unanswered, cuts[49], cuts[94], cuts[98], max(samples))


class Town(Protocol):
    """O que uma multidão usa do simulador."""

    def person(self, profile: Profile) -> Person:
        """A pessoa de `profile`, criada se falta."""

    def now_s(self) -> float:
        """Relógio monotônico, em segundos."""


async def crowd(
    town: Town, *, first: int, count: int, per_s: float, text: str = "oi", timeout_s: float = 20.0
) -> Latency:
    """`count` pessoas fictícias, a partir da de número `first`, escrevem `text`, `per_s` por segundo."""
    started_s = town.now_s()

    async def newcomer(number: int) -> float | None:
        due_s = started_s + number / per_s
        await asyncio.sleep(max(0.0, due_s - town.now_s()))
        person = town.person(fictional(first + number))
        person.say(text)
        try:
            reply = await person.reply(0, timeout_s)
        except TimeoutError:
            return None
        return (reply.at_s - due_s) * 1000

    found = await asyncio.gather(*map(newcomer, range(count)))
    answered = [ms for ms in found if ms is not None]
    return Latency.of(answered, count - len(answered))
