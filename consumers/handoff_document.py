"""Que documento recebe o CRM? Um JSON estável, o mesmo na fila e no POST (ver `docs/handoff.md`).

Promete: todos os campos sempre presentes; campos novos não mudam `version`. O telefone só vai no POST: a fila
traz `user_key` no lugar.
"""

import msgspec

from pyloto_stream.conversation.person import LeadProfile
from pyloto_stream.conversation.records import HandoffReady, HandoffRecord
from pyloto_stream.stores.sessions import scoped_id
from pyloto_stream.stores.times import iso

VERSION = 1

_encode = msgspec.json.Encoder(order="deterministic").encode


class Profile(msgspec.Struct, frozen=True):
    """Quem é a pessoa, sem o telefone."""

    name: str
    city: str
    is_business: bool
    business_name: str
    role: str


class FullProfile(Profile, frozen=True):
    """Quem é a pessoa; `phone`: dígitos E.164, vazio se ela não o mostra."""

    phone: str


class Context(msgspec.Struct, frozen=True):
    """O que se sabe do que ela quer (`ConversationHandoff` do produto)."""

    intent_primary: str
    intents_detected: tuple[str, ...]
    resolved_intents: tuple[str, ...]
    open_intents: tuple[str, ...]
    summary: str
    requirements: dict[str, str]
    deadline: str
    routing: str
    confidence: float
    qualification_level: str
    qualification_reasons: tuple[str, ...]
    lead_score: int


class HandoffDocument(msgspec.Struct, frozen=True):
    """A entrega. `id` é único no sistema e o mesmo de `handoffs/{id}`; `session_id`, o de `sessions/{id}`."""

    version: int
    id: str
    user_key: str
    session_id: str
    created_at: str
    correlation_id: str
    profile: Profile
    handoff: Context


def handoff_id(user_key: str, ready: HandoffReady) -> str:
    """O id da entrega no sistema inteiro; nunca muda."""
    return scoped_id(user_key, ready.handoff.id)


def for_stream(user_key: str, ready: HandoffReady) -> bytes:
    """O documento da fila: sem telefone."""
    return _encode(_document(user_key, ready, _profile(ready.profile)))


def for_post(user_key: str, ready: HandoffReady) -> bytes:
    """O documento do POST: o da fila e o telefone."""
    shown = _profile(ready.profile)
    profile = FullProfile(**msgspec.structs.asdict(shown), phone=ready.profile.phone)
    return _encode(_document(user_key, ready, profile))


def _document(user_key: str, ready: HandoffReady, profile: Profile) -> HandoffDocument:
    return HandoffDocument(
        version=VERSION,
        id=handoff_id(user_key, ready),
        user_key=user_key,
        session_id=scoped_id(user_key, ready.handoff.session_id),
        created_at=iso(ready.handoff.at_ms),
        correlation_id=ready.correlation_id,
        profile=profile,
        handoff=_context(ready.handoff),
    )


def _profile(lead: LeadProfile) -> Profile:
    return Profile(lead.name, lead.city, lead.is_business, lead.business_name, lead.role)


def _context(record: HandoffRecord) -> Context:
    requirements = {name: str(value) for name, value in record.requirements.items()}
    fields = {name: getattr(record, name) for name in Context.__struct_fields__ if name != "requirements"}
    return Context(**fields, requirements=requirements)
