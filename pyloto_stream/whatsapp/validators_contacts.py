"""A Meta aceitaria estes cartões de contato? Nome completo, ao menos uma parte do nome, e nada em branco."""

import re
from collections.abc import Iterator
from datetime import date

import msgspec

from pyloto_stream.whatsapp import limits
from pyloto_stream.whatsapp.messages_contacts import (
    Contact,
    ContactAddress,
    ContactEmail,
    ContactName,
    ContactPhone,
    ContactsMessage,
    ContactUrl,
)
from pyloto_stream.whatsapp.validators_rules import Violation, count, pattern, text

_REQUIRED = {
    ContactName: "formatted_name",
    ContactPhone: "phone",
    ContactEmail: "email",
    ContactUrl: "url",
}
_COUNTRY = re.compile(r"[A-Za-z]{2}", re.ASCII)


class ContactsMessageValidator:
    """Cartões de contato."""

    def validate(self, message: ContactsMessage) -> tuple[Violation, ...]:
        """Devolve as violações de `message`, na ordem dos campos; vazio se cabe."""
        cards = enumerate(message.contacts)
        return (
            *count("contacts", len(message.contacts), limits.CONTACTS),
            *(found for place, card in cards for found in _card(f"contacts[{place}]", card)),
        )


def _card(field: str, card: Contact) -> Iterator[Violation]:
    yield from _filled(f"{field}.name", card.name)
    parts = [name for name in card.name.__struct_fields__ if name != "formatted_name"]
    if not any(getattr(card.name, name) for name in parts):
        yield Violation(f"{field}.name", "too_few", 1, 0)
    for key in ("phones", "emails", "addresses", "urls"):
        for place, part in enumerate(getattr(card, key)):
            yield from _filled(f"{field}.{key}[{place}]", part)
    if card.org is not None:
        yield from _filled(f"{field}.org", card.org)
    if card.birthday and not _is_date(card.birthday):
        yield Violation(f"{field}.birthday", "bad_format", 0, len(card.birthday))


def _filled(field: str, part: msgspec.Struct) -> Iterator[Violation]:
    required = _REQUIRED.get(type(part), "")
    for name in part.__struct_fields__:
        yield from text(f"{field}.{name}", getattr(part, name), None, optional=name != required)
    if not any(getattr(part, name) for name in part.__struct_fields__ if name != "type") and not required:
        yield Violation(field, "empty", 1, 0)
    if isinstance(part, ContactAddress) and part.country_code:
        yield from pattern(f"{field}.country_code", part.country_code, _COUNTRY)


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
