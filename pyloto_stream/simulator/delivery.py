"""Como a Meta entrega um webhook? Assinado, repetido com espera crescente até receber exatamente 200.

Promete: cada repetição leva os mesmos bytes; toda entrega acaba aceita ou desistida, e quem espera fica
sabendo. Limite: quanto se insiste diz `Pace`; a ordem entre entregas não é garantida, como na Meta: quem
precisa dela espera `accepted` antes da próxima.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable

import aiohttp
import msgspec

from pyloto_stream.simulator.chores import Chores
from pyloto_stream.simulator.config import Pace
from pyloto_stream.simulator.envelopes import Change, Json, Number
from pyloto_stream.whatsapp.signature import sign

Monotonic = Callable[[], float]
"""Segundos de um relógio que nunca volta."""

Rest = Callable[[float], Awaitable[None]]
"""Espera tantos segundos: um teste pode pôr um que não espera, e 7 dias passam em milissegundos."""


class Attempt(msgspec.Struct, frozen=True):
    """Uma tentativa. `status` 0: não houve resposta, e `reason` diz por quê (sem endereço e sem conteúdo)."""

    started_s: float
    took_ms: float
    status: int
    reason: str = ""


class Delivery:
    """O destino de um POST."""

    def __init__(self, values: list[Change]) -> None:
        self.values = values
        self.body = b""
        self.attempts: list[Attempt] = []
        self.started_s = 0.0
        self._why = "stopped"
        self._tried = asyncio.Event()
        self._ended = asyncio.Event()

    async def first(self) -> Attempt:
        """Espera a primeira tentativa terminar (`reason` `stopped`: não houve, o simulador parou)."""
        await self._tried.wait()
        return self.attempts[0] if self.attempts else Attempt(0.0, 0.0, 0, self._why)

    async def accepted(self) -> bool:
        """Espera o fim: `True` se o webhook respondeu 200, `False` se a Meta local desistiu."""
        await self._ended.wait()
        return bool(self.attempts) and self.attempts[-1].status == 200

    def tried(self, attempt: Attempt) -> None:
        """Registra uma tentativa."""
        self.attempts.append(attempt)
        self._tried.set()

    def end(self, why: str = "stopped") -> "Delivery":
        """Não haverá outra tentativa; `why`, se não houve nenhuma."""
        self._why = why
        self._tried.set()
        self._ended.set()
        return self


class WebhookSender:
    """Fila de saída para um endereço. `url` pode mudar a qualquer hora: vale para as próximas tentativas.

    `override` é o endereço próprio da conta: se há, leva o tráfego de conversa. Sem `subscribed`, ou fora de
    `fields` (vazio: todos), nada sai: a entrega termina na hora.
    """

    def __init__(
        self,
        number: Number,
        secret: bytes,
        pace: Pace,
        chores: Chores,
        monotonic: Monotonic,
        rest: Rest = asyncio.sleep,
    ) -> None:
        self.url = ""
        self.override = ""
        self.subscribed = True
        self.fields: frozenset[str] | None = None
        self.given_up: list[Delivery] = []
        self.taken = 0
        self._number = number
        self._secret = secret
        self._pace = pace
        self._chores = chores
        self._monotonic = monotonic
        self._rest = rest
        self._slots = asyncio.Semaphore(pace.concurrency)
        self._batch: Delivery | None = None
        self._open: set[Delivery] = set()
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    def send(self, value: Json, field: str = "messages", time_s: int = 0) -> Delivery:
        """Põe uma mudança na fila e devolve a entrega que a leva (a mesma, se juntada com outras)."""
        change = Change(value, field, time_s)
        if not self.subscribed or (self.fields is not None and field not in self.fields):
            return Delivery([change]).end("not_subscribed")
        if self._pace.batch_ms == 0 or not change.of_messages:
            return self._begin([change])
        if self._batch is None or len(self._batch.values) >= self._pace.batch_max:
            self._batch = self._begin([], self._pace.batch_ms)
        self._batch.values.append(change)
        return self._batch

    def repeat(self, delivery: Delivery) -> Delivery:
        """Entrega de novo os mesmos itens, como a Meta faz quando não viu o nosso 200."""
        return self._begin(list(delivery.values))

    async def close(self) -> None:
        """Fecha as conexões e desiste do que ficou e do que vier; `Chores` já cancelou as tarefas."""
        self._closed = True
        for delivery in self._open:
            delivery.end()
        if self._session is not None:
            await self._session.close()

    def _begin(self, values: list[Change], wait_ms: int = 0) -> Delivery:
        delivery = Delivery(values)
        if self._closed:  # ninguém a levaria: quem espera fica sabendo já
            delivery.end()
            return delivery
        self._open.add(delivery)
        self._chores.spawn(self._deliver(delivery, wait_ms))
        return delivery

    async def _deliver(self, delivery: Delivery, wait_ms: int) -> None:
        if wait_ms:  # um lote: espera o que mais vier
            await asyncio.sleep(wait_ms / 1000)
            self._batch = None if self._batch is delivery else self._batch
        await self._insist(delivery)
        self._open.discard(delivery)
        delivery.end()

    async def _insist(self, delivery: Delivery) -> None:
        delivery.body = self._number.webhook(delivery.values)
        wait_ms, waited_ms = self._pace.retry_first_ms, 0
        horizon_ms = self._pace.horizon_ms or math.inf
        for left in reversed(range(self._pace.attempts)):
            async with self._slots:
                attempt = await self._post(delivery)
            delivery.tried(attempt)
            if attempt.status == 200:
                self.taken += 1
                return
            if waited_ms + wait_ms > horizon_ms:
                break
            if left:
                waited_ms += wait_ms
                await self._rest(wait_ms / 1000)
                wait_ms = min(wait_ms * 2, self._pace.retry_max_ms)
        self.given_up.append(delivery)

    async def _post(self, delivery: Delivery) -> Attempt:
        started_s = self._monotonic()
        delivery.started_s = delivery.started_s or started_s
        status, reason = 0, ""
        talk = all(change.of_messages for change in delivery.values)
        url = (self.override if talk else "") or self.url
        if not url:
            return Attempt(started_s, 0.0, 0, "no_webhook")
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": sign(self._secret, delivery.body),
        }
        try:
            session = self._connect()
            async with session.post(
                url, data=delivery.body, headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
                status = answer.status
        except TimeoutError:
            reason = "timeout"
        except aiohttp.ClientConnectorError:
            reason = "unreachable"
        except (aiohttp.ClientError, OSError):
            reason = "disconnected"
        return Attempt(started_s, (self._monotonic() - started_s) * 1000, status, reason)

    def _connect(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._pace.concurrency)
            timeout = aiohttp.ClientTimeout(total=self._pace.timeout_ms / 1000)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session
