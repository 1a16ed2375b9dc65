"""De onde vem uma mudança de um webhook? Do número nosso, e dos contatos que a Meta mostra ao lado dela."""

from collections.abc import Sequence

import msgspec

from pyloto_stream.whatsapp.identity import usable_id
from pyloto_stream.whatsapp.webhook_reply_structs import Id
from pyloto_stream.whatsapp.webhook_structs import Contact


class Origin(msgspec.Struct, frozen=True):
    """O que as mensagens de uma mudança têm em comum: o número nosso, os contatos e quem tem a conversa.

    `only`: o contato único de uma mensagem única, que é dela; havendo, `by_id` está vazio.
    """

    phone_number_id: str
    by_id: dict[str, Contact]
    only: Contact | None
    standby: bool = False

    def of(self, value: Id) -> Contact | None:
        """O contato que tem este id."""
        if not value:
            return None
        if self.only is None:
            return self.by_id.get(str(value))
        return self.only if str(value) in _ids(self.only) else None


def origin_of(number: Id, contacts: Sequence[Contact], messages: int, *, standby: bool = False) -> Origin:
    """Origem de uma mudança; um contato só vale sem casar ids se a mensagem também é uma só."""
    if len(contacts) == messages == 1:
        return Origin(usable_id(number), {}, contacts[0], standby)
    by_id: dict[str, Contact] = {}
    for contact in contacts:
        by_id |= dict.fromkeys(_ids(contact), contact)
    return Origin(usable_id(number), by_id, None, standby)


def _ids(contact: Contact) -> list[str]:
    return [str(key) for key in (contact.wa_id, contact.user_id) if key]
