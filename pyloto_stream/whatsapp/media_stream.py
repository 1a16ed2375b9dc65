"""Como se abre e se lê, em pedaços, o que está num endereço da Meta, sem lhe dar mais do que ela pode ter?

Promete: só pede a endereços da lista, por https (a base da Graph vale como foi configurada); o token só vai à
origem pedida: um redirecionamento a outra, também da lista, segue sem ele. Tamanho e SHA-256 são contados no
caminho. Limite: nem URL nem cabeçalho chegam a mensagem de erro, nem como exceção encadeada.
"""

import hashlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from pyloto_stream.errors import UnavailableError
from pyloto_stream.whatsapp.graph_answer import MAX_BODY_BYTES, Answer, Silence, read_answer
from pyloto_stream.whatsapp.graph_call import judge_call
from pyloto_stream.whatsapp.graph_errors import GraphError, GraphTransientError
from pyloto_stream.whatsapp.graph_http import NOT_WRITTEN, GraphHttp
from pyloto_stream.whatsapp.media_errors import MediaHashError, MediaTooLargeError
from pyloto_stream.whatsapp.media_types import HEAD_BYTES

CHUNK_BYTES = 64 * 1024
MAX_REDIRECTS = 3
SILENCE_S = 30.0
"""Quanto se espera pelo próximo byte."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class MediaHostError(UnavailableError):
    """A Meta aponta para um endereço que não está em `MEDIA_HOSTS`, ou sem https.

    Quem o diz é a Meta: o mais provável é que tenha mudado de casa. Espera-se que alguém ponha a casa nova na
    lista; enquanto isso nada se perde, até o arquivo vencer (7 dias).
    """

    code = "media_host_refused"


class Incoming:
    """Um conteúdo aberto, do começo; lido uma vez."""

    def __init__(self, response: aiohttp.ClientResponse, max_bytes: int) -> None:
        self._response = response
        self._max_bytes = max_bytes
        self._head = b""
        self._hash = hashlib.sha256()
        self._size = 0

    async def head(self) -> bytes:
        """Os primeiros `HEAD_BYTES`, ou menos se o conteúdo acaba antes.

        Raises:
            MediaTooLargeError: o servidor diz um tamanho acima do limite.
            GraphTransientError: cortado; code `media_cut`.
        """
        if (self._response.content_length or 0) > self._max_bytes:
            raise MediaTooLargeError
        while len(self._head) < HEAD_BYTES:
            piece = await self._read(HEAD_BYTES - len(self._head))
            if not piece:
                break
            self._head += piece
        return self._head

    async def chunks(self, expected: bytes | None) -> AsyncGenerator[bytes, None]:
        """O conteúdo inteiro; no fim confere `expected`, se há.

        Raises:
            MediaTooLargeError: passou do limite.
            MediaHashError: o SHA-256 é outro.
            GraphTransientError: cortado; code `media_cut`.
        """
        piece = self._head or await self._read(CHUNK_BYTES)
        while piece:
            self._size += len(piece)
            if self._size > self._max_bytes:
                raise MediaTooLargeError
            self._hash.update(piece)
            yield piece
            piece = await self._read(CHUNK_BYTES)
        if expected is not None and self.digest != expected:
            raise MediaHashError

    @property
    def digest(self) -> bytes:
        """SHA-256 do que já foi lido por `chunks`."""
        return self._hash.digest()

    async def _read(self, size: int) -> bytes:
        try:
            return await self._response.content.read(size)
        except (aiohttp.ClientError, OSError) as error:
            reason = type(error).__name__
        raise GraphTransientError(f"media stream was cut: {reason}", code="media_cut")


class MediaStreams:
    """Abre conteúdos pelas conexões de `http`. `hosts`: nomes permitidos além da origem de `base_url`."""

    def __init__(self, http: GraphHttp, base_url: str, hosts: Collection[str], max_bytes: int) -> None:
        self._http = http
        self._base = URL(base_url).origin()
        self._hosts = frozenset(host.lower() for host in hosts)
        self._max_bytes = max_bytes

    @asynccontextmanager
    async def open(self, address: str, token: str, timeout_s: float) -> AsyncIterator[Incoming | GraphError]:
        """Abre `address`; uma resposta que não é o conteúdo vem como a falha que ela quer dizer.

        Raises:
            MediaHostError: endereço fora da lista, no começo ou num redirecionamento.
        """
        started = time.perf_counter()
        url = first = self._checked(address)
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._get(url, token if url.origin() == first.origin() else "", timeout_s)
            if isinstance(response, Silence) or response.status not in _REDIRECTS:
                break
            response.close()
            url = self._checked(response.headers.get("Location", ""), url)
        answer = response if isinstance(response, Silence) else Answer(response.status, complete=True)
        try:
            if isinstance(response, aiohttp.ClientResponse) and response.status == 200:
                yield Incoming(response, self._max_bytes)
            else:
                answer = await _answer(response)
                yield _fault(answer)
        finally:
            if isinstance(response, aiohttp.ClientResponse):
                response.close()
            self._http.measured("media_download", answer, started)

    def _checked(self, address: str, base: URL | None = None) -> URL:
        try:
            url = base.join(URL(address)) if base else URL(address)
            allowed = url.origin() == self._base or (
                url.scheme == "https" and url.port == 443 and (url.host or "") in self._hosts
            )
        except ValueError:
            allowed = False
        if not allowed or url.user is not None or url.password is not None:
            raise MediaHostError
        return url

    async def _get(self, url: URL, token: str, timeout_s: float) -> aiohttp.ClientResponse | Silence:
        headers = {"Accept-Encoding": "identity"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        timeout = aiohttp.ClientTimeout(
            total=timeout_s, connect=min(10.0, timeout_s / 3), sock_read=min(SILENCE_S, timeout_s)
        )
        if self._http.closed:
            return Silence("client closed", written=False)
        try:
            return await self._http.session().get(
                url, headers=headers, timeout=timeout, allow_redirects=False
            )
        except NOT_WRITTEN as error:
            return Silence(type(error).__name__, written=False)
        except (aiohttp.ClientError, OSError) as error:
            return Silence(type(error).__name__, written=True)


async def _answer(response: aiohttp.ClientResponse | Silence) -> Answer | Silence:
    if isinstance(response, Silence):
        return response
    body: bytes | None = None
    try:
        body = await response.content.read(MAX_BODY_BYTES)
    except (aiohttp.ClientError, OSError):
        body = None
    return read_answer(response.status, response.headers, body)


def _fault(answer: Answer | Silence) -> GraphError:
    fault = judge_call(answer, repeatable=True)
    return fault or GraphTransientError(f"not a file (http {answer.status})", code="media_odd_answer")
