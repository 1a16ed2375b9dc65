"""O que há num valor que fala de conversas? Cada lista dele, lida item por item.

Promete: um item ruim não leva os vizinhos. As listas são conhecidas pelo nome, em qualquer destes campos.
"""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Raw, Struct
from msgspec.json import Decoder

from pyloto_stream.whatsapp import webhook_envelope as envelope
from pyloto_stream.whatsapp.webhook_batch import Batch
from pyloto_stream.whatsapp.webhook_frames import Frame, decode, elements, present, repeat
from pyloto_stream.whatsapp.webhook_notices import Notice
from pyloto_stream.whatsapp.webhook_origin import Origin, origin_of
from pyloto_stream.whatsapp.webhook_others import Via, call_of, call_status_of, echo_of, preference_of
from pyloto_stream.whatsapp.webhook_reasons import Reason
from pyloto_stream.whatsapp.webhook_side_structs import DeliveryStatus
from pyloto_stream.whatsapp.webhook_structs import Contact, InboundMessage
from pyloto_stream.whatsapp.webhook_updates import Message, Status, message_of, status_of

CALL = "call"
STANDBY = "standby"
FIELDS = frozenset(("messages", STANDBY, "smb_message_echoes", "message_echoes", "calls", "user_preferences"))
"""Campos cujo valor fala de conversas."""
GROUP_MESSAGE, GROUP_STATUS = "GROUP_MESSAGE", "GROUP_STATUS"

_Raw = TypeVar("_Raw", bound=Struct)
_Read = TypeVar("_Read")
Reading = tuple[_Read | None, Reason | None]


def read_value(batch: Batch, field: str, value: envelope.RawValue, frame: Frame) -> bool:
    """Lê as listas de um valor do campo `field`; falso se não havia nada em nenhuma."""
    kept = len(batch.unreadable)
    metadata, _ = decode(envelope.metadata, value.metadata)
    contacts, bad = _contacts(value.contacts)
    if bad:
        batch.unreadable.append(frame.inside(b'"contacts":').part("wrong_shape", value.contacts))
    number = repeat(b"metadata", value.metadata)
    inner = frame.inside(number + (b"" if bad else repeat(b"contacts", value.contacts)))
    if present(value.errors):
        batch.unreadable.append(inner.inside(b'"errors":').part("value_errors", value.errors))
    lists = {
        name: elements(batch, name, getattr(value, name), inner)
        for name in ("messages", "statuses", "message_echoes", "calls", "user_preferences")
    }
    origin = origin_of(
        metadata.phone_number_id if metadata else None, contacts, len(lists["messages"]),
        standby=field == STANDBY,
    )  # fmt: skip
    via: Via = "business_app" if field == "smb_message_echoes" else "other_app"
    reader = _Reader(batch, inner, number, origin, via)
    reader.each("messages", lists, envelope.message, reader.message)
    reader.each("statuses", lists, envelope.status, reader.status)
    reader.each("message_echoes", lists, envelope.message, reader.echo)
    reader.each("calls", lists, envelope.call, lambda raw: _put(batch.calls, call_of(raw, origin)))
    reader.each(
        "user_preferences", lists, envelope.preference,
        lambda raw: _put(batch.preferences, preference_of(raw, origin)),
    )  # fmt: skip
    return any(lists.values()) or len(batch.unreadable) > kept


class _Reader:
    """As listas de um valor: onde guardar, a moldura em volta, e a origem comum."""

    def __init__(self, batch: Batch, frame: Frame, number: bytes, origin: Origin, via: Via) -> None:
        self._batch = batch
        self._frame = frame
        self._number = number
        self._origin = origin
        self._via = via

    def each(
        self,
        name: str,
        lists: dict[str, list[Raw]],
        decoder: Decoder[_Raw],
        take: Callable[[_Raw], Reason | None],
    ) -> None:
        """Lê os itens da lista `name`; o que `take` não entende fica também em bytes."""
        if not lists[name]:
            return
        key = name.encode()
        place = self._frame.inside(b'"%s":[' % key, b"]", scope=key + self._number)
        for item in lists[name]:
            read, flaw = decode(decoder, item)
            reason = flaw if read is None else take(read)
            if reason is not None:
                self._batch.unreadable.append(place.part(reason, item))

    def message(self, raw: InboundMessage) -> Reason | None:
        """Uma mensagem; de um grupo, só a notícia de que veio."""
        message, reason = message_of(raw, self._origin)
        if message is not None and message.group:
            self._note(GROUP_MESSAGE, message, message.sent_at_ms, message.content.kind)
        elif message is not None:
            self._batch.messages.append(message)
        return reason

    def status(self, raw: DeliveryStatus) -> Reason | None:
        """Um status de mensagem ou de ligação; de um grupo, só a notícia de que veio."""
        if raw.type == CALL:
            return _put(self._batch.calls, call_status_of(raw, self._origin))
        status, reason = status_of(raw)
        if status is not None and status.group:
            self._note(GROUP_STATUS, status, status.at_ms, status.status)
        elif status is not None:
            self._batch.statuses.append(status)
        return reason

    def echo(self, raw: InboundMessage) -> Reason | None:
        """Um eco."""
        return _put(self._batch.echoes, echo_of(raw, self._origin, self._via))

    def _note(self, event: str, what: Message | Status, at_ms: int, kind: str) -> None:
        number, account = self._origin.phone_number_id, self._frame.account_id
        subject = f"number:{number}" if number else f"account:{account}"
        key = f"group\0{number}\0{what.id}\0{kind}\0{at_ms}"
        self._batch.notices.append(
            Notice("messages", event, subject, account, at_ms, key, {"type": kind[:64]})
        )


def _put(place: list[_Read], reading: Reading[_Read]) -> Reason | None:
    value, reason = reading
    if value is not None:
        place.append(value)
    return reason


def _contacts(raw: Raw) -> tuple[list[Contact], bool]:
    """Contatos legíveis, e se havia algum ilegível."""
    if not present(raw):
        return [], False
    items, _ = decode(envelope.raw_list, raw)
    contacts = [contact for contact, _ in (decode(envelope.contact, item) for item in items or ()) if contact]
    return contacts, items is None or len(contacts) < len(items)
