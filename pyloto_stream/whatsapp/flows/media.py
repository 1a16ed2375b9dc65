"""O arquivo que a pessoa pôs no formulário (PhotoPicker, DocumentPicker) chegou inteiro e é o dela?

Promete: nada do conteúdo sai antes de resumo, MAC e resumo do conteúdo conferirem; o arquivo nunca está
inteiro na memória. Fonte: "Media upload components", seção de decifragem (SHA-256, HMAC-SHA256 com os últimos
10 bytes, AES-256-CBC com PKCS#7).
"""

import binascii
import hashlib
import hmac
import tempfile
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import IO

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from pyloto_stream.errors import PermanentError

MAX_FILE = 25 * 1024 * 1024
"""Bytes de um arquivo que passa pelo endpoint."""
MAC_BYTES = 10
BLOCK_BYTES = 16
SPOOL_BYTES = 1024 * 1024
"""Até aqui o conteúdo espera a conferência na memória; o que passa disso espera num arquivo temporário."""


class FlowMediaError(PermanentError):
    """O arquivo não serve.

    `code`: `media_metadata`, `media_too_large`, `media_truncated`, `media_encrypted_hash`, `media_mac`,
    `media_padding` ou `media_plaintext_hash`.
    """

    code = "media"


class EncryptionMetadata(msgspec.Struct, frozen=True):
    """Como o arquivo foi cifrado; tudo em base64, como veio."""

    encrypted_hash: str
    iv: str
    encryption_key: str
    hmac_key: str
    plaintext_hash: str

    def __repr__(self) -> str:
        """Sem valores: há chaves aqui."""
        return "EncryptionMetadata(...)"


class FlowMedia(msgspec.Struct, frozen=True):
    """Um item de `data.<campo>`: de onde baixar e como abrir. `file_name` é de quem enviou."""

    media_id: str
    cdn_url: str
    file_name: str
    encryption_metadata: EncryptionMetadata


async def open_media(chunks: AsyncIterator[bytes], metadata: EncryptionMetadata) -> IO[bytes]:
    """O conteúdo decifrado e conferido, num arquivo temporário aberto no começo; quem chama o fecha.

    Raises:
        FlowMediaError: o arquivo não confere ou passa de `MAX_FILE`; nada dele é devolvido.
    """
    reading = _Reading(metadata)
    try:
        async for chunk in chunks:
            reading.feed(chunk)
        return reading.finish()
    except BaseException:
        reading.spool.close()
        raise


class _Reading:
    """Um arquivo chegando aos pedaços; os últimos `MAC_BYTES` recebidos ficam retidos: podem ser o MAC."""

    def __init__(self, metadata: EncryptionMetadata) -> None:
        self._wanted = _bytes(metadata.encrypted_hash, 32)
        self._wanted_plain = _bytes(metadata.plaintext_hash, 32)
        iv = _bytes(metadata.iv, BLOCK_BYTES)
        self._decrypt = Cipher(AES256(_bytes(metadata.encryption_key, 32)), CBC(iv)).decryptor()
        self._mac = hmac.new(_bytes(metadata.hmac_key, 32), iv, "sha256")
        self._unpad = PKCS7(8 * BLOCK_BYTES).unpadder()
        self._hash, self._plain_hash = hashlib.sha256(), hashlib.sha256()
        self._size, self._tail = 0, b""
        self.spool: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOL_BYTES)  # noqa: SIM115 — quem chama fecha

    def feed(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > MAX_FILE:
            raise FlowMediaError("the file is larger than Meta allows", code="media_too_large")
        self._hash.update(chunk)
        held = self._tail + chunk
        ciphertext, self._tail = held[:-MAC_BYTES], held[-MAC_BYTES:]
        self._mac.update(ciphertext)
        self._keep(self._unpad.update(self._decrypt.update(ciphertext)))

    def finish(self) -> IO[bytes]:
        length = self._size - MAC_BYTES
        if length < BLOCK_BYTES or length % BLOCK_BYTES:
            raise FlowMediaError("the file has an impossible length", code="media_truncated")
        if not hmac.compare_digest(self._hash.digest(), self._wanted):
            raise FlowMediaError("encrypted_hash does not match", code="media_encrypted_hash")
        if not hmac.compare_digest(self._mac.digest()[:MAC_BYTES], self._tail):
            raise FlowMediaError("the message code does not match", code="media_mac")
        try:
            self._keep(self._unpad.update(self._decrypt.finalize()) + self._unpad.finalize())
        except ValueError:
            raise FlowMediaError("the padding is wrong", code="media_padding") from None
        if not hmac.compare_digest(self._plain_hash.digest(), self._wanted_plain):
            raise FlowMediaError("plaintext_hash does not match", code="media_plaintext_hash")
        self.spool.seek(0)
        return self.spool

    def _keep(self, plain: bytes) -> None:
        self._plain_hash.update(plain)
        self.spool.write(plain)


def _bytes(text: str, size: int) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != size:
        raise FlowMediaError("encryption_metadata does not have the documented form", code="media_metadata")
    return raw
