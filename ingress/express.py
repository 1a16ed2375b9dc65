"""E se o pedido é o de sempre? Um POST simples do webhook, que chegou inteiro, não precisa do aiohttp.

Promete: as mesmas regras, respostas (byte a byte), medidas e linhas do caminho normal. O que tem qualquer
coisa de incomum, ou seria recusado, não é daqui: `read` diz `None` sem nada ter contado, e o normal o lê.
"""

import re
import time
from functools import lru_cache
from typing import NamedTuple

from ingress.door import Asked, Door
from ingress.middleware import CORRELATION_HEADER
from ingress.rate_limit import RateLimit
from ingress.taking import Proven
from ingress.webhook import JSON, MAX_BODY, WhatsAppWebhook
from pyloto_stream.observability.correlation import adopted
from pyloto_stream.whatsapp.signature import HEADER

MAX_HEAD = 4096
"""Bytes de cabeçalhos; o aiohttp aceita mais."""

_LINES = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*+: [!-~][ -~]*+\r\n)*+")
"""Prova a forma numa só passagem: o que ainda não se conferiu não pode custar mais que isso."""
_FIELDS = re.compile(rb"([A-Za-z][A-Za-z0-9-]*): ([!-~](?:[ -~]*[!-~])?)\r\n")
_LENGTH = re.compile(rb"[1-9][0-9]{0,6}")
_SIGNATURE, _CORRELATION = HEADER.lower().encode(), CORRELATION_HEADER.lower().encode()
_SIGNED, DIGITS = b"sha256=", 64
"""Como começa a assinatura, e quantos dígitos vêm depois: só eles, e o comprimento, mudam a cada pedido."""
_USUAL = frozenset((
    b"host", b"accept", b"accept-encoding", b"user-agent", b"content-type", b"content-length",
    _SIGNATURE, _CORRELATION, b"forwarded", b"x-forwarded-for",
    b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"x-real-ip", b"x-request-id",
    b"traceparent", b"via",
))  # fmt: skip
"""Os únicos cabeçalhos daqui: nenhum destes muda o que o aiohttp faria do pedido."""


class Fields(NamedTuple):
    """O que se usa dos cabeçalhos, menos a assinatura."""

    length: int
    correlation_id: str


@lru_cache(1024)
def _fields(lines: bytes) -> Fields | None:
    """Lê cabeçalhos sem os dígitos da assinatura; `None` se há algo incomum. Quem pede costuma repeti-los."""
    if not _LINES.fullmatch(lines) or b" \r\n" in lines:
        return None
    listed: list[tuple[bytes, bytes]] = _FIELDS.findall(lines)
    told = {name.lower(): value for name, value in listed}
    length = told.get(b"content-length", b"")
    usual = len(told) == len(listed) and _USUAL.issuperset(told) and _LENGTH.fullmatch(length)
    if not usual or told.get(b"content-type") != JSON.encode() or told.get(_SIGNATURE) != _SIGNED:
        return None
    return Fields(int(length), told.get(_CORRELATION, b"").decode())


class Express:
    """O caminho curto do webhook em `path`; divide tudo com o normal, inclusive o limite por endereço."""

    def __init__(
        self,
        path: str,
        webhook: WhatsAppWebhook,
        door: Door,
        limit: RateLimit | None,
    ) -> None:
        self._start = f"POST {path} HTTP/1.1\r\n".encode()
        self._webhook = webhook
        self._limit = limit
        self.enter = door.enter

    def read(self, data: bytes, address: str) -> Asked | None:
        """O pedido que `data` é, inteiro e sem sobra, vindo de `address`; `None`: o caminho normal o lê."""
        if not data.startswith(self._start):
            return None
        started, head = time.perf_counter(), data.find(b"\r\n\r\n", len(self._start), MAX_HEAD) + 2
        digits = data.find(_SIGNED, 0, head) + len(_SIGNED)
        fields = data[len(self._start) : digits] + data[digits + DIGITS : head]
        known, body, signed = _fields(fields), data[head + 2 :], data[digits : digits + DIGITS]
        if known is None or known.length != len(body) or len(body) > MAX_BODY or not signed.isalnum():
            return None
        signature = (_SIGNED + signed).decode()
        if self._limit is not None and self._limit.wait(address) > 0:
            return None
        if self._webhook.unproven(body, signature) is not None:
            return None
        if self._limit is not None:
            self._limit.take(address)
        return Asked(Proven(body, adopted(known.correlation_id)), started)
