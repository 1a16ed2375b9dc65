"""O que a pessoa contou, e a quem se entregou? As sessões e as entregas dela, aos poucos, mascaradas ou não.

Promete: memória de uma página. Sem dados pessoais, uma só regra, aqui e no perfil: mascara-se o que
identifica (nome, telefone, empresa) e toda resposta colhida, com os resumos que as repetem; fica à vista o
que sozinho não identifica ninguém, cidade e papel (`PLAIN`), e o que é código nosso. Limite: em ordem dentro
de cada página; a sessão ainda aberta vive no Redis e não entra.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeVar

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.records.export_content import local
from pyloto_stream.stores.ports import Document, Documents, Query, pages
from pyloto_stream.stores.profile_document import PLAIN, masked

_PAGE = 200


class SessionEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """Uma sessão encerrada na exportação; instantes em ISO 8601 com o fuso de São Paulo."""

    session_id: str
    opened_at: str
    closed_at: str
    outcome: str
    intents: list[str] = []
    facts: dict[str, str] = {}
    summary: str = ""
    prompt_version: str = ""


class HandoffEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """Uma entrega a uma pessoa na exportação; instantes como os de `SessionEntry`."""

    handoff_id: str
    session_id: str
    status: str
    created_at: str
    updated_at: str
    intent_primary: str
    intents_detected: list[str] = []
    resolved_intents: list[str] = []
    open_intents: list[str] = []
    summary: str = ""
    requirements: dict[str, object] = {}
    deadline: str = ""
    routing: str = ""
    confidence: float = 0.0
    qualification_level: str = ""
    qualification_reasons: list[str] = []
    lead_score: int = 0


_Entry = TypeVar("_Entry", SessionEntry, HandoffEntry)


def answers(told: Mapping[str, object], *, personal: bool) -> dict[str, str]:
    """As respostas colhidas, por campo, pela regra deste módulo."""
    return {name: str(value) if personal or name in PLAIN else masked(value) for name, value in told.items()}


async def sessions_of(
    documents: Documents, user_key: str, *, personal: bool
) -> AsyncIterator[list[SessionEntry]]:
    """As sessões encerradas, em lotes.

    Raises:
        PermanentError: code `undecodable_document`.
        UnavailableError: o banco não respondeu.
    """

    def entry(document: Document) -> SessionEntry:
        found = _decoded(document, SessionEntry)
        return msgspec.structs.replace(
            found,
            opened_at=local(found.opened_at),
            closed_at=local(found.closed_at),
            facts=answers(found.facts, personal=personal),
            summary=found.summary if personal else masked(found.summary),
        )

    async for page in pages(documents, _of("sessions", user_key)):
        yield sorted(map(entry, page), key=lambda session: session.opened_at)


async def handoffs_of(
    documents: Documents, user_key: str, *, personal: bool
) -> AsyncIterator[list[HandoffEntry]]:
    """As entregas, em lotes.

    Raises:
        PermanentError: code `undecodable_document`.
        UnavailableError: o banco não respondeu.
    """
    shown: Callable[[str], str] = str if personal else masked

    def entry(document: Document) -> HandoffEntry:
        found = _decoded(document, HandoffEntry)
        return msgspec.structs.replace(
            found,
            created_at=local(found.created_at),
            updated_at=local(found.updated_at),
            summary=shown(found.summary),
            requirements={**answers(found.requirements, personal=personal)},
            deadline=shown(found.deadline),
        )

    async for page in pages(documents, _of("handoffs", user_key)):
        yield sorted(map(entry, page), key=lambda handoff: handoff.created_at)


def _of(collection: str, user_key: str) -> Query:
    return Query(collection, (("user_key", user_key),), limit=_PAGE)


def _decoded(document: Document, kind: type[_Entry]) -> _Entry:
    try:
        return msgspec.convert(document.data, kind)
    except msgspec.ValidationError as error:
        raise PermanentError("stored document does not decode", code="undecodable_document") from error
