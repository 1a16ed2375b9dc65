"""Como se faz uma troca HTTP com a Graph API? Um conjunto de conexões, e toda falha vira valor.

Promete: nenhuma exceção do cliente HTTP escapa de `exchange` nem de `post` (guarda o pedido e o token); o
uso e a versão que a resposta traz são contados a quem pediu. Limite: não repete nada e não decide nada.
"""

import time
from collections.abc import Callable, Mapping

import aiohttp
import msgspec
from yarl import URL

from pyloto_stream.whatsapp.graph_answer import Answer, Silence, read_answer
from pyloto_stream.whatsapp.graph_call import Call
from pyloto_stream.whatsapp.graph_usage import Usage
from pyloto_stream.whatsapp.graph_wire import Received, Wire, limits, whole

Observe = Callable[[str, int, int, float], None]
"""`(endpoint, status, code, seconds)`: rótulo da chamada; HTTP e código da Graph (0 se não há)."""

Form = Callable[[], aiohttp.FormData]
"""Dá um formulário novo a cada tentativa: o corpo que flui não se lê duas vezes."""

USER_AGENT = "pyloto-stream"
NOT_WRITTEN = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""DNS, recusa, TLS e prazo de conexão: nada foi escrito."""
FAILED = (aiohttp.ClientError, OSError)
"""Como uma troca falha; `TimeoutError` é um `OSError`."""


class Signals(msgspec.Struct, frozen=True):
    """A quem contar o que as respostas trazem além do conteúdo.

    `usage`: cada medida de uso. `version`: `(pedida, recebida)`, uma vez por versão diferente da pedida: a
    Meta responde com a mais antiga viva quando a pedida já acabou.
    """

    usage: Callable[[Usage], None] = lambda _usage: None
    version: Callable[[str, str], None] = lambda _asked, _got: None


class Reply(msgspec.Struct, frozen=True):
    """O que veio: a resposta lida e o corpo (vazio se não veio inteiro)."""

    answer: Answer | Silence
    body: bytes = b""

    def __repr__(self) -> str:
        """Sem o corpo: pode trazer um token novo."""
        return "<Reply>"


_CLOSED = Reply(Silence("client closed", written=False))


class GraphHttp:
    """As conexões com `{base_url}/{version}`; criado fora ou dentro do laço."""

    def __init__(
        self, base_url: str, version: str, max_connections: int, observe: Observe | None, signals: Signals
    ) -> None:
        self._root = f"{base_url.rstrip('/')}/{version}"
        self._version = version
        self._max_connections = max_connections
        self._observe = observe
        self._signals = signals
        self._session: aiohttp.ClientSession | None = None
        self._told: set[str] = {version, ""}
        self._wire: Wire | None = None
        self.usage = Usage()
        self.closed = False

    def session(self) -> aiohttp.ClientSession:
        """A sessão, aberta no primeiro uso."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._max_connections, ttl_dns_cache=60)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), headers={"User-Agent": USER_AGENT}
            )
        return self._session

    def wire(self) -> Wire:
        """O caminho curto dos POST de JSON, pelas mesmas conexões."""
        if self._wire is None:
            self._wire = Wire(self.session(), URL(self._root))
        return self._wire

    async def close(self) -> None:
        """Fecha as conexões; trocas seguintes nada escrevem. Pode ser repetido."""
        self.closed = True
        if self._session is not None:
            await self._session.close()

    async def exchange(
        self, call: Call, token: str, timeout_s: float, max_bytes: int, form: Form | None = None
    ) -> Reply:
        """Uma troca, medida; no máximo `max_bytes` do corpo são lidos."""
        if call.plain and form is None:
            return await self.post(call.endpoint, call.path, token, call.body, timeout_s, max_bytes)
        if self.closed:
            return _CLOSED
        started = time.perf_counter()
        try:
            reply = _heard(await self._by_session(call, token, timeout_s, max_bytes, form))
        except FAILED as error:
            reply = _unheard(error)
        self.measured(call.endpoint, reply.answer, started)
        return reply

    async def post(
        self, endpoint: str, path: str, token: str, body: bytes, timeout_s: float, max_bytes: int
    ) -> Reply:
        """Como `exchange` de um POST de JSON a `path`, pelo caminho curto: o de todo envio."""
        if self.closed:
            return _CLOSED
        started = time.perf_counter()
        try:
            reply = _heard(await self.wire().post(path, token, body, timeout_s, max_bytes))
        except FAILED as error:
            reply = _unheard(error)
        self.measured(endpoint, reply.answer, started)
        return reply

    def measured(self, endpoint: str, answer: Answer | Silence, started: float) -> None:
        """Conta uma resposta a quem observa; `started` é de `time.perf_counter`."""
        if self._observe is not None:
            self._observe(endpoint, answer.status, answer.graph_code or 0, time.perf_counter() - started)
        if not isinstance(answer, Answer):
            return
        if answer.usage_percent or answer.regain_ms:
            self.usage = Usage(answer.usage_percent, answer.regain_ms)
            self._signals.usage(self.usage)
        if answer.version not in self._told:
            self._told.add(answer.version)
            self._signals.version(self._version, answer.version)

    async def _by_session(
        self, call: Call, token: str, timeout_s: float, max_bytes: int, form: Form | None
    ) -> Received:
        headers = {"Authorization": f"Bearer {token}"}
        if call.body:
            headers["Content-Type"] = "application/json"
        data: aiohttp.FormData | Mapping[str, str] | bytes | None = form() if form else call.form or call.body
        async with self.session().request(
            call.method,
            URL(f"{self._root}/{call.path}").with_query(dict(call.query)),
            data=data or None,
            headers=headers,
            timeout=limits(timeout_s),
            allow_redirects=False,
        ) as response:
            body = await whole(response.content, max_bytes)
            if body is None:
                response.close()
            return Received(response.status, response.headers, body)


def _heard(received: Received) -> Reply:
    return Reply(read_answer(*received), received.body or b"")


def _unheard(error: Exception) -> Reply:
    """O que se sabe do pedido cuja troca falhou; nunca o texto da falha, que guarda o pedido."""
    reason = type(error).__name__
    if isinstance(error, NOT_WRITTEN):
        quick = isinstance(error, aiohttp.ClientConnectorError)
        return Reply(Silence(reason, written=False, quick=quick))
    return Reply(Silence(reason, written=True))
