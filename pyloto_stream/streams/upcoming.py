"""O que dorme, e até quando? Eventos futuros e tokens estacionados, do que vence primeiro para o último.

Limite: cada partição é lida em páginas por posição; o que dispara entre duas delas pode faltar ou repetir-se.
"""

import heapq
from collections.abc import AsyncIterator
from typing import Literal

import msgspec

from pyloto_stream.streams import keys
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.scripts import Script

PAGE = 500


class Sleeper(msgspec.Struct, frozen=True):
    """Um evento futuro (`name`) ou um token estacionado (`stage`, com suas falhas e adiamentos)."""

    due_ms: int
    lane: str
    conversation: str
    partition: int
    name: str = ""
    stage: str = ""
    failures: int = 0
    snoozes: int = 0


async def upcoming(
    gateway: Gateway, kind: Literal["timers", "parked"], *, limit: int, conversation: str | None = None
) -> list[Sleeper]:
    """Os `limit` primeiros a vencer, de todas as conversas ou só de `conversation`.

    Raises:
        UnavailableError: o Redis não respondeu.
    """
    own = None if conversation is None else keys.partition_of(conversation, gateway.partitions)
    found: list[Sleeper] = []
    for partition in range(gateway.partitions) if own is None else (own,):
        first: list[Sleeper] = []
        async for sleeper in _of(gateway, partition, kind):
            if conversation is None or sleeper.conversation == conversation:
                first.append(sleeper)
            if len(first) >= limit:
                break
        found = heapq.nsmallest(limit, [*found, *first], key=lambda sleeper: sleeper.due_ms)
    return found


async def _of(gateway: Gateway, partition: int, kind: str) -> AsyncIterator[Sleeper]:
    at = 0
    while True:
        rows = await gateway.submit(Script.UPCOMING, partition, {"k": kind, "from": at, "limit": PAGE})
        for member, due, stage, failures, snoozes in rows:
            lane, _, rest = member.decode("utf-8", "replace").partition("|")
            named = rest.rpartition("|") if kind == "timers" else (rest, "", "")
            yield Sleeper(
                int(float(due)), lane, named[0], partition, named[2],
                stage.decode() if kind == "parked" else "", int(failures), int(snoozes),
            )  # fmt: skip
        if len(rows) < PAGE:
            return
        at += PAGE
