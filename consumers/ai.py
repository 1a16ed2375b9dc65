"""O que dizer, e em que estado a conversa fica? Segunda etapa da faixa `turn`; com as regras, pura."""

import msgspec

from pyloto_stream.ai.decide import decide
from pyloto_stream.conversation.sessions import SessionRules
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.model import Handler, Plan, Turn

from consumers.plans import Pending, plan, state_of, turn_id

_pending = msgspec.json.Decoder(Pending)


def ai_stage(rules: SessionRules) -> Handler:
    """Etapa `ai` com o motor determinístico: intenção, fatos, resposta e destino."""

    def handle(turn: Turn) -> Plan:
        try:
            pending = _pending.decode(turn.payload)
        except msgspec.MsgspecError as error:
            raise PermanentError("payload does not decode", code="undecodable_payload") from error
        step = decide(
            state_of(turn), pending.messages, turn_id=turn_id(turn), now_ms=turn.now_ms, rules=rules
        )
        return plan(step)

    return handle
