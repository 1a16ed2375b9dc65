"""O que de uma conversa entra numa exportação? Mensagens e trilha, em ordem, aos poucos, mascaradas ou não.

Promete: memória de uma página, por longa que seja a conversa; sem dados pessoais, os textos passam pela
máscara (também o número que a pessoa escreveu em mensagens seguidas) e ids da Meta, que trazem o telefone,
viram resumos. Limite: a máscara não conhece nomes nem endereços ditos numa mensagem; o que ainda está no
Redis a caminho do histórico não entra.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from pyloto_stream.ai.masking import redact, redact_all
from pyloto_stream.conversation.records import CUT_MARK, opaque
from pyloto_stream.stores.audit_log import AuditLogStore, StoredEvent
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.messages import StoredMessage
from pyloto_stream.stores.ports import Documents

ZONE = ZoneInfo("America/Sao_Paulo")
PAGE = 500
"""Mensagens lidas por vez."""
_TOGETHER = 20
"""Mensagens seguidas da mesma pessoa que se leem como uma só ao mascarar."""
_NEVER = ""


class MessageEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """Uma mensagem na exportação; instantes em ISO 8601 com o fuso de São Paulo. `cut`: texto cortado."""

    at: str
    direction: Literal["in", "out"]
    actor: str
    type: str
    id: str
    text: str = ""
    cut: bool = False
    revoked_at: str = ""
    media: str = ""
    """SHA-256 do arquivo guardado."""
    media_lost: bool = False
    """Havia um arquivo, que não se guardou."""
    refers_to: str = ""
    intent: str = ""
    outcome: str = ""
    status: str = ""
    delivery: dict[str, str] = {}
    error_code: int = 0


class EventEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """Um fato da trilha na exportação, com o que o liga aos outros."""

    at: str
    seq: int
    actor: str
    action: str
    event_id: str
    prev_hash: str
    hash: str
    reason: str = ""
    correlation_id: str = ""
    data: dict[str, str | int | float] = {}


def local(text: str) -> str:
    """Um instante gravado (ISO 8601) na hora de São Paulo; vazio se não há."""
    return (
        datetime.fromisoformat(text).astimezone(ZONE).isoformat(timespec="milliseconds") if text else _NEVER
    )


async def messages_of(
    documents: Documents, user_key: str, *, personal: bool
) -> AsyncIterator[list[MessageEntry]]:
    """As mensagens, da mais antiga à mais nova, em lotes.

    Raises:
        PermanentError: code `undecodable_document`.
        UnavailableError: o banco não respondeu.
    """
    shown = str if personal else _shortened
    run = list[StoredMessage]()
    async for page in _pages(documents, user_key):
        batch = list[MessageEntry]()
        for message in page:
            if run and (message.actor != run[-1].actor or len(run) == _TOGETHER):
                batch += _entries(run, shown, personal=personal)
                run = []
            run.append(message)
        yield batch
    yield _entries(run, shown, personal=personal)


async def events_of(
    documents: Documents, user_key: str, *, personal: bool
) -> AsyncIterator[list[EventEntry]]:
    """A trilha, do fato mais antigo ao mais novo, em lotes.

    Raises:
        PermanentError: code `undecodable_document`.
        UnavailableError: o banco não respondeu.
    """
    batch = list[EventEntry]()
    async for event in AuditLogStore(documents).events(user_key):
        batch.append(_event(event, personal=personal))
        if len(batch) == PAGE:
            yield batch
            batch = []
    yield batch


async def _pages(documents: Documents, user_key: str) -> AsyncIterator[list[StoredMessage]]:
    store, start, more = ConversationStore(documents), None, True
    while more:
        page = await store.messages(user_key, direction="newer", start=start, limit=PAGE)
        yield page.messages
        start, more = page.newer, page.more


def _entries(run: list[StoredMessage], shown: Callable[[str], str], *, personal: bool) -> list[MessageEntry]:
    said = [message.text for message in run]
    texts = said if personal else redact_all(said)
    return [_message(message, text, shown) for message, text in zip(run, texts, strict=True)]


def _message(message: StoredMessage, text: str, shown: Callable[[str], str]) -> MessageEntry:
    return MessageEntry(
        at=local(message.timestamp),
        direction=message.direction,
        actor=message.actor,
        type=message.type,
        id=shown(message.id),
        text=text,
        cut=message.text.endswith(CUT_MARK),
        revoked_at=local(message.revoked_at),
        media=message.media,
        media_lost=bool(message.media_id) and not message.media,
        refers_to=shown(message.context_id),
        intent=message.intent,
        outcome=message.outcome,
        status=message.status,
        delivery={name: local(at) for name, at in message.delivery.items()},
        error_code=message.error_code,
    )


def _shortened(meta_id: str) -> str:
    return opaque(meta_id) if meta_id else ""


def _event(event: StoredEvent, *, personal: bool) -> EventEntry:
    return EventEntry(
        at=local(event.timestamp),
        seq=event.seq,
        actor=event.actor,
        action=event.action,
        event_id=event.event_id,
        prev_hash=event.prev_hash,
        hash=event.hash,
        reason=event.reason if personal else redact(event.reason),
        correlation_id=event.correlation_id,
        data=event.data,
    )
