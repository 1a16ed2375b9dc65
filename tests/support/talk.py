"""Uma conversa inteira sem Redis nem Meta: decisões reais, relógio manual, prazos que vencem em ordem."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from consumers.drafts import draft
from consumers.outbound_plans import concluded
from consumers.pipeline import AI, AUDIT_LANE, MEDIA_LANE, OUTBOUND, SESSION, failed_turn
from consumers.plans import Outgoing, Pending, plan
from pyloto_stream.conversation.dialogue import advance
from pyloto_stream.conversation.events import Event, MessageKind, MessageReceived
from pyloto_stream.conversation.forms import FORMS
from pyloto_stream.conversation.inbound import cancelled_by
from pyloto_stream.conversation.records import (
    ActionRecord,
    HandoffRecord,
    Intent,
    Mode,
    Record,
    SessionRecord,
)
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.step import Step
from pyloto_stream.conversation.understanding import IntentScore, Understanding
from pyloto_stream.conversation.wanted import MediaWanted
from pyloto_stream.streams.lease import Failure
from pyloto_stream.streams.model import CancelTimer, Plan, Turn
from pyloto_stream.whatsapp.flows.sender import FlowSender
from pyloto_stream.whatsapp.flows.tokens import FlowTokens

T0 = 1_700_000_000_000
PERSON = "5541988887777"
"""Quem fala nos testes: não pode aparecer em registro de ação algum."""
NUMBER = "106540352242922"

SENDER = FlowSender(dict.fromkeys(FORMS, "1"), FlowTokens(b"a pepper of the tests", 3600))

_encode = msgspec.json.Encoder().encode
_event: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_state = msgspec.json.Decoder(ConversationState)
_record = msgspec.json.Decoder(Record)
_wanted = msgspec.json.Decoder(MediaWanted)
_outgoing = msgspec.json.Decoder(Outgoing)


class Armed(NamedTuple):
    """Um temporizador armado."""

    due_ms: int
    event: bytes


def sure(*intents: Intent, **more: object) -> Understanding:
    """Intenções percebidas com certeza, na ordem, e o que mais se entendeu."""
    scores = [{"intent": intent, "confidence": 0.9} for intent in intents]
    return msgspec.convert({"intents": scores, **more}, Understanding)


def heard(**parts: object) -> Understanding:
    """O que se entendeu, por extenso."""
    return msgspec.convert(parts, Understanding)


def maybe(intent: Intent, confidence: float) -> Understanding:
    """Uma intenção percebida com `confidence`."""
    return Understanding(intents=(IntentScore(intent, confidence),))


NOTHING = Understanding()


class Talk:
    """Uma conversa. `mode`, `timers`, `records` e `said` são o que o executor guardaria."""

    def __init__(self, rules: SessionRules | None = None) -> None:
        self.rules = rules or SessionRules()
        self.manager = SessionManager(self.rules)
        self.state = ConversationState()
        self.mode: Mode = "BOT"
        self.now_ms = T0
        self.timers: dict[str, Armed] = {}
        self.records: list[Record] = []
        self.wanted: list[MediaWanted] = []
        self.said: list[Reply] = []
        self.number = 0
        self.messages = 0
        self.lost = b""
        """A carga da última resposta decidida, que se perde se o turno morre ao enviar."""

    # --- o que acontece ------------------------------------------------------------------------------

    def message(
        self,
        kind: MessageKind = "text",
        *,
        text: str = "oi",
        sent_at_ms: int | None = None,
    ) -> MessageReceived:
        """Uma mensagem nova da pessoa, enviada agora."""
        self.messages += 1
        return MessageReceived(
            id=f"wamid.{self.messages}",
            kind=kind,
            phone_number_id=NUMBER,
            reply_to=PERSON,
            sent_at_ms=self.now_ms if sent_at_ms is None else sent_at_ms,
            accepted_at_ms=self.now_ms,
            text=text,
            correlation_id=f"c{self.messages}",
        )

    def hear(self, understood: Understanding = NOTHING, *, after_s: float = 20) -> Reply | None:
        """A pessoa escreve, `after_s` segundos depois, algo que se entende assim; devolve o que ela lê."""
        self.now_ms += int(after_s * 1000)
        return self.turn([self.message()], understood)

    def asks(self, understood: Understanding = NOTHING) -> Reply:
        """Como `hear`, quando tem de haver resposta."""
        reply = self.hear(understood)
        assert reply is not None
        return reply

    def turn(
        self, events: Sequence[Event], understood: Understanding = NOTHING, *, dies_in: str = ""
    ) -> Reply | None:
        """Um turno, das mensagens ao envio; `dies_in`: a etapa em que é enterrado."""
        self.number += 1
        self._accept(events)
        if dies_in == SESSION:
            return None
        step = self._open(events)
        done = self._commit(plan(step, to=AI, payload=Pending(step.answer)) if step.answer else plan(step))
        if done.to == AI:
            if dies_in == AI:
                return None
            step = self._advance(self.understand(step.answer, understood))
            done = self._commit(plan(step))
        self.lost = done.payload
        if done.to != OUTBOUND or dies_in == OUTBOUND:
            return None
        return self._send(done.payload, events)

    def fail(self, events: Sequence[Event], stage: str, understood: Understanding = NOTHING) -> bytes | None:
        """Um turno que é enterrado em `stage`; devolve o evento de aviso, que abre o próximo."""
        self.turn(events, understood, dies_in=stage)
        return failed_turn(
            self._token(stage, events, self.lost if stage == OUTBOUND else b""), Failure("boom", "", 5)
        )

    def failed(self, event: bytes | None) -> Event:
        """O aviso de um turno enterrado, como evento."""
        assert event is not None
        return _event.decode(event)

    def notice(self, event: bytes | None, *more: Event) -> Reply | None:
        """Entrega o aviso de um turno enterrado, com o que mais esperava na caixa."""
        events = [*more] if event is None else [self.failed(event), *more]
        return self.turn(events) if events else None

    def fire(self) -> Reply | None:
        """Vence o próximo temporizador, na hora dele."""
        name = min(self.timers, key=lambda name: self.timers[name].due_ms)
        armed = self.timers.pop(name)
        self.now_ms = max(self.now_ms, armed.due_ms)
        return self.turn([_event.decode(armed.event)])

    def fire_with_message(self, understood: Understanding = NOTHING) -> Reply | None:
        """Vence o próximo temporizador e, no mesmo turno, chega depois dele uma mensagem."""
        name = min(self.timers, key=lambda name: self.timers[name].due_ms)
        armed = self.timers.pop(name)
        self.now_ms = max(self.now_ms, armed.due_ms)
        return self.turn([_event.decode(armed.event), self.message()], understood)

    def wait(self, seconds: float) -> list[Reply | None]:
        """Passam-se `seconds`; o que vence no caminho, vence em ordem."""
        until, said = self.now_ms + int(seconds * 1000), []
        while self.timers and min(armed.due_ms for armed in self.timers.values()) <= until:
            said.append(self.fire())
        self.now_ms = max(self.now_ms, until)
        return said

    def understand(self, answer: Sequence[MessageReceived], understood: Understanding) -> Understanding:
        """O que se entendeu de `answer`: o que o teste diz."""
        del answer
        return understood

    # --- o que se vê ---------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """A sessão aberta."""
        assert self.state.session is not None
        return self.state.session

    @property
    def closed(self) -> list[SessionRecord]:
        """As sessões encerradas, em ordem."""
        return [record for record in self.records if isinstance(record, SessionRecord)]

    @property
    def outcomes(self) -> list[str]:
        """Os desfechos, em ordem."""
        return [record.outcome for record in self.closed]

    @property
    def handoffs(self) -> list[HandoffRecord]:
        """As entregas, em ordem."""
        return [record for record in self.records if isinstance(record, HandoffRecord)]

    @property
    def actions(self) -> list[ActionRecord]:
        """Os fatos auditáveis, em ordem."""
        return [record for record in self.records if isinstance(record, ActionRecord)]

    def acted(self, action: str) -> list[ActionRecord]:
        """Os fatos de um tipo."""
        return [record for record in self.actions if record.action == action]

    # --- por dentro ----------------------------------------------------------------------------------

    def _accept(self, events: Sequence[Event]) -> None:
        """O que `accept.lua` desarma quando uma mensagem entra."""
        for event in events:
            if isinstance(event, MessageReceived):
                for name in cancelled_by(event.kind):
                    self.timers.pop(name, None)

    def _open(self, events: Sequence[Event]) -> Step:
        before = _encode(self.state)
        step = self.manager.open_turn(
            self.state, events, mode=self.mode, turn_id=f"{self.number:x}", now_ms=self.now_ms
        )
        assert _encode(self.state) == before, "the state given in was changed"
        return step

    def _advance(self, understood: Understanding) -> Step:
        before = _encode(self.state)
        step = advance(
            self.state, understood, turn_id=f"{self.number:x}", now_ms=self.now_ms, rules=self.rules
        )
        assert _encode(self.state) == before, "the state given in was changed"
        return step

    def _commit(self, done: Plan) -> Plan:
        """O que `commit.lua` faz com um plano."""
        if done.state is not None:
            self.state = _state.decode(done.state)
        if done.mode is not None:
            self.mode = msgspec.convert(done.mode, Mode)
        self.records += [_record.decode(feed.event) for feed in done.feed if feed.lane == AUDIT_LANE.name]
        self.wanted += [_wanted.decode(feed.event) for feed in done.feed if feed.lane == MEDIA_LANE.name]
        for timer in done.timers:
            if isinstance(timer, CancelTimer):
                self.timers.pop(timer.name, None)
            else:
                self.timers[timer.name] = Armed(timer.due_ms, timer.event)
        return done

    def _send(self, payload: bytes, events: Sequence[Event]) -> Reply | None:
        """Envia se o modo deixa; a mensagem tem de caber na Meta."""
        token = self._token(OUTBOUND, events, payload)
        ready = draft(token, SENDER)  # valida
        if self.mode != "BOT":
            return None
        self.said.append(ready.outgoing.reply)
        self._commit(concluded(token, ready, f"wamid.out.{self.number}"))
        return ready.outgoing.reply

    def _token(self, stage: str, events: Sequence[Event], payload: bytes) -> Turn:
        return Turn(
            partition=0, entry_id="1-0", lane="turn", stage=stage, conversation="ana", number=self.number,
            events=_encode(events), state=_encode(self.state), payload=payload, mode=self.mode, failures=0,
            snoozes=0, now_ms=self.now_ms,
        )  # fmt: skip
