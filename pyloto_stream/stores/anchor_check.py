"""A ponta que se ancorou ainda está na cadeia? O evento daquele número tem de ter aquele resumo.

O que a retenção apagou depois do prazo, e a pessoa esquecida que deixou a prova, não são estragos, e são
ditos. Limite: olha só o evento da ponta; que os anteriores o sustentam é a conferência da cadeia que diz.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Literal

import msgspec

from pyloto_stream.stores.chain import head_path
from pyloto_stream.stores.chain_walk import piece
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import Documents, Position, Query
from pyloto_stream.stores.times import DAY_MS, iso
from pyloto_stream.stores.values import DamagedError

FORGOTTEN = "PERSON_FORGOTTEN"
"""Ação do evento que prova um esquecimento: o mais antigo de uma cadeia que recomeçou."""
KEPT_DAYS = 7 * 365
"""Quanto se guarda a trilha: antes disso a retenção não apaga nada."""
_TOGETHER = 32
_SAME_SEQ = 10
"""Eventos que se olham com o número da ponta; mais que um já é estrago."""
AFTER_EVERY_ID = "~~"
"""Depois de todo segmento que `paths.py` produz."""

State = Literal["kept", "trimmed", "forgotten", "changed", "cut", "gone", "trimmed_early"]
KEPT = frozenset[State](("kept", "trimmed", "forgotten"))
"""O que não é estrago."""


class Anchored(msgspec.Struct, frozen=True):
    """A ponta de uma conversa no momento da âncora; `at`: o instante do evento."""

    user_key: str
    seq: Annotated[int, msgspec.Meta(ge=0, lt=2**63 - 1)]
    hash: str
    at: str


class AnchorCheck(msgspec.Struct, frozen=True):
    """Uma ponta conferida.

    `state`: `kept` está lá; `trimmed` a retenção já a apagou; `forgotten` a pessoa foi esquecida; `changed`
    há outro evento no lugar; `cut` a cadeia acaba antes dela; `gone` não há cadeia; `trimmed_early` apagada
    como a retenção faz, mas antes do prazo.
    """

    head: Anchored
    state: State


async def check_heads(
    documents: Documents, heads: AsyncIterator[Anchored], now_ms: int
) -> AsyncIterator[AnchorCheck]:
    """Confere cada uma, na ordem, `_TOGETHER` por vez.

    Raises:
        UnavailableError: o banco não respondeu.
    """
    batch = list[Anchored]()
    async for head in heads:
        batch.append(head)
        if len(batch) == _TOGETHER:
            for result in await asyncio.gather(*(_check(documents, each, now_ms) for each in batch)):
                yield result
            batch = []
    for result in await asyncio.gather(*(_check(documents, each, now_ms) for each in batch)):
        yield result


async def _check(documents: Documents, anchored: Anchored, now_ms: int) -> AnchorCheck:
    try:
        state = await _state(documents, anchored, now_ms)
        if state not in KEPT and await _was_forgotten(documents, anchored.user_key):
            state = "forgotten"
    except DamagedError:
        state = "changed"
    return AnchorCheck(anchored, state)


async def _state(documents: Documents, anchored: Anchored, now_ms: int) -> State:
    document = await documents.get(head_path(anchored.user_key))
    if document is None:
        return "gone"
    start, end = document.data.get("start_seq", 0), document.data.get("seq", 0)
    if isinstance(start, int) and anchored.seq <= start:
        if anchored.seq == start and document.data.get("start_hash") != anchored.hash:
            return "changed"
        return "trimmed" if anchored.at < iso(now_ms - KEPT_DAYS * DAY_MS) else "trimmed_early"
    place = Position(anchored.seq - 1, AFTER_EVERY_ID)
    query = Query(_events(anchored.user_key), order_by="seq", after=place, limit=_SAME_SEQ)
    found = [piece(event) for event in await documents.query(query)]
    if any(p.sound and (p.seq, p.hash) == (anchored.seq, anchored.hash) for p in found):
        return "kept"
    return "cut" if isinstance(end, int) and end < anchored.seq else "changed"


async def _was_forgotten(documents: Documents, user_key: str) -> bool:
    oldest = await documents.query(Query(_events(user_key), order_by="seq", limit=1))
    return any(piece(event).sound and event.data.get("action") == FORGOTTEN for event in oldest)


def _events(user_key: str) -> str:
    return path("conversations", user_key, "audit")
