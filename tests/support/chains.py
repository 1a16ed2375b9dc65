"""Uma cadeia de auditoria como o banco a guarda, sem banco, e a sua conferência."""

from collections.abc import Sequence
from typing import Any

import msgspec

from pyloto_stream.stores.chain import AuditEvent, ChainHead, link
from pyloto_stream.stores.chain_walk import Suspects, Verdict, Walk, piece
from pyloto_stream.stores.ports import Delete, Document

USER = "user"


def event(number: int, **changes: Any) -> AuditEvent:  # noqa: ANN401 — campos do evento
    fields = {
        "event_id": f"e{number}",
        "timestamp": f"2026-01-01T00:00:00.{number:03}Z",
        "actor": "SYSTEM",
        "action": "INTENT_SET",
        "reason": "CUSTOM_SOFTWARE",
        "correlation_id": f"c{number}",
        "data": {"confidence": 0.25, "turn": number, "word": "ção"},
    }
    return msgspec.convert({**fields, **changes}, AuditEvent)


def chain(length: int) -> tuple[list[Document], dict[str, Any]]:
    """Uma cadeia gravada: documentos em ordem de id, e a ponta."""
    writes, _ = link(USER, ChainHead(), [event(n) for n in range(1, length + 1)])
    *events, head = [Document(w.path, w.data, "v") for w in writes if not isinstance(w, Delete)]
    return sorted(events, key=lambda d: d.id), head.data


def by_id(documents: list[Document], event_id: str) -> Document:
    return next(d for d in documents if d.id == event_id)


def verify(documents: Sequence[Document], head: dict[str, Any] | None) -> Verdict:
    """O que `verify_chain` faria; sem o lugar do evento, que tem um teste só seu."""
    assert head is not None
    pieces = [piece(document) for document in documents]
    walk = Walk(head)
    for each in sorted((p for p in pieces if p.seq is not None), key=lambda p: p.seq or 0):
        walk.take(each)
    walk.close()
    suspects = Suspects(walk.last)
    for each in pieces:
        suspects.look(each)
    return msgspec.structs.replace(walk.verdict(suspects), seq=0)
