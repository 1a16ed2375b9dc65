"""Em que envelope chegam as mensagens e os status? Duas leituras: o corpo inteiro, ou nível por nível.

As formas `Raw…` param num nível e guardam o resto em bytes, para que uma parte ruim não leve as vizinhas.
Os decodificadores são compilados uma vez, aqui.
"""

from msgspec import UNSET, Raw, Struct, UnsetType
from msgspec.json import Decoder

from pyloto_stream.whatsapp.webhook_reply_structs import Id
from pyloto_stream.whatsapp.webhook_side_structs import DeliveryStatus, PhoneCall, UserPreference
from pyloto_stream.whatsapp.webhook_structs import Contact, InboundMessage, Instant


class Metadata(Struct, gc=False):
    """Por que número nosso passou."""

    phone_number_id: Id = None


class Value(Struct, gc=False):
    """Conteúdo de uma mudança do campo `messages`."""

    metadata: Metadata | None = None
    contacts: list[Contact] | None = None
    messages: list[InboundMessage] | None = None
    statuses: list[DeliveryStatus] | None = None
    errors: Raw | UnsetType = UNSET


class Change(Struct, gc=False):
    """Uma mudança."""

    value: Value | None = None
    field: str | None = None


class Entry(Struct, gc=False):
    """As mudanças de uma conta."""

    changes: list[Change] | None = None


class Webhook(Struct, gc=False):
    """O corpo inteiro, quando tudo nele tem a forma esperada."""

    object: str | None = None
    entry: list[Entry] | None = None


class RawWebhook(Struct, gc=False):
    """O corpo, com cada `entry` ainda em bytes."""

    object: str | None = None
    entry: list[Raw] | None = None


class RawEntry(Struct, gc=False):
    """Uma `entry`, com cada mudança ainda em bytes."""

    id: Raw = Raw()
    time: Raw = Raw()
    changes: list[Raw] | None = None
    changed_fields: Raw = Raw()


class RawChange(Struct, gc=False):
    """Uma mudança, com o conteúdo ainda em bytes."""

    field: str | None = None
    value: Raw = Raw()


class RawValue(Struct, gc=False):
    """Conteúdo de um campo de conversas, com cada lista ainda em bytes."""

    metadata: Raw = Raw()
    contacts: Raw = Raw()
    messages: Raw = Raw()
    statuses: Raw = Raw()
    message_echoes: Raw = Raw()
    calls: Raw = Raw()
    user_preferences: Raw = Raw()
    errors: Raw = Raw()


webhook = Decoder(Webhook)
raw_webhook = Decoder(RawWebhook)
raw_entry = Decoder(RawEntry)
raw_change = Decoder(RawChange)
raw_value = Decoder(RawValue)
raw_list = Decoder(list[Raw])
metadata = Decoder(Metadata)
contact = Decoder(Contact)
message = Decoder(InboundMessage)
status = Decoder(DeliveryStatus)
call = Decoder(PhoneCall)
preference = Decoder(UserPreference)
scalar: Decoder[Instant] = Decoder(Instant)
