"""Como se confere uma cadeia de qualquer tamanho, com ela crescendo? Página por página, na ordem de `seq`.

Promete: memória de uma página; uma cadeia inteira custa uma leitura de cada evento, da ponta e uma contagem.
Só se algo não fecha os eventos são lidos de novo, na ordem do id: assim aparece também o que não tem `seq`,
e um documento que já não se lê. O que se grava durante a conferência não é acusado. Limite: quem pode refazer
a coleção inteira e a ponta pode refazer os resumos; contra isso há a âncora (`anchors.py`).
"""

from collections.abc import Callable, Sequence

import msgspec

from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.chain import head_path
from pyloto_stream.stores.chain_walk import Suspects, Verdict, Walk, piece
from pyloto_stream.stores.paths import path, split
from pyloto_stream.stores.ports import Document, Documents, Position, Query, scan
from pyloto_stream.stores.values import DamagedError

_PAGE = 200
_TRIES = 3
"""Vezes que se recomeça porque a ponta andou sob uma cadeia que não fechava (a retenção, por exemplo)."""

Tell = Callable[[int], None]
"""Recebe quantos eventos acabaram de ser lidos."""


def _nothing(_events: int) -> None:
    pass


async def verify_chain(documents: Documents, user_key: str, tell: Tell = _nothing) -> Verdict:
    """Confere uma cadeia; sem ponta e sem eventos não há o que conferir, e está íntegra.

    Raises:
        UnavailableError: o banco não respondeu.
    """
    for _ in range(_TRIES):
        try:
            head = await documents.get(head_path(user_key))
            verdict = await _verdict(documents, user_key, head, tell)
            now = None if verdict.intact else await documents.get(head_path(user_key))
        except DamagedError:  # dos eventos isto já foi tratado: é a ponta
            return Verdict(0, "", "head")
        if verdict.intact or _version(now) == _version(head):
            break
    return verdict


async def _verdict(documents: Documents, user_key: str, head: Document | None, tell: Tell) -> Verdict:
    events = path("conversations", user_key, "audit")
    if head is None:
        first = await documents.query(Query(events, limit=1))
        return Verdict(0, piece(first[0]).name, "head") if first else Verdict(0)
    walk = Walk(head.data)
    try:
        await _follow(documents, walk, head, events, tell)
        whole = walk.verdict()
        if whole.intact and await documents.count(events) == whole.events:
            return whole
        return walk.verdict(await _search(documents, walk, events))
    except DamagedError as damage:
        walk.close()
        if damage.path == head.path:
            raise
        return walk.damaged(split(damage.path)[1])


async def _follow(documents: Documents, walk: Walk, head: Document, events: str, tell: Tell) -> None:
    """Caminha enquanto importa."""
    query = Query(events, order_by="seq", limit=_PAGE)
    while not walk.over:
        try:
            page = await documents.query(query)
        except DamagedError:
            if query.limit == 1:
                raise
            query = msgspec.structs.replace(query, limit=1)  # até ele, um por um: quantos estão íntegros?
            continue
        except UnavailableError:
            await _search(documents, walk, events)  # um dano que impede até de ordenar aparece aqui
            raise
        for document in page:
            found = piece(document)
            if found.seq is None or walk.over:
                continue
            if found.seq > walk.head_seq and (now := await documents.get(head.path)) is not None:
                walk.grow(now.data)
            walk.take(found)
        tell(len(page))
        after = _next(page, query)
        if after is None:
            break
        query = msgspec.structs.replace(query, after=after)
    walk.close()


async def _search(documents: Documents, walk: Walk, events: str) -> Suspects:
    suspects = Suspects(walk.last)
    async for document in scan(documents, Query(events, limit=_PAGE)):
        suspects.look(piece(document))
    return suspects


def _next(page: Sequence[Document], query: Query) -> Position | None:
    """Onde a leitura continua; `None`: acabou, ou só resta o que não tem número.

    Um `seq` estragado no disco, fora da ordem do índice, não a faz andar em círculos.
    """
    if len(page) < query.limit:
        return None
    seq, name = page[-1].data.get("seq"), page[-1].id
    if isinstance(seq, str | list | dict):  # nos dois bancos, depois de todo número
        return None
    before = query.after
    if before is not None and isinstance(before.value, int | float):
        forward = isinstance(seq, int | float) and (seq, name) > (before.value, before.id)
        return Position(seq, name) if forward else None
    return Position(seq, name)


def _version(document: Document | None) -> str:
    return document.version if document else ""
