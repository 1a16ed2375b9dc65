"""O que dizer, e em que estado a conversa fica? Segunda etapa da faixa `turn`: entender, depois decidir."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

import msgspec

from consumers.forms import FormDesk
from consumers.plans import Pending, plan, state_of, turn_id
from pyloto_stream.ai.discretion import hushed, named
from pyloto_stream.ai.window import extended
from pyloto_stream.conversation.dialogue import advance
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.records import TranscriptRecord
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.step import Step
from pyloto_stream.conversation.understanding import Understanding
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.model import Handler, Plan, Turn

Engine = Callable[[ConversationState, Sequence[MessageReceived]], Understanding | Awaitable[Understanding]]
"""Quem entende: lê as mensagens de um turno à luz do estado. As regras são puras; um modelo é `async`."""
Rules = Callable[[ConversationState, Sequence[MessageReceived]], Understanding]

Hear = Callable[
    [Sequence[MessageReceived], int], Awaitable[tuple[Sequence[MessageReceived], Sequence[TranscriptRecord]]]
]
"""Quem ouve os áudios de um turno (`consumers/voice.py`): as mensagens com texto, e o que registrar."""

_pending = msgspec.json.Decoder(Pending)


def ai_stage(
    rules: SessionRules, understand: Engine, forms: FormDesk | None = None, hear: Hear | None = None
) -> Handler:
    """Etapa `ai` com o motor `understand`: intenção, fatos, resposta e destino.

    `forms` diz que formulários se oferecem e confere os preenchidos; sem ele, nem uma coisa nem outra. Só faz
    E/S se o motor é `async` ou se há o que oferecer. `hear` só serve a um motor `async`.
    """
    if inspect.iscoroutinefunction(understand):
        return _with_model(rules, understand, forms, hear)
    pure = cast("Rules", understand)

    def handle(turn: Turn) -> Plan:
        messages, state = _messages(turn, forms), state_of(turn)
        return plan(_decided(turn, messages, state, named(pure(state, hushed(messages))), rules))

    if forms is None or not forms.offers:
        return handle  # pura: o executor decide lotes inteiros de uma vez
    desk = forms

    async def handle_forms(turn: Turn) -> Plan:
        messages, state = _messages(turn, desk), state_of(turn)
        offered = await _offering(rules, desk, messages)
        return plan(_decided(turn, messages, state, named(pure(state, hushed(messages))), offered))

    return handle_forms


def _with_model(
    rules: SessionRules,
    understand: Callable[[ConversationState, Sequence[MessageReceived]], Awaitable[Understanding]],
    forms: FormDesk | None,
    hear: Hear | None,
) -> Handler:
    """A etapa com um motor que pergunta a um modelo: guarda também as últimas falas, para a próxima."""

    async def handle(turn: Turn) -> Plan:
        messages, state = _messages(turn, forms), state_of(turn)
        transcripts: Sequence[TranscriptRecord] = ()
        if hear is not None:
            messages, transcripts = await hear(messages, turn.now_ms)
        heard = await understand(state, messages)
        offered = rules if forms is None else await _offering(rules, forms, messages)
        step = _decided(turn, messages, state, heard, offered)
        step.records.extend(transcripts)
        if step.state.session is not None:
            texts = [message.text for message in messages if message.kind != "form"]
            step.state.session.window = extended(step.state.session.window, texts, step.reply)
        return plan(step)

    return handle


def _decided(
    turn: Turn,
    messages: Sequence[MessageReceived],
    state: ConversationState,
    heard: Understanding,
    rules: SessionRules,
) -> Step:
    return advance(
        state,
        heard,
        turn_id=turn_id(turn),
        now_ms=turn.now_ms,
        rules=rules,
        correlation_id=messages[-1].correlation_id if messages else "",
    )


async def _offering(
    rules: SessionRules, forms: FormDesk, messages: Sequence[MessageReceived]
) -> SessionRules:
    """As regras com os formulários que o número desta conversa pode oferecer agora."""
    if not forms.offers:
        return rules
    available = await forms.available(messages[-1].phone_number_id if messages else "")
    return msgspec.structs.replace(rules, forms=available)


def _messages(turn: Turn, forms: FormDesk | None) -> Sequence[MessageReceived]:
    try:
        messages = _pending.decode(turn.payload).messages
    except msgspec.MsgspecError as error:
        raise PermanentError("payload does not decode", code="undecodable_payload") from error
    return messages if forms is None else forms.trusted(messages, turn.conversation, turn.now_ms)
