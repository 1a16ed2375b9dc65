"""Quanto um endereço pode pedir? Um balde que se enche aos poucos, lembrado em um número por endereço.

Promete: memória limitada; quem insiste não perde a vez de quem espera.
Limite: vale por processo, e atrás de um intermediário o endereço é o dele. Recusada, a Meta reenvia.
"""

from collections.abc import Callable

WINDOW_S = 60.0
MAX_ADDRESSES = 10_000


class RateLimit:
    """Até `per_minute` pedidos de uma vez; depois, um a cada `60 / per_minute` s. `now` em segundos."""

    def __init__(self, per_minute: int, now: Callable[[], float], max_addresses: int = MAX_ADDRESSES) -> None:
        self._interval_s = WINDOW_S / per_minute
        self._now = now
        self._max = max_addresses
        self._full_at: dict[str, float] = {}
        """Quando o balde de cada endereço estará cheio de novo."""

    def wait(self, address: str) -> float:
        """Quantos segundos `address` teria de esperar; nada se gasta."""
        now = self._now()
        return self._wait_s(self._full_at.get(address, now) - now)

    def take(self, address: str) -> float:
        """Usa uma vez de `address`: 0, ou quantos segundos esperar (e então nada foi gasto)."""
        now = self._now()
        full_at = self._full_at.get(address, now)
        if full_at > now:
            if wait_s := self._wait_s(full_at - now):
                return wait_s
        else:  # cheio: uma vez cabe sempre
            full_at = now
            if address not in self._full_at and len(self._full_at) >= self._max:
                self._forget(now)
        self._full_at[address] = full_at + self._interval_s
        return 0.0

    def give_back(self, address: str) -> None:
        """Desfaz o último `take` de `address`, que deu 0: só logo a seguir a ele."""
        self._full_at[address] -= self._interval_s

    def _wait_s(self, filling_s: float) -> float:
        """Quanto espera quem tem um balde que se enche em `filling_s`."""
        wait_s = filling_s + self._interval_s - WINDOW_S
        # a soma de muitos intervalos não é exata: um milésimo não faz ninguém esperar
        return wait_s if wait_s > self._interval_s / 1000 else 0.0

    def _forget(self, now: float) -> None:
        """Esquece quem já tem o balde cheio; se ninguém tem, a metade que está mais perto disso."""
        waiting = {address: at for address, at in self._full_at.items() if at > now}
        if len(waiting) >= self._max:
            farthest = sorted(waiting, key=waiting.__getitem__)[len(waiting) // 2 :]
            waiting = {address: waiting[address] for address in farthest}
        self._full_at = waiting
