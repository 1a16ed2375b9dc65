"""Como um webhook da Meta entra? Corpo, assinatura, conteúdo, gravação; 200 só depois de tudo guardado.

Promete: sem assinatura válida nada é lido nem guardado; assinado, nunca é recusado por ilegível; em dúvida
sobre a gravação, 503 com `Retry-After`, e a Meta entrega de novo.
"""

import asyncio
import hmac
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import NamedTuple

from aiohttp import web
from loguru import logger

from ingress.answers import refusal
from ingress.config import Configured
from ingress.identities import Identities
from ingress.intake import Update, updates_of
from ingress.middleware import CORRELATION_ID, COUNTS
from ingress.ports import Acceptance, IngressMetrics, UpdateKind, UpdateResult
from pyloto_stream.clock import Clock
from pyloto_stream.errors import TransientError
from pyloto_stream.observability.correlation import carry
from pyloto_stream.streams.points import reached
from pyloto_stream.whatsapp.signature import HEADER, Verdict, verify
from pyloto_stream.whatsapp.webhook import Batch, Part, read

MAX_BODY = 4 * 1024 * 1024
"""Bytes. A Meta promete até 3 MB; um teto menor devolveria corpos legítimos por dias."""
BODY_TIMEOUT_S = 10.0
JSON = "application/json"
RETRY_AFTER_S = 5.0
"""Espera pedida quando quem recusou não disse nada."""

Arrived = Callable[[str, int], None]
"""Conta mensagens que entraram por um número nosso: a Meta as soma às que saem."""

_RESULTS: tuple[UpdateResult, UpdateResult] = ("duplicate", "new")
_CHALLENGE = re.compile(r"[0-9A-Za-z_-]{1,256}", re.ASCII)


class Taken(NamedTuple):
    """O que foi feito de um corpo: contagens para o log e, se não se guardou, a recusa."""

    counts: dict[str, int]
    refused: web.Response | None = None


class Proven(NamedTuple):
    """Um corpo inteiro que a Meta assinou, e o id de correlação do pedido que o trouxe."""

    body: bytes
    correlation_id: str


