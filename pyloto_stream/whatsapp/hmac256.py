"""Como assinar textos pequenos sem ler a chave de cada vez? Copia-se um HMAC que já a leu.

Promete: o mesmo que `hmac.digest`, mais barato no caminho de cada webhook. Limite: as últimas `_KEYS` chaves
ficam na memória do processo, também as revogadas.
"""

from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

_KEYS = 16
"""A pimenta, e os segredos em vigor durante uma rotação, com folga."""


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """Os 32 bytes de HMAC-SHA256(`key`, `data`)."""
    made = _read(key).copy()
    made.update(data)
    return made.finalize()


@lru_cache(_KEYS)
def _read(key: bytes) -> HMAC:
    return HMAC(key, SHA256())
