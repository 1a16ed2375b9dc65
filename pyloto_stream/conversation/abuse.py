"""Quando o bot deve calar-se por excesso? Inundação e descanso após `ROUTE_EXTERNAL`."""

from collections.abc import Callable

from pyloto_stream.conversation.draft import Draft
from pyloto_stream.conversation.endings import has_lead, reminder_text, say
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.lifecycle import close_session, open_session
from pyloto_stream.conversation.reply import HUMAN
from pyloto_stream.conversation.texts import TEXTS

FORGIVEN_AFTER_MS = 24 * 3600 * 1000
"""Sem inundação por este tempo, a próxima volta ao primeiro silêncio."""
MAX_DOUBLINGS = 20
"""1 s dobrado tantas vezes passa do maior `FLOOD_COOLDOWN_MAX` (uma semana); só evita uma potência enorme."""


def flooded(draft: Draft, message: MessageReceived) -> bool:
    """A mensagem chega durante uma inundação, ou a inicia? Na primeira, um aviso; depois, silêncio.

    Conta pelo instante em que a pessoa enviou: uma reentrega em massa da Meta não é inundação,
    venha em que ordem vier.
    """
    state, rules = draft.state, draft.rules
    if draft.now_ms < state.flood_until_ms:
        return True
    sent_ms = message.sent_at_ms or message.accepted_at_ms
    window_ms = rules.flood_window_s * 1000
    recent = sorted((*state.recent_ms, sent_ms))[-rules.flood_threshold - 1 :]
    state.recent_ms = recent
    if len(recent) <= rules.flood_threshold or recent[-1] - recent[0] >= window_ms:
        return False
    _start_flood(draft)
    return True


def asks_by_tap(message: MessageReceived) -> bool:
    """A pessoa tocou em "Falar com uma pessoa"?"""
    return message.choice == HUMAN


def cooling_down(
    draft: Draft, message: MessageReceived, wants_person: Callable[[MessageReceived], bool]
) -> bool:
    """Logo depois de `ROUTE_EXTERNAL` nenhuma sessão se abre; no máximo um lembrete de para onde ir.

    Menos para quem pede uma pessoa (`wants_person`), o que se pode em qualquer momento (contrato, seção 4).
    """
    state = draft.state
    if state.session is not None or draft.now_ms >= state.cooldown_until_ms or wants_person(message):
        return False
    if not state.cooldown_reminded:
        state.cooldown_reminded = True
        line = reminder_text(state.routed_intent)
        draft.reply = say(line) if line else None
    return True


def _start_flood(draft: Draft) -> None:
    state, rules = draft.state, draft.rules
    repeated = state.flood_last_ms > 0 and draft.now_ms - state.flood_last_ms < FORGIVEN_AFTER_MS
    state.flood_level = state.flood_level + 1 if repeated else 1
    doublings = min(state.flood_level - 1, MAX_DOUBLINGS)
    silence_s = min(rules.flood_cooldown_s * 2**doublings, rules.flood_cooldown_max_s)
    state.flood_last_ms = draft.now_ms
    state.flood_until_ms = draft.now_ms + silence_s * 1000
    state.recent_ms = []
    if state.session is None:
        open_session(draft)
    # um lead concluído não se perde por pressa: segue para a equipe
    lead = has_lead(draft.session)
    close_session(draft, "HANDOFF_HUMAN" if lead else "DUPLICATE_OR_SPAM", reason="FLOOD")
    draft.answer.clear()
    draft.reply = say(TEXTS.flood)
    data: dict[str, str | int | float] = {"level": state.flood_level, "silence_s": silence_s}
    draft.audit(f"{draft.turn_id}:flood", "FLOOD_STARTED", reason="TOO_MANY_MESSAGES", data=data)
