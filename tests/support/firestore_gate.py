"""O que o emulador do Firestore nunca faz? Recusar, demorar, calar-se, perder respostas: isto faz, em frente.

gRPC de verdade para o cliente de verdade; o que passa vai, byte por byte, ao emulador. As recusas citam o
caminho pedido, como as do Google, para provar que ele não segue adiante.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
# Antes de importar o gRPC: com um servidor dele no ar, o que ele faz em `fork` derruba o comando iniciado.

import grpc.aio  # type: ignore[import-untyped]

SERVICE = "/google.firestore.v1.Firestore/"
COMMIT = "Commit"
StatusCode = grpc.StatusCode
SECRET = "5542999998888"
"""O que as recusas citam e ninguém pode repetir."""


class FirestoreGate:
    """Fica em frente de `upstream`; `host` é o `FIRESTORE_EMULATOR_HOST` de quem passa por aqui."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self.host = ""
        self.calls = self.together = self.most = 0
        """Pedidos ao todo, agora, e no máximo ao mesmo tempo."""
        self.commits = 0
        self.heal()

    def heal(self) -> None:
        """Tudo volta a funcionar."""
        self.refusal: grpc.StatusCode | None = None
        self.refuses: Callable[[str, bytes], bool] = lambda _method, _request: True
        """A que pedidos (método, conteúdo) se aplica `refusal`."""
        self.lose = 0
        """Quantas das próximas gravações acontecem e perdem a resposta."""
        self.delay_s = 0.0
        self.flowing = asyncio.Event()
        self.flowing.set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["FirestoreGate"]:
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((_Handlers(self),))
        self.host = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        async with grpc.aio.insecure_channel(self._upstream) as self._channel:
            await server.start()
            try:
                yield self
            finally:
                self.flowing.set()
                await server.stop(1.0)  # com 0, o gRPC do cliente escreve que o cortaram

    async def commit(self, request: bytes, context: Any) -> bytes:  # noqa: ANN401 — grpc não tem tipos
        """Uma gravação."""
        async with self._passing(COMMIT, request, context):
            self.commits += 1
            call = self._channel.unary_unary(SERVICE + COMMIT)(request, metadata=_metadata(context))
            answer = b""
            try:
                answer = await call
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details())
            if self.lose:
                self.lose -= 1
                await context.abort(StatusCode.UNAVAILABLE, f"reply lost for {SECRET}")
            return answer

    async def read(self, method: str, request: bytes, context: Any) -> AsyncIterator[bytes]:  # noqa: ANN401 — idem
        """Uma leitura."""
        async with self._passing(method.removeprefix(SERVICE), request, context):
            try:
                async for answer in self._channel.unary_stream(method)(request, metadata=_metadata(context)):
                    yield answer
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details())

    @asynccontextmanager
    async def _passing(
        self, method: str, request: bytes, context: Any,  # noqa: ANN401 — idem
    ) -> AsyncIterator[None]:  # fmt: skip
        self.calls += 1
        self.together += 1
        self.most = max(self.most, self.together)
        try:
            await asyncio.sleep(self.delay_s)
            await self.flowing.wait()
            if self.refusal is not None and self.refuses(method, request):
                await context.abort(self.refusal, f"no: projects/p/databases/d/documents/people/{SECRET}")
            yield
        finally:
            self.together -= 1


class _Handlers(grpc.GenericRpcHandler):  # type: ignore[misc] # grpc não tem tipos
    """Todo método do serviço, sem o entender."""

    def __init__(self, gate: FirestoreGate) -> None:
        self._gate = gate

    def service(self, details: Any) -> grpc.RpcMethodHandler:  # noqa: ANN401 — idem
        method = details.method
        if method == SERVICE + COMMIT:
            return grpc.unary_unary_rpc_method_handler(self._gate.commit)

        async def read(request: bytes, context: Any) -> AsyncIterator[bytes]:  # noqa: ANN401 — idem
            async for answer in self._gate.read(method, request, context):
                yield answer

        return grpc.unary_stream_rpc_method_handler(read)


def _metadata(context: Any) -> list[tuple[str, str]]:  # noqa: ANN401 — idem
    """O que o emulador precisa para saber de que banco se fala."""
    given = context.invocation_metadata()
    return [(key, value) for key, value in given if key in {"google-cloud-resource-prefix", "authorization",
                                                            "x-goog-request-params"}]  # fmt: skip
