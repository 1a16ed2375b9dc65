"""Como saber, depois, que uma cadeia inteira não foi refeita? As pontas de um dia, assinadas, noutro lugar.

`anchors/{dia}.jsonl`: um cabeçalho e, por linha, a ponta de uma conversa; ao lado, em `.sig`, o selo
(`anchor_seal.py`). Promete: o que se gravou nunca é substituído, e uma interrupção se completa repetindo: o
que ficou sem selo só o recebe se cada ponta ainda estiver na sua cadeia. Memória constante. Limite: prova o
que havia no momento da âncora; o que se grava depois só a próxima guarda.
"""

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator, Callable

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.anchor_check import KEPT, Anchored, check_heads
from pyloto_stream.stores.anchor_seal import Seal, holds, sealed
from pyloto_stream.stores.chain import head_path
from pyloto_stream.stores.chains import known_chains
from pyloto_stream.stores.objects import ObjectMissingError, Objects
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.times import iso
from pyloto_stream.stores.values import DamagedError

_TOGETHER = 32
"""Pontas lidas ao mesmo tempo."""
_JSON_LINES, _JSON = "application/x-ndjson", "application/json"


class AnchorError(PermanentError):
    """Uma âncora que falta ou não serve; o code diz o quê."""

    code = "anchor_unusable"


class AnchorHeader(msgspec.Struct, frozen=True):
    """A primeira linha. `made_at`: quando as pontas começaram a ser lidas."""

    day: str
    made_at: str
    anchor: int = 1


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
        found = await asyncio.gather(*map(self._head, keys))
        self._tell(len(keys))
        heads = [head for head in found if head is not None]
        self.headless += [key for key, head in zip(keys, found, strict=True) if head is None]
        self.chains += len(heads)
        return heads

    async def _head(self, user_key: str) -> Anchored | None:
        try:
            document = await self._documents.get(head_path(user_key))
            data = document.data if document else {}
            return msgspec.convert({"at": data.get("updated_at"), **data, "user_key": user_key}, Anchored)
        except (DamagedError, msgspec.ValidationError):
            return None

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
        AnchorError: a que ficou sem selo diz de uma cadeia o que já não é verdade (code `anchor_unusable`).
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
    count = 0
    async for result in check_heads(documents, read_anchor(objects, day), now_ms):
        count += 1
        if result.state not in KEPT:
            raise AnchorError("an anchor without a signature does not match the chains; it was not signed")
    return Made(day, count, await _digest(objects, day))


async def check_seal(objects: Objects, day: str, public: bytes) -> None:
    """Confere que a âncora de `day` é a que se assinou com a chave de `public`.

    Raises:
        AnchorError: code `anchor_missing`, `anchor_unsigned` ou `anchor_forged`.
        UnavailableError: o repositório de objetos não respondeu.
    """
    try:
        sha256 = await _digest(objects, day)
    except ObjectMissingError:
        raise AnchorError("there is no anchor of this day", code="anchor_missing") from None
    try:
        async with objects.open(seal_path(day)) as chunks:
            raw = b"".join([chunk async for chunk in chunks])
        seal = msgspec.json.decode(raw, type=Seal)
    except ObjectMissingError:
        raise AnchorError("the anchor has no signature", code="anchor_unsigned") from None
    except msgspec.MsgspecError:
        raise AnchorError("the signature cannot be read", code="anchor_forged") from None
    if not holds(seal, public, day, sha256):
        raise AnchorError("the signature is not of this anchor by this key", code="anchor_forged")


async def read_anchor(objects: Objects, day: str) -> AsyncIterator[Anchored]:
    """As pontas da âncora de `day`, na ordem em que estão.

    Raises:
        AnchorError: code `anchor_missing`, ou `anchor_unusable` se não é uma âncora deste dia.
    """
    try:
        async with objects.open(anchor_path(day)) as chunks:
            rest, lines = b"", itertools.count()
            async for chunk in chunks:
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    if next(lines):
                        yield msgspec.json.decode(line, type=Anchored)
                    elif msgspec.json.decode(line, type=AnchorHeader).day != day:
                        raise AnchorError("the anchor is of another day")
    except ObjectMissingError:
        raise AnchorError("there is no anchor of this day", code="anchor_missing") from None
    except msgspec.MsgspecError:
        raise AnchorError("the anchor cannot be read") from None


def anchor_path(day: str) -> str:
    """Onde fica a âncora de um dia."""
    return f"anchors/{day}.jsonl"


def seal_path(day: str) -> str:
    """Onde fica o selo dela."""
    return f"{anchor_path(day)}.sig"


async def _digest(objects: Objects, day: str) -> str:
    sha256 = hashlib.sha256()
    async with objects.open(anchor_path(day)) as chunks:
        async for chunk in chunks:
            sha256.update(chunk)
    return sha256.hexdigest()


async def _once(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk
