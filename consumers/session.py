"""Quem falou, e o robô pode responder? Primeira etapa da faixa `turn`; pura."""

from typing import TYPE_CHECKING, cast

import msgspec

from consumers.pipeline import AI
from consumers.plans import Pending, plan, state_of, turn_id
from pyloto_stream.conversation.events import Event
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.model import Handler, Plan, Turn

if TYPE_CHECKING:
    from pyloto_stream.conversation.records import Mode

_events = msgspec.json.Decoder(list[Event])


def session_stage(manager: SessionManager) -> Handler:
    """Etapa `session`: abre ou retoma a sessão, registra o que chegou, decide se o robô responde."""

    def handle(turn: Turn) -> Plan:
        try:
            events = _events.decode(turn.events)
        except msgspec.MsgspecError as error:
            raise PermanentError("turn events do not decode", code="undecodable_event") from error
        mode = cast("Mode", turn.mode or "BOT")
        step = manager.open_turn(state_of(turn), events, mode=mode, turn_id=turn_id(turn), now_ms=turn.now_ms)
        if step.answer:
            return plan(step, to=AI, payload=Pending(step.answer))
        return plan(step)

    return handle
