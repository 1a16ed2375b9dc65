"""Quem falou, e o robô pode responder? Primeira etapa da faixa `turn`; pura."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import msgspec

from consumers.pipeline import AI
from consumers.plans import Pending, plan, state_of, turn_id
from consumers.skew import newer
from pyloto_stream.conversation.events import Event, TurnFailed
from pyloto_stream.conversation.records import ActionRecord
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.model import Handler, Outcome, Turn

if TYPE_CHECKING:
    from pyloto_stream.conversation.records import Mode

_events = msgspec.json.Decoder(list[Event])


def session_stage(manager: SessionManager) -> Handler:
    """Etapa `session`: abre ou retoma a sessão, registra o que chegou, decide se o robô responde."""

    def handle(turn: Turn) -> Outcome:
        try:
            events = _events.decode(turn.events)
        except msgspec.MsgspecError as error:
            if later := newer(turn):
                return later
            raise PermanentError("turn events do not decode", code="undecodable_event") from error
        mode = cast("Mode", turn.mode or "BOT")
        state, reset = _state_for(turn, events)
        step = manager.open_turn(state, events, mode=mode, turn_id=turn_id(turn), now_ms=turn.now_ms)
        step.records[:0] = reset
        if step.answer:
            return plan(step, to=AI, payload=Pending(step.answer))
        return plan(step)

    return handle


def _state_for(turn: Turn, events: Sequence[Event]) -> tuple[ConversationState, list[ActionRecord]]:
    """O estado do turno. Um ilegível enterra o turno uma vez; com o aviso disso, a conversa recomeça vazia.

    O que se perde fica na fila de mortos; sem recomeço, cada mensagem da pessoa seria enterrada em silêncio.
    """
    try:
        return state_of(turn), []
    except PermanentError:
        if not any(isinstance(event, TurnFailed) for event in events):
            raise
    reset = ActionRecord(
        id=f"{turn_id(turn)}:state_reset", action="STATE_RESET", at_ms=turn.now_ms, actor="SYSTEM",
        reason="UNDECODABLE_STATE",
    )  # fmt: skip
    return ConversationState(), [reset]
