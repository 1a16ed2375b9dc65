"""A Meta aceitaria a forma deste modelo? Cada parte com os parâmetros que ela pode ter.

Promete: o que depende só do envio (tipos, posições, comprimentos, texto de uma linha). Limite: se o modelo
existe e pede estes valores é de `templates.py`, que tem a definição; o corpo montado só ele sabe medir.
"""

import re
from collections.abc import Iterable, Iterator

from pyloto_stream.whatsapp import limits
from pyloto_stream.whatsapp.messages_template import (
    TemplateCard,
    TemplateComponent,
    TemplateMessage,
    TemplateParameter,
)
from pyloto_stream.whatsapp.validators_parameters import parameter
from pyloto_stream.whatsapp.validators_rules import Violation, count, pattern, text, unique

_NAME = re.compile(r"[a-z0-9_]+", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:_[A-Z]{2})?", re.ASCII)
_BODY = frozenset({"text", "currency", "date_time"})
_HEADER = frozenset({"text", "image", "video", "document", "gif", "location", "product"})
_CARD_HEADER = frozenset({"image", "video", "product"})
_BUTTONS = {
    "quick_reply": frozenset({"payload"}),
    "url": frozenset({"text"}),
    "flow": frozenset({"action"}),
    "copy_code": frozenset({"coupon_code"}),
}
_MOST = {
    "quick_reply": limits.TEMPLATE_BUTTONS,
    "url": limits.TEMPLATE_URL_BUTTONS,
    "flow": limits.TEMPLATE_FLOW_BUTTONS,
    "copy_code": limits.TEMPLATE_COPY_CODE_BUTTONS,
}


class TemplateMessageValidator:
    """Envios de modelos."""

    def validate(self, message: TemplateMessage) -> tuple[Violation, ...]:
        """Devolve as violações de `message`, na ordem dos campos; vazio se cabe."""
        return (
            *pattern("name", message.name, _NAME, limits.TEMPLATE_NAME),
            *pattern("language", message.language, _LANGUAGE),
            *_components("components", message.components, card=False),
        )


def _components(field: str, parts: tuple[TemplateComponent, ...], *, card: bool) -> Iterator[Violation]:
    for place, part in enumerate(parts):
        yield from _component(f"{field}[{place}]", part, card=card)
    yield from unique(f"{field}.type", (part.type for part in parts if part.type != "button"))
    buttons = [part for part in parts if part.type == "button"]
    yield from unique(f"{field}.index", (part.index for part in buttons))
    for kind, most in _MOST.items():
        yield from count(f"{field}.{kind}", sum(part.sub_type == kind for part in buttons), most, least=0)


def _component(field: str, part: TemplateComponent, *, card: bool) -> Iterator[Violation]:
    if part.type == "button":
        yield from _button(field, part)
    else:
        yield from _absent(f"{field}.sub_type", part.sub_type)
        yield from _absent(f"{field}.index", () if part.index is None else (part.index,))
    if part.type == "carousel":
        yield from _carousel(field, part, card=card)
        return
    yield from _absent(f"{field}.cards", part.cards)
    match part.type:
        case "header":
            kinds = _CARD_HEADER if card else _HEADER
            yield from _parameters(field, part.parameters, kinds, limits.TEMPLATE_HEADER, most=1)
        case "body":
            most = limits.TEMPLATE_BODY
            yield from _parameters(field, part.parameters, _BODY, most, most=most)
            yield from _names(field, part.parameters)
        case "limited_time_offer":
            kinds = frozenset({"limited_time_offer"})
            yield from _parameters(field, part.parameters, kinds, 0, most=1)


def _button(field: str, part: TemplateComponent) -> Iterator[Violation]:
    kinds = _BUTTONS.get(part.sub_type)
    if kinds is None:
        yield from text(f"{field}.sub_type", part.sub_type, None)
        return
    last = limits.TEMPLATE_BUTTONS - 1
    if part.index is None:
        yield Violation(f"{field}.index", "empty", 1, 0)
    elif not 0 <= part.index <= last:
        yield Violation(f"{field}.index", "out_of_range", last, part.index)
    yield from _parameters(field, part.parameters, kinds, limits.TEMPLATE_URL, most=1)


def _carousel(field: str, part: TemplateComponent, *, card: bool) -> Iterator[Violation]:
    if card:
        yield Violation(f"{field}.type", "not_allowed", 0, 1)
        return
    yield from _absent(f"{field}.parameters", part.parameters)
    most, least = limits.CAROUSEL_CARDS, limits.CAROUSEL_CARDS_LEAST
    yield from count(f"{field}.cards", len(part.cards), most, least=least)
    for place, each in enumerate(part.cards):
        yield from _card(f"{field}.cards[{place}].components", each)


def _card(field: str, card: TemplateCard) -> Iterator[Violation]:
    yield from count(field, len(card.components), limits.TEMPLATE_BUTTONS + 2)
    yield from _components(field, card.components, card=True)


def _parameters(
    field: str, given: tuple[TemplateParameter, ...], kinds: frozenset[str], longest: int, *, most: int
) -> Iterator[Violation]:
    yield from count(f"{field}.parameters", len(given), most)
    for place, each in enumerate(given):
        where = f"{field}.parameters[{place}]"
        if each.type in kinds:
            yield from parameter(where, each, longest)
        else:
            yield Violation(f"{where}.type", "not_allowed", 0, 1)


def _names(field: str, given: tuple[TemplateParameter, ...]) -> Iterator[Violation]:
    names = [each.name for each in given if each.name]
    if names and len(names) != len(given):
        yield Violation(f"{field}.parameters", "mixed", len(given), len(names))
    yield from unique(f"{field}.parameters.name", names)


def _absent(field: str, value: Iterable[object]) -> Iterator[Violation]:
    if size := len(tuple(value)):
        yield Violation(field, "not_allowed", 0, size)
