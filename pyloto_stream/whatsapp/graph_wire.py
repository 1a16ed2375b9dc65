"""Como fazer um POST pequeno sem pagar duas vezes o seu preço? Pelas conexões do aiohttp, sem a sessão dele.

Monta-se o pedido uma vez por caminho; conexões, prazos de conectar, TLS, DNS e leitura de HTTP são os do
aiohttp, e as exceções também. Limite: só JSON que cabe na memória; nem redirecionamento, nem cookie, nem
proxy. Usa do aiohttp o que ele exporta mas não documenta: `test_graph_wire.py` compara com a sessão.
"""

import asyncio
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

import aiohttp
from aiohttp import hdrs
from aiohttp.http import HttpProcessingError, RawResponseMessage
from yarl import URL

KNOWN_PATHS = 1024
"""Caminhos que se guardam prontos: há um por número."""
MOST_SPOKEN = 1000
"""Conexões seguidas que se fecham porque já disseram algo; só um servidor que fala primeiro passa disto."""
_NOTICES = frozenset(range(100, 200)) - {101}
"""Respostas que só avisam de outra."""


class Received(NamedTuple):
    """O que se recebeu; `body` `None`: foi cortado, ou passou do teto."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None


class _Server(aiohttp.ClientRequest):
    """Para onde se liga: um pedido que nunca se envia; o do aiohttp refaz a chave da conexão a cada uso."""

    @cached_property
    def connection_key(self) -> aiohttp.client_reqrep.ConnectionKey:
        """A que servidor, e como, se liga."""
        return super().connection_key


class _Asking:
    """Um pedido por uma conexão. Só vale como resposta o que se ouve depois que ele foi escrito."""

    __slots__ = ("_protocol", "_reading", "_request", "_transport", "_written", "late")

    def __init__(self, connection: aiohttp.connector.Connection, request: bytes) -> None:
        protocol, transport = connection.protocol, connection.transport
        if protocol is None or transport is None:
            raise aiohttp.ServerDisconnectedError
        self._protocol = protocol
        self._transport = transport
        self._request = request
        self._written = self.late = False
        self._reading: aiohttp.StreamReader | None = None
        protocol.set_response_params(read_until_eof=True)

    def write(self) -> None:
        """Na volta seguinte do laço, com os pedidos dos outros: quem os recebe acorda uma vez só.

        Se a conexão se fechou até lá, ou o outro lado falou antes, nada se escreve.
        """
        if not self._transport.is_closing() and not self._protocol.should_close:
            self._transport.write(self._request)
            self._written = True

    async def heard(self) -> tuple[RawResponseMessage, aiohttp.StreamReader]:
        """O que se ouve: o cabeçalho de uma resposta, e o corpo, que talvez ainda venha."""
        message, self._reading = await self._protocol.read()
        if not self._written:
            raise aiohttp.ServerDisconnectedError
        return message, self._reading

    def hurry(self) -> None:
        """Acabou o prazo."""
        self.late = True
        self._protocol.set_exception(TimeoutError())
        if self._reading is not None:
            self._reading.set_exception(TimeoutError())


class Wire:
    """As conexões de `session` com o servidor de `root`; criado dentro do laço."""

    def __init__(self, session: aiohttp.ClientSession, root: URL) -> None:
        if session.connector is None:
            raise TypeError("the session is closed")
        self._connector = session.connector
        self._root = root
        self._loop = asyncio.get_running_loop()
        self._to = _Server(hdrs.METH_POST, root, headers=session.headers, loop=self._loop)
        self._head = lru_cache(KNOWN_PATHS)(self._made_head)

    async def post(self, path: str, token: str, body: bytes, timeout_s: float, max_bytes: int) -> Received:
        """Envia `body` a `{root}/{path}`; `path` e `token` já conferidos, sem espaço nem quebra de linha.

        Raises:
            ClientError, OSError: como a sessão levantaria.
        """
        request = b"%b%b\r\nContent-Length: %d\r\n\r\n%b" % (
            self._head(path), token.encode("ascii"), len(body), body,
        )  # fmt: skip
        deadline = self._loop.time() + timeout_s
        connection = await self._connect(timeout_s)
        asking, told = _Asking(connection, request), None
        alarm = self._loop.call_at(deadline, asking.hurry)
        try:
            self._loop.call_soon(asking.write)
            message, reading = await asking.heard()
            while message.code in _NOTICES:
                message, reading = await asking.heard()
            if not asking.late:
                told = await whole(reading, max_bytes)
        except HttpProcessingError as error:
            raise aiohttp.ClientResponseError(self._to.request_info, (), status=error.code) from error
        finally:
            alarm.cancel()
            if told is None:
                connection.close()
            else:
                connection.release()
        return Received(message.code, message.headers, told)

    async def _connect(self, timeout_s: float) -> aiohttp.connector.Connection:
        """Uma conexão calada: o que disse algo sem que se perguntasse teria a resposta de outro pedido."""
        for _ in range(MOST_SPOKEN):
            try:
                connection = await self._connector.connect(self._to, [], limits(timeout_s))
            except TimeoutError as error:
                raise aiohttp.ConnectionTimeoutError from error
            protocol = connection.protocol
            if protocol is not None and not protocol.should_close:
                return connection
            connection.close()
        raise aiohttp.ServerDisconnectedError

    def _made_head(self, path: str) -> bytes:
        to = self._to.headers
        named = (hdrs.HOST, hdrs.USER_AGENT, hdrs.ACCEPT, hdrs.ACCEPT_ENCODING)
        return "\r\n".join((
            f"POST {self._root.raw_path.rstrip('/')}/{path} HTTP/1.1",
            *(f"{name}: {to[name]}" for name in named),
            "Content-Type: application/json",
            "Authorization: Bearer ",
        )).encode("ascii")  # fmt: skip


@lru_cache(64)
def limits(timeout_s: float) -> aiohttp.ClientTimeout:
    """Conectar tem prazo menor que o total: se o total vence, a conexão já existia e há dúvida."""
    return aiohttp.ClientTimeout(total=timeout_s, connect=min(10.0, timeout_s / 3))


async def whole(content: aiohttp.StreamReader, max_bytes: int) -> bytes | None:
    """Corpo inteiro, ou `None` se passou do teto ou foi cortado; o status já conhecido não se perde."""
    body = b""
    try:
        while True:  # uma resposta comum chega inteira na primeira vez
            body += await content.readany()
            if len(body) > max_bytes:
                return None
            if content.at_eof():
                return body
    except (aiohttp.ClientError, OSError):
        return None
