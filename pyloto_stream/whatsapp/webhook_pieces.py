"""Como ler um corpo com algo estranho? Nível por nível: o que não se entende fica de lado, em bytes."""

from typing import TypeVar

from msgspec import DecodeError, Raw, Struct, ValidationError
from msgspec.json import Decoder

from pyloto_stream.whatsapp import webhook_envelope as envelope
from pyloto_stream.whatsapp.webhook_batch import Batch, Part
from pyloto_stream.whatsapp.webhook_mending import mend
from pyloto_stream.whatsapp.webhook_structs import Contact
from pyloto_stream.whatsapp.webhook_updates import Reason, message_of, origin_of, status_of

OBJECT = "whatsapp_business_account"
HANDLED_FIELD = "messages"
KNOWN_FIELDS = frozenset((
    "account_alerts", "account_review_update", "account_settings_update", "account_update",
    "automatic_events", "business_capability_update", "business_username_update", "calls", "flows",
    "group_lifecycle_update", "group_participants_update", "group_settings_update",
    "group_status_update", "history", "message_echoes", "message_template_components_update",
    "message_template_quality_update", "message_template_status_update",
    "messaging_handovers", "partner_solutions", "payment_configuration_update", "phone_number_name_update",
    "phone_number_quality_update", "security", "smb_app_state_sync", "smb_message_echoes", "standby",
    "template_category_update", "tracking", "user_preferences",
))  # fmt: skip
"""Campos que a Meta documenta e em que ainda não agimos: guardados com o motivo `unhandled_field`."""
_MAX_CONTEXT = 1024
"""Bytes de cada trecho vizinho repetido em torno de uma parte ilegível; maior, fica de fora."""

_T = TypeVar("_T", bound=Struct | list[Raw])


class _Frame(Struct, frozen=True):
    """O envelope em volta do nível que está sendo lido, e o que dele identifica um trecho (ver `Part`)."""

    before: bytes = b""
    after: bytes = b""
    scope: bytes = b""

    def inside(self, before: bytes, after: bytes = b"", *, scope: bytes | None = None) -> "_Frame":
        return _Frame(self.before + before, after + self.after, self.scope if scope is None else scope)

    def part(self, reason: Reason, raw: Raw) -> Part:
        return Part(reason, bytes(raw), self.before, self.after, self.scope)


def read_pieces(body: bytes) -> Batch:
    """Lê `body` por partes; nunca levanta."""
    batch = Batch()
    webhook, flaw = _decode(envelope.raw_webhook, body)
    if webhook is None and flaw in ("too_deep", "not_json"):
        mended, cut = mend(body)
        webhook, _ = _decode(envelope.raw_webhook, mended)
        if webhook is not None and cut:
            # as vizinhas são lidas do emendado; o que foi cortado só existe no original
            batch.unreadable.append(Part(flaw, body))
    if webhook is None:
        plain = flaw == "wrong_shape" and not body.lstrip().startswith(b"{")
        flaw = "not_an_object" if plain else flaw
    elif webhook.object != OBJECT:
        flaw = "unknown_object"
    elif not webhook.entry:
        flaw = "empty"
    else:
        frame = _Frame(b'{"object":"%s","entry":[' % OBJECT.encode(), b"]}")
        for raw in webhook.entry:
            _read_entry(batch, raw, frame)
        return batch
    return batch if batch.unreadable else Batch(unreadable=[Part(flaw, body)])


def _decode(decoder: Decoder[_T], raw: bytes) -> tuple[_T | None, Reason]:
    """O valor, ou `None` e o motivo (que nada diz quando há valor)."""
    try:
        return decoder.decode(raw), "wrong_shape"
    except RecursionError:
        return None, "too_deep"
    except UnicodeDecodeError:
        return None, "bad_utf8"
    except ValidationError:
        return None, "wrong_shape"
    except DecodeError:
        # a sintaxe de um pedaço já foi conferida com o todo: só um pedaço ausente chega aqui
        return None, "wrong_shape" if isinstance(raw, Raw) else "not_json"


