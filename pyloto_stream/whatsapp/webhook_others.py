"""O que mais a Meta conta de uma conversa? Respostas dadas por fora (ecos), ligações e preferências.

Promete o mesmo que `webhook_updates.py`: sem motivo, o valor está completo; sem valor, há sempre motivo.
"""

from typing import Literal

import msgspec

from pyloto_stream.whatsapp import webhook_structs as wire
from pyloto_stream.whatsapp.identity import Person, person_of, usable_id
from pyloto_stream.whatsapp.webhook_content import Content
from pyloto_stream.whatsapp.webhook_origin import Origin
from pyloto_stream.whatsapp.webhook_readers import content_of, word
from pyloto_stream.whatsapp.webhook_reasons import Reason, flawed_id, instant_ms
from pyloto_stream.whatsapp.webhook_side_structs import DeliveryStatus, PhoneCall, UserPreference

Via = Literal["business_app", "other_app"]
MARKETING = "marketing_messages"
_WANTS: dict[str, Literal["stop", "resume"]] = {"stop": "stop", "resume": "resume", "signup": "resume"}
_FROM_US = "BUSINESS_INITIATED"


class Echo(msgspec.Struct, frozen=True, gc=False):
    """Uma mensagem que saiu do nosso número sem passar por nós. `person`: para quem.

    `standby`: quem tem a conversa é outro atendente automático, e a resposta talvez seja dele.
    """

    id: str
    phone_number_id: str
    person: Person
    at_ms: int
    content: Content
    via: Via
    standby: bool = False


class Call(msgspec.Struct, frozen=True, gc=False):
    """Um momento de uma ligação: `event` é `connect`, `terminate` ou `status`; `status`, o que se diz dele.

    `inbound`: quem ligou foi a pessoa.
    """

    id: str
    phone_number_id: str
    person: Person
    at_ms: int
    event: str
    status: str = ""
    inbound: bool = True


class Preference(msgspec.Struct, frozen=True, gc=False):
    """A pessoa não quer mais, ou quer de novo, mensagens de marketing."""

    person: Person
    marketing: Literal["stop", "resume"]
    at_ms: int


def echo_of(raw: wire.InboundMessage, origin: Origin, via: Via) -> tuple[Echo | None, Reason | None]:
    """Eco normalizado e, se algo nele não foi entendido, o motivo."""
    echo_id = usable_id(raw.id)
    if not echo_id:
        return None, flawed_id(raw.id)
    if not raw.type:
        return None, "missing_type"
    contact = origin.of(raw.to) or origin.of(raw.to_user_id)
    shown = (contact.wa_id, contact.user_id, contact.parent_user_id) if contact else ()
    person = person_of(raw.to, raw.to_user_id, raw.to_parent_user_id, *shown)
    if not person.address:
        return None, "missing_recipient"
    content = content_of(raw)
    if content is None:
        return None, "wrong_shape"
    at_ms = instant_ms(raw.timestamp)
    echo = Echo(echo_id, origin.phone_number_id, person, at_ms or 0, content, via, origin.standby)
    if content.kind == "unknown":
        return echo, "unknown_type"
    return echo, "bad_timestamp" if at_ms is None else None


def call_of(raw: PhoneCall, origin: Origin) -> tuple[Call | None, Reason | None]:
    """Ligação normalizada e, se algo nela não foi entendido, o motivo."""
    call_id, event = usable_id(raw.id), word(raw.event).lower()
    if not call_id:
        return None, flawed_id(raw.id)
    if not event:
        return None, "missing_event"
    inbound = raw.direction != _FROM_US
    theirs = (raw.sender, raw.from_user_id, raw.from_parent_user_id)
    person = person_of(*theirs) if inbound else person_of(raw.to, raw.to_user_id, raw.to_parent_user_id)
    if not person.address:
        return None, "missing_sender" if inbound else "missing_recipient"
    at_ms = instant_ms(raw.timestamp or raw.start_time)
    call = Call(call_id, origin.phone_number_id, person, at_ms or 0, event, word(raw.status), inbound)
    return call, "bad_timestamp" if at_ms is None else None


def call_status_of(raw: DeliveryStatus, origin: Origin) -> tuple[Call | None, Reason | None]:
    """Status de uma ligação que nós fizemos: não é status de mensagem."""
    call_id, told = usable_id(raw.id), word(raw.status)
    if not call_id:
        return None, flawed_id(raw.id)
    if not told:
        return None, "missing_status"
    person = person_of(raw.recipient_id, raw.recipient_user_id, raw.recipient_parent_user_id)
    if not person.address:
        return None, "missing_recipient"
    at_ms = instant_ms(raw.timestamp)
    call = Call(call_id, origin.phone_number_id, person, at_ms or 0, "status", told, inbound=False)
    return call, "bad_timestamp" if at_ms is None else None


def preference_of(raw: UserPreference, _origin: Origin) -> tuple[Preference | None, Reason | None]:
    """Preferência normalizada e, se algo nela não foi entendido, o motivo."""
    wanted = _WANTS.get(raw.value or "") if raw.category in (MARKETING, None, "") else None
    if wanted is None:
        return None, "unknown_preference"
    person = person_of(raw.wa_id, raw.user_id, raw.parent_user_id)
    if not person.address:
        return None, "missing_sender"
    at_ms = instant_ms(raw.timestamp)
    return Preference(person, wanted, at_ms or 0), "bad_timestamp" if at_ms is None else None
