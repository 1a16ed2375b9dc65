"""Como uma mensagem aparece na tela? Um balão, lido do JSON que a Meta receberia ou mandaria.

Limite: o que a tela não sabe desenhar vira um balão `other` com o nome do tipo; nada é recusado aqui.
"""

from typing import Literal

import msgspec

from pyloto_stream.simulator.envelopes import Json

State = Literal["sent", "retrying", "failed", "delivered", "read"]
_RANK: dict[str, int] = {"sent": 0, "retrying": 1, "failed": 2, "delivered": 3, "read": 4}


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """Um botão ou uma linha de lista."""

    id: str
    title: str
    description: str = ""
    section: str = ""


class Bubble(msgspec.Struct):
    """Um balão. `mine` é da pessoa; `state` só anda para a frente e só existe nos dela."""

    id: str
    mine: bool
    at_ms: int
    kind: Literal["text", "buttons", "list", "link", "other"]
    text: str
    header: str = ""
    footer: str = ""
    button: str = ""
    url: str = ""
    options: tuple[Option, ...] = ()
    state: State = "sent"
    latency_ms: float | None = None

    def advance(self, state: State) -> bool:
        """Passa a `state` se for adiante; diz se mudou."""
        if _RANK[state] <= _RANK[self.state]:
            return False
        self.state = state
        return True


class _Text(msgspec.Struct, frozen=True):
    body: str = ""
    text: str = ""


class _Reply(msgspec.Struct, frozen=True):
    id: str = ""
    title: str = ""
    description: str = ""


class _Button(msgspec.Struct, frozen=True):
    reply: _Reply


class _Section(msgspec.Struct, frozen=True):
    rows: list[_Reply]
    title: str = ""


class _Link(msgspec.Struct, frozen=True):
    display_text: str
    url: str


class _Action(msgspec.Struct, frozen=True):
    button: str = ""
    buttons: list[_Button] = []
    sections: list[_Section] = []
    parameters: _Link | None = None


class _Interactive(msgspec.Struct, frozen=True):
    type: str
    body: _Text = _Text()
    header: _Text = _Text()
    footer: _Text = _Text()
    action: _Action = _Action()
    button_reply: _Reply | None = None
    list_reply: _Reply | None = None


class _Message(msgspec.Struct, frozen=True):
    type: str = "text"
    text: _Text | None = None
    interactive: _Interactive | None = None


def of_person(wamid: str, at_ms: int, message: Json) -> Bubble:
    """O balão de uma mensagem recebida da pessoa."""
    try:
        found = msgspec.convert(message, _Message)
    except msgspec.ValidationError:  # mensagem crua, de propósito fora do comum
        return Bubble(wamid, mine=True, at_ms=at_ms, kind="other", text=str(message.get("type", "")))
    inner = found.interactive
    tapped = inner and (inner.button_reply or inner.list_reply)
    if tapped:
        return Bubble(wamid, mine=True, at_ms=at_ms, kind="text", text=tapped.title)
    if found.text is not None:
        return Bubble(wamid, mine=True, at_ms=at_ms, kind="text", text=found.text.body)
    return Bubble(wamid, mine=True, at_ms=at_ms, kind="other", text=found.type)


def of_business(wamid: str, at_ms: int, payload: Json) -> Bubble:
    """O balão de um envio já aceito pelo juiz."""
    found = msgspec.convert(_present(payload), _Message)
    if found.text is not None:
        return Bubble(wamid, mine=False, at_ms=at_ms, kind="text", text=found.text.body)
    inner = found.interactive
    if inner is None:
        return Bubble(wamid, mine=False, at_ms=at_ms, kind="other", text=found.type)
    bubble = Bubble(wamid, mine=False, at_ms=at_ms, kind="buttons", text=inner.body.text)
    bubble.header, bubble.footer = inner.header.text, inner.footer.text
    action = inner.action
    match inner.type:
        case "button":
            bubble.options = tuple(Option(button.reply.id, button.reply.title) for button in action.buttons)
        case "list":
            bubble.kind, bubble.button = "list", action.button
            bubble.options = tuple(
                Option(row.id, row.title, row.description, section.title)
                for section in action.sections
                for row in section.rows
            )
        case _:
            bubble.kind = "link"
            if action.parameters is not None:
                bubble.button, bubble.url = action.parameters.display_text, action.parameters.url
    return bubble


def _present(value: object) -> object:
    """`value` sem os campos nulos: para a Meta, e para o juiz, nulo é ausente."""
    if isinstance(value, dict):
        return {key: _present(inner) for key, inner in value.items() if inner is not None}
    return [_present(inner) for inner in value] if isinstance(value, list) else value