def _read_entry(batch: Batch, raw: Raw, frame: _Frame) -> None:
    entry, reason = _decode(envelope.raw_entry, raw)
    if entry is None or not entry.changes:
        if entry is not None:
            reason = "changed_fields" if _present(entry.changed_fields) else "empty"
        batch.unreadable.append(frame.part(reason, raw))
        return
    known = _repeat(b"id", entry.id) + _repeat(b"time", entry.time)
    inner = frame.inside(b"{" + known + b'"changes":[', b"]}", scope=known)
    for change in entry.changes:
        _read_change(batch, change, inner)


def _read_change(batch: Batch, raw: Raw, frame: _Frame) -> None:
    change, reason = _decode(envelope.raw_change, raw)
    if change is None or not change.field:
        batch.unreadable.append(frame.part(reason, raw))
    elif change.field != HANDLED_FIELD:
        known = change.field in KNOWN_FIELDS
        batch.unreadable.append(frame.part("unhandled_field" if known else "unknown_field", raw))
    else:
        value, reason = _decode(envelope.raw_value, change.value)
        if value is None:
            batch.unreadable.append(frame.part(reason, raw))
        elif not _read_value(batch, value, frame.inside(b'{"field":"messages","value":{', b"}}")):
            batch.unreadable.append(frame.part("empty", raw))


def _read_value(batch: Batch, value: envelope.RawValue, frame: _Frame) -> bool:
    """Lê as listas de um valor do campo `messages`; falso se não havia nada em nenhuma."""
    before = len(batch.unreadable)
    metadata, _ = _decode(envelope.metadata, value.metadata)
    contacts, bad = _read_contacts(value.contacts)
    if bad:
        batch.unreadable.append(frame.inside(b'"contacts":').part("wrong_shape", value.contacts))
    number = _repeat(b"metadata", value.metadata)
    inner = frame.inside(number + (b"" if bad else _repeat(b"contacts", value.contacts)))
    if _present(value.errors):
        batch.unreadable.append(inner.inside(b'"errors":').part("value_errors", value.errors))
    messages = _elements(batch, value.messages, inner.inside(b'"messages":'))
    statuses = _elements(batch, value.statuses, inner.inside(b'"statuses":'))
    origin = origin_of(metadata.phone_number_id if metadata else None, contacts, len(messages))
    place = inner.inside(b'"messages":[', b"]", scope=b"messages" + number)
    for raw in messages:
        wire, reason = _decode(envelope.message, raw)
        message, flaw = (None, reason) if wire is None else message_of(wire, origin)
        if message is not None:
            batch.messages.append(message)
        if flaw is not None:
            batch.unreadable.append(place.part(flaw, raw))
    place = inner.inside(b'"statuses":[', b"]", scope=b"statuses" + number)
    for raw in statuses:
        read, reason = _decode(envelope.status, raw)
        status, flaw = (None, reason) if read is None else status_of(read)
        if status is not None:
            batch.statuses.append(status)
        if flaw is not None:
            batch.unreadable.append(place.part(flaw, raw))
    return bool(messages or statuses) or len(batch.unreadable) > before


def _read_contacts(raw: Raw) -> tuple[list[Contact], bool]:
    """Contatos legíveis, e se havia algum ilegível."""
    if not _present(raw):
        return [], False
    items, _ = _decode(envelope.raw_list, raw)
    contacts = [
        contact for contact, _ in (_decode(envelope.contact, item) for item in items or ()) if contact
    ]
    return contacts, items is None or len(contacts) < len(items)


def _elements(batch: Batch, raw: Raw, frame: _Frame) -> list[Raw]:
    if not _present(raw):
        return []
    items, reason = _decode(envelope.raw_list, raw)
    if items is None:
        batch.unreadable.append(frame.part(reason, raw))
    return items or []


def _present(raw: Raw) -> bool:
    """Há algo além de ausência, `null` ou lista vazia?"""
    return bytes(raw) not in (b"", b"null", b"[]")


def _repeat(name: bytes, raw: Raw) -> bytes:
    """A chave vizinha `name`, para o envelope de uma parte; vazia se ausente ou grande demais."""
    size = len(memoryview(raw))
    return b'"%s":%s,' % (name, bytes(raw)) if 0 < size <= _MAX_CONTEXT else b""
