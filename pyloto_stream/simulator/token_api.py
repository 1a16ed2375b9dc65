"""As rotas de tokens da Graph local: trocar um por outro de vida longa, e explicar um.

Fontes: páginas "Access tokens" e "Debug token" (2026). Promete: o token trocado vale até ser revogado.
"""

from typing import TYPE_CHECKING

from aiohttp import web

from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.simulator.gate import PATH, Gate, answer, bearer
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.tokens import Tokens

if TYPE_CHECKING:
    from pyloto_stream.simulator.envelopes import Json


class TokenApi:
    """As rotas de tokens."""

    def __init__(self, config: SimulatorConfig, gate: Gate, tokens: Tokens) -> None:
        self._config = config
        self._gate = gate
        self._tokens = tokens

    def routes(self) -> list[web.RouteDef]:
        """As rotas."""
        return [
            web.get(PATH + "oauth/access_token", self._gate.told(self.exchange)),
            web.get(PATH + "debug_token", self._gate.told(self.debug)),
        ]

    async def exchange(self, request: web.Request) -> web.StreamResponse:
        """Troca um token válido por um novo de vida longa; o velho segue valendo até ser revogado."""
        query, config = request.query, self._config
        if query.get("grant_type") != "fb_exchange_token":
            raise RefusedCallError(100, "Param grant_type must be fb_exchange_token.")
        if query.get("client_id") != config.app_id or query.get("client_secret") != config.app_secret:
            raise RefusedCallError(101, "Error validating application.")
        if not self._tokens.valid(query.get("fb_exchange_token", "")):
            raise RefusedCallError(190, "The access token is missing or invalid.")
        token, life_s = self._tokens.issue()
        return answer({"access_token": token, "token_type": "bearer", "expires_in": life_s})

    async def debug(self, request: web.Request) -> web.StreamResponse:
        """O que vale um token; pergunta-se com o do aplicativo, ou com um de acesso."""
        asking = bearer(request)
        if not (self._tokens.is_app(asking) or self._tokens.valid(asking)):
            raise RefusedCallError(190, "The access token is missing or invalid.")
        token = request.query.get("input_token", "")
        if not token:
            raise RefusedCallError(100, "Param input_token is required.")
        data: Json = {
            "app_id": self._config.app_id,
            "type": "SYSTEM_USER",
            "is_valid": self._tokens.valid(token),
            "expires_at": self._tokens.expires_at_s(token),
            "scopes": ["whatsapp_business_management", "whatsapp_business_messaging"],
        }
        return answer({"data": data})
