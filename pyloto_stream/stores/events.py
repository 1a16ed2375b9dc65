"""O que de um turno entra na cadeia de auditoria? Toda ação, e o fato de cada mensagem e de cada entrega.

Só enumerações, números e ids opacos: a cadeia vive sete anos e sobrevive ao esquecimento da pessoa. O id da
Meta contém o telefone em base64; por isso vai resumido (`opaque`), e quem tem a mensagem pode conferir. O fim
de sessão já chega como ação (`SESSION_CLOSED`) e não se repete aqui. Puro.
"""

from collections.abc import Iterable
from typing import get_args

from pyloto_stream.conversation.records import (
    ActionRecord,
    ChannelRecord,
    HandoffRecord,
    MediaRecord,
    MessageRecord,
    Mode,
    Record,
    opaque,
)
from pyloto_stream.stores.chain import AuditEvent
from pyloto_stream.stores.times import iso

RECEIVED, SENT = "MESSAGE_RECEIVED", "MESSAGE_SENT"
SPOKEN = frozenset((RECEIVED, SENT))
"""Ações que são uma mensagem da conversa."""


def events_of(records: Iterable[Record]) -> list[AuditEvent]:
    """Eventos dos registros, na ordem; de dois com o mesmo id vale o primeiro."""
    by_id: dict[str, AuditEvent] = {}
    for record in records:
        event = event_of(record)
        if event is not None:
            by_id.setdefault(event.event_id, event)
    return list(by_id.values())


def event_of(record: Record) -> AuditEvent | None:
    """O evento de um registro; `None` se ele não entra na cadeia."""
    match record:
        case ActionRecord():
            return AuditEvent(
                event_id=record.id,
                timestamp=iso(record.at_ms),
                actor=record.actor,
                action=record.action,
                reason=record.reason,
                correlation_id=record.correlation_id,
                data=record.data,
            )
        case MessageRecord():
            return _message_event(record)
        case HandoffRecord():
            return AuditEvent(
                event_id=f"{record.id}:created",
                timestamp=iso(record.at_ms),
                actor="SYSTEM",
                action="HANDOFF_CREATED",
                reason=record.qualification_level.upper(),
                data={"handoff": record.id, "session": record.session_id, "score": record.lead_score},
            )
        case MediaRecord():
            return AuditEvent(
                event_id=record.id,
                timestamp=iso(record.at_ms),
                actor="SYSTEM",
                action="MEDIA_STORED",
                reason=record.kind.upper(),
                data={"message": opaque(record.message_id), "sha256": record.sha256, "size": record.size},
            )
        case ChannelRecord():
            return AuditEvent(
                event_id=record.id,
                timestamp=iso(record.at_ms),
                actor="SYSTEM",
                action=f"META_{record.field.upper()}",
                reason=record.event.upper(),
                data={**record.data, "subject": record.subject},
            )
        case _:
            return None


def _message_event(record: MessageRecord) -> AuditEvent:
    message = opaque(record.id)
    data: dict[str, str | int | float] = {"message": message}
    if record.reply_id:
        data["reply"] = record.reply_id
    return AuditEvent(
        event_id=f"{record.direction}:{message}",
        timestamp=iso(record.at_ms),
        actor=record.actor,
        action=RECEIVED if record.direction == "in" else SENT,
        reason=record.type.upper(),
        data=data,
    )


def mode_of(events: Iterable[AuditEvent]) -> Mode | None:
    """O último modo que um evento novo informou em `data`; o de um já gravado pode estar superado."""
    informed = [event.data.get("mode") for event in events]
    modes: list[Mode] = [mode for value in informed for mode in get_args(Mode) if mode == value]
    return modes[-1] if modes else None
