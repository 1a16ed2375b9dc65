"""Como saber, depois, que uma cadeia inteira não foi refeita? As pontas de um dia, assinadas, noutro lugar.

`anchors/{dia}.jsonl`: um cabeçalho e, por linha, a ponta de uma conversa; ao lado, em `.sig`, o selo
(`anchor_seal.py`); quem lê é `anchor_read.py`. Promete: o que se gravou nunca é substituído, e uma
interrupção se completa repetindo: o que ficou sem selo só o recebe se cada ponta está na sua cadeia e era a
mais nova de então, e nenhuma cadeia falta. Memória constante; ao completar, a de uma chave por conversa.
Limite: prova o que havia no momento da âncora; o que se grava depois só a próxima guarda. De uma que outro
tenha posto sem selo, o que falta da última `LATE_MS` não se vê.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable

import msgspec

from pyloto_stream.stores.anchor_check import AFTER_EVERY_ID, KEPT, Anchored, check_heads
from pyloto_stream.stores.anchor_read import (
    AnchorError,
    AnchorHeader,
    anchor_path,
    digest,
    read_anchor,
    read_header,
    seal_path,
)
from pyloto_stream.stores.anchor_seal import sealed
from pyloto_stream.stores.chain import head_path
from pyloto_stream.stores.chains import known_chains
from pyloto_stream.stores.conversations import header_path
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import Documents, Position, Query
from pyloto_stream.stores.times import iso, milliseconds
from pyloto_stream.stores.values import DamagedError

LATE_MS = 60 * 60_000
"""Quanto um evento pode demorar a ser gravado: o seu instante é o da mensagem, não o da gravação."""
_TOGETHER = 32
"""Pontas lidas ao mesmo tempo."""
_JSON_LINES, _JSON = "application/x-ndjson", "application/json"


class Made(msgspec.Struct, frozen=True):
    """Uma âncora feita. `headless`: conversas sem ponta que se leia, e por isso fora dela."""

    day: str
    chains: int
    sha256: str
    headless: tuple[str, ...] = ()


class _Writing:
    """As linhas de uma âncora à medida que são gravadas, com a conta e o resumo do que passou."""

    def __init__(self, documents: Documents, header: AnchorHeader, tell: Callable[[int], None]) -> None:
        self._documents = documents
        self._header = header
        self._tell = tell
        self.sha256 = hashlib.sha256()
        self.chains = 0
        self.headless: list[str] = []

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self._counted([self._header])
        keys = list[str]()
        async for chain in known_chains(self._documents):
            keys.append(chain.user_key)
            if len(keys) == _TOGETHER:
                yield self._counted(await self._heads(keys))
                keys = []
        yield self._counted(await self._heads(keys))

    async def _heads(self, keys: list[str]) -> list[Anchored]:
        found = await asyncio.gather(*(_head(self._documents, key) for key in keys))
        self._tell(len(keys))
        heads = [head for head in found if head is not None]
        self.headless += [key for key, head in zip(keys, found, strict=True) if head is None]
        self.chains += len(heads)
        return heads

    def _counted(self, lines: "list[Anchored] | list[AnchorHeader]") -> bytes:
        chunk = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        self.sha256.update(chunk)
        return chunk


async def make_anchor(
    documents: Documents,
    objects: Objects,
    day: str,
    seed: bytes,
    now_ms: int,
    tell: Callable[[int], None] = lambda _chains: None,
) -> Made | None:
    """Faz a âncora de `day` (`AAAA-MM-DD`) das pontas de agora; `None` se já há, e ela fica como está.

    Raises:
        AnchorError: a que ficou sem selo não confere com as cadeias, ou não as tem todas (`anchor_unusable`).
        UnavailableError: um dos lados não respondeu; repetir é seguro.
    """
    if await objects.head(seal_path(day)) is not None:
        return None
    writing = _Writing(documents, AnchorHeader(day, iso(now_ms)), tell)
    if await objects.put(anchor_path(day), writing.chunks(), _JSON_LINES, create_only=True):
        made = Made(day, writing.chains, writing.sha256.hexdigest(), tuple(writing.headless))
    else:
        made = await _unfinished(documents, objects, day, now_ms)
    seal = msgspec.json.encode(sealed(seed, day, made.sha256)) + b"\n"
    await objects.put(seal_path(day), _once(seal), _JSON, create_only=True)
    return made


async def _unfinished(documents: Documents, objects: Objects, day: str, now_ms: int) -> Made:
    """A que uma interrupção deixou sem selo: confere antes de assinar o que outro pode ter escrito."""
    before = _since(await read_header(objects, day))
    anchored, headless = set[str](), list[str]()
    async for result in check_heads(documents, read_anchor(objects, day), now_ms):
        anchored.add(result.head.user_key)
        if result.state not in KEPT or await _old(documents, result.head, before):
            raise AnchorError("an anchor without a signature does not match the chains; it was not signed")
    async for chain in known_chains(documents):
        if chain.user_key in anchored:
            continue
        if await _head(documents, chain.user_key) is None:
            headless.append(chain.user_key)
        elif await _born(documents, chain.user_key) < before:
            raise AnchorError("an anchor without a signature leaves chains out; it was not signed")
    return Made(day, len(anchored), await digest(objects, day), tuple(headless))


def _since(header: AnchorHeader) -> str:
    """As cadeias que começaram antes disto tinham de estar na âncora."""
    try:
        made_ms = milliseconds(header.made_at)
    except ValueError:
        raise AnchorError("the anchor cannot be read") from None
    if iso(made_ms)[:10] < header.day:
        raise AnchorError("the anchor says that it was made before its day; it was not signed")
    return iso(made_ms - LATE_MS)


async def _old(documents: Documents, head: Anchored, before: str) -> bool:
    """Depois desta ponta já havia um evento anterior a `before`."""
    after = Position(head.seq, AFTER_EVERY_ID)
    following = Query(path("conversations", head.user_key, "audit"), order_by="seq", after=after, limit=1)
    return any(str(event.data.get("timestamp", "")) < before for event in await documents.query(following))


async def _born(documents: Documents, user_key: str) -> str:
    """Quando começou a conversa; sem cabeçalho que o diga, o instante do evento mais antigo."""
    header = await documents.get(header_path(user_key))
    created_at = header.data.get("created_at") if header else ""
    if isinstance(created_at, str) and created_at:
        return created_at
    oldest = Query(path("conversations", user_key, "audit"), order_by="seq", limit=1)
    return "".join([str(event.data.get("timestamp", "")) for event in await documents.query(oldest)])


async def _head(documents: Documents, user_key: str) -> Anchored | None:
    """A ponta de uma cadeia; `None` se não se lê."""
    try:
        document = await documents.get(head_path(user_key))
        data = document.data if document else {}
        return msgspec.convert({"at": data.get("updated_at"), **data, "user_key": user_key}, Anchored)
    except (DamagedError, msgspec.ValidationError):
        return None


async def _once(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk
