"""Quando esta mensagem pode sair? Na sua vez, antes que a Meta recuse por pressa: por número e por pessoa.

Promete: somados todos os processos, um número não passa do seu ritmo, nem uma conversa do dela; a espera é
uma vez reservada, que não se perde; depois de uma recusa por pressa o ritmo cai à metade e volta sozinho em
um minuto. Limite: o que entra é contado aos poucos (`PaceMeter`), e no máximo como metade do ritmo, ou o
robô se calaria quando mais se fala com ele; uma vez não usada não volta.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import count
from typing import NamedTuple

import msgspec

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams import keys
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.scripts import Script

NUMBER_BURST_S = 0.25
"""Quanto do ritmo de um número pode ir de uma vez: uma conversa solta não espera, e sobra folga à da Meta."""
LATE_BURST_S = 0.5
"""Quanto do ritmo, em vezes já vencidas, pode sair junto depois de uma parada; as outras pedem outra vez."""
FLUSH_S = 0.1
KNOWN_NUMBERS = 1024
"""Números nossos de que se guarda o lugar e o ritmo, em vez de os calcular a cada envio."""
SHORT_MS = 20
"""Uma espera até aqui se faz no lugar: estacionar o turno custaria mais."""


class Slot(msgspec.Struct, frozen=True, omit_defaults=True):
    """As vezes que um envio já tem, em ms Unix (0: nenhuma): com a pessoa, e do número na época `epoch`."""

    pair_ms: int = 0
    number_ms: int = 0
    epoch: int = 0


class Slots(NamedTuple):
    """O que `begin_send.lua` pergunta ao ritmo, por posição; vezes em ms, no relógio do Redis (0: nenhuma).

    `person`: vez que se tem, ms entre dois envios, quantos podem ir juntos. `number`: chave inteira, vez que
    se tem, época dela, ms entre dois envios, quantos podem ir juntos, quantas vencidas saem juntas.
    """

    person: tuple[int, float, float]
    number: tuple[str, int, int, float, float, float]


class Turnstile(NamedTuple):
    """Resposta de `reserve`: pode ir a partir de `due_ms` (relógio do Redis), daqui a `wait_ms` (0: já).

    `slot` é o que se tem reservado; quem volta com ele não entra na fila outra vez.
    """

    due_ms: int
    wait_ms: int
    slot: Slot

    @classmethod
    def of(cls, pair_ms: int, number_ms: int, epoch: int, now_ms: int) -> "Turnstile":
        """De duas vezes; sem a do número (0), espera-se só a da pessoa."""
        due_ms = max(number_ms, pair_ms)
        return cls(due_ms, max(0, due_ms - now_ms), Slot(pair_ms, number_ms, epoch))


class Pacer:
    """O ritmo dos números `rates` (mensagens por segundo; a chave vazia vale para os outros).

    `pair_interval_s`: segundos entre duas mensagens à mesma pessoa (0: sem dosar); `pair_burst`: o crédito.
    """

    def __init__(
        self, gateway: Gateway, rates: Mapping[str, float], pair_interval_s: float = 6.0, pair_burst: int = 10
    ) -> None:
        self._gateway = gateway
        self._rates = dict(rates)
        self._pair = {"st": pair_interval_s * 1000, "bu": pair_burst}
        self._of_number = lru_cache(KNOWN_NUMBERS)(self._place_of)
        self._number = lru_cache(KNOWN_NUMBERS)(self._rate_of)
        self._keyed = lru_cache(KNOWN_NUMBERS)(self._key_and_rate)
        self._asker, self._asked = secrets.token_hex(6), count()

    async def reserve(
        self, conversation: str, number: str, held: Slot | None = None, rate: float = 0.0
    ) -> Turnstile:
        """A vez do próximo envio de `number` a `conversation`. `rate`: o ritmo que a Meta disse, se disse.

        A vez do número só se pede quando a da pessoa chegou, ou faltam `SHORT_MS`: antes, seria guardada por
        quem não pode usá-la. Sem ela (`slot.number_ms` 0) ninguém envia.

        Raises:
            UnavailableError: o Redis não respondeu.
        """
        slot = held or Slot()
        pair = {"k": "take", "hd": slot.pair_ms, "ep": 0, **self._pair}
        pair_ms, _, now_ms = await self._ask(*self._of_pair(conversation), pair)
        if pair_ms - now_ms > SHORT_MS:
            return Turnstile.of(pair_ms, slot.number_ms, slot.epoch, now_ms)
        op = {"k": "take", "hd": slot.number_ms, "ep": slot.epoch, **self._number(number, rate)}
        return Turnstile.of(pair_ms, *await self._ask(*self._of_number(number), op))

    def slots(self, number: str, held: Slot | None = None, rate: float = 0.0) -> Slots | None:
        """O que `reserve` perguntaria, para quem pergunta outra coisa na mesma ida (ver `ledger.py`).

        `None`: o ritmo do número pode morar noutro servidor que a conversa.
        """
        if not self._gateway.one_server:
            return None
        key, every_ms, burst, late = self._keyed(number, rate)
        slot = held or Slot()
        return Slots(
            (slot.pair_ms, self._pair["st"], self._pair["bu"]),
            (key, slot.number_ms, slot.epoch, every_ms, burst, late),
        )

    async def throttled(
        self, conversation: str, number: str, retry_after_ms: int = 0, rate: float = 0.0, *, pair: bool
    ) -> int:
        """A Meta recusou por pressa: devolve quantos ms esta conversa espera antes de pedir outra vez.

        `pair`: a recusa é só com esta pessoa; senão, é do número inteiro.

        Raises:
            UnavailableError: o Redis não respondeu.
        """
        if pair:
            op = {"k": "rest", "w": retry_after_ms, **self._pair}
            due_ms, _, now_ms = await self._ask(*self._of_pair(conversation), op)
        else:
            op = {"k": "slow", "w": retry_after_ms, **self._number(number, rate)}
            due_ms, _, now_ms = await self._ask(*self._of_number(number), op)
        return max(0, due_ms - now_ms)

    async def charge(self, number: str, n: int) -> None:
        """`n` mensagens entraram por `number`: gastam da mesma conta.

        Raises:
            UnavailableError: o Redis não respondeu.
        """
        await self._ask(*self._of_number(number), {"k": "charge", "c": n, **self._number(number, 0.0)})

    def _rate_of(self, number: str, rate: float) -> dict[str, float]:
        rate = rate or self._rates.get(number) or self._rates[""]
        bursts = {"bu": NUMBER_BURST_S, "ga": LATE_BURST_S}
        return {"st": 1000 / rate, **{name: max(1, int(rate * each)) for name, each in bursts.items()}}

    def _place_of(self, number: str) -> tuple[int, str]:
        digest = keys.dedupe_digest(f"number {number}").hex()
        return keys.partition_of(digest, self._gateway.partitions), f"number:{digest}"

    def _key_and_rate(self, number: str, rate: float) -> tuple[str, float, float, float]:
        (partition, name), rated = self._of_number(number), self._number(number, rate)
        key = f"{keys.prefix(partition, self._gateway.partitions)}:pace:{name}"
        return key, rated["st"], rated["bu"], rated["ga"]

    def _of_pair(self, conversation: str) -> tuple[int, str]:
        return keys.partition_of(conversation, self._gateway.partitions), f"pair:{conversation}"

    async def _ask(self, partition: int, name: str, op: Mapping[str, object]) -> tuple[int, int, int]:
        asked = {**op, "n": name, "q": f"{self._asker}{next(self._asked):x}"}
        reply = await self._gateway.submit(Script.PACE, partition, asked)
        if not isinstance(reply, list):
            raise UnavailableError("unexpected reply from pace", code="redis_error")
        due_ms, epoch, now_ms = reply
        return due_ms, epoch, now_ms


class PaceMeter:
    """Conta o que entra por número e o gasta do ritmo a cada `FLUSH_S`, em segundo plano, se der.

    Uma queda do Redis perde contas, e nada mais: quem aceita um webhook não espera por elas.
    """

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self._counted: Counter[str] = Counter()

    def count(self, number: str, n: int = 1) -> None:
        """`n` mensagens entraram por `number`."""
        self._counted[number] += n

    async def run(self, stop: asyncio.Event) -> None:
        """Gasta o que se contou, até `stop`; o que resta então é gasto antes de sair."""
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FLUSH_S)
            await self._flush()

    async def _flush(self) -> None:
        counted, self._counted = self._counted, Counter()
        charged = (self._pacer.charge(number, n) for number, n in counted.items())
        for failed in await asyncio.gather(*charged, return_exceptions=True):
            if failed is not None and not isinstance(failed, UnavailableError):
                raise failed
