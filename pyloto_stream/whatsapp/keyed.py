"""HMAC-SHA256 com a chave já lida: num texto pequeno, lê-la custa mais que o resto."""

from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """Os 32 bytes de HMAC-SHA256(`key`, `data`). Limite: as últimas chaves ficam na memória do processo."""
    made = _keyed(key).copy()
    made.update(data)
    return made.finalize()


@lru_cache(16)
def _keyed(key: bytes) -> HMAC:
    return HMAC(key, SHA256())
