"""Como um CRM recebe a entrega por HTTP, e sabe que fomos nós? Um POST assinado, com o id como chave.

Promete: o mesmo id em toda repetição; nenhum redirecionamento seguido; nem corpo da resposta, nem segredo,
nem caminho do endereço em log ou erro. Limite: pelo menos uma vez; quem recebe descarta o id que já viu.
"""

import asyncio
import hmac
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp
from loguru import logger

from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.errors import PermanentError, UnavailableError
from pyloto_stream.whatsapp.graph_usage import retry_after_ms

TIMEOUT_S = 10.0
"""Prazo de um POST inteiro."""
MAX_CONNECTIONS = 32
DRAIN_BYTES, DRAIN_S = 65_536, 1.0
"""Quanto do corpo da resposta se lê, sem olhar, para que a conexão sirva de novo."""
USER_AGENT = "pyloto-stream"
BUSY = frozenset({408, 425, 429})
"""Como 5xx: o CRM não pôde agora."""
REFUSED = frozenset({401, 403, 407})
"""Como 3xx: o CRM está, e a configuração não serve; só um operador resolve, e nada se perde até lá."""
UNREACHED = {
    aiohttp.ClientSSLError: "handoff_tls",
    aiohttp.ClientConnectorError: "handoff_unreachable",
    TimeoutError: "handoff_timeout",
}
"""O código de cada falha sem resposta; outra qualquer é uma conexão que caiu."""

Count = Callable[[str, float], None]
"""`(resultado, segundos)` de cada POST."""


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Valor de `X-Pyloto-Signature-256`: cobre o instante, para que um pedido antigo não valha de novo."""
    return "sha256=" + hmac.digest(secret, timestamp.encode() + b"." + body, "sha256").hex()


class HandoffPost:
    """As conexões com um CRM; criado fora ou dentro do laço. Quem abre fecha."""

    def __init__(
        self,
        url: str,
        secret: bytes,
        *,
        timeout_s: float = TIMEOUT_S,
        clock: Clock = system_clock,
        count: Count = lambda _result, _seconds: None,
    ) -> None:
        self._url = url
        self._secret = secret
        self.timeout_s = timeout_s
        self._clock = clock
        self._count = count
        self._session: aiohttp.ClientSession | None = None
        self._told = 0

    def __repr__(self) -> str:
        """Só o servidor: o caminho pode levar um segredo."""
        return f"<HandoffPost {urlsplit(self._url).hostname}>"

    def use(self, secret: bytes) -> None:
        """Assina com `secret` os próximos POSTs."""
        self._secret = secret

    async def deliver(self, delivery: str, body: bytes) -> None:
        """Entrega `body` sob o id `delivery`.

        Raises:
            UnavailableError: não se sabe que chegou; repetir, com o mesmo id. Code `handoff_http_<status>`,
                `handoff_refused` (configuração), `handoff_unreachable`, `handoff_tls`, `handoff_timeout` ou
                `handoff_cut`.
            PermanentError: o CRM não aceita esta entrega; code `handoff_http_<status>`.
        """
        started = time.perf_counter()
        answer = await self._exchange(delivery, body)
        seconds = time.perf_counter() - started
        fault = self._judged(*answer) if isinstance(answer, tuple) else _lost(answer)
        self._count(fault.code if fault else "posted", seconds)
        if fault is not None:
            raise fault

    async def close(self) -> None:
        """Fecha as conexões. Pode ser repetido."""
        if self._session is not None:
            await self._session.close()

    async def _exchange(self, delivery: str, body: bytes) -> tuple[int, str] | str:
        """Status e `Retry-After`; ou o código do que impediu a resposta (a exceção traz o endereço)."""
        timestamp = str(self._clock() // 1000)
        headers = {
            "Content-Type": "application/json",
            "X-Pyloto-Delivery": delivery,
            "X-Pyloto-Timestamp": timestamp,
            "X-Pyloto-Signature-256": signature(self._secret, timestamp, body),
        }
        try:
            async with self._opened().post(
                self._url, data=body, headers=headers, allow_redirects=False
            ) as response:
                answer = response.status, response.headers.get("Retry-After", "")
                await _drained(response)
                return answer
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError é um OSError
            return next((code for kind, code in UNREACHED.items() if isinstance(error, kind)), "handoff_cut")

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS, ttl_dns_cache=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": USER_AGENT},
                timeout=aiohttp.ClientTimeout(total=self.timeout_s),
            )
        return self._session

    def _judged(self, status: int, retry_after: str) -> UnavailableError | PermanentError | None:
        if 200 <= status < 300:
            self._told = 0
            return None
        code = f"handoff_http_{status}"
        if status in BUSY or status >= 500:
            asked_ms = retry_after_ms(retry_after)
            return UnavailableError("the receiver cannot take it now", code=code, retry_after_ms=asked_ms)
        if status in REFUSED or status < 400:
            self._tell(status)
            return UnavailableError("the receiver wants another configuration", code="handoff_refused")
        return PermanentError("the receiver does not take this hand-off", code=code)

    def _tell(self, status: int) -> None:
        """Uma linha por recusa nova, não por tentativa."""
        if self._told == status:
            return
        self._told = status
        logger.bind(status=status, host=urlsplit(self._url).hostname).error(
            "hand-offs wait: the receiver refuses us, check HANDOFF_WEBHOOK_URL and HANDOFF_WEBHOOK_SECRET"
        )


def _lost(code: str) -> UnavailableError:
    return UnavailableError("no answer from the receiver", code=code)


async def _drained(response: aiohttp.ClientResponse) -> None:
    """Lê e esquece um corpo curto; um longo, lento ou cortado custa só a conexão: o status já se sabe."""
    with suppress(aiohttp.ClientError, OSError, asyncio.IncompleteReadError):
        async with asyncio.timeout(DRAIN_S):
            await response.content.readexactly(DRAIN_BYTES)
