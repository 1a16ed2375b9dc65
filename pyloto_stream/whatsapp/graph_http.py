"""Como se faz uma troca HTTP com a Graph API? Um conjunto de conexões, e toda falha vira valor.

Promete: nenhuma exceção do cliente HTTP escapa de `exchange` (ela guarda o pedido, com o token); o uso e a
versão que a resposta traz são contados a quem pediu. Limite: não repete nada e não decide nada.
"""

import time
from collections.abc import Callable, Mapping
from functools import lru_cache

import aiohttp
import msgspec
from yarl import URL

from pyloto_stream.whatsapp.graph_answer import Answer, Silence, read_answer
from pyloto_stream.whatsapp.graph_call import Call
from pyloto_stream.whatsapp.graph_usage import Usage

Observe = Callable[[str, int, int, float], None]
"""`(endpoint, status, code, seconds)`: rótulo da chamada; HTTP e código da Graph (0 se não há)."""

Form = Callable[[], aiohttp.FormData]
"""Dá um formulário novo a cada tentativa: o corpo que flui não se lê duas vezes."""

USER_AGENT = "pyloto-stream"
KNOWN_ADDRESSES = 1024
"""Endereços que se guardam prontos: os de envio são um por número, e montá-los custa como a resposta."""
NOT_WRITTEN = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""DNS, recusa, TLS e prazo de conexão: nada foi escrito."""


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
        self._address = lru_cache(KNOWN_ADDRESSES)(self._made_address)
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

    async def close(self) -> None:
        """Fecha as conexões; trocas seguintes nada escrevem. Pode ser repetido."""
        self.closed = True
        if self._session is not None:
            await self._session.close()

    async def exchange(
        self, call: Call, token: str, timeout_s: float, max_bytes: int, form: Form | None = None
    ) -> Reply:
        """Uma troca, medida; no máximo `max_bytes` do corpo são lidos."""
        if self.closed:
            return Reply(Silence("client closed", written=False))
        started = time.perf_counter()
        reply = await self._exchange(call, token, timeout_s, max_bytes, form)
        self.measured(call.endpoint, reply.answer, started)
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

    def _made_address(self, path: str) -> URL:
        return URL(f"{self._root}/{path}")

    async def _exchange(
        self, call: Call, token: str, timeout_s: float, max_bytes: int, form: Form | None
    ) -> Reply:
        data: aiohttp.FormData | aiohttp.BytesPayload | Mapping[str, str] | None
        if form is not None:
            data = form()
        elif call.body and not call.form:
            data = aiohttp.BytesPayload(call.body, content_type="application/json")
        else:
            data = call.form or None
        address = self._address(call.path)
        try:
            async with self.session().request(
                call.method,
                address.with_query(dict(call.query)) if call.query else address,
                data=data,
                headers={"Authorization": f"Bearer {token}"},
                timeout=_limits(timeout_s),
                allow_redirects=False,
            ) as response:
                body = await _body(response, max_bytes)
                return Reply(read_answer(response.status, response.headers, body), body or b"")
        except NOT_WRITTEN as error:
            quick = isinstance(error, aiohttp.ClientConnectorError)
            return Reply(Silence(type(error).__name__, written=False, quick=quick))
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError é um OSError
            return Reply(Silence(type(error).__name__, written=True))


@lru_cache(64)
def _limits(timeout_s: float) -> aiohttp.ClientTimeout:
    """Conectar tem prazo menor que o total: se o total vence, a conexão já existia e há dúvida."""
    return aiohttp.ClientTimeout(total=timeout_s, connect=min(10.0, timeout_s / 3))


async def _body(response: aiohttp.ClientResponse, max_bytes: int) -> bytes | None:
    """Corpo inteiro, ou `None` se passou do teto ou foi cortado; o status já conhecido não se perde."""
    content, body = response.content, b""
    try:
        while True:  # uma resposta comum chega inteira na primeira vez
            body += await content.readany()
            if len(body) > max_bytes:
                response.close()
                return None
            if content.at_eof():
                return body
    except (aiohttp.ClientError, OSError):
        return None
