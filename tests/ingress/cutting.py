"""Pedidos cortados: cada pedaço só parte depois que o anterior chegou, e assim nunca se juntam."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import NamedTuple
from unittest.mock import patch

from aiohttp import web

from ingress.app import create_public_app
from ingress.config import IngressConfig
from ingress.ports import Offer
from ingress.protocol import QuietConnection
from ingress.runner import EXPRESS
from ingress.short import ShortConnection
from tests.support.ingress import CONFIG, NOW_MS, Recorder, Tally, served
from tests.support.raw_webhooks import answer_of, connected

ROUTE = "/webhooks/whatsapp"
PATIENT_TURNS = 200


class Seen(NamedTuple):
    """O que se vê de fora."""

    answers: list[bytes]
    offers: list[Offer]
    requests: list[tuple[str, int]]
    updates: list[tuple[str, str]]


class Arrivals:
    """Quantos bytes chegaram às conexões."""

    def __init__(self) -> None:
        self.count = 0

    async def reach(self, wanted: int) -> None:
        """Volta quando `wanted` chegaram, ou já nada chega (o servidor fechou)."""
        turns, last = 0, self.count
        while self.count < wanted and turns < PATIENT_TURNS:
            await asyncio.sleep(0)
            turns, last = (turns + 1 if self.count == last else 0), self.count


@contextmanager
def counted(*, short: bool) -> Iterator[Arrivals]:
    """Conta o que chega às conexões com caminho curto, ou às que não o têm."""
    kind: type[QuietConnection] = ShortConnection if short else QuietConnection
    true, arrivals = kind.data_received, Arrivals()

    def data_received(self: QuietConnection, data: bytes) -> None:
        arrivals.count += len(data)
        true(self, data)

    with patch.object(kind, "data_received", data_received):
        yield arrivals


def application(recorder: Recorder, tally: Tally, config: IngressConfig, *, short: bool) -> web.Application:
    """A entrada, com o caminho curto ou sem ele."""
    app = create_public_app(config, recorder, tally, clock=lambda: NOW_MS)
    if not short:
        del app[EXPRESS]
    return app


Step = tuple[Sequence[bytes], int]
"""Pedaços, e quantas respostas se leem depois deles."""


async def played(
    steps: Sequence[Step],
    *,
    short: bool,
    config: IngressConfig = CONFIG,
    error: Exception | None = None,
) -> Seen:
    """Faz `steps`, um depois do outro, numa só conexão."""
    recorder, tally, answers, sent = Recorder(), Tally(), list[bytes](), 0
    recorder.error = error
    async with (
        served(application(recorder, tally, config, short=short)) as url,
        connected(url) as (reader, writer),
    ):
        with counted(short=short) as arrivals:
            for pieces, wanted in steps:
                for piece in pieces:
                    writer.write(piece)
                    sent += len(piece)
                    await arrivals.reach(sent)
                answers += [await answer_of(reader) for _ in range(wanted)]
    return Seen(answers, recorder.offers, tally.answered, list(tally.updates))


def cut(data: bytes, *places: int) -> list[bytes]:
    """`data` cortado em `places`."""
    ends = (0, *sorted(places), len(data))
    return [data[start:end] for start, end in pairwise(ends) if start < end]
