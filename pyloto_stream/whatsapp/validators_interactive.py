"""A Meta aceitaria esta interativa? Botões, lista, endereço, formulário, pedido de lugar e de entrega.

Limite: não vê marcação em rótulos nem se o formulário existe e está publicado.
"""

from collections.abc import Iterator

from pyloto_stream.whatsapp import limits
from pyloto_stream.whatsapp.messages_interactive import (
    AddressMessage,
    ButtonsMessage,
    CtaUrlMessage,
    FlowMessage,
    Header,
    InteractiveMessage,
    ListMessage,
    LocationRequestMessage,
)
from pyloto_stream.whatsapp.validators_emoji import count_emoji
from pyloto_stream.whatsapp.validators_rules import (
    Violation,
    count,
    identifier,
    json_object,
    source,
    text,
    unique,
    web_address,
)


class InteractiveMessageValidator:
    """Mensagens interativas."""

    def validate(self, message: InteractiveMessage) -> tuple[Violation, ...]:
        """Devolve as violações de `message`, na ordem dos campos; vazio se cabe."""
        limit = limits.LIST_BODY if isinstance(message, ListMessage) else limits.INTERACTIVE_BODY
        body = text("body", message.body, limit)
        if isinstance(message, LocationRequestMessage):
            return tuple(body)
        return (
            *body,
            *_header(message.header),
            *text("footer", message.footer, limits.FOOTER_TEXT, optional=True),
            *_action(message),
        )


def _header(header: Header) -> Iterator[Violation]:
    if isinstance(header, str):
        yield from text("header", header, limits.HEADER_TEXT, optional=True)
        return
    yield from source("header.", header.id, header.link)
    yield from text("header.filename", header.filename, None, optional=True)
    if header.filename and header.kind != "document":
        yield Violation("header.filename", "not_allowed", 0, len(header.filename))


def _action(message: InteractiveMessage) -> Iterator[Violation]:
    match message:
        case ButtonsMessage():
            yield from _buttons(message)
        case ListMessage():
            yield from _list(message)
        case CtaUrlMessage():
            yield from text("label", message.label, limits.CTA_LABEL)
            yield from web_address("url", message.url, limits.CTA_URL)
        case FlowMessage():
            yield from _flow(message)
        case AddressMessage():
            yield from _address(message)


def _buttons(message: ButtonsMessage) -> Iterator[Violation]:
    yield from count("buttons", len(message.buttons), limits.BUTTONS)
    for index, button in enumerate(message.buttons):
        field = f"buttons[{index}]"
        yield from identifier(f"{field}.id", button.id, limits.BUTTON_ID)
        yield from text(f"{field}.title", button.title, limits.BUTTON_TITLE)
    yield from unique("buttons.id", (button.id for button in message.buttons))
    yield from unique("buttons.title", (button.title for button in message.buttons))


def _list(message: ListMessage) -> Iterator[Violation]:
    yield from text("button", message.button, limits.LIST_BUTTON)
    yield from count("sections", len(message.sections), limits.LIST_SECTIONS)
    yield from count("rows", sum(len(section.rows) for section in message.sections), limits.LIST_ROWS)
    several = len(message.sections) > 1
    for index, section in enumerate(message.sections):
        field = f"sections[{index}]"
        yield from text(f"{field}.title", section.title, limits.SECTION_TITLE, optional=not several)
        if several and not section.rows:
            yield Violation(f"{field}.rows", "too_few", 1, 0)
        for number, row in enumerate(section.rows):
            place = f"{field}.rows[{number}]"
            yield from identifier(f"{place}.id", row.id, limits.ROW_ID)
            yield from text(f"{place}.title", row.title, limits.ROW_TITLE)
            yield from text(f"{place}.description", row.description, limits.ROW_DESCRIPTION, optional=True)
    yield from unique("rows.id", (row.id for section in message.sections for row in section.rows))


def _flow(message: FlowMessage) -> Iterator[Violation]:
    yield from identifier("flow_id", message.flow_id)
    yield from text("cta", message.cta, limits.FLOW_CTA)
    if emoji := count_emoji(message.cta):
        yield Violation("cta", "has_emoji", 0, emoji)
    yield from identifier("token", message.token)
    if message.action == "data_exchange":
        # a primeira tela é do nosso endereço de dados
        if message.screen:
            yield Violation("screen", "not_allowed", 0, len(message.screen))
        if message.data:
            yield Violation("data", "not_allowed", 0, len(message.data))
        return
    if message.screen or message.data:
        yield from identifier("screen", message.screen)
    yield from json_object("data", message.data)


def _address(message: AddressMessage) -> Iterator[Violation]:
    if message.country not in limits.ADDRESS_COUNTRIES:
        yield Violation("country", "unsupported", len(limits.ADDRESS_COUNTRIES), len(message.country))
    yield from json_object("values", message.values)
    yield from json_object("validation_errors", message.validation_errors)
    for place, saved in enumerate(message.saved_addresses):
        yield from identifier(f"saved_addresses[{place}].id", saved.id)
        yield from json_object(f"saved_addresses[{place}].value", saved.value)
    yield from unique("saved_addresses.id", (saved.id for saved in message.saved_addresses))
