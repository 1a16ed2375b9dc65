"""Um Secret Manager de laço local: gRPC de verdade para o cliente de verdade, com segredos na memória."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, NoReturn

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
# Antes de importar o gRPC: com um servidor dele no ar, o que ele faz em `fork` derruba o comando iniciado.

import google_crc32c
import grpc.aio  # type: ignore[import-untyped]
from google.cloud.secretmanager_v1.types import SecretPayload, SecretVersion, service

SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"
PROJECT = "pyloto-test"
StatusCode = grpc.StatusCode
"""Para quem inicia comandos: importar o gRPC antes desta página desfaria o que está acima."""


class SecretManagerServer:
    """`secrets`: nome curto → versões, da mais velha à mais nova (valor e se está ligada)."""

    def __init__(self) -> None:
        self.host = ""
        self.secrets: dict[str, list[tuple[bytes, bool]]] = {}
        self.refuse: grpc.StatusCode | None = None
        """Se há, toda chamada é recusada assim."""
        self.damage = False
        """O conteúdo chega estragado."""
        self.silent = False
        """Ninguém responde."""
        self.calls = count()

    def methods(self) -> dict[str, grpc.RpcMethodHandler]:
        """Os métodos que o nosso código usa."""
        table: dict[str, tuple[Callable[[Any, Any], Any], type, type]] = {
            "AccessSecretVersion": (self.access, service.AccessSecretVersionRequest,
                                    service.AccessSecretVersionResponse),
            "AddSecretVersion": (self.add, service.AddSecretVersionRequest, SecretVersion),
            "ListSecretVersions": (self.listing, service.ListSecretVersionsRequest,
                                   service.ListSecretVersionsResponse),
            "DisableSecretVersion": (self.disable, service.DisableSecretVersionRequest, SecretVersion),
        }  # fmt: skip
        return {
            name: grpc.unary_unary_rpc_method_handler(
                self._guarded(handler),
                request_deserializer=asked.deserialize,  # type: ignore[attr-defined]
                response_serializer=answer.serialize,  # type: ignore[attr-defined]
            )
            for name, (handler, asked, answer) in table.items()
        }

    def _guarded(self, handler: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        async def call(request: object, context: Any) -> object:  # noqa: ANN401 — grpc não tem tipos
            next(self.calls)
            if self.silent:
                await asyncio.Event().wait()
            if self.refuse is not None:
                await context.abort(self.refuse, f"{request} at projects/{PROJECT}")
            return await handler(request, context)

        return call

    async def access(
        self, request: service.AccessSecretVersionRequest, context: grpc.aio.ServicerContext
    ) -> service.AccessSecretVersionResponse:
        name, at = await self._at(request.name, context)
        value, enabled = self.secrets[name][at]
        if not enabled:
            await _no(context, grpc.StatusCode.FAILED_PRECONDITION)
        told = google_crc32c.value(value)
        payload = SecretPayload(data=value[:-1] if self.damage else value, data_crc32c=told)
        return service.AccessSecretVersionResponse(name=request.name, payload=payload)

    async def add(
        self, request: service.AddSecretVersionRequest, context: grpc.aio.ServicerContext
    ) -> SecretVersion:
        name = await self._known(request.parent, context)
        if google_crc32c.value(request.payload.data) != request.payload.data_crc32c:
            await _no(context, grpc.StatusCode.INVALID_ARGUMENT)
        self.secrets[name].append((request.payload.data, True))
        return self._shown(name, len(self.secrets[name]) - 1)

    async def listing(
        self, request: service.ListSecretVersionsRequest, context: grpc.aio.ServicerContext
    ) -> service.ListSecretVersionsResponse:
        """Duas por página, para o cliente ter de continuar."""
        name, start = await self._known(request.parent, context), int(request.page_token or 0)
        places = list(reversed(range(len(self.secrets[name]))))
        after = str(start + 2) if start + 2 < len(places) else ""
        return service.ListSecretVersionsResponse(
            versions=[self._shown(name, at) for at in places[start : start + 2]], next_page_token=after
        )

    async def disable(
        self, request: service.DisableSecretVersionRequest, context: grpc.aio.ServicerContext
    ) -> SecretVersion:
        name, at = await self._at(request.name, context)
        self.secrets[name][at] = (self.secrets[name][at][0], False)
        return self._shown(name, at)

    def _shown(self, name: str, at: int) -> SecretVersion:
        state = SecretVersion.State.ENABLED if self.secrets[name][at][1] else SecretVersion.State.DISABLED
        return SecretVersion(name=f"projects/{PROJECT}/secrets/{name}/versions/{at + 1}", state=state)

    async def _known(self, parent: str, context: grpc.aio.ServicerContext) -> str:
        name = parent.removeprefix(f"projects/{PROJECT}/secrets/")
        if name not in self.secrets:
            await _no(context, grpc.StatusCode.NOT_FOUND)
        return name

    async def _at(self, full: str, context: grpc.aio.ServicerContext) -> tuple[str, int]:
        parent, _, version = full.partition("/versions/")
        name = await self._known(parent, context)
        at = len(self.secrets[name]) if version == "latest" else int(version)
        if not 1 <= at <= len(self.secrets[name]):
            await _no(context, grpc.StatusCode.NOT_FOUND)
        return name, at - 1


async def _no(context: grpc.aio.ServicerContext, status: grpc.StatusCode) -> NoReturn:
    """Recusa como o Google: a mensagem cita o projeto."""
    await context.abort(status, f"Secret [projects/{PROJECT}/secrets/x] refused.")
    raise AssertionError


@asynccontextmanager
async def secret_manager() -> AsyncIterator[SecretManagerServer]:
    """Sobe um numa porta livre do laço local."""
    fake = SecretManagerServer()
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, fake.methods()),))
    fake.host = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield fake
    finally:
        await server.stop(0)
