"""Registros de conversa para os testes dos repositórios, com instantes fixos."""

import msgspec

from pyloto_stream.conversation.records import (
    ActionRecord,
    HandoffRecord,
    MediaRecord,
    MessageRecord,
    SessionRecord,
    StatusRecord,
)

USER = "Zk3_user-key"
T0 = 1_700_000_000_000
"""2023-11-14T22:13:20.000Z"""


def inbound(number: int = 1, *, text: str = "olá", at_ms: int | None = None) -> MessageRecord:
    return MessageRecord(
        id=f"wamid.IN{number}==",
        direction="in",
        actor="USER",
        at_ms=T0 + number if at_ms is None else at_ms,
        type="text",
        text=text,
    )


def outbound(number: int = 1, *, text: str = "oi", at_ms: int | None = None) -> MessageRecord:
    return MessageRecord(
        id=f"wamid.OUT{number}==",
        direction="out",
        actor="PYLOTO",
        at_ms=T0 + number if at_ms is None else at_ms,
        type="buttons",
        text=text,
        intent="CUSTOM_SOFTWARE",
        outcome="AWAITING_USER",
        reply_id=f"r{number}",
    )


def status(
    number: int = 1, name: str = "sent", *, at_ms: int | None = None, error_code: int = 0
) -> StatusRecord:
    return StatusRecord(
        id=f"s{number}{name}",
        message_id=f"wamid.OUT{number}==",
        status=name,
        at_ms=T0 + 100 + number if at_ms is None else at_ms,
        reply_id=f"r{number}",
        error_code=error_code,
    )


def action(number: int = 1, name: str = "INTENT_SET", **data: str | float) -> ActionRecord:
    return ActionRecord(
        id=f"a{number}:{name.lower()}",
        action=name,
        at_ms=T0 + number,
        actor="SYSTEM",
        reason="CUSTOM_SOFTWARE",
        correlation_id=f"c{number}",
        data=data,
    )


def session(number: int = 1) -> SessionRecord:
    return SessionRecord(
        id=f"s{number}",
        opened_at_ms=T0 + number,
        closed_at_ms=T0 + 1000 + number,
        outcome="HANDOFF_HUMAN",
        intents=("CUSTOM_SOFTWARE",),
        facts={"city": "Ponta Grossa"},
        summary="Sistema sob medida",
    )


def handoff(number: int = 1, *, level: str = "high", score: int = 80) -> HandoffRecord:
    fields = {
        "record": "handoff",
        "id": f"s{number}:handoff",
        "session_id": f"s{number}",
        "at_ms": T0 + number,
        "intent_primary": "CUSTOM_SOFTWARE",
        "intents_detected": ["CUSTOM_SOFTWARE", "INSTITUTIONAL"],
        "summary": "Sistema sob medida",
        "requirements": {"users": "20"},
        "confidence": 0.9,
        "qualification_level": level,
        "qualification_reasons": ["todos os dados"],
        "lead_score": score,
    }
    return msgspec.convert(fields, HandoffRecord)


def media(number: int = 1, *, sha256: str = "ab" * 32, media_id: str = "1013859600285441") -> MediaRecord:
    """Um arquivo guardado, que veio em `inbound(number)`."""
    return MediaRecord(
        id=f"media:{number}",
        message_id=f"wamid.IN{number}==",
        sha256=sha256,
        mime_type="application/pdf",
        size=190_000,
        path=f"media/{sha256[:2]}/{sha256}",
        at_ms=T0 + number,
        kind="document",
        phone_number_id="106540352242922",
        whatsapp_media_id=media_id,
    )
