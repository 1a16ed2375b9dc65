"""Como se envia um cartão de contato? Os campos da Meta, todos opcionais menos o nome.

Limite: `type` de telefone, endereço e página é rótulo livre (`HOME`, `WORK`…); a Meta não o confere.
"""

import msgspec


class ContactName(msgspec.Struct, frozen=True):
    """`formatted_name` é obrigatório, e ao menos uma das partes também."""

    formatted_name: str
    first_name: str = ""
    last_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    prefix: str = ""


class ContactPhone(msgspec.Struct, frozen=True):
    """`wa_id`, se há, faz aparecer o botão de conversar."""

    phone: str
    type: str = ""
    wa_id: str = ""


class ContactEmail(msgspec.Struct, frozen=True):
    """Um endereço de e-mail."""

    email: str
    type: str = ""


class ContactAddress(msgspec.Struct, frozen=True):
    """Um endereço; `country_code` é ISO de duas letras."""

    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    country_code: str = ""
    type: str = ""


class ContactOrg(msgspec.Struct, frozen=True):
    """Onde a pessoa trabalha."""

    company: str = ""
    department: str = ""
    title: str = ""


class ContactUrl(msgspec.Struct, frozen=True):
    """Uma página."""

    url: str
    type: str = ""


class Contact(msgspec.Struct, frozen=True):
    """Um cartão. `birthday` é `AAAA-MM-DD`."""

    name: ContactName
    phones: tuple[ContactPhone, ...] = ()
    emails: tuple[ContactEmail, ...] = ()
    addresses: tuple[ContactAddress, ...] = ()
    urls: tuple[ContactUrl, ...] = ()
    org: ContactOrg | None = None
    birthday: str = ""


class ContactsMessage(msgspec.Struct, frozen=True):
    """Um ou mais cartões de contato."""

    contacts: tuple[Contact, ...]
