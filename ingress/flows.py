"""Como se responde a quem preenche um formulário? Assinatura, decifragem, token, tela; sem E/S e sem Redis.

Promete: só os códigos que a Meta define (200, 421, 427, 432) e os de um corpo que não serve (400, 408, 413);
nada do pedido vai para o log; falhas não dizem o que falhou. Limite: não guarda nada; o que foi preenchido
chega à conversa pelo webhook.
"""

import asyncio
from collections.abc import Callable, Iterable

import msgspec
from aiohttp import web

from ingress.answers import refusal, report
from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.conversation.forms_exchange import Exchange, FlowDataHandler
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.settings import Settings
from pyloto_stream.whatsapp.flows.crypto import (
    MAX_REQUEST,
    FlowCrypto,
    FlowDecryptError,
    FlowRequest,
)
from pyloto_stream.whatsapp.flows.tokens import FlowTokens, TokenVerdict, signed_by_meta
from pyloto_stream.whatsapp.signature import HEADER, Verdict, verify

FLOWS_PATH = "/flows/data"
BODY_TIMEOUT_S = 5.0
"""A Meta desiste em 10 s."""
UNDECRYPTABLE, TOKEN_INVALID, SIGNATURE_INVALID = 421, 427, 432
PONG = {"data": {"status": "active"}}
ACKNOWLEDGED = {"data": {"acknowledged": True}}
EXPIRED = msgspec.json.encode({"error_msg": TEXTS.form_expired})
"""O corpo de 427: a Meta o quer em JSON simples, sem cifra, e o mostra à pessoa."""


class FlowReply(msgspec.Struct, frozen=True):
    """O que responder; `text` é a resposta cifrada, em base64."""

    status: int
    text: str = ""


class FlowEndpoint:
    """O endpoint sem HTTP: entram corpo e assinatura, sai um `FlowReply`. `secrets` vazio: não a confere."""

    def __init__(
        self, crypto: FlowCrypto, tokens: FlowTokens, secrets: tuple[bytes, ...], handler: FlowDataHandler
    ) -> None:
        self._crypto = crypto
        self._tokens = tokens
        self._secrets = secrets
        self._handler = handler

    def reply(self, body: bytes, signature: str | None, now_ms: int) -> FlowReply:
        """Responde a um pedido qualquer; nunca levanta por causa dele."""
        if self._secrets and verify(self._secrets, body, signature) is not Verdict.OK:
            return FlowReply(SIGNATURE_INVALID)
        try:
            request, key = self._crypto.open(body)
        except FlowDecryptError:
            return FlowReply(UNDECRYPTABLE)
        answer = self._answer(request, now_ms)
        return answer if isinstance(answer, FlowReply) else FlowReply(200, self._crypto.seal(answer, key))

    def _answer(self, request: FlowRequest, now_ms: int) -> object:
        """A resposta por cifrar, ou a recusa."""
        data, token = request.data or {}, request.flow_token or ""
        if request.action == "ping":
            return PONG
        if "error" in data or "error_key" in data:
            return ACKNOWLEDGED
        signature = request.flow_token_signature
        if self._secrets and signature and not signed_by_meta(signature, token, self._secrets):
            return FlowReply(SIGNATURE_INVALID)
        checked = self._tokens.check(token, now_ms=now_ms)
        if checked.verdict is not TokenVerdict.VALID or not self._handler.knows(checked.form):
            return FlowReply(TOKEN_INVALID)
        asked = Exchange(request.action, request.screen or "", data, token)
        return self._handler.answer(checked.form, asked)


class _Routes:
    """As rotas; sem endpoint (nenhuma chave configurada), nada se abre."""

    def __init__(self, endpoint: Callable[[], FlowEndpoint | None], clock: Clock) -> None:
        self._endpoint = endpoint
        self._clock = clock

    async def health(self, _request: web.Request) -> web.Response:
        """200 `active`, ou 503 `not_configured`."""
        return report(503, "not_configured") if self._endpoint() is None else report(200, "active")

    async def receive(self, request: web.Request) -> web.Response:
        """Um pedido do aparelho, pela Meta."""
        body = await _body(request)
        if isinstance(body, web.Response):
            return body
        endpoint = self._endpoint()
        if endpoint is None:
            return web.Response(status=UNDECRYPTABLE)
        # uma decifragem RSA custa cerca de 1 ms: menos do que passar a uma linha de execução e voltar vale
        reply = endpoint.reply(body, request.headers.get(HEADER), self._clock())
        if reply.status == TOKEN_INVALID:
            return web.Response(status=TOKEN_INVALID, body=EXPIRED, content_type="application/json")
        return web.Response(status=reply.status, text=reply.text)


def flow_routes(
    settings: Settings, clock: Clock = system_clock, live: LiveSettings | None = None
) -> Iterable[web.AbstractRouteDef]:
    """As rotas de Flows da configuração; com `live`, as chaves e os segredos são os de cada momento.

    Raises:
        MisconfiguredError: `FLOW_PRIVATE_KEY` não serve, ou a frase-senha não a abre.
    """
    routes = _Routes((live or LiveSettings(settings)).of(_endpoint), clock)
    return (
        web.get(FLOWS_PATH, routes.health, allow_head=False),
        web.post(FLOWS_PATH, routes.receive),
    )


def _endpoint(settings: Settings) -> FlowEndpoint | None:
    if not settings.flow_private_key:
        return None
    secrets = tuple(secret.reveal().encode() for secret in settings.whatsapp_webhook_secret)
    return FlowEndpoint(
        FlowCrypto(settings.flow_key_pem(), settings.flow_private_key_passphrase.reveal().encode()),
        FlowTokens(settings.pepper_secret.reveal().encode(), settings.flow_token_ttl),
        secrets if settings.zero_trust_mode else (),
        FlowDataHandler(),
    )


async def _body(request: web.Request) -> bytes | web.Response:
    """O corpo como veio, ou a recusa: 413 grande demais, 408 lento demais, 400 interrompido."""
    if (request.content_length or 0) > MAX_REQUEST:
        return refusal(413, "too_large")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MAX_REQUEST:
                    return refusal(413, "too_large")
    except TimeoutError:
        return refusal(408, "body_timeout")
    except ConnectionError:
        return refusal(400, "body_interrupted")
    return bytes(body)
