"""A Meta deixaria passar mais esta? Os ritmos de verdade: por número, por pessoa e por hora de gestão.

Regras da página "Throughput" e da tabela de limites (2026): 80 mensagens por segundo por número, contando as
que entram; uma a cada 6 s para a mesma pessoa, com crédito de 45 numa rajada; 200 chamadas de gestão por
hora. Promete: uma recusa não gasta crédito. Limite: o relógio é o monotônico do simulador.
"""

import math
from collections import Counter

import msgspec

from pyloto_stream.simulator.config import RateLimits
from pyloto_stream.simulator.delivery import Monotonic
from pyloto_stream.simulator.refusal import RefusedCallError

HOUR_S = 3600.0


class Bucket:
    """Um balde de fichas que enche a `rate` por segundo até `capacity`."""

    def __init__(self, rate: float, capacity: float, now_s: float) -> None:
        self._rate, self._capacity = rate, capacity
        self._level, self._at_s = capacity, now_s

    def take(self, now_s: float, *, force: bool = False) -> bool:
        """Tira uma ficha, se há; com `force` tira mesmo sem haver, e fica devendo."""
        self._level = min(self._capacity, self._level + (now_s - self._at_s) * self._rate)
        self._at_s = now_s
        if self._level < 1 - 1e-9 and not force:
            return False
        self._level -= 1
        return True

    def give_back(self) -> None:
        """Devolve a última ficha."""
        self._level += 1

    @property
    def used_percent(self) -> int:
        """Quanto do balde está gasto."""
        return max(0, min(100, math.ceil(100 * (1 - self._level / self._capacity))))


class Meters:
    """Os baldes de todos. `throttled` conta recusas por código."""

    def __init__(self, limits: RateLimits | None, monotonic: Monotonic, waba_id: str) -> None:
        self.throttled: Counter[int] = Counter()
        self._limits = limits
        self._monotonic = monotonic
        self._waba_id = waba_id
        self._numbers: dict[str, Bucket] = {}
        self._pairs: dict[tuple[str, str], Bucket] = {}
        self._management: Bucket | None = None

    def received(self, number: str) -> None:
        """Uma mensagem entrou: gasta da mesma conta, e não pode ser recusada."""
        if self._limits is not None:
            self._number(number, self._limits).take(self._monotonic(), force=True)

    def sending(self, number: str, person: str) -> None:
        """Um envio quer passar.

        Raises:
            RefusedCallError: 131056 (a mesma pessoa) ou 130429 (o número).
        """
        if self._limits is None:
            return
        now_s, limits = self._monotonic(), self._limits
        pair = self._pairs.get((number, person))
        if pair is None:
            pair = Bucket(1 / limits.pair_interval_s, limits.pair_credit, now_s)
            self._pairs[number, person] = pair
        if not pair.take(now_s):
            raise self._refuse(131056, "Too many messages sent to this person in a short time.")
        if not self._number(number, limits).take(now_s):
            pair.give_back()
            raise self._refuse(130429, "The throughput of this number has been reached.")

    def managing(self) -> None:
        """Uma chamada de gestão quer passar.

        Raises:
            RefusedCallError: 80007.
        """
        limits = self._limits
        if limits is None or not limits.management_per_h:
            return
        now_s = self._monotonic()
        if self._management is None:
            most = limits.management_per_h
            self._management = Bucket(most / HOUR_S, most, now_s)
        if not self._management.take(now_s):
            raise self._refuse(80007, "Too many calls to this WhatsApp Business account.")

    def headers(self) -> dict[str, str]:
        """Os cabeçalhos de uso, em porcentagem do limite; nenhum se não há limite."""
        if self._limits is None:
            return {}
        used = self._management.used_percent if self._management is not None else 0
        usage = {"call_count": used, "total_cputime": 0, "total_time": 0}
        case = {"type": "whatsapp", **usage, "estimated_time_to_regain_access": 1 if used >= 100 else 0}
        return {
            "X-App-Usage": msgspec.json.encode(usage).decode(),
            "X-Business-Use-Case-Usage": msgspec.json.encode({self._waba_id: [case]}).decode(),
        }

    def _number(self, number: str, limits: RateLimits) -> Bucket:
        bucket = self._numbers.get(number)
        if bucket is None:
            bucket = Bucket(limits.number_per_s, limits.capacity, self._monotonic())
            self._numbers[number] = bucket
        return bucket

    def _refuse(self, code: int, details: str) -> RefusedCallError:
        self.throttled[code] += 1
        status = self._limits.http_status if self._limits is not None else 0
        return RefusedCallError(code, details, status=status)
