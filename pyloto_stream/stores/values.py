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
_INT64 = range(-(2**63), 2**63)


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


def _size(value: JSON, depth: int) -> int:
    """Bytes que o Firestore conta por `value`."""
    match value:
        case None | bool():
            return 1
        case str():
            return len(value.encode()) + 1
        case int():
            if value not in _INT64:
                raise _refused("integer over 64 bits")
            return 8
        case float():
            if not math.isfinite(value):
                raise _refused("number is not finite")
            return 8
    if depth > _MAX_DEPTH:
        raise _refused("too deep")
    if isinstance(value, list):
        if any(isinstance(item, list) for item in value):
            raise _refused("array inside array")
        return sum(_size(item, depth + 1) for item in value)
    return sum(_key_size(key) + _size(item, depth + 1) for key, item in value.items())


@lru_cache(maxsize=1024)  # nomes de campo são poucos e se repetem
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
