"""Cada limite de `limits.py` numa mensagem: onde ele vale e que violação o passa."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from pyloto_stream.whatsapp.messages import (
    Button,
    ButtonsMessage,
    Contact,
    ContactName,
    ContactsMessage,
    CtaUrlMessage,
    Currency,
    DocumentMessage,
    FlowAction,
    FlowMessage,
    ImageMessage,
    ListMessage,
    LocationMessage,
    LocationRequestMessage,
    Message,
    Row,
    Section,
    TemplateCard,
    TemplateComponent,
    TemplateMedia,
    TemplateMessage,
    TemplateParameter,
    TextMessage,
    VideoMessage,
)
from pyloto_stream.whatsapp.validators import Rule

BUTTON = (Button("a", "A"),)
URL = "https://example.com/"
IMAGE = TemplateComponent("header", parameters=(TemplateParameter("image", media=TemplateMedia(id="1")),))
OPENED = TemplateParameter("action", flow=FlowAction("t"))


class Length(NamedTuple):
    """Um texto com limite: `make` o põe na mensagem; `field` é o nome na violação.

    `takes`: `any` texto, `no_emoji`, ou só `ascii`. `optional`: pode faltar.
    """

    limit: str
    field: str
    make: Callable[[str], Message]
    takes: Literal["any", "no_emoji", "ascii"] = "any"
    optional: bool = False


class Amount(NamedTuple):
    """Um número com limite: `make` faz a mensagem com tantos; passar dele quebra `rule` em `field`."""

    limit: str
    field: str
    make: Callable[[int], Message]
    rule: Rule = "too_many"


def row(row_id: str = "r", title: str = "R", description: str = "", *, section: str = "") -> Message:
    """Lista de uma linha."""
    return ListMessage("c", "Abrir", (Section((Row(row_id, title, description),), section),))


def sections(count: int) -> Message:
    """Lista de `count` seções de uma linha."""
    return ListMessage("c", "Abrir", tuple(Section((Row(f"r{n}", "R"),), "S") for n in range(count)))


def rows(count: int) -> Message:
    """Lista de `count` linhas em duas seções."""
    every = tuple(Row(f"r{n}", "R") for n in range(count))
    return ListMessage("c", "Abrir", (Section(every[:5], "A"), Section(every[5:], "B")))


def template(*components: TemplateComponent) -> TemplateMessage:
    """Modelo com estas partes."""
    return TemplateMessage("lead", "pt_BR", components)


def filled(kind: Literal["header", "body"], value: TemplateParameter) -> Message:
    """Modelo com um valor no cabeçalho ou no corpo."""
    return template(TemplateComponent(kind, parameters=(value,)))


def button(
    sub_type: Literal["quick_reply", "url", "flow", "copy_code"], index: int, value: str
) -> TemplateComponent:
    """Botão de modelo com o valor do seu tipo."""
    kinds = {"quick_reply": "payload", "url": "text", "copy_code": "coupon_code"}
    given = TemplateParameter(kinds[sub_type], value)  # type: ignore[arg-type]
    return TemplateComponent("button", sub_type, index, (given,))


def buttons(sub_type: Literal["url", "copy_code"]) -> Callable[[int], Message]:
    """Modelo com tantos botões de um tipo."""
    return lambda count: template(*(button(sub_type, index, "a") for index in range(count)))


def cards(count: int) -> Message:
    """Modelo com carrossel de `count` cartões."""
    return template(TemplateComponent("carousel", cards=(TemplateCard((IMAGE,)),) * count))


LENGTHS: list[Length] = [
    Length("TEXT_BODY", "body", TextMessage),
    Length("INTERACTIVE_BODY", "body", lambda v: ButtonsMessage(v, BUTTON)),
    Length("INTERACTIVE_BODY", "body", lambda v: CtaUrlMessage(v, "Abrir", URL)),
    Length("INTERACTIVE_BODY", "body", lambda v: FlowMessage(v, "1", "Abrir", "t")),
    Length("INTERACTIVE_BODY", "body", LocationRequestMessage),
    Length("LIST_BODY", "body", lambda v: ListMessage(v, "Abrir", (Section((Row("r", "R"),)),))),
    Length("HEADER_TEXT", "header", lambda v: ButtonsMessage("c", BUTTON, v), optional=True),
    Length("HEADER_TEXT", "header", lambda v: CtaUrlMessage("c", "Abrir", URL, v), optional=True),
    Length("FOOTER_TEXT", "footer", lambda v: ButtonsMessage("c", BUTTON, footer=v), optional=True),
    Length("BUTTON_TITLE", "buttons[0].title", lambda v: ButtonsMessage("c", (Button("a", v),))),
    Length("BUTTON_ID", "buttons[0].id", lambda v: ButtonsMessage("c", (Button(v, "A"),))),
    Length("LIST_BUTTON", "button", lambda v: ListMessage("c", v, (Section((Row("r", "R"),)),))),
    Length("SECTION_TITLE", "sections[0].title", lambda v: row(section=v), optional=True),
    Length("ROW_ID", "sections[0].rows[0].id", row),
    Length("ROW_TITLE", "sections[0].rows[0].title", lambda v: row("r", v)),
    Length("ROW_DESCRIPTION", "sections[0].rows[0].description", lambda v: row("r", "R", v), optional=True),
    Length("CTA_LABEL", "label", lambda v: CtaUrlMessage("c", v, URL)),
    Length("FLOW_CTA", "cta", lambda v: FlowMessage("c", "1", v, "t"), "no_emoji"),
    Length("MEDIA_CAPTION", "caption", lambda v: ImageMessage(id="1", caption=v), optional=True),
    Length("MEDIA_CAPTION", "caption", lambda v: VideoMessage(id="1", caption=v), optional=True),
    Length("MEDIA_CAPTION", "caption", lambda v: DocumentMessage(id="1", caption=v), optional=True),
    Length("TEMPLATE_NAME", "name", lambda v: TemplateMessage(v, "pt_BR"), "ascii"),
    Length(
        "TEMPLATE_BODY",
        "components[0].parameters[0].text",
        lambda v: filled("body", TemplateParameter("text", v)),
    ),
    Length(
        "TEMPLATE_BODY",
        "components[0].parameters[0].currency.fallback",
        lambda v: filled("body", TemplateParameter("currency", currency=Currency(v, "BRL", 1))),
    ),
    Length(
        "TEMPLATE_HEADER",
        "components[0].parameters[0].text",
        lambda v: filled("header", TemplateParameter("text", v)),
    ),
    Length("TEMPLATE_URL", "components[0].parameters[0].text", lambda v: template(button("url", 0, v))),
    Length(
        "TEMPLATE_PAYLOAD",
        "components[0].parameters[0].text",
        lambda v: template(button("quick_reply", 0, v)),
    ),
    Length(
        "COUPON_CODE",
        "components[0].parameters[0].text",
        lambda v: template(button("copy_code", 0, v)),
        "ascii",
    ),
]

AMOUNTS: list[Amount] = [
    Amount(
        "BUTTONS", "buttons", lambda n: ButtonsMessage("c", tuple(Button(f"{i}", f"{i}") for i in range(n)))
    ),
    Amount("LIST_SECTIONS", "sections", sections),
    Amount("LIST_ROWS", "rows", rows),
    Amount("CONTACTS", "contacts", lambda n: ContactsMessage((Contact(ContactName("A B", "A")),) * n)),
    Amount("TEMPLATE_URL_BUTTONS", "components.url", buttons("url")),
    Amount("TEMPLATE_COPY_CODE_BUTTONS", "components.copy_code", buttons("copy_code")),
    Amount(
        "TEMPLATE_FLOW_BUTTONS",
        "components.flow",
        lambda n: template(*(TemplateComponent("button", "flow", i, (OPENED,)) for i in range(n))),
    ),
    Amount("CAROUSEL_CARDS", "components[0].cards", cards),
    Amount("CTA_URL", "url", lambda n: CtaUrlMessage("c", "Abrir", URL.ljust(n, "x")), "too_long"),
    Amount("LATITUDE", "latitude", lambda n: LocationMessage(n, 0), "out_of_range"),
    Amount("LATITUDE", "latitude", lambda n: LocationMessage(-n, 0), "out_of_range"),
    Amount("LONGITUDE", "longitude", lambda n: LocationMessage(0, n), "out_of_range"),
    Amount("LONGITUDE", "longitude", lambda n: LocationMessage(0, -n), "out_of_range"),
    Amount(
        "PARAMETER_SPACES",
        "components[0].parameters[0].text",
        lambda n: filled("body", TemplateParameter("text", f"a{' ' * n}b")),
        "wide_spaces",
    ),
]
