"""Quando parar de pedir a quem não responde? Um disjuntor por etapa e processo.

fechado → muitas falhas seguidas da dependência → aberto: nada se lê → passada a espera, uma só entrada
experimenta → deu certo: o que pode estar em mãos dobra a cada acerto, até voltar ao normal.
Promete: uma queda, um aviso no começo e um no fim, com a duração. Limite: cada processo descobre por si.
"""

import random
import time
from collections.abc import Callable

from pyloto_stream.streams.telemetry import Telemetry

FAILURES = 5
"""Falhas seguidas da dependência que abrem o disjuntor; as de um pico isolado não chegam a tanto."""
RECOVERED = 4
"""Acertos seguidos, depois de aberto, que dizem que a queda acabou."""
QUIET_S = 5.0
"""Tempo depois do primeiro acerto, sem falha nenhuma, que diz o mesmo quando há pouco movimento."""
FIRST_WAIT_S = 0.5
_ALL = 1 << 30


class Breaker:
    """Disjuntor da etapa `stage`; a espera entre experiências dobra até `most_s` segundos."""

    def __init__(
        self,
        stage: str,
        telemetry: Telemetry,
        most_s: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stage = stage
        self._telemetry = telemetry
        self._most_s = most_s
        self._monotonic = monotonic
        self._failures = self._successes = 0
        self._limit = _ALL
        self._down_since: float | None = None
        self._closed_until = self._back_at = 0.0
        self._wait_s = FIRST_WAIT_S

    @property
    def open(self) -> bool:
        """A dependência está em queda?"""
        return self._down_since is not None

    @property
    def resting_s(self) -> float:
        """Segundos até a próxima experiência; 0 se já se pode ler."""
        return max(0.0, self._closed_until - self._monotonic()) if self.open else 0.0

    @property
    def limit(self) -> int:
        """Quantas entradas podem estar em mãos agora, ao todo."""
        return 0 if self.resting_s > 0 else self._limit

    def failed(self, code: str, asked_s: float = 0.0) -> None:
        """A dependência não respondeu, pelo motivo `code`; `asked_s`: espera que ela pediu."""
        self._failures, self._successes = self._failures + 1, 0
        if self._down_since is None and self._failures < FAILURES:
            return
        now = self._monotonic()
        if self._down_since is None:
            self._down_since = now
            self._telemetry.breaker_opened(self._stage, code)
        elif now < self._closed_until:
            return  # já estava em mãos quando o disjuntor abriu
        else:
            self._wait_s = min(self._most_s, self._wait_s * 2)
        self._limit = 1
        drawn_s = self._wait_s * random.uniform(0.5, 1)  # noqa: S311 — sorteio sem fim criptográfico
        self._closed_until = now + max(drawn_s, min(asked_s, self._most_s))

    def worked(self) -> None:
        """A dependência respondeu."""
        self._failures = 0
        if self._limit == _ALL:
            return
        if self.resting_s > 0:
            return  # partiu antes da queda
        self._successes += 1
        self._limit = min(_ALL, self._limit * 2)
        if self._successes == 1:
            self._back_at = self._monotonic()
        if self._successes >= RECOVERED:
            self._close()

    def settle(self) -> None:
        """A dependência responde há algum tempo, ainda que pouco se peça: a queda acabou."""
        if self._successes and self._monotonic() - self._back_at >= QUIET_S:
            self._close()

    def _close(self) -> None:
        if self._down_since is not None:
            self._telemetry.breaker_closed(self._stage, self._back_at - self._down_since)
            self._down_since, self._wait_s = None, FIRST_WAIT_S
