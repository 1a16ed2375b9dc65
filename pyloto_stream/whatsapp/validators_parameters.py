"""Este valor cabe no modelo? Cada tipo de parâmetro usa um campo só, e texto vai numa linha.

Fonte da linha única: a Cloud API recusa quebra de linha, tabulação e sequência de espaços em valores
(132018, 132012, 100 ou 131008, conforme o caso; não está nas páginas). Discordam entre 4 e mais de 4
espaços: fica o menor.
"""

import re
from collections.abc import Iterator

from pyloto_stream.whatsapp import limits
from pyloto_stream.whatsapp.messages_template import Currency, TemplateLocation, TemplateParameter
from pyloto_stream.whatsapp.validators_rules import (
    Violation,
    identifier,
    json_object,
    pattern,
    source,
    text,
)

_NAME = re.compile(r"[a-z0-9_]+", re.ASCII)
_COUPON = re.compile(r"[A-Za-z0-9]+", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_SPACES = re.compile(rf" {{{limits.PARAMETER_SPACES + 1},}}")
_FIELDS = {
    "text": "text",
    "date_time": "text",
    "payload": "text",
    "coupon_code": "text",
    "image": "media",
    "video": "media",
    "document": "media",
    "gif": "media",
    "currency": "currency",
    "location": "location",
    "product": "product",
    "action": "flow",
    "limited_time_offer": "expires_at_ms",
}
_VALUES = ("text", "media", "currency", "location", "product", "flow", "expires_at_ms")


def parameter(field: str, given: TemplateParameter, longest: int) -> Iterator[Violation]:
    """As violações de um parâmetro; `longest` é o limite do texto onde ele está."""
    own = _FIELDS[given.type]
    for name in _VALUES:
        if name != own and getattr(given, name):
            yield Violation(f"{field}.{name}", "not_allowed", 0, 1)
    if given.name:
        if given.type in {"text", "currency", "date_time"}:
            yield from pattern(f"{field}.name", given.name, _NAME)
        else:
            yield Violation(f"{field}.name", "not_allowed", 0, len(given.name))
    if own == "text":
        yield from _words(f"{field}.text", given, longest)
    elif not getattr(given, own):
        yield Violation(f"{field}.{own}", "empty", 1, 0)
    else:
        yield from _object(f"{field}.{own}", given)


def one_line(field: str, value: str, limit: int | None) -> Iterator[Violation]:
    """Um texto obrigatório sem quebra de linha, tabulação ou espaços seguidos demais."""
    yield from text(field, value, limit)
    breaks = sum(char in "\n\r\t\v\f\x85\u2028\u2029" for char in value)
    if breaks:
        yield Violation(field, "line_break", 0, breaks)
    if wide := max(map(len, _SPACES.findall(value)), default=0):
        yield Violation(field, "wide_spaces", limits.PARAMETER_SPACES, wide)


def _words(field: str, given: TemplateParameter, longest: int) -> Iterator[Violation]:
    match given.type:
        case "payload":
            yield from text(field, given.text, limits.TEMPLATE_PAYLOAD)
        case "coupon_code":
            yield from pattern(field, given.text, _COUPON, limits.COUPON_CODE)
        case _:
            yield from one_line(field, given.text, longest)


def _object(field: str, given: TemplateParameter) -> Iterator[Violation]:
    if (file := given.media) is not None:
        yield from source(f"{field}.", file.id, file.link)
        yield from text(f"{field}.filename", file.filename, None, optional=True)
        if file.filename and given.type != "document":
            yield Violation(f"{field}.filename", "not_allowed", 0, len(file.filename))
    if given.currency is not None:
        yield from _currency(field, given.currency)
    if given.location is not None:
        yield from _location(field, given.location)
    if (product := given.product) is not None:
        yield from identifier(f"{field}.retailer_id", product.retailer_id)
        yield from identifier(f"{field}.catalog_id", product.catalog_id)
    if (flow := given.flow) is not None:
        yield from identifier(f"{field}.token", flow.token)
        yield from json_object(f"{field}.data", flow.data)
    if given.expires_at_ms < 0:
        yield Violation(field, "out_of_range", 0, given.expires_at_ms)


def _currency(field: str, money: Currency) -> Iterator[Violation]:
    yield from one_line(f"{field}.fallback", money.fallback, limits.TEMPLATE_BODY)
    yield from pattern(f"{field}.code", money.code, _CURRENCY)


def _location(field: str, place: TemplateLocation) -> Iterator[Violation]:
    if not -limits.LATITUDE <= place.latitude <= limits.LATITUDE:
        yield Violation(f"{field}.latitude", "out_of_range", limits.LATITUDE)
    if not -limits.LONGITUDE <= place.longitude <= limits.LONGITUDE:
        yield Violation(f"{field}.longitude", "out_of_range", limits.LONGITUDE)
    yield from text(f"{field}.name", place.name, None)
    yield from text(f"{field}.address", place.address, None)
