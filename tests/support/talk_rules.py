"""O que vale em toda conversa, a cada turno: as promessas do contrato que não dependem do que se disse."""

from collections import Counter
from typing import get_args

import msgspec

from consumers.drafts import to_message
from pyloto_stream.conversation.endings import MAX_RETRIES
from pyloto_stream.conversation.flows import FIELDS, FLOWS, known
from pyloto_stream.conversation.intents import CONTINUE, MAX_INTENTS, in_progress
from pyloto_stream.conversation.lifecycle import FinalOutcome
from pyloto_stream.conversation.records import ActionRecord, SessionRecord
from pyloto_stream.conversation.reply import MAX_REPLY_CHARS, Reply
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.whatsapp.messages import Message
from pyloto_stream.whatsapp.validators import WhatsAppMessageValidator
from tests.support.talk import NUMBER, PERSON, SENDER, Talk

SECRETS = ("segredo", PERSON, NUMBER)
"""Nenhum registro de ação pode conter isto: o que a pessoa diz nos testes começa por `segredo`."""
SESSION_TIMERS = {"awaiting_user", "session_idle"}
_validator = WhatsAppMessageValidator()


def check_reply(reply: Reply) -> None:
    """A resposta cabe na Meta e nos nossos limites."""
    assert _validator.validate(to_message(reply, _offer)) == ()
    assert 0 < len(reply.text) <= MAX_REPLY_CHARS
    assert len(reply.choices) <= {"buttons": 3, "list": 10}.get(reply.kind, 0)
    assert all(len(c.title) <= (20 if reply.kind == "buttons" else 24) for c in reply.choices)
    assert all(len(c.id) <= 200 and len(c.description) <= 72 for c in reply.choices)
    assert len({c.id for c in reply.choices}) == len(reply.choices)
    assert (reply.kind in ("list", "flow")) == bool(reply.button)
    assert (reply.kind == "flow") == bool(reply.form)


def _offer(reply: Reply) -> Message:
    return SENDER.message(
        form=reply.form, body=reply.text, cta=reply.button, user_key="ana", session_id="s", now_ms=0
    )


def check_state(talk: Talk) -> None:
    """O estado entre turnos: temporizador, pergunta, fila e limites."""
    state = talk.state
    decoded = msgspec.json.decode(msgspec.json.encode(state), type=ConversationState)
    assert decoded == state
    armed = SESSION_TIMERS & talk.timers.keys()
    if state.session is None:
        assert not armed
        assert state.last_outcome != "AWAITING_USER"
        return
    session = state.session
    expected = "awaiting_user" if session.asked else "session_idle"
    assert armed == {expected}
    assert talk.timers[expected].due_ms == session.timer_due_ms
    if talk.mode == "BOT":
        assert session.timer_due_ms > talk.now_ms
        assert state.last_outcome == ("AWAITING_USER" if session.asked else None)
    assert len(session.detected) == len(set(session.detected)) <= MAX_INTENTS
    waiting = [queued.intent for queued in session.queue]
    assert len(waiting) == len(set(waiting)) <= MAX_INTENTS
    assert set(waiting) <= set(session.detected)
    assert session.active not in waiting
    assert session.asks <= MAX_RETRIES
    if session.asked in FIELDS:
        assert in_progress(session)
        assert session.asked in FLOWS[session.active].fields
        assert session.asked not in known(state), "asked for what is known"
    if session.asked == CONTINUE:
        assert waiting
    if not session.asked:
        assert not in_progress(session), "a flow without a question stands still"


def check_records(talk: Talk) -> None:
    """Um registro por sessão, com desfecho final; ids únicos; ações sem dado pessoal."""
    opened = [act.id.partition(":")[0] for act in talk.acted("SESSION_OPENED")]
    ended = [record.id for record in talk.closed]
    current = [] if talk.state.session is None else [talk.state.session.id]
    assert sorted(opened) == sorted([*ended, *current])
    ids = Counter((type(record), record.id) for record in talk.records)
    assert set(ids.values()) <= {1}, ids.most_common(1)
    for record in talk.records:
        if isinstance(record, SessionRecord):
            assert record.outcome in get_args(FinalOutcome)
            assert record.intents
            assert record.opened_at_ms <= record.closed_at_ms
        if isinstance(record, ActionRecord):
            text = msgspec.json.encode(record).decode()
            assert not [secret for secret in SECRETS if secret in text]
            assert record.reason == record.reason.upper() or record.action == "PRIVACY_NOTICE_SHOWN"
    for handoff in talk.handoffs:
        assert 0 <= handoff.lead_score <= 100
        assert 0 <= handoff.confidence <= 1
        assert {*handoff.qualification_reasons} & {*TEXTS.reasons.values()}, "nobody is told why"
        assert handoff.routing
        assert handoff.session_id in ended
        assert "unknown" not in handoff.requirements.values()


def check_turn(talk: Talk) -> None:
    """Tudo o que vale depois de um turno."""
    check_state(talk)
    check_records(talk)
    if talk.said:
        check_reply(talk.said[-1])


def drain(talk: Talk, limit: int = 20) -> None:
    """Ninguém mais escreve: vencidos todos os prazos, nada fica aberto e a conversa é do robô outra vez."""
    for _ in range(limit):
        if not talk.timers:
            break
        talk.fire()
        check_turn(talk)
    assert talk.timers == {}
    assert talk.state.session is None
