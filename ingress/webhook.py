"""Como um webhook da Meta entra? Corpo, assinatura, conteúdo, gravação; 200 só depois de tudo guardado.

Promete: sem assinatura válida nada é lido nem guardado; assinado, nunca é recusado por ilegível; em dúvida
sobre a gravação, 503 com `Retry-After`, e a Meta entrega de novo.
"""

import asyncio
import hmac
import re
from contextlib import nullcontext

from aiohttp import web

from ingress.answers import refusal
from ingress.config import Configured
from ingress.door import Door
from ingress.middleware import CORRELATION_ID, COUNTS
from ingress.opened import Proven
from pyloto_stream.whatsapp.signature import HEADER, Verdict, verify

MAX_BODY = 4 * 1024 * 1024
"""Bytes. A Meta promete até 3 MB; um teto menor devolveria corpos legítimos por dias."""
BODY_TIMEOUT_S = 10.0
JSON = "application/json"

_CHALLENGE = re.compile(r"[0-9A-Za-z_-]{1,256}", re.ASCII)


class WhatsAppWebhook:
    """`/webhooks/whatsapp`: o desafio da verificação (GET) e as entregas (POST)."""

    def __init__(self, config: Configured, door: Door) -> None:
        self._config = config
        self._door = door

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
        taken = await self._door.pass_one(Proven(body, request[CORRELATION_ID]))
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
