"""As rotas da conta na Graph local: assinaturas, chave dos formulários e histórico de uma mensagem.

Promete: um endereço de webhook só é aceito depois de responder ao desafio de verdade. Fontes: páginas
"Webhook overrides", "Webhooks subscriptions" e "Business encryption" (2026).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from aiohttp import web

from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.simulator.delivery import WebhookSender
from pyloto_stream.simulator.gate import PATH, Gate, answer, bearer, form
from pyloto_stream.simulator.handshake import shakes_hands
from pyloto_stream.simulator.public_keys import is_rsa_2048
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.sent import SentMessage
from pyloto_stream.simulator.tokens import Tokens

if TYPE_CHECKING:
    from pyloto_stream.simulator.envelopes import Json

Find = Callable[[str], SentMessage | None]
"""Acha um envio aceito pelo seu id."""
_EVENTS = {"sent": "SENT", "delivered": "DELIVERED", "read": "READ", "played": "READ", "failed": "FAILED"}


class AccountApi:
    """As rotas da conta. `keys` são as chaves públicas, por número."""

    def __init__(
        self, config: SimulatorConfig, gate: Gate, tokens: Tokens, sender: WebhookSender, find: Find
    ) -> None:
        self.keys: dict[str, str] = {}
        self._config = config
        self._gate = gate
        self._tokens = tokens
        self._sender = sender
        self._find = find

    @property
    def subscribed(self) -> bool:
        """A conta manda webhooks ao aplicativo?"""
        return self._sender.subscribed

    @subscribed.setter
    def subscribed(self, value: bool) -> None:
        self._sender.subscribed = value

    @property
    def fields(self) -> frozenset[str]:
        """Os campos assinados; antes de alguém escolher, `messages`, embora todos saiam."""
        return frozenset({"messages"}) if self._sender.fields is None else self._sender.fields

    def routes(self) -> list[web.RouteDef]:
        """As rotas."""
        guard, told = self._gate.guard, self._gate.told
        apps, key = PATH + "{id}/subscribed_apps", PATH + "{id}/whatsapp_business_encryption"
        return [
            web.get(apps, guard("account", self.list_apps)),
            web.post(apps, guard("account", self.add_app)),
            web.delete(apps, guard("account", self.remove_app)),
            web.get(PATH + "{id}/subscriptions", told(self.list_fields)),
            web.post(PATH + "{id}/subscriptions", told(self.subscribe)),
            web.get(key, guard("account", self.show_key)),
            web.post(key, guard("account", self.store_key)),
            web.get(PATH + "{id}/message_history", guard("account", self.history)),
        ]

    async def list_apps(self, request: web.Request) -> web.StreamResponse:
        """Que aplicativos recebem os webhooks da conta."""
        self._own(request, self._config.waba_id)
        about: Json = {"id": self._config.app_id, "name": self._config.business_name}
        entry: Json = {"whatsapp_business_api_data": about}
        if self._sender.override:
            entry["override_callback_uri"] = self._sender.override
        return answer({"data": [entry] if self.subscribed else []})

    async def add_app(self, request: web.Request) -> web.StreamResponse:
        """Assina a conta; com `override_callback_uri`, as mensagens vão para esse endereço."""
        self._own(request, self._config.waba_id)
        sent = await form(request)
        url = sent.get("override_callback_uri", "")
        if url and not self.subscribed:
            raise RefusedCallError(100, "An override needs the app to be subscribed first.")
        if len(url) > 200:
            raise RefusedCallError(100, "Param override_callback_uri must be at most 200 characters long.")
        if url and not await shakes_hands(url, sent.get("verify_token", ""), self._config.pace):
            raise RefusedCallError(2200, "Callback verification failed.")
        self._sender.subscribed, self._sender.override = True, url
        return answer({"success": True})

    async def remove_app(self, request: web.Request) -> web.StreamResponse:
        """Deixa de receber os webhooks da conta."""
        self._own(request, self._config.waba_id)
        self._sender.subscribed, self._sender.override = False, ""
        return answer({"success": True})

    async def list_fields(self, request: web.Request) -> web.StreamResponse:
        """O que o aplicativo assina."""
        self._app(request)
        fields = [{"name": name, "version": "v24.0"} for name in sorted(self.fields)]
        entry: Json = {
            "object": "whatsapp_business_account",
            "callback_url": self._sender.url,
            "active": True,
            "fields": fields,
        }
        return answer({"data": [entry]})

    async def subscribe(self, request: web.Request) -> web.StreamResponse:
        """Aponta o webhook do aplicativo, depois do desafio, e diz que campos quer."""
        self._app(request)
        sent = {**request.query, **await form(request)}
        if sent.get("object") != "whatsapp_business_account":
            raise RefusedCallError(100, "Param object must be whatsapp_business_account.")
        names = frozenset(name.strip() for name in sent.get("fields", "").split(",") if name.strip())
        if not names:
            raise RefusedCallError(100, "Param fields is required.")
        url = sent.get("callback_url", "")
        if not await shakes_hands(url, sent.get("verify_token", ""), self._config.pace):
            raise RefusedCallError(2200, "Callback verification failed.")
        self._sender.url, self._sender.fields = url, names
        return answer({"success": True})

    async def show_key(self, request: web.Request) -> web.StreamResponse:
        """A chave pública dos formulários deste número."""
        key = self.keys.get(self._number(request))
        about: Json = {"business_public_key": key, "business_public_key_signature_status": "VALID"}
        return answer({"data": [about] if key else []})

    async def store_key(self, request: web.Request) -> web.StreamResponse:
        """Guarda a chave; só RSA de 2048 bits em PEM."""
        number = self._number(request)
        key = (await form(request)).get("business_public_key", "")
        if not is_rsa_2048(key):
            raise RefusedCallError(100, "Param business_public_key must be a 2048-bit RSA public key in PEM.")
        self.keys[number] = key
        return answer({"success": True})

    async def history(self, request: web.Request) -> web.StreamResponse:
        """O que houve com um envio."""
        self._number(request)
        message = self._find(request.query.get("message_id", ""))
        if message is None:
            return answer({"data": []})
        events = [
            {
                "delivery_status": _EVENTS[name],
                "timestamp": message.at_ms // 1000,
                "webhook_update_state": "DELIVERED",
            }
            for name in message.told
        ]
        entry: Json = {"id": message.wamid, "message_id": message.wamid, "events": {"data": events}}
        return answer({"data": [entry]})

    def _own(self, request: web.Request, wanted: str) -> None:
        if request.match_info["id"] != wanted:
            raise RefusedCallError(100, "Object does not exist or lacks permissions.", subcode=33)

    def _number(self, request: web.Request) -> str:
        number = request.match_info["id"]
        if number not in {each.phone_number_id for each in self._config.all_numbers()}:
            raise RefusedCallError(100, "Object does not exist or lacks permissions.", subcode=33)
        return number

    def _app(self, request: web.Request) -> None:
        if not self._tokens.is_app(bearer(request)):
            raise RefusedCallError(15, "This method must be called with an app access token.")
        self._own(request, self._config.app_id)
