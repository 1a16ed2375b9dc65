"""Como falar com a Graph API sem nunca confundir "não enviado" com "não se sabe"?

Promete: `send` devolve o id dado pela Meta ou levanta uma falha de `graph_errors.py` que diz se a mensagem
pode ter saído; por dentro só repete o que nem conectou. Nenhum texto seu, nem exceção encadeada, traz token,
telefone ou conteúdo. Limite: a Graph não tem idempotência; quem evita o envio duplo é o livro de envios.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping

import aiohttp
from tenacity import AsyncRetrying, RetryError, retry_if_result, stop_after_attempt, wait_random_exponential

from pyloto_stream.errors import MisconfiguredError, PermanentError
from pyloto_stream.whatsapp.graph_answer import MAX_BODY_BYTES, Answer, Sent, Silence, judge, read_answer
from pyloto_stream.whatsapp.graph_errors import DependencyDownError, ThrottledError, WindowClosedError
from pyloto_stream.whatsapp.messages import ReadReceipt
from pyloto_stream.whatsapp.payloads import build_receipt
from pyloto_stream.whatsapp.validators import InvalidMessageError

__all__ = ["DependencyDownError", "Sent", "ThrottledError", "WhatsAppHttpClient", "WindowClosedError"]

Observe = Callable[[str, int, int, float], None]
"""`(endpoint, status, code, seconds)`: `messages` ou `mark_read`; HTTP e código da Graph (0 se não há)."""

CONNECT_ATTEMPTS = 3
RECEIPT_TIMEOUT_S = 5.0
"""Leitura e "digitando" são cortesia: não seguram a resposta."""

_PHONE_NUMBER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_TOKEN = re.compile(r"[!-~]+", re.ASCII)
_NOT_WRITTEN = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""DNS, recusa, TLS e prazo de conexão: nada foi escrito."""


