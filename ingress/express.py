"""E se o pedido é o de sempre? Um POST simples do webhook, inteiro ou aos pedaços, não precisa do aiohttp.

Promete: as mesmas regras, respostas (byte a byte), medidas e linhas do caminho normal. O que tem qualquer
coisa de incomum, ou seria recusado, não é daqui: nada fica contado, e o normal o lê.
"""

import asyncio
import time
from functools import lru_cache, partial

import msgspec

from ingress.answering import Answering, Asked, Respond
from ingress.door import Door
from ingress.framing import fields_of, length_of
from ingress.middleware import CORRELATION_HEADER
from ingress.opened import Proven
from ingress.pieces import Head, Pieces, Whole
from ingress.rate_limit import RateLimit
from ingress.webhook import JSON, WhatsAppWebhook
from pyloto_stream.observability.correlation import adopted
from pyloto_stream.whatsapp.signature import HEADER

_SIGNATURE, _CORRELATION = HEADER.lower().encode(), CORRELATION_HEADER.lower().encode()
_SIGNED, DIGITS = b"sha256=", 64
"""Como começa a assinatura, e quantos dígitos vêm depois: só eles, e o comprimento, mudam a cada pedido."""
MAX_HELD = 256 * 1024
"""Bytes de corpo; um maior é do caminho normal: o que se guarda sem prova não pode encher a memória."""


class Fields(msgspec.Struct, frozen=True, gc=False):
    """O que se usa dos cabeçalhos, menos a assinatura."""

    length: int
    correlation_id: str


@lru_cache(1024)
def _fields(lines: bytes, at: int) -> Fields | None:
    """Lê cabeçalhos sem os dígitos da assinatura, que estavam em `at`; `None` se há algo incomum.

    Quem pede costuma repeti-los.
    """
    line = lines[lines.rfind(b"\n", 0, at) + 1 : at]
    told = fields_of(lines) if line.lower() == _SIGNATURE + b": " + _SIGNED else None
    if told is None or told.get(b"content-type") != JSON.encode() or told.get(_SIGNATURE) != _SIGNED:
        return None
    length = length_of(told)
    return Fields(length, told.get(_CORRELATION, b"").decode()) if length and length <= MAX_HELD else None


class Express:
    """O caminho curto do webhook em `path`; divide tudo com o normal, inclusive o limite por endereço."""

    def __init__(
        self,
        path: str,
        webhook: WhatsAppWebhook,
        door: Door,
        answering: Answering,
        limit: RateLimit | None,
    ) -> None:
        self._start = f"POST {path} HTTP/1.1\r\n".encode()
        self._webhook = webhook
        self._limit = limit
        self._door = door
        self._answering = answering

    def pieces(self) -> Pieces:
        """Onde uma conexão junta os seus pedidos, um de cada vez."""
        return Pieces(self._start, self._head)

    def admit(self, whole: Whole, address: str) -> Asked | None:
        """O pedido, provado e contado no limite de `address`; `None`: o caminho normal o lê."""
        limit, head = self._limit, whole.head
        if limit is not None and limit.take(address) > 0:  # nem a prova se calcula para quem passou do limite
            return None
        if self._webhook.unproven(whole.body, head.signature) is not None:
            if limit is not None:
                limit.give_back(address)  # o normal vai contá-lo
            return None
        return Asked(Proven(whole.body, adopted(head.correlation_id)), head.started)

    def enter(self, asked: Asked, respond: Respond) -> asyncio.Task[None]:
        """Põe `asked` à porta; `respond` é chamada até o fim da tarefa (e outra vez, se levanta)."""
        return self._door.enter(asked.proven, partial(self._answering.answer, asked, respond))

    def welcomes(self, address: str) -> bool:
        """Trata-se aqui do que `address` manda? Quem já passou do limite ouve logo que não."""
        return self._limit is None or self._limit.wait(address) == 0

    def _head(self, head: bytes) -> Head | None:
        started, first = time.perf_counter(), len(self._start)
        digits = head.find(_SIGNED, first) + len(_SIGNED)
        signed = head[digits : digits + DIGITS]
        known = _fields(head[first:digits] + head[digits + DIGITS : -2], digits - first)
        if known is None or not signed.isalnum():
            return None
        return Head(len(head), known.length, (_SIGNED + signed).decode(), known.correlation_id, started)
