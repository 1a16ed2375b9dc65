"""O que se diz, e se conta, do que se fez de um corpo? Quantas partes entraram, ou que se mande outra vez.

Promete: assinado, nada é recusado por ilegível; em dúvida sobre a gravação, 503 com `Retry-After`.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web
from loguru import logger

from ingress.answers import refusal
from ingress.intake import kinds_of
from ingress.opened import Opened, Ready
from pyloto_stream.errors import TransientError
from pyloto_stream.observability.correlation import carry
from pyloto_stream.streams.points import reached
from pyloto_stream.whatsapp.webhook import Part

if TYPE_CHECKING:
    from ingress.ports import UpdateKind

RETRY_AFTER_S = 5.0
"""Espera pedida quando quem recusou não disse nada."""


class Taken(msgspec.Struct, frozen=True, gc=False):
    """O que foi feito de um corpo: contagens para o log e, se não se guardou, a recusa."""

    counts: Mapping[str, int]
    refused: web.Response | None = None


class Tally:
    """O que um grupo trouxe: partes de cada espécie, novas ou não; mensagens novas de cada número nosso."""

    def __init__(self) -> None:
        self.updates: dict[tuple[UpdateKind, bool], int] = defaultdict(int)
        self.arrived: dict[str, int] = defaultdict(int)


def settled(opened: Opened, told: Sequence[bool], tally: Tally) -> Taken:
    """O que foi feito de um corpo que se guardou, contado em `tally`; `told`: cada oferta era nova?"""
    batch, kinds = opened.batch, kinds_of(opened.batch)
    for kind, new in zip(kinds, told, strict=True):
        tally.updates[kind, new] += 1
    for n, message in enumerate(batch.messages):  # as primeiras ofertas
        if told[n]:  # uma repetida não gasta outra vez do ritmo
            tally.arrived[message.phone_number_id] += 1
    if batch.unreadable or "standby" in kinds:
        carry(opened.proven.correlation_id)
        _warn(batch.unreadable, kinds.count("standby"))
    reached("before_answer", "ingress")
    fresh = sum(told)
    return _taken(len(told) - fresh, fresh)


def settled_text(ready: Ready, new: bool, tally: Tally) -> Taken:  # noqa: FBT001 - o que o executor disse
    """Como `settled`, de um texto só; `new`: era novo?"""
    tally.updates["message", new] += 1
    if new:
        tally.arrived[ready.number] += 1
    reached("before_answer", "ingress")
    return _taken(1 - new, int(new))


@lru_cache(64)
def _taken(duplicate: int, new: int) -> Taken:
    """O mesmo valor para todos os corpos com as mesmas contagens; ninguém o muda."""
    return Taken({"duplicate": duplicate, "new": new})


def refused(error: TransientError, opened: Opened | Ready) -> Taken:
    """A recusa de um corpo que não se guardou, por `error`."""
    carry(opened.proven.correlation_id)
    logger.bind(code=error.code).warning("webhook not taken")
    wait_s = error.retry_after_ms / 1000 or RETRY_AFTER_S
    return Taken({"offered": opened.size}, refusal(503, error.code, retry_after_s=wait_s))


def _warn(unreadable: Sequence[Part], standby: int) -> None:
    """Uma linha por motivo: partes não lidas, e uma conversa que outro tem, pedem que alguém olhe."""
    if standby:
        logger.bind(code="standby", count=standby).warning("another agent of Meta holds the thread")
    for reason, count in Counter(part.reason for part in unreadable).items():
        logger.bind(code=reason, count=count).warning("webhook part kept unread")
