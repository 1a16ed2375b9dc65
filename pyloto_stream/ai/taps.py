"""O que a pessoa escolheu ao tocar? Um toque nunca é adivinhado: o que não se reconhece é antigo."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from pyloto_stream.conversation.flows import FIELDS, FLOWS, known
from pyloto_stream.conversation.intents import CONTINUE, in_progress
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.reply import HUMAN, NO, YES
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.texts import COMMANDS, OPTIONS

OPTION_INTENTS: Mapping[str, Intent] = {o.id: o.intent for o in OPTIONS if o.intent is not None}
OPTION_ACTIONS = frozenset(option.id for option in OPTIONS if option.intent is None)


class Taps(msgspec.Struct):
    """Os toques de um turno, juntos; de dois que se contradizem vale o último."""

    intent: Intent | None = None
    gesture: Literal["", "yes", "no", "human"] = ""
    command: str = ""
    facts: dict[str, str] = {}
    corrections: dict[str, str] = {}
    stale: bool = False


def read_taps(state: ConversationState, session: Session, ids: Iterable[str]) -> Taps:
    """Lê os ids tocados, na ordem em que chegaram; qualquer texto é aceito."""
    taps = Taps()
    for tapped in ids:
        if tapped in OPTION_INTENTS:
            taps.intent = OPTION_INTENTS[tapped]
        elif tapped == HUMAN and tapped in OPTION_ACTIONS:
            taps.gesture = "human"
        elif tapped in (YES, NO) and session.asked == CONTINUE:
            taps.gesture = "yes" if tapped == YES else "no"
        elif tapped in COMMANDS:
            taps.command = tapped
        elif not _fact(state, session, taps, tapped):
            taps.stale = True
    return taps


def _fact(state: ConversationState, session: Session, taps: Taps, tapped: str) -> bool:
    """Anota `fact:CAMPO:VALOR`, se o fluxo em andamento coleta o campo e a opção existe."""
    kind, _, rest = tapped.partition(":")
    name, _, value = rest.partition(":")
    flow = FLOWS.get(taps.intent or session.active)
    collecting = flow is not None and (taps.intent is not None or in_progress(session))
    if kind != "fact" or flow is None or not collecting or name not in flow.fields:
        return False
    if all(choice.value != value for choice in FIELDS[name].choices):
        return False
    answered = name != session.asked and name in known(state)
    (taps.corrections if answered else taps.facts)[name] = value
    return True
