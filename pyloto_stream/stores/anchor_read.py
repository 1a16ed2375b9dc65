"""Esta âncora é a que se assinou, e o que diz? As pontas de um dia, lidas sem as guardar.

Promete: o que não é uma âncora inteira do dia pedido é recusado com um code que diz por quê. Limite: só o
selo (`check_seal`) diz de quem ela é; quem a lê antes dele lê o que alguém pôs no lugar.
"""

import hashlib
import itertools
from collections.abc import AsyncIterator

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.anchor_check import Anchored
from pyloto_stream.stores.anchor_seal import Seal, holds
from pyloto_stream.stores.objects import ObjectMissingError, Objects


class AnchorError(PermanentError):
    """Uma âncora que falta ou não serve; o code diz o quê."""

    code = "anchor_unusable"


class AnchorHeader(msgspec.Struct, frozen=True):
    """A primeira linha. `made_at`: quando as pontas começaram a ser lidas."""

    day: str
    made_at: str
    anchor: int = 1


async def check_seal(objects: Objects, day: str, public: bytes) -> None:
    """Confere que a âncora de `day` é a que se assinou com a chave de `public`.

    Raises:
        AnchorError: code `anchor_missing`, `anchor_unsigned` ou `anchor_forged`.
        UnavailableError: o repositório de objetos não respondeu.
    """
    try:
        sha256 = await digest(objects, day)
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


async def read_header(objects: Objects, day: str) -> AnchorHeader:
    """A primeira linha da âncora de `day`.

    Raises:
        AnchorError: como em `read_anchor`.
    """
    async for line in _lines(objects, day):
        return _header(line, day)
    raise AnchorError("the anchor is empty")


async def read_anchor(objects: Objects, day: str) -> AsyncIterator[Anchored]:
    """As pontas da âncora de `day`, na ordem em que estão.

    Raises:
        AnchorError: code `anchor_missing`, ou `anchor_unusable` se não é uma âncora deste dia.
    """
    lines = itertools.count()
    async for line in _lines(objects, day):
        if not next(lines):
            _header(line, day)
            continue
        try:
            yield msgspec.json.decode(line, type=Anchored)
        except msgspec.MsgspecError:
            raise AnchorError("the anchor cannot be read") from None
    if not next(lines):
        raise AnchorError("the anchor is empty")


async def _lines(objects: Objects, day: str) -> AsyncIterator[bytes]:
    rest = b""
    try:
        async with objects.open(anchor_path(day)) as chunks:
            async for chunk in chunks:
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    yield line
    except ObjectMissingError:
        raise AnchorError("there is no anchor of this day", code="anchor_missing") from None
    if rest:
        raise AnchorError("the anchor is cut")


def _header(line: bytes, day: str) -> AnchorHeader:
    try:
        header = msgspec.json.decode(line, type=AnchorHeader)
    except msgspec.MsgspecError:
        raise AnchorError("the anchor cannot be read") from None
    if header.day != day:
        raise AnchorError("the anchor is of another day")
    return header


def anchor_path(day: str) -> str:
    """Onde fica a âncora de um dia."""
    return f"anchors/{day}.jsonl"


def seal_path(day: str) -> str:
    """Onde fica o selo dela."""
    return f"{anchor_path(day)}.sig"


async def digest(objects: Objects, day: str) -> str:
    """SHA-256 da âncora de `day`, em hexadecimal.

    Raises:
        ObjectMissingError: não há nenhuma.
    """
    sha256 = hashlib.sha256()
    async with objects.open(anchor_path(day)) as chunks:
        async for chunk in chunks:
            sha256.update(chunk)
    return sha256.hexdigest()
