"""A Meta aceitaria esta mensagem? Melhor saber antes da chamada, e com o nome do campo.

Promete: todas as violações de uma vez, cada uma com campo, regra, limite e tamanho, nunca com o conteúdo.
Limite: confere formato e tamanho (`limits.py`); não vê políticas da Meta nem marcação em rótulos.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.whatsapp import limits
from pyloto_stream.whatsapp.messages import (
    ButtonsMessage,
    CtaUrlMessage,
    InteractiveMessage,
    ListMessage,
    Message,
    TextMessage,
)

Rule = Literal[
    "empty", "too_long", "too_few", "too_many", "repeated", "outer_spaces", "not_http", "not_unicode"
]


class Violation(msgspec.Struct, frozen=True):
    """`field` (por exemplo `buttons[1].title`) quebra `rule`.

    `limit` é o permitido e `actual` o que veio: caracteres, itens ou repetições, conforme a regra.
    """

    field: str
    rule: Rule
    limit: int = 0
    actual: int = 0

    def __str__(self) -> str:
        """Uma linha para registros: só nome de campo, regra e números."""
        return f"{self.field} {self.rule} (limit {self.limit}, actual {self.actual})"


class InvalidMessageError(PermanentError):
    """A Meta recusaria esta mensagem; `violations` diz por quê, sem o conteúdo."""

    code = "invalid_message"

    def __init__(self, *violations: Violation) -> None:
        super().__init__("; ".join(map(str, violations)))
        self.violations = violations


class TextMessageValidator:
    """Mensagens de texto."""

    def validate(self, message: TextMessage) -> tuple[Violation, ...]:
        """Devolve as violações de `message`, na ordem dos campos; vazio se cabe."""
        return tuple(_text("body", message.body, limits.TEXT_BODY))


class InteractiveMessageValidator:
    """Mensagens interativas: botões, lista e botão de endereço."""

    def validate(self, message: InteractiveMessage) -> tuple[Violation, ...]:
        """Devolve as violações de `message`, na ordem dos campos; vazio se cabe."""
        body = limits.LIST_BODY if isinstance(message, ListMessage) else limits.INTERACTIVE_BODY
        return (
            *_text("body", message.body, body),
            *_text("header", message.header, limits.HEADER_TEXT, optional=True),
            *_text("footer", message.footer, limits.FOOTER_TEXT, optional=True),
            *_action(message),
        )


class WhatsAppMessageValidator:
    """Porta única: escolhe o validador pelo tipo da mensagem."""

    def __init__(self) -> None:
        self._text = TextMessageValidator()
        self._interactive = InteractiveMessageValidator()

    def validate(self, message: Message) -> tuple[Violation, ...]:
        """Devolve as violações de `message`; vazio se a Meta a aceitaria."""
        if isinstance(message, TextMessage):
            return self._text.validate(message)
        return self._interactive.validate(message)

    def check(self, message: Message) -> None:
        """Confere `message`.

        Raises:
            InvalidMessageError: há violações; code `invalid_message`.
        """
        if violations := self.validate(message):
            raise InvalidMessageError(*violations)


def _action(message: InteractiveMessage) -> Iterator[Violation]:
    match message:
        case ButtonsMessage():
            yield from _buttons(message)
        case ListMessage():
            yield from _list(message)
        case CtaUrlMessage():
            yield from _text("label", message.label, limits.CTA_LABEL)
            yield from _text("url", message.url, limits.CTA_URL)
            if message.url and not message.url.lower().startswith(limits.URL_SCHEMES):
                yield Violation("url", "not_http")


def _buttons(message: ButtonsMessage) -> Iterator[Violation]:
    yield from _count("buttons", len(message.buttons), limits.BUTTONS)
    for index, button in enumerate(message.buttons):
        field = f"buttons[{index}]"
        yield from _id(f"{field}.id", button.id, limits.BUTTON_ID)
        yield from _text(f"{field}.title", button.title, limits.BUTTON_TITLE)
    yield from _unique("buttons.id", (button.id for button in message.buttons))
    yield from _unique("buttons.title", (button.title for button in message.buttons))


def _list(message: ListMessage) -> Iterator[Violation]:
    yield from _text("button", message.button, limits.LIST_BUTTON)
    yield from _count("sections", len(message.sections), limits.LIST_SECTIONS)
    yield from _count("rows", sum(len(section.rows) for section in message.sections), limits.LIST_ROWS)
    several = len(message.sections) > 1
    for index, section in enumerate(message.sections):
        field = f"sections[{index}]"
        yield from _text(f"{field}.title", section.title, limits.SECTION_TITLE, optional=not several)
        if several and not section.rows:
            yield Violation(f"{field}.rows", "too_few", 1, 0)
        for number, row in enumerate(section.rows):
            place = f"{field}.rows[{number}]"
            yield from _id(f"{place}.id", row.id, limits.ROW_ID)
            yield from _text(f"{place}.title", row.title, limits.ROW_TITLE)
            yield from _text(f"{place}.description", row.description, limits.ROW_DESCRIPTION, optional=True)
    yield from _unique("rows.id", (row.id for section in message.sections for row in section.rows))


def _text(field: str, value: str, limit: int, *, optional: bool = False) -> Iterator[Violation]:
    """Um texto: não vazio (só espaços também é vazio), até `limit` pontos de código, codificável em UTF-8."""
    if not value.strip() and not (optional and not value):
        yield Violation(field, "empty", 1, 0)
    if len(value) > limit:
        yield Violation(field, "too_long", limit, len(value))
    lone = sum("\ud800" <= char <= "\udfff" for char in value)
    if lone:
        yield Violation(field, "not_unicode", 0, lone)


def _id(field: str, value: str, limit: int) -> Iterator[Violation]:
    yield from _text(field, value, limit)
    spaces = len(value) - len(value.strip())
    if spaces:
        yield Violation(field, "outer_spaces", 0, spaces)


def _count(field: str, actual: int, limit: int) -> Iterator[Violation]:
    if actual < 1:
        yield Violation(field, "too_few", 1, actual)
    elif actual > limit:
        yield Violation(field, "too_many", limit, actual)


def _unique(field: str, values: Iterable[str]) -> Iterator[Violation]:
    found = list(values)
    if repeated := len(found) - len(set(found)):
        yield Violation(field, "repeated", 0, repeated)
