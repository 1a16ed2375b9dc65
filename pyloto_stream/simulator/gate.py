"""Quem entra na Graph local, e o que dá errado antes? Token, versão, ritmo e defeitos programados.

Promete: toda recusa fica em `refused` e sai com a forma da Graph; um defeito age antes da chamada, ou depois
dela se `accepted`. Limite: o token do aplicativo (`ID|SEGREDO`) só abre o que `app_token` pede.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.simulator.envelopes import Json, meta_json
from pyloto_stream.simulator.faults import Call, Endpoint, Fault, FaultBook
from pyloto_stream.simulator.rates import Meters
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.tokens import Tokens

Perform = Callable[[], Awaitable[web.StreamResponse]]
PATH = r"/{version:v\d+\.\d+}/"
_MANAGEMENT = frozenset({"templates", "account"})


class Gate:
    """A portaria de todas as rotas da Graph; `closing` solta quem está pendurado."""

    def __init__(self, config: SimulatorConfig, faults: FaultBook, meters: Meters, tokens: Tokens) -> None:
        self.refused: list[RefusedCallError] = []
        self.closing = asyncio.Event()
        self._config = config
        self._faults = faults
        self._meters = meters
        self._tokens = tokens

    def guard(self, endpoint: Endpoint, handler: Handler) -> Handler:
        """`handler` atrás da portaria, com os defeitos de `endpoint`."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            self.admit(request)
            if endpoint in _MANAGEMENT:
                self._meters.managing()
            fault = self._faults.take(Call(endpoint, "", "", None))
            if fault is None:
                return await handler(request)
            return await self.misbehave(request, fault, lambda: handler(request))

        return self.told(guarded)

    def told(self, handler: Handler) -> Handler:
        """`handler`, com as recusas transformadas em resposta e os cabeçalhos de uso."""

        async def answered(request: web.Request) -> web.StreamResponse:
            try:
                response = await handler(request)
            except RefusedCallError as refused:
                self.refused.append(refused)
                response = refused.response()
            if not response.prepared:
                response.headers.update(self._meters.headers())
            return response

        return answered

    def admit(self, request: web.Request) -> None:
        """Confere versão e token.

        Raises:
            RefusedCallError: 2500 ou 190.
        """
        version = request.match_info.get("version", "")
        if version and self._config.versions and version not in self._config.versions:
            raise RefusedCallError(2500, f"Unknown version {version}.")
        if not self._tokens.valid(bearer(request)):
            raise RefusedCallError(190, "The access token is missing or invalid.")

    def serves(self, request: web.Request, number: str) -> bool:
        """O token da chamada pode falar por esse número?"""
        return self._tokens.serves(bearer(request), number)

    async def misbehave(self, request: web.Request, fault: Fault, perform: Perform) -> web.StreamResponse:
        """Age como `fault` manda."""
        if fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        if fault.kind == "delay":
            return await perform()
        if fault.accepted:
            await perform()
        if fault.kind == "error" and fault.code is not None:
            refused = RefusedCallError(fault.code, "Injected by the simulator.", status=fault.status or 0)
            return refused.response(retry_after_s=fault.retry_after_s)
        if fault.kind == "error":
            headers = {"Retry-After": str(fault.retry_after_s)} if fault.retry_after_s else {}
            page = "<html><title>Sorry, something went wrong</title></html>"
            return web.Response(
                text=page, status=fault.status or 500, content_type="text/html", headers=headers
            )
        if fault.kind == "hang":
            await self.closing.wait()
        if request.transport is not None:
            request.transport.abort()
        return web.Response()  # ninguém a lê: a conexão já caiu


def bearer(request: web.Request) -> str:
    """O token da chamada: do cabeçalho ou, como a Meta também aceita, da consulta."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else request.query.get("access_token", "")


def answer(document: Json, status: int = 200) -> web.Response:
    """Responde `document` com os bytes da Meta."""
    return web.Response(body=meta_json(document), status=status, content_type="application/json")


async def form(request: web.Request) -> Mapping[str, str]:
    """Os campos de um formulário ou de um JSON; o que não é texto fica de fora."""
    if request.content_type == "application/json":
        try:
            document: object = msgspec.json.decode(await request.read() or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise RefusedCallError(100, "The body is not JSON, or is nested too deeply.") from None
        found: Mapping[str, object] = document if isinstance(document, dict) else {}
    else:
        found = await request.post()
    return {key: value for key, value in found.items() if isinstance(value, str)}
