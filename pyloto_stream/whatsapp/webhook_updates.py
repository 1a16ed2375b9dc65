"""De quem é uma mensagem ou um status, e de quando? Valores com identidade e instante.

Promete: o que volta sem motivo está completo; com motivo, a parte vai também para quem guarda o ilegível.
Limite: não tem relógio. Instante ausente é 0, e quem chama decide o que isso quer dizer.
"""

import msgspec

from pyloto_stream.whatsapp import webhook_structs as wire
from pyloto_stream.whatsapp.identity import Person, person_of, usable_id
from pyloto_stream.whatsapp.webhook_content import Content
from pyloto_stream.whatsapp.webhook_origin import Origin
from pyloto_stream.whatsapp.webhook_readers import content_of, word
from pyloto_stream.whatsapp.webhook_reasons import Reason, error_code, flawed_id, instant_ms
from pyloto_stream.whatsapp.webhook_side_structs import DeliveryStatus

STATUSES = frozenset(("sent", "delivered", "read", "played", "failed"))


class Referral(msgspec.Struct, frozen=True, gc=False):
    """De que anúncio ou publicação a pessoa veio; `source` é `ad`, `post` ou o que a Meta disser."""

    source: str
    source_id: str = ""
    headline: str = ""
    click_id: str = ""


class Message(msgspec.Struct, frozen=True, gc=False):
    """Uma mensagem recebida.

    `person`: quem escreveu; numa troca de número, os ids antigos, e os novos em `moved_to`. `group` é só a
    marca de que veio de um grupo. `standby`: outro atendente automático tem a conversa. `sent_at_ms` em
    milissegundos Unix; 0 se desconhecido.
    """

    id: str
    phone_number_id: str
    person: Person
    profile_name: str
    sent_at_ms: int
    content: Content
    moved_to: Person | None = None
    referral: Referral | None = None
    group: bool = False
    standby: bool = False

    @property
    def identity(self) -> str:
        """A identidade de uma pessoa nova com estes ids: a do telefone, se há."""
        return self.person.identities()[-1]

    @property
    def reply_to(self) -> str:
        """O identificador exato para responder (numa troca de número, o novo). Dado pessoal."""
        return (self.moved_to or self.person).address

    @property
    def user_id(self) -> str:
        """O id de escopo de negócio visto junto, se há. Dado pessoal."""
        return self.person.user_id


class Status(msgspec.Struct, frozen=True, gc=False):
    """O destino de uma mensagem nossa. `person` é o destinatário, vazia se a Meta não o mostra.

    `id` é o wamid; `callback`, o que mandamos em `biz_opaque_callback_data`; `error_code` 0 se não há;
    `category` e `pricing`, o que a Meta cobra dela.
    """

    id: str
    status: str
    at_ms: int
    person: Person
    callback: str
    error_code: int
    category: str = ""
    pricing: str = ""
    group: bool = False

    @property
    def recipient(self) -> str:
        """A identidade do destinatário; vazia se a Meta não o mostra."""
        known = self.person.identities()
        return known[-1] if known else ""


def message_of(raw: wire.InboundMessage, origin: Origin) -> tuple[Message | None, Reason | None]:
    """Mensagem normalizada e, se algo nela não foi entendido, o motivo. Sem mensagem há sempre motivo."""
    message_id = usable_id(raw.id)
    if not message_id:
        return None, flawed_id(raw.id)
    if not origin.phone_number_id:
        return None, "missing_number"
    if not raw.type:
        return None, "missing_type"
    contact = origin.only or origin.of(raw.sender) or origin.of(raw.from_user_id)
    person, moved_to = _sender(raw, contact)
    if not person.address:
        return None, "missing_sender"
    content = content_of(raw)
    if content is None:
        return None, "wrong_shape"
    at_ms = instant_ms(raw.timestamp)
    name = contact.profile.name if contact and contact.profile else None
    message = Message(
        id=message_id,
        phone_number_id=origin.phone_number_id,
        person=person,
        profile_name=name or "",
        sent_at_ms=at_ms or 0,
        content=content,
        moved_to=moved_to,
        referral=_referral(raw.referral) if raw.referral else None,
        group=bool(raw.group_id),
        standby=origin.standby,
    )
    if content.kind == "unknown":
        return message, "unknown_type"
    return message, "bad_timestamp" if at_ms is None else None


def status_of(raw: DeliveryStatus) -> tuple[Status | None, Reason | None]:
    """Status normalizado e, se algo nele não foi entendido, o motivo. Sem status há sempre motivo."""
    status_id, callback = usable_id(raw.id), raw.biz_opaque_callback_data
    if not status_id:
        return None, flawed_id(raw.id)
    if not usable_id(raw.status):
        return None, "missing_status" if not raw.status else "wrong_shape"
    person = person_of(raw.recipient_id, raw.recipient_user_id, raw.recipient_parent_user_id)
    if not person.address and not callback:
        return None, "missing_recipient"
    at_ms, price = instant_ms(raw.timestamp), raw.pricing
    status = Status(
        id=status_id,
        status=raw.status or "",
        at_ms=at_ms or 0,
        person=person,
        callback=usable_id(callback),
        error_code=error_code(raw.errors[0].code if raw.errors else None),
        category=word(price.category) if price else "",
        pricing=word(price.type) if price else "",
        group=raw.recipient_type == "group",
    )
    if raw.status not in STATUSES:
        return status, "unknown_status"
    return status, "bad_timestamp" if at_ms is None else None


def _sender(raw: wire.InboundMessage, contact: wire.Contact | None) -> tuple[Person, Person | None]:
    """Quem escreveu e, se trocou de ids, os novos: a conversa que existe é a dos antigos."""
    system = raw.system
    if system is None:
        if contact is None:
            return person_of(raw.sender, raw.from_user_id, raw.from_parent_user_id), None
        return person_of(
            raw.sender, contact.wa_id, raw.from_user_id, contact.user_id,
            raw.from_parent_user_id, contact.parent_user_id,
        ), None  # fmt: skip
    new = person_of(system.wa_id, system.new_wa_id, system.user_id, system.parent_user_id)
    given = (raw.sender, system.customer, system.previous_user_id, system.previous_parent_user_id,
             raw.from_user_id, raw.from_parent_user_id)  # fmt: skip
    old = person_of(*(value for value in given if str(value) not in (new.user_id, new.parent_user_id)))
    if not old.address:
        return person_of(*given, new.phone, new.user_id, new.parent_user_id), None
    known = set(old.identities())
    return old, (None if known.issuperset(new.identities()) else new)


def _referral(raw: wire.Referral) -> Referral:
    return Referral(
        word(raw.source_type), usable_id(raw.source_id), (raw.headline or "")[:256], usable_id(raw.ctwa_clid)
    )
