"""Como guardar um dado pessoal sem que quem lê o banco o leia? Lacrado com AES-256-GCM, sob uma chave nossa.

Promete: o lacre diz a versão da chave (`k2.…`), não o conteúdo; só abre inteiro e no lugar (`context`) em que
foi feito; várias chaves abrem, a mais nova lacra; duas vezes o mesmo texto dão lacres diferentes. Limite: o
tamanho do texto se vê; quem tem a chave lê tudo; uma chave serve a uns 2³² lacres (o nonce, de 96 bits, é
sorteado).
"""

import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pyloto_stream.errors import PermanentError

KEY_BYTES = 32
_NONCE_BYTES = 12
_INFO = b"pyloto-stream sealed fields v1"
_SEALED = re.compile(r"k([1-9][0-9]{0,8})\.([A-Za-z0-9_-]{38,})", re.ASCII)
"""Versão, ponto, e em base64url sem preenchimento: nonce, cifra, autenticação (28 bytes no mínimo)."""


class UnopenableError(PermanentError):
    """Um lacre que estas chaves não abrem. Code `unknown_key_version` ou `broken_seal`; nada se perdeu."""

    code = "broken_seal"


class Sealer:
    """Lacra e abre textos. `keys`: 32 bytes por versão (1, 2, …); a maior versão é a que lacra.

    De cada chave se deriva outra (HKDF), que só serve a isto.
    """

    newest: int

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        self.renew(keys)

    def renew(self, keys: Mapping[int, bytes]) -> None:
        """Passa a usar `keys` no lugar das de antes.

        Raises:
            ValueError: não há chave, ou uma não serve; valem as de antes.
        """
        if not keys or any(len(key) != KEY_BYTES or version < 1 for version, key in keys.items()):
            raise ValueError("needs keys of 32 bytes, by version from 1")
        self.newest = max(keys)
        self._ciphers = {version: AESGCM(_derived(key)) for version, key in keys.items()}

    def seal(self, text: str, *, context: str) -> str:
        """O lacre de `text`, que só abre com o mesmo `context` (o caminho do documento e o campo)."""
        nonce = os.urandom(_NONCE_BYTES)
        raw = text.encode("utf-8", "surrogatepass")
        sealed = self._ciphers[self.newest].encrypt(nonce, raw, _bound(self.newest, context))
        return f"k{self.newest}.{_text(nonce + sealed)}"

    def open(self, sealed: str, *, context: str) -> str:
        """O texto de um lacre.

        Raises:
            UnopenableError: a chave não está entre as nossas, ou o lacre foi mudado ou é de outro lugar.
        """
        found = _SEALED.fullmatch(sealed)
        if found is None:
            raise UnopenableError("not a seal that this version knows")
        version = int(found[1])
        if version not in self._ciphers:
            raise UnopenableError(f"sealed with key {version}, not at hand", code="unknown_key_version")
        try:
            raw = _bytes(found[2])
            cipher = self._ciphers[version]
            text = cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound(version, context))
        except (InvalidTag, ValueError):
            raise UnopenableError("a seal was changed, or moved from elsewhere") from None
        return text.decode("utf-8", "surrogatepass")


def key_version(sealed: str) -> int | None:
    """A versão da chave que um lacre diz ter; `None` se não é um lacre que se conheça."""
    found = _SEALED.fullmatch(sealed)
    return int(found[1]) if found else None


def _derived(key: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_INFO).derive(key)


def _bound(version: int, context: str) -> bytes:
    return f"{version}\n{context}".encode("utf-8", "surrogatepass")


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Inverso de `_text`; recusa a escrita que outro texto também teria (bits que sobram no fim)."""
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _text(raw) != text:
        raise ValueError
    return raw
