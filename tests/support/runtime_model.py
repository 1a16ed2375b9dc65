"""O que o executor deve fazer, em Python puro: uma conversa, seu portão, sua caixa e o token que viaja.

O teste sorteia operações, aplica cada uma aqui e no Redis, e compara o que se vê dos dois lados.
"""

from dataclasses import dataclass, field

from pyloto_stream.streams.model import Turn

MAX_TURN_EVENTS = 100
NEXT = {"one": "two"}


@dataclass
class Conversation:
    """`token`: eventos do turno em curso (vazio: portão aberto). `entry`: entrada lida e não confirmada."""

    accepted: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    inbox: list[str] = field(default_factory=list)
    token: list[str] = field(default_factory=list)
    stage: str = "one"
    entry: str = ""
    owner: str = ""
    parked_until: int = 0
    tries: tuple[int, int] = (0, 0)
    state: str = ""
    number: int = 0
    last_commit: tuple[str, str, str] = ("", "", "")
    timer: tuple[int, str] | None = None

    def enter(self, event: str) -> None:
        """Um evento chega."""
        if self.token:
            self.inbox.append(event)
        else:
            self._start([event])

    def deliver(self, turn: Turn, consumer: str, events: list[str]) -> None:
        """O Redis entregou `turn` a `consumer`: confere que é o token desta conversa, e como deve estar."""
        assert self.token == events
        assert (self.stage, self.parked_until) == (turn.stage, 0)
        assert self.entry in ("", turn.entry_id)
        assert (self.tries, self.state) == ((turn.failures, turn.snoozes), turn.state.decode())
        assert turn.number > self.number if not self.number_known else turn.number == self.number
        self.number, self.number_known = turn.number, True
        self.entry, self.owner = turn.entry_id, consumer

    number_known: bool = False

    def holds(self, turn: Turn) -> bool:
        """A entrada de `turn` ainda espera confirmação?"""
        return bool(self.entry) and (self.stage, self.entry) == (turn.stage, turn.entry_id)

    def commit(self, turn: Turn, consumer: str, state: str, to: str | None) -> int:
        """Resposta esperada do commit, e seu efeito."""
        mark = (turn.stage, turn.entry_id, consumer)
        if not self.holds(turn):
            return 2 if self.last_commit == mark else 0
        self.last_commit, self.state = mark, state
        if to is None:
            self._finish()
        else:
            self._move(to)
        return 1

    def park(self, turn: Turn, due: int, *, failed: bool) -> int:
        """Resposta esperada, e seu efeito."""
        if not self.holds(turn):
            return 0
        failures, snoozes = self.tries
        self.tries = (failures + failed, snoozes + (not failed))
        self.entry, self.parked_until = "", due
        return 1

    def bury(self, turn: Turn, notice: str) -> int:
        """Resposta esperada, e seu efeito: o aviso abre o turno seguinte."""
        if not self.holds(turn):
            return 0
        self.inbox.insert(0, notice)
        self._finish()
        return 1

    def release(self, turn: Turn, consumer: str) -> int:
        """Resposta esperada, e seu efeito: o token espera de novo quem o leia."""
        if not (self.holds(turn) and self.owner == consumer):
            return 0
        self.entry = ""
        return 1

    def promote(self, now: int) -> None:
        """O token estacionado que venceu volta à sua etapa."""
        if self.token and 0 < self.parked_until <= now:
            self.parked_until = 0

    def _start(self, events: list[str]) -> None:
        self.token, self.number_known = events, False
        self._move("one")

    def _move(self, stage: str) -> None:
        self.stage, self.entry, self.parked_until, self.tries = stage, "", 0, (0, 0)

    def _finish(self) -> None:
        self.done += self.token
        self.token, self.entry = [], ""
        if self.inbox:
            events, self.inbox = self.inbox[:MAX_TURN_EVENTS], self.inbox[MAX_TURN_EVENTS:]
            self._start(events)
