"""O que dizer, e em que estado a conversa fica? Segunda etapa da faixa `turn`: entender, depois decidir."""

from collections.abc import Callable, Sequence

import msgspec

from consumers.forms import trusted
from consumers.plans import Pending, plan, state_of, turn_id
from pyloto_stream.conversation.dialogue import advance
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.understanding import Understanding
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.model import Handler, Plan, Turn
from pyloto_stream.whatsapp.flows.tokens import FlowTokens

Engine = Callable[[ConversationState, Sequence[MessageReceived]], Understanding]
"""Quem entende: lê as mensagens de um turno à luz do estado; pura."""

_pending = msgspec.json.Decoder(Pending)


def ai_stage(rules: SessionRules, understand: Engine, tokens: FlowTokens | None = None) -> Handler:
    """Etapa `ai` com o motor `understand`: intenção, fatos, resposta e destino.

    `tokens` confere formulários preenchidos; sem ele nenhum é lido.
    """

    def handle(turn: Turn) -> Plan:
        try:
            pending = _pending.decode(turn.payload)
        except msgspec.MsgspecError as error:
            raise PermanentError("payload does not decode", code="undecodable_payload") from error
        state, messages = state_of(turn), pending.messages
        if tokens is not None:
            messages = trusted(messages, tokens, turn.conversation, turn.now_ms)
        step = advance(
            state,
            understand(state, messages),
            turn_id=turn_id(turn),
            now_ms=turn.now_ms,
            rules=rules,
            correlation_id=messages[-1].correlation_id if messages else "",
        )
        return plan(step)

    return handle
