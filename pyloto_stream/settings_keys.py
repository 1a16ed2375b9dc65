"""Que chaves de 32 bytes há, e em que versões? As de `DATA_ENCRYPTION_KEY` e a de `AUDIT_ANCHOR_KEY`.

`DATA_ENCRYPTION_KEY` leva uma chave ou várias, `versão:base64`, separadas por vírgula; sem versão, é a 1.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pyloto_stream.settings_fields import Secret

if TYPE_CHECKING:
    from pyloto_stream.settings import Settings

KEY_BYTES = 32
_VERSIONED = re.compile(r"([1-9][0-9]{0,8}):(.*)", re.ASCII | re.DOTALL)


def decode_key(secret: Secret) -> bytes:
    """Bytes de um segredo em base64, comum ou segura para URL.

    Raises:
        ValueError: não é base64.
    """
    return base64.b64decode(secret.reveal().translate(str.maketrans("-_", "+/")), validate=True)


def keys_by_version(secrets: Iterable[Secret]) -> dict[int, bytes]:
    """As chaves de `secrets` por versão.

    Raises:
        ValueError: uma não tem 32 bytes em base64, ou duas têm a mesma versão.
    """
    keys: dict[int, bytes] = {}
    for secret in secrets:
        found = _VERSIONED.fullmatch(secret.reveal())
        version = int(found[1]) if found else 1
        key = decode_key(Secret(found[2]) if found else secret)
        if len(key) != KEY_BYTES or version in keys:
            raise ValueError
        keys[version] = key
    return keys


def key_problems(settings: "Settings", defaults: "Settings") -> Iterator[tuple[str, str]]:
    """Variável e o que dizer dela, sem valores; o padrão das chaves de dados está à vista de todos."""
    try:
        keys = keys_by_version(settings.data_encryption_key)
    except ValueError:
        keys = {}
    if not keys:
        several = len(settings.data_encryption_key) > 1
        also = "; several as version:base64, comma separated, one of each version" if several else ""
        yield "DATA_ENCRYPTION_KEY", f"must be 32 bytes in base64{also}"
    public = set(keys_by_version(defaults.data_encryption_key).values())
    if settings.environment != "development" and public & set(keys.values()):
        where = settings.environment
        yield "DATA_ENCRYPTION_KEY", f"required in {where}: the development value is public"
    if settings.audit_anchor_key and not _is_key(settings.audit_anchor_key):
        yield "AUDIT_ANCHOR_KEY", "must be 32 bytes in base64"


def _is_key(secret: Secret) -> bool:
    try:
        return len(decode_key(secret)) == KEY_BYTES
    except ValueError:
        return False
