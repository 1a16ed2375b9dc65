"""O que dizer, e em que estado a conversa fica? Segunda etapa da faixa `turn`: entender, depois decidir."""

from collections.abc import Callable, Sequence

import msgspec

from consumers.forms import FormDesk
from consumers.plans import Pending, plan, state_of, turn_id
from pyloto_stream.conversation.dialogue import advance
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.understanding import Understanding
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.model import Handler, Plan, Turn

Engine = Callable[[ConversationState, Sequence[MessageReceived]], Understanding]
"""Quem entende: lê as mensagens de um turno à luz do estado; pura."""

_pending = msgspec.json.Decoder(Pending)


def ai_stage(rules: SessionRules, understand: Engine, forms: FormDesk | None = None) -> Handler:
    """Etapa `ai` com o motor `understand`: intenção, fatos, resposta e destino.

    `forms` diz que formulários se oferecem e confere os preenchidos; sem ele, nem uma coisa nem outra. Só faz
    E/S se há o que oferecer.
    """

    def decide(turn: Turn, messages: Sequence[MessageReceived], rules: SessionRules) -> Plan:
        state = state_of(turn)
        step = advance(
            state,
            understand(state, messages),
            turn_id=turn_id(turn),
            now_ms=turn.now_ms,
            rules=rules,
            correlation_id=messages[-1].correlation_id if messages else "",
        )
        return plan(step)

    def handle(turn: Turn) -> Plan:
        messages = _messages(turn)
        if forms is not None:
            messages = forms.trusted(messages, turn.conversation, turn.now_ms)
        return decide(turn, messages, rules)

    if forms is None or not forms.offers:
        return handle  # pura: o executor decide lotes inteiros de uma vez
    desk = forms

    async def handle_forms(turn: Turn) -> Plan:
        messages = desk.trusted(_messages(turn), turn.conversation, turn.now_ms)
        available = await desk.available(messages[-1].phone_number_id if messages else "")
        return decide(turn, messages, msgspec.structs.replace(rules, forms=available))

    return handle_forms


def _messages(turn: Turn) -> list[MessageReceived]:
    try:
        return _pending.decode(turn.payload).messages
    except msgspec.MsgspecError as error:
        raise PermanentError("payload does not decode", code="undecodable_payload") from error
