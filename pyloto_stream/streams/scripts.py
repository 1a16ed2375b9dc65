"""Onde estão as transições? Um arquivo Lua por transição em `lua/`, com o modelo de dados em `common.lua`."""

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cached_property
from hashlib import sha1
from importlib.resources import files

import msgspec

_FOLDER = files("pyloto_stream.streams") / "lua"
_SHARED = {
    "accept": ("names",), "alias": ("names",), "begin_send": ("slots", "crossing"), "commit": ("crossing",),
    "pace": ("slots",),
}  # fmt: skip
"""O que alguns scripts dividem, e vai depois de `common.lua`."""


class Script(Enum):
    """Uma transição. O texto enviado é a primeira linha do arquivo (opções), `common.lua`, e o resto."""

    ACCEPT = "accept"
    ALIAS = "alias"
    AMEND = "amend"
    BEAT = "beat"
    BEGIN_SEND = "begin_send"
    BOOT = "boot"
    BURY = "bury"
    CLAIM = "claim"
    COMMIT = "commit"
    DEAD_PAGE = "dead_page"
    DISCARD = "discard"
    END_SEND = "end_send"
    FORGET = "forget"
    HISTORY = "history"
    LEAVE = "leave"
    MEND = "mend"
    MODE = "mode"
    PACE = "pace"
    PARK = "park"
    PEEK = "peek"
    PROMOTE = "promote"
    REFRESH = "refresh"
    RELEASE = "release"
    REPLAY = "replay"
    REVEAL = "reveal"
    STATUS = "status"
    SETTLE_META = "settle_meta"
    TOKENS = "tokens"
    TRACE = "trace"
    UPCOMING = "upcoming"

    __hash__ = object.__hash__
    """A de `Enum`, em Python, pesaria em cada lote: é chave do que se junta."""

    @cached_property
    def source(self) -> str:
        """Texto completo do script."""
        header, _, body = (_FOLDER / f"{self.value}.lua").read_text("utf-8").partition("\n")
        shared = (f"{name}.lua" for name in ("common", *_SHARED.get(self.value, ())))
        return "\n".join((header, *((_FOLDER / name).read_text("utf-8") for name in shared), body))

    @cached_property
    def sha(self) -> str:
        """Nome do script no servidor (SHA-1, como o `EVALSHA` pede)."""
        return sha1(self.source.encode(), usedforsecurity=False).hexdigest()


BY_PARTITION = frozenset({Script.BEGIN_SEND, Script.COMMIT})
"""Numa chamada, as operações vêm separadas por partição (`crossing.lua`): são os scripts de toda resposta. Em
`accept` e `alias`, que também tratam várias, cada operação traz o início das suas chaves (`together.ask`)."""
encode = msgspec.msgpack.Encoder().encode
Op = Mapping[str, object]
Packed = list[bytes]
"""Uma operação pronta: os seus argumentos, em bytes."""


class Blobs(tuple[bytes, ...]):
    """Sequência de bytes crus como valor de uma operação."""

    __slots__ = ()


def pack(op: Op) -> Packed:
    """Argumentos de uma operação: o que é pequeno em msgpack, e cada valor em bytes no seu próprio argumento.

    O msgpack do Redis 7.0 não lê o tipo binário; além disso, assim os documentos não são copiados.
    """
    plain, blobs = apart(op)
    return [encode(plain), *blobs]


def pack_plain(op: Op) -> Packed:
    """Como `pack`, se nada vai em bytes e nada falta."""
    return [encode(op)]


def pack_row(row: tuple[object, ...], blobs: Iterable[bytes]) -> Packed:
    """Argumentos de uma operação lida por posição: mais barata dos dois lados, só onde isso conta."""
    return [encode(row), *blobs]


def apart(op: Op) -> tuple[dict[str, object], Packed]:
    """O que é pequeno, com os nomes do resto em `_`; e o resto, cada valor em bytes."""
    plain: dict[str, object] = {}
    names: list[tuple[str, int]] = []
    blobs: list[bytes] = []
    for name, value in op.items():
        if isinstance(value, bytes):
            names.append((name, 0))
            blobs.append(value)
        elif isinstance(value, Blobs):
            names.append((name, len(value)))
            blobs += value
        elif value is not None:
            plain[name] = value
    if names:
        plain["_"] = names
    return plain, blobs
