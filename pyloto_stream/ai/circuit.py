"""Vale a pena perguntar ao modelo agora? Depois de falhas seguidas, as regras respondem já, por um tempo.

Promete: a pausa cresce a cada volta que falha, até `PAUSE_MAX_S`, e termina com uma pergunta só; o relógio
vem de fora. Limite: é de um processo; os outros descobrem por si.
"""

from collections.abc import Callable
from typing import NamedTuple

PAUSE_S, PAUSE_MAX_S = 2.0, 60.0
FAILURES = 3


class Outage(NamedTuple):
    """Uma queda que terminou: quanto durou, em segundos."""

    seconds: float


class Circuit:
    """Conta falhas seguidas do servidor. `clock` em segundos, sem voltar atrás."""

    def __init__(self, clock: Callable[[], float], failures: int = FAILURES) -> None:
        self._clock = clock
        self._limit = failures
        self._failed = 0
        self._pause_s = 0.0
        self._until = 0.0
        self._since = 0.0
        self._trying = False

    def allows(self) -> bool:
        """Pode-se perguntar? Terminada a pausa, só o primeiro a pedir pode, até se saber o que houve."""
        if not self._pause_s:
            return True
        now = self._clock()
        if now < self._until:
            return False
        self._until, self._trying = now + self._pause_s, True
        return True

    def failed(self) -> bool:
        """O servidor falhou; `True` se com isto começa uma queda."""
        self._failed += 1
        if self._failed < self._limit or (self._pause_s and not self._trying):
            return False  # ainda não é queda, ou é o resto do que já se sabe
        now, began = self._clock(), not self._pause_s
        self._since = now if began else self._since
        self._pause_s = min(self._pause_s * 2 or PAUSE_S, PAUSE_MAX_S)
        self._until, self._trying = now + self._pause_s, False
        return began

    def worked(self) -> Outage | None:
        """O servidor respondeu; a queda que com isto termina, se havia uma."""
        ended = Outage(self._clock() - self._since) if self._pause_s else None
        self._failed, self._pause_s, self._trying = 0, 0.0, False
        return ended
