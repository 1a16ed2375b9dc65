"""Como está uma conversa, para quem a opera? O que o executor e o histórico sabem dela, num documento.

Promete: sem `personal` não há nele nada do que a pessoa disse, só espécies, tamanhos, nomes de campos e
instantes; o telefone nunca está. Limite: executor e histórico são lidos um depois do outro, e o segundo chega
sempre um pouco atrás.
"""

import asyncio

import msgspec

from consumers.pipeline import TURN_LANE
from pyloto_stream.conversation.records import Mode
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.handoffs import Handoff, HandoffStore
from pyloto_stream.stores.messages import StoredMessage
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.sessions import scoped_id
from pyloto_stream.stores.times import iso
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.peek import Peeked, peek
from pyloto_stream.streams.upcoming import upcoming

MAX_TIMERS = 10
_state = msgspec.json.Decoder(ConversationState)


class SessionView(msgspec.Struct, frozen=True):
    """A sessão aberta. `fields`: o que já se sabe, por nome; `facts`, também os valores."""

    id: str
    opened_at: str
    intent: str
    queue: list[str]
    asked: str
    turns: int
    fields: list[str]
    facts: dict[str, str] | None


class TimerView(msgspec.Struct, frozen=True):
    """Um prazo armado."""

    name: str
    due: str


class MessageView(msgspec.Struct, frozen=True):
    """Uma mensagem; `status`, o de entrega. `text` `None`: não se pediu."""

    at: str
    actor: str
    type: str
    length: int
    status: str
    text: str | None


class HandoffView(msgspec.Struct, frozen=True):
    """A última entrega, se alguém ainda a deve atender. `summary` `None`: não se pediu."""

    id: str
    status: str
    created_at: str
    intent: str
    level: str
    score: int
    routing: str
    summary: str | None


class ConversationView(msgspec.Struct, frozen=True):
    """Uma conversa. `busy`: há um turno em curso; `waiting`: eventos que esperam por ele.

    `more`: há mensagens anteriores às que vêm.
    `forgotten_at`: a pessoa foi esquecida então; só se vê o que veio depois.
    """

    user_key: str
    mode: Mode
    busy: bool
    waiting: int
    created_at: str
    forgotten_at: str
    last_message_at: str
    last_outcome: str
    session: SessionView | None
    timers: list[TimerView]
    handoff: HandoffView | None
    messages: list[MessageView]
    more: bool


async def view(
    gateway: Gateway, documents: Documents, user_key: str, *, last: int, personal: bool
) -> ConversationView | None:
    """A conversa com as `last` últimas mensagens; `None` se ninguém a conhece.

    Raises:
        UnavailableError: o Redis ou o banco de documentos não respondeu.
        PermanentError: code `undecodable_state` ou `undecodable_document`.
    """
    store = ConversationStore(documents)
    peeked = await peek(gateway, TURN_LANE.name, user_key)
    header = await store.header(user_key)
    if peeked is None and header is None:
        return None
    state = _state_in(peeked)
    handoff, page, timers = await asyncio.gather(
        _waiting_handoff(documents, user_key, state),
        store.messages(user_key, limit=last),
        upcoming(gateway, "timers", limit=MAX_TIMERS, conversation=user_key),
    )
    stored_mode: Mode = header.mode if header is not None else "BOT"
    return ConversationView(
        user_key=user_key,
        mode=msgspec.convert(peeked.mode, Mode) if peeked is not None and peeked.mode else stored_mode,
        busy=peeked is not None and peeked.busy,
        waiting=peeked.waiting if peeked is not None else 0,
        created_at=header.created_at if header is not None else "",
        forgotten_at=header.forgotten_at if header is not None else "",
        last_message_at=header.last_message_at if header is not None else "",
        last_outcome=state.last_outcome or "",
        session=None if state.session is None else _session(state.session, personal=personal),
        timers=[TimerView(timer.name, iso(timer.due_ms)) for timer in timers if timer.lane == TURN_LANE.name],
        handoff=None if handoff is None else _handoff(handoff, personal=personal),
        messages=[_message(message, personal=personal) for message in page.messages],
        more=page.more,
    )


def _state_in(peeked: Peeked | None) -> ConversationState:
    if peeked is None or not peeked.state:
        return ConversationState()
    try:
        return _state.decode(peeked.state)
    except msgspec.MsgspecError as error:
        raise PermanentError("conversation state does not decode", code="undecodable_state") from error


async def _waiting_handoff(documents: Documents, user_key: str, state: ConversationState) -> Handoff | None:
    if not state.handoff_id:
        return None
    found = await HandoffStore(documents).get(scoped_id(user_key, state.handoff_id))
    return found if found is not None and found.status != "CLOSED" else None


def _session(session: Session, *, personal: bool) -> SessionView:
    return SessionView(
        id=session.id,
        opened_at=iso(session.opened_at_ms),
        intent=session.active,
        queue=[queued.intent for queued in session.queue],
        asked=session.asked,
        turns=session.turns,
        fields=sorted(session.facts),
        facts=dict(session.facts) if personal else None,
    )


def _message(message: StoredMessage, *, personal: bool) -> MessageView:
    return MessageView(
        at=message.timestamp,
        actor=message.actor,
        type=message.type,
        length=len(message.text),
        status=message.status,
        text=message.text if personal else None,
    )


def _handoff(handoff: Handoff, *, personal: bool) -> HandoffView:
    return HandoffView(
        id=handoff.id,
        status=handoff.status,
        created_at=handoff.created_at,
        intent=handoff.intent_primary,
        level=handoff.qualification_level,
        score=handoff.lead_score,
        routing=handoff.routing,
        summary=handoff.summary if personal else None,
    )
