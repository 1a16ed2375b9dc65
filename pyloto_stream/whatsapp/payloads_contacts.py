"""Como a Meta quer um cartão de contato? A lista `contacts`, sem os campos vazios."""

import msgspec

from pyloto_stream.whatsapp.messages_contacts import Contact, ContactsMessage
from pyloto_stream.whatsapp.payloads_parts import present


def contacts(message: ContactsMessage) -> list[dict[str, object]]:
    """O valor da chave `contacts`."""
    return [_contact(contact) for contact in message.contacts]


def _contact(contact: Contact) -> dict[str, object]:
    card: dict[str, object] = {"name": _filled(contact.name)}
    several = {
        "phones": contact.phones,
        "emails": contact.emails,
        "addresses": contact.addresses,
        "urls": contact.urls,
    }
    card.update({key: [_filled(item) for item in items] for key, items in several.items() if items})
    if contact.org is not None:
        card["org"] = _filled(contact.org)
    return {**card, **present(birthday=contact.birthday)}


def _filled(part: msgspec.Struct) -> dict[str, str]:
    # os campos dos cartões têm o nome que a Meta lhes dá
    return present(**{name: str(getattr(part, name)) for name in part.__struct_fields__})
