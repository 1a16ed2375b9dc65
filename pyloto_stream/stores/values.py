"""Que valores um documento pode levar? Os que o Firestore e o SQLite devolvem iguais; o resto é recusado.

Limites do Firestore (https://firebase.google.com/docs/firestore/quotas): 1 MiB por documento, 20 níveis,
nomes de campo não vazios, até 1500 bytes e fora de `__x__`, inteiros de 64 bits, nenhum vetor dentro de
vetor.
"""

import math
import re
from functools import lru_cache
from typing import TypeAlias

from pyloto_stream.errors import PermanentError, UnavailableError

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Data: TypeAlias = dict[str, JSON]

MAX_DOCUMENT_BYTES = 1_000_000
"""Um pouco abaixo de 1 MiB: o caminho do documento também conta."""
_MAX_DEPTH = 20
_MAX_KEY_BYTES = 1500
_RESERVED = re.compile(r"__.*__", re.DOTALL)


class DamagedError(UnavailableError):
    """Um documento gravado que não se lê: espera conserto. `path`: qual, fora da mensagem."""

    code = "store_corrupt"

    def __init__(self, path: str) -> None:
        super().__init__("a stored document is not JSON")
        self.path = path


def _refused(why: str) -> PermanentError:
    return PermanentError(f"document cannot be stored: {why}", code="unstorable_document")


def check(data: Data) -> int:
    """Confere `data` antes de qualquer gravação; devolve os bytes que pesa.

    Raises:
        PermanentError: code `unstorable_document`; a mensagem não traz o valor.
    """
    try:
        size = _size(data, 1)
    except UnicodeEncodeError:
        raise _refused("text is not valid Unicode") from None
    if size > MAX_DOCUMENT_BYTES:
        raise _refused("too large")
    return size


def _size(data: Data, depth: int) -> int:
    """Bytes que o Firestore conta pelos campos de um mapa, que está em `depth`."""
    if depth > _MAX_DEPTH:
        raise _refused("too deep")
    size = _names_size(tuple(data))
    for value in data.values():
        if type(value) is str:  # os casos comuns, sem outra chamada
            size += (len(value) if value.isascii() else len(value.encode())) + 1
        elif type(value) is int and -(2**63) <= value < 2**63:
            size += 8
        elif type(value) is dict:
            size += _size(value, depth + 1)
        else:
            size += _other_size(value, depth + 1)
    return size


def _other_size(value: JSON, depth: int) -> int:
    """Bytes de um valor que está em `depth`."""
    match value:
        case None | bool():
            return 1
        case str():
            return len(value.encode()) + 1
        case int():
            if not -(2**63) <= value < 2**63:
                raise _refused("integer over 64 bits")
            return 8
        case float():
            if not math.isfinite(value):
                raise _refused("number is not finite")
            return 8
        case dict():
            return _size(value, depth)
    if depth > _MAX_DEPTH:
        raise _refused("too deep")
    if any(isinstance(item, list) for item in value):
        raise _refused("array inside array")
    return sum(_other_size(item, depth + 1) for item in value)


@lru_cache(maxsize=1024)  # as formas de documento são poucas e se repetem
def _names_size(names: tuple[str, ...]) -> int:
    return sum(map(_key_size, names))


@lru_cache(maxsize=1024)  # e os nomes de campo também
def _key_size(key: str) -> int:
    size = len(key.encode())
    if not 0 < size <= _MAX_KEY_BYTES or _RESERVED.fullmatch(key):
        raise _refused("field name is empty, too long or reserved")
    return size + 1


def merged(old: Data, new: Data) -> Data:
    """`new` por cima de `old`, mapa dentro de mapa; um mapa vazio substitui, como no Firestore."""
    result = dict(old)
    for key, value in new.items():
        before = result.get(key)
        if isinstance(before, dict) and isinstance(value, dict) and value:
            result[key] = merged(before, value)
        else:
            result[key] = value
    return result
