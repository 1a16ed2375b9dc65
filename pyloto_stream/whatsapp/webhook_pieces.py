"""Como ler um corpo com algo estranho? Nível por nível: o que não se entende fica de lado, em bytes."""

from msgspec import Raw

from pyloto_stream.whatsapp import webhook_envelope as envelope
from pyloto_stream.whatsapp.identity import usable_id
from pyloto_stream.whatsapp.webhook_batch import Batch, Part
from pyloto_stream.whatsapp.webhook_frames import Frame, decode, flaw_of, present, repeat, scalar
from pyloto_stream.whatsapp.webhook_mending import mend
from pyloto_stream.whatsapp.webhook_notices import field_of, notice_of
from pyloto_stream.whatsapp.webhook_reasons import instant_ms
from pyloto_stream.whatsapp.webhook_values import FIELDS, read_value

OBJECT = "whatsapp_business_account"
MESSAGES = "messages"
_MAX_TIME = 32


def read_pieces(body: bytes) -> Batch:
    """Lê `body` por partes; nunca levanta."""
    batch = Batch()
    webhook, flaw = decode(envelope.raw_webhook, body)
    if webhook is None and flaw in ("too_deep", "not_json"):
        mended, cut = mend(body)
        webhook, _ = decode(envelope.raw_webhook, mended)
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
        frame = Frame(b'{"object":"%s","entry":[' % OBJECT.encode(), b"]}")
        for raw in webhook.entry:
            _read_entry(batch, raw, frame)
        return batch
    return batch if batch.unreadable else Batch(unreadable=[Part(flaw, body)])


def _read_entry(batch: Batch, raw: Raw, frame: Frame) -> None:
    entry, reason = decode(envelope.raw_entry, raw)
    if entry is None or not entry.changes:
        if entry is not None:
            reason = "changed_fields" if present(entry.changed_fields) else "empty"
        batch.unreadable.append(frame.part(reason, raw))
        return
    known = repeat(b"id", entry.id) + repeat(b"time", entry.time)
    account, time = scalar(entry.id), scalar(entry.time)
    before, after = frame.before + b"{" + known + b'"changes":[', b"]}" + frame.after
    inner = Frame(before, after, known, _text(account), _text(time)[:_MAX_TIME])
    for change in entry.changes:
        _read_change(batch, change, inner)


def _text(value: str | float | None) -> str:
    return usable_id(value if value is None else str(value))


def _read_change(batch: Batch, raw: Raw, frame: Frame) -> None:
    change, reason = decode(envelope.raw_change, raw)
    if change is None or not change.field:
        batch.unreadable.append(frame.part(reason, raw))
    elif change.field not in FIELDS:
        _read_notice(batch, change, raw, frame)
    else:
        value, reason = decode(envelope.raw_value, change.value)
        inner = frame.inside(b'{"field":"%s","value":{' % change.field.encode(), b"}}")
        if value is None:
            batch.unreadable.append(frame.part(reason, raw))
        elif not read_value(batch, change.field, value, inner):
            batch.unreadable.append(frame.part("empty", raw))


def _read_notice(batch: Batch, change: envelope.RawChange, raw: Raw, frame: Frame) -> None:
    """Um aviso sobre a conta: um valor, ou a mudança inteira em bytes."""
    field = field_of(change.field or "", change.value)
    if not field:
        batch.unreadable.append(frame.part("unknown_field", raw))
        return
    at_ms = instant_ms(frame.time) or 0
    try:
        notice = notice_of(field, change.value, frame.account_id, frame.time, at_ms)
    except (ValueError, RecursionError) as error:
        batch.unreadable.append(frame.part(flaw_of(error), raw))
        return
    if notice is None:
        batch.unreadable.append(frame.part("missing_event", raw))
    else:
        batch.notices.append(notice)
