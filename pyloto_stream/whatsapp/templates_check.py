"""Estes valores são os que o modelo pede? Conferido contra a definição, antes de a Meta recusar.

Promete: todas as violações de uma vez, cada uma com o nome do parâmetro, a regra e o limite, nunca com o
conteúdo. Fonte: seção 9.4 dos fatos (páginas "Components" e "Template messages"). Limite: carrossel não é
conferido (`unsupported`); se a mídia ainda existe, só a Meta sabe.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from pyloto_stream.template import Part, PartButton, Template
from pyloto_stream.whatsapp import limits
from pyloto_stream.whatsapp.messages_template import ProductRef, TemplateLocation, TemplateMedia
from pyloto_stream.whatsapp.templates_read import VARIABLE, variables
from pyloto_stream.whatsapp.validators_parameters import one_line
from pyloto_stream.whatsapp.validators_rules import InvalidMessageError, Violation, pattern, source, text

MediaKind = Literal["", "image", "video", "document", "gif"]
_MEDIA = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document", "GIF": "gif"}
_SUFFIX = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
_FULL_URL = re.compile(r"[a-z][a-z0-9+.-]*://|//", re.IGNORECASE)
_COUPON = re.compile(r"[A-Za-z0-9]+", re.ASCII)


class TemplateParams(msgspec.Struct, frozen=True):
    """Os valores de um envio.

    `body` e `header`: valor por nome (`first_name`) ou posição (`"1"`). `media` e `media_kind`, `location` e
    `product`: o cabeçalho que não é texto. `buttons`: por posição desde 0, o final do endereço, o `payload`
    da resposta rápida, o cupom, o código ou o token do formulário; `flow_data` vai com o formulário.
    """

    body: Mapping[str, str] = {}
    header: Mapping[str, str] = {}
    media: TemplateMedia | None = None
    media_kind: MediaKind = ""
    location: TemplateLocation | None = None
    product: ProductRef | None = None
    buttons: Mapping[int, str] = {}
    flow_data: Mapping[str, object] = {}
    expires_at_ms: int = 0
    """Fim da oferta, para `LIMITED_TIME_OFFER`."""


def validate_template_params(template: Template, params: TemplateParams) -> None:
    """Confere `params` contra a definição de `template`.

    Raises:
        InvalidMessageError: code `template_params_invalid`, com todas as violações.
    """
    if found := tuple(violations(template, params)):
        error = InvalidMessageError(*found)
        error.code = "template_params_invalid"
        raise error


def violations(template: Template, params: TemplateParams) -> Iterator[Violation]:
    """O que a Meta recusaria em `params`, na ordem do modelo."""
    yield from _header(template.part("HEADER"), params)
    body = template.part("BODY")
    yield from _values("body", body.text if body else "", params.body, limits.TEMPLATE_BODY)
    if template.category == "AUTHENTICATION":
        for name, value in params.body.items():
            yield from text(f"body.{name}", value, limits.COUPON_CODE)
    offer = template.part("LIMITED_TIME_OFFER")
    if (offer is None) is bool(params.expires_at_ms):
        yield Violation("expires_at_ms", "missing" if offer else "not_allowed", 1, int(offer is None))
    buttons = template.part("BUTTONS")
    yield from _buttons(buttons.buttons if buttons else (), params)
    if template.part("CAROUSEL"):
        yield Violation("carousel", "unsupported")


def _header(part: Part | None, params: TemplateParams) -> Iterator[Violation]:
    kind = part.format if part else ""
    words = part.text if part and kind in {"", "TEXT"} else ""
    yield from _values("header", words, params.header, limits.TEMPLATE_HEADER)
    yield from _needed("header.media", wanted=kind in _MEDIA, given=params.media is not None)
    yield from _needed("header.location", wanted=kind == "LOCATION", given=params.location is not None)
    yield from _needed("header.product", wanted=kind == "PRODUCT", given=params.product is not None)
    if kind in _MEDIA and params.media is not None:
        if params.media_kind != _MEDIA[kind]:
            yield Violation("header.media_kind", "not_allowed", 0, 1)
        yield from source("header.media.", params.media.id, params.media.link)


def _needed(field: str, *, wanted: bool, given: bool) -> Iterator[Violation]:
    if wanted and not given:
        yield Violation(field, "missing", 1, 0)
    elif given and not wanted:
        yield Violation(field, "not_allowed", 0, 1)


def _values(field: str, written: str, given: Mapping[str, str], limit: int) -> Iterator[Violation]:
    """Nem mais nem menos do que as variáveis de `written`; e o texto montado cabe em `limit`."""
    wanted = variables(written)
    for name in wanted:
        if name not in given:
            yield Violation(f"{field}.{name}", "missing", 1, 0)
        else:
            yield from one_line(f"{field}.{name}", given[name], limit)
    for place, name in enumerate(name for name in given if name not in wanted):
        known = name if VARIABLE.fullmatch("{{" + name + "}}") else f"[{place}]"
        yield Violation(f"{field}.{known}", "not_allowed", len(wanted), len(given))
    if given and len(rendered := fill(written, given)) > limit:
        yield Violation(field, "too_long", limit, len(rendered))


def fill(written: str, given: Mapping[str, str]) -> str:
    """`written` com cada variável no lugar; a que falta fica como está."""
    return VARIABLE.sub(lambda found: given.get(found[1], found[0]), written)


def _buttons(buttons: tuple[PartButton, ...], params: TemplateParams) -> Iterator[Violation]:
    for place in params.buttons:
        if not 0 <= place < len(buttons):
            yield Violation(f"buttons.{place}", "out_of_range", len(buttons), place)
    for place, button in enumerate(buttons):
        yield from _button(f"buttons.{place}", button, params.buttons.get(place))
    if params.flow_data and not any(button.type == "FLOW" for button in buttons):
        yield Violation("flow_data", "not_allowed", 0, len(params.flow_data))


def _button(field: str, button: PartButton, value: str | None) -> Iterator[Violation]:
    required = needs_value(button)
    if value is None:
        if required:
            yield Violation(field, "missing", 1, 0)
        return
    match button.type:
        case "URL" if required:
            yield from _suffix(field, button, value)
        case "OTP":
            yield from one_line(field, value, limits.COUPON_CODE)
        case "COPY_CODE":
            yield from pattern(field, value, _COUPON, limits.COUPON_CODE)
        case "QUICK_REPLY":
            yield from text(field, value, limits.TEMPLATE_PAYLOAD)
        case "FLOW":
            yield from text(field, value, None)
        case _:
            yield Violation(field, "not_allowed", 0, len(value))


def _suffix(field: str, button: PartButton, value: str) -> Iterator[Violation]:
    """Só o final, já codificado: um endereço inteiro sairia colado ao do modelo."""
    yield from pattern(field, value, _SUFFIX)
    if _FULL_URL.match(value):
        yield Violation(field, "not_allowed", 0, len(value))
    if (size := len(VARIABLE.sub(lambda _found: value, button.url))) > limits.TEMPLATE_URL:
        yield Violation(field, "too_long", limits.TEMPLATE_URL, size)


def needs_value(button: PartButton) -> bool:
    """O botão tem uma variável, e por isso não sai sem valor?"""
    return button.type in {"COPY_CODE", "OTP"} or (button.type == "URL" and bool(variables(button.url)))
