"""Como se acumula uma decisão sem efeitos? Num rascunho que, no fim, vira um `Step`.

O estado recebido nunca é alterado: o rascunho trabalha sobre uma cópia.
"""

import msgspec

from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.flows import forget_removed
from pyloto_stream.conversation.portrait import learned
from pyloto_stream.conversation.records import ActionRecord, Mode, Record
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.step import Step, TimerChange
from pyloto_stream.conversation.wanted import MediaWanted

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(ConversationState).decode


class Draft:
    """Um turno em andamento. `mode` é o modo em vigor; `new_mode`, o que passa a valer.

    `part`: a vez deste rascunho no turno (a etapa `session` é a 1; a `ai`, a 2).
    """

    answer: list[MessageReceived]
    reply: Reply | None
    wanted: list[MediaWanted]

    def __init__(
        self, state: ConversationState, *, turn_id: str, now_ms: int, rules: SessionRules,
        mode: Mode = "BOT", part: int = 1,
    ) -> None:  # fmt: skip
        self._before = state
        self._part = part
        self.state = _DECODE(_ENCODE(state))
        forget_removed(self.state)
        self.turn_id = turn_id
        self.now_ms = now_ms
        self.rules = rules
        self.mode: Mode = mode
        self.new_mode: Mode | None = None
        self.correlation_id = ""
        self.answer = []
        self.reply = None
        self.late = ""
        self.opened = 0
        """Quantas sessões este turno abriu."""
        self.closed: Session | None = None
        """A última sessão que este turno encerrou."""
        self.records: list[Record] = []
        self.wanted = []
        self._timers: dict[str, TimerChange] = {}

    @property
    def session(self) -> Session:
        """A sessão aberta.

        Raises:
            ValueError: não há sessão aberta (quem chama devia saber).
        """
        if self.state.session is None:
            raise ValueError("no open session")
        return self.state.session

    def audit(
        self,
        record_id: str,
        action: str,
        *,
        reason: str = "",
        data: dict[str, str | int | float] | None = None,
    ) -> None:
        """Registra um fato auditável do sistema neste instante, sem dados pessoais."""
        self.records.append(
            ActionRecord(
                id=record_id, action=action, at_ms=self.now_ms, actor="SYSTEM", reason=reason,
                correlation_id=self.correlation_id, data=data or {},
            )
        )  # fmt: skip

    def timer(self, change: TimerChange) -> None:
        """Arma ou desarma; de duas mudanças do mesmo temporizador vale a última."""
        self._timers[change.name] = change

    def step(self) -> Step:
        """O resultado. Havendo mensagens a responder, a resposta é da etapa `ai` e só dela."""
        told = learned(
            self._before, self.state, self.closed, record_id=f"{self.turn_id}:profile.{self._part}",
            now_ms=self.now_ms,
        )  # fmt: skip
        return Step(
            state=self.state,
            answer=self.answer,
            reply=None if self.answer else self.reply,
            records=self.records if told is None else [*self.records, told],
            timers=list(self._timers.values()),
            mode=self.new_mode,
            wanted=self.wanted,
            late="" if self.answer or self.reply else self.late,
        )