class WhatsAppWebhook:
    """`/webhooks/whatsapp`: o desafio da verificação (GET) e as entregas (POST)."""

    def __init__(
        self,
        config: Configured,
        acceptance: Acceptance,
        identities: Identities,
        metrics: IngressMetrics,
        clock: Clock,
        arrived: Arrived,
    ) -> None:
        self._config = config
        self._acceptance = acceptance
        self._identities = identities
        self._metrics = metrics
        self._clock = clock
        self._arrived = arrived

    async def challenge(self, request: web.Request) -> web.Response:
        """Devolve `hub.challenge` tal como veio; 400 se algo falta ou não serve, 403 se o token é outro."""
        query = request.query
        mode, token, challenge = (query.get(f"hub.{key}") for key in ("mode", "verify_token", "challenge"))
        if mode is None or token is None or challenge is None:
            return refusal(400, "missing_parameter")
        expected = self._config().verify_token.encode()
        same = hmac.compare_digest(token.encode("utf-8", "surrogatepass"), expected)
        if mode != "subscribe" or not expected or not same:
            return refusal(403, "wrong_token")
        if _CHALLENGE.fullmatch(challenge) is None:
            return refusal(400, "bad_challenge")
        # ecoamos um parâmetro: que nenhum navegador o tome por outra coisa
        return web.Response(text=challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def receive(self, request: web.Request) -> web.Response:
        """Guarda o que a Meta entregou, e só então responde 200.

        401 assinatura ausente ou malformada, 403 errada, 408 corpo lento, 413 acima de `MAX_BODY`, 415 não é
        JSON sem compressão, 503 com `Retry-After` se o executor recusou: nada disso foi guardado.
        """
        body = await _body(request)
        if isinstance(body, web.Response):
            return body
        refused = self.unproven(body, request.headers.get(HEADER))
        if refused is not None:
            return refused
        encoding = request.headers.get("Content-Encoding", "identity")
        if request.content_type != JSON or encoding.lower() != "identity":
            return refusal(415, "not_json")
        (taken,) = await self.take_all([Proven(body, request[CORRELATION_ID])])
        if isinstance(taken, Exception):
            raise taken
        request[COUNTS] = taken.counts
        return taken.refused or web.Response()

    def unproven(self, body: bytes, signature: str | None) -> web.Response | None:
        """A recusa de um corpo que não se prova ser da Meta; `None` se é dela."""
        config = self._config()
        if config.require_signature:
            verdict = verify(config.webhook_secrets, body, signature)
            if verdict is Verdict.MISSING:
                return refusal(401, "signature_missing")
            if verdict is Verdict.WRONG:
                return refusal(403, "signature_wrong")
        return None

    async def take_all(self, asked: Sequence[Proven]) -> list[Taken | Exception]:
        """Lê e guarda corpos já provados, juntos; de cada um, o que se fez ou o defeito que o impediu.

        O que não se guardou é uma recusa.
        """
        try:
            return [*await self._together(asked)]
        except TransientError as error:
            if len(asked) == 1:
                return [_refused(error, read(asked[0].body))]
        except Exception as error:  # noqa: BLE001 - quem pede decide o que dizer de um defeito
            if len(asked) == 1:
                return [error]
        # um servidor fora do ar, ou um defeito, é só de quem o traz
        alone = await asyncio.gather(*(self.take_all([one]) for one in asked))
        return [taken for (taken,) in alone]

    async def _together(self, asked: Sequence[Proven]) -> list[Taken]:
        batches = [read(one.body) for one in asked]
        keys, at_ms = await self._identities.keys_of_each(batches), self._clock()
        updates = [
            updates_of(batch, known, at_ms, one.correlation_id)
            for batch, known, one in zip(batches, keys, asked, strict=True)
        ]
        told = await self._acceptance.accept_each([[offer for _, offer in made] for made in updates])
        return [self._taken(*each) for each in zip(asked, batches, updates, told, strict=True)]

    def _taken(
        self, asked: Proven, batch: Batch, updates: Sequence[Update], told: Sequence[bool] | TransientError
    ) -> Taken:
        """Mede e conta o que foi feito de um corpo."""
        carry(asked.correlation_id)
        if isinstance(told, TransientError):
            return _refused(told, batch)
        self._count([kind for kind, _ in updates], told)
        # as mensagens são as primeiras ofertas; uma repetida não gasta outra vez do ritmo
        for message, new in zip(batch.messages, told, strict=False):
            if new:
                self._arrived(message.phone_number_id, 1)
        if batch.unreadable:
            _warn(batch.unreadable)
        reached("before_answer", "ingress")
        fresh = sum(told)
        return Taken({"duplicate": len(told) - fresh, "new": fresh})

    def _count(self, kinds: Sequence[UpdateKind], taken: Sequence[bool]) -> None:
        """Uma medida por espécie e resultado; o que foi a outro atendente pede que alguém olhe."""
        if len(kinds) == 1:
            self._metrics.update(kinds[0], _RESULTS[taken[0]])
        else:
            for (kind, new), n in Counter(zip(kinds, taken, strict=True)).items():
                self._metrics.update(kind, _RESULTS[new], n)
        if standby := kinds.count("standby"):
            logger.bind(code="standby", count=standby).warning("another agent of Meta holds the thread")


def _refused(error: TransientError, batch: Batch) -> Taken:
    logger.bind(code=error.code).warning("webhook not taken")
    wait_s = error.retry_after_ms / 1000 or RETRY_AFTER_S
    return Taken({"offered": batch.size}, refusal(503, error.code, retry_after_s=wait_s))


async def _body(request: web.Request) -> bytes | web.Response:
    """O corpo como veio, ou a recusa: 413 grande demais, 408 lento demais, 400 interrompido."""
    if (request.content_length or 0) > MAX_BODY:
        return refusal(413, "too_large")
    try:
        # o que chegou inteiro não precisa de prazo
        async with nullcontext() if request.content.is_eof() else asyncio.timeout(BODY_TIMEOUT_S):
            body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        return refusal(413, "too_large")
    except TimeoutError:
        return refusal(408, "body_timeout")
    except ConnectionError:
        return refusal(400, "body_interrupted")
    return body if len(body) <= MAX_BODY else refusal(413, "too_large")


def _warn(parts: Sequence[Part]) -> None:
    """Uma linha por motivo: partes não lidas pedem que alguém olhe."""
    for reason, count in Counter(part.reason for part in parts).items():
        logger.bind(code=reason, count=count).warning("webhook part kept unread")
