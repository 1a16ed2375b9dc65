"""Que dados um formulário preenchido traz? Os seus campos, examinados e nunca adivinhados.

Promete: só lê formulários já conferidos (`forms.FORM`); o campo que não serve não é fato, e será
perguntado; um opcional em branco não volta a ser pedido.
"""

from collections.abc import Sequence

import msgspec

from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.flows import FIELDS
from pyloto_stream.conversation.forms import FORM, FORMS, filled
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.state import Session


class Filled(msgspec.Struct):
    """Os formulários de um turno, juntos; de dois vale o último. `unread`: um não pôde ser conferido."""

    intent: Intent | None = None
    facts: dict[str, str] = {}
    corrections: dict[str, str] = {}
    declined: tuple[str, ...] = ()
    unread: bool = False


def read_forms(session: Session, messages: Sequence[MessageReceived]) -> Filled:
    """Lê os formulários de `messages`; `intent` é o assunto do formulário, escolhido por quem o preencheu."""
    found = Filled()
    for message in messages:
        if message.kind != "form":
            continue
        form = FORMS.get(message.form.get(FORM, ""))
        if form is None:
            found.unread = True
            continue
        found = Filled(intent=form.intent, unread=found.unread)
        declined = []
        for name in (name for screen in form.screens for name in screen.fields):
            if value := filled(name, message.form.get(name)):
                (found.corrections if name in session.facts else found.facts)[name] = value
            elif not FIELDS[name].critical and not message.form.get(name):
                declined.append(name)
        found.declined = tuple(declined)
    return found