class WhatsAppHttpClient:
    """Cliente de um ou mais números sobre um só conjunto de conexões; criado fora ou dentro do laço.

    `access_token` vale para todo `phone_number_id` que não está em `tokens`. `timeout_s` cobre a chamada
    inteira; conectar pode levar até um terço dele, no máximo 10 s.

    Raises:
        MisconfiguredError: endereço, versão ou token com forma impossível (o valor não é mostrado).
    """

    def __init__(
        self,
        base_url: str,
        api_version: str,
        access_token: str,
        *,
        tokens: Mapping[str, str] | None = None,
        timeout_s: float = 30.0,
        max_connections: int = 100,
        observe: Observe | None = None,
    ) -> None:
        self._root = f"{base_url.rstrip('/')}/{api_version}"
        self._version = api_version
        self._default_token = access_token
        self._tokens = dict(tokens or {})
        self._timeout_s = timeout_s
        self._max_connections = max_connections
        self._observe = observe
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        problems = []
        if not base_url.startswith(("http://", "https://")):
            problems.append("WHATSAPP_API_BASE_URL: not an http(s) address")
        if not re.fullmatch(r"v[0-9]+\.[0-9]+", api_version, re.ASCII):
            problems.append("WHATSAPP_API_VERSION: not like v24.0")
        if not all(map(_TOKEN.fullmatch, [access_token, *self._tokens.values()])):
            problems.append("WHATSAPP_ACCESS_TOKEN: empty or not printable ASCII")
        if problems:
            raise MisconfiguredError(*problems)

    def __repr__(self) -> str:
        """Sem endereço e sem tokens."""
        return f"<WhatsAppHttpClient {self._version}{' closed' if self._closed else ''}>"

    async def send(self, phone_number_id: str, body: bytes) -> Sent:
        """Envia `body` (ver `payloads.build`) por `phone_number_id`.

        Raises:
            DependencyDownError: não enviado; Graph fora do alcance, token, permissão ou conta.
            ThrottledError: não enviado; depressa demais, com `retry_after_ms`.
            GraphTransientError: não enviado; repetir.
            WindowClosedError: não enviado; fora das 24 horas.
            GraphRefusedError: não enviado, nem nunca será; code `graph_<código>` ou `graph_http_<status>`.
            GraphInDoubtError: pode ter sido enviado; code `graph_in_doubt`.
            PermanentError: `phone_number_id` impossível; code `invalid_phone_number_id`.
        """
        if not _PHONE_NUMBER_ID.fullmatch(phone_number_id):
            raise PermanentError("phone_number_id has an impossible form", code="invalid_phone_number_id")
        answer = await self._post("messages", phone_number_id, body, self._timeout_s)
        if _unreached(answer):
            answer = await self._insist(phone_number_id, body)
        verdict = judge(answer)
        if isinstance(verdict, Sent):
            return verdict
        raise verdict

    async def mark_read(self, phone_number_id: str, message_id: str, *, typing: bool) -> bool:
        """Marca `message_id` como lida e, com `typing`, mostra "digitando" (≤ 25 s); uma tentativa só.

        Devolve se a Meta confirmou; falha nenhuma é levantada, pois nada depende disto.
        """
        if not _PHONE_NUMBER_ID.fullmatch(phone_number_id):
            return False
        try:
            body = build_receipt(ReadReceipt(message_id, typing=typing))
        except InvalidMessageError:
            return False
        timeout_s = min(self._timeout_s, RECEIPT_TIMEOUT_S)
        answer = await self._post("mark_read", phone_number_id, body, timeout_s)
        return isinstance(answer, Answer) and answer.status == 200 and answer.success

    def replace_token(self, access_token: str, phone_number_id: str = "") -> None:
        """Troca o token de `phone_number_id` (vazio: o padrão) para as próximas chamadas.

        Raises:
            MisconfiguredError: token vazio ou com caracteres impossíveis.
        """
        if not _TOKEN.fullmatch(access_token):
            raise MisconfiguredError("WHATSAPP_ACCESS_TOKEN: empty or not printable ASCII")
        if phone_number_id:
            self._tokens[phone_number_id] = access_token
        else:
            self._default_token = access_token

    async def close(self) -> None:
        """Fecha as conexões; chamadas seguintes falham sem escrever nada. Pode ser repetido."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._max_connections, ttl_dns_cache=60)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def _insist(self, phone_number_id: str, body: bytes) -> Answer | Silence:
        """Tenta de novo, já e depois com espera, o que não conectou; o envio bom não paga por isto."""
        patient = AsyncRetrying(
            retry=retry_if_result(_unreached),
            stop=stop_after_attempt(CONNECT_ATTEMPTS - 1),
            wait=wait_random_exponential(multiplier=0.05, max=0.5),
        )
        try:
            return await patient(self._post, "messages", phone_number_id, body, self._timeout_s)
        except RetryError as exhausted:
            last: Answer | Silence = exhausted.last_attempt.result()
            return last

    async def _post(
        self, endpoint: str, phone_number_id: str, body: bytes, timeout_s: float
    ) -> Answer | Silence:
        """Uma chamada. Toda falha vira valor: a exceção do cliente HTTP guarda o pedido, com o token."""
        if self._closed:
            return Silence("client closed", written=False)
        started = time.perf_counter()
        answer = await self._exchange(phone_number_id, body, timeout_s)
        if self._observe is not None:
            self._observe(endpoint, answer.status, answer.graph_code or 0, time.perf_counter() - started)
        return answer

    async def _exchange(self, phone_number_id: str, body: bytes, timeout_s: float) -> Answer | Silence:
        token = self._tokens.get(phone_number_id, self._default_token)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        # Conectar tem prazo menor que o total: se o total vence, a conexão já existia e há dúvida.
        timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(10.0, timeout_s / 3))
        url = f"{self._root}/{phone_number_id}/messages"
        try:
            async with self._open().post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return read_answer(response.status, response.headers, await _body(response))
        except _NOT_WRITTEN as error:
            quick = isinstance(error, aiohttp.ClientConnectorError)
            return Silence(type(error).__name__, written=False, quick=quick)
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError é um OSError
            return Silence(type(error).__name__, written=True)


async def _body(response: aiohttp.ClientResponse) -> bytes | None:
    """Corpo inteiro, ou `None` se passou do teto ou foi cortado; o status já conhecido não se perde."""
    try:
        await response.content.readexactly(MAX_BODY_BYTES + 1)
    except asyncio.IncompleteReadError as whole:
        return whole.partial
    except (aiohttp.ClientError, OSError):
        return None
    response.close()
    return None


def _unreached(answer: Answer | Silence) -> bool:
    return isinstance(answer, Silence) and answer.quick
