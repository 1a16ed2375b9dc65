"""Arquivos de um formulário: abertos aos pedaços, e só entregues depois de tudo conferir."""

import hashlib
import hmac
import os
from base64 import b64encode
from collections.abc import AsyncIterator

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from pyloto_stream.whatsapp.flows import media
from pyloto_stream.whatsapp.flows.media import EncryptionMetadata, FlowMedia, FlowMediaError, open_media


def locked(plain: bytes) -> tuple[bytes, EncryptionMetadata]:
    """O arquivo como o aparelho o sobe, e como se abre."""
    key, mac_key, iv = os.urandom(32), os.urandom(32), os.urandom(16)
    pad = 16 - len(plain) % 16
    sealing = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    sealed = sealing.update(plain + bytes([pad]) * pad) + sealing.finalize()
    file = sealed + hmac.digest(mac_key, iv + sealed, "sha256")[:10]
    return file, described(file, iv, key, mac_key, plain)


def described(file: bytes, iv: bytes, key: bytes, mac_key: bytes, plain: bytes) -> EncryptionMetadata:
    raw = (hashlib.sha256(file).digest(), iv, key, mac_key, hashlib.sha256(plain).digest())
    return EncryptionMetadata(*(b64encode(part).decode() for part in raw))


async def pieces(raw: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(raw), size):
        yield raw[at : at + size]


async def code_of(file: bytes, metadata: EncryptionMetadata) -> str:
    with pytest.raises(FlowMediaError) as failure:
        await open_media(pieces(file, 7), metadata)
    return failure.value.code


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 1000])
@pytest.mark.parametrize("step", [1, 9, 10, 11, 4096])
async def test_a_file_opens_whatever_the_pieces(size: int, step: int) -> None:
    plain = os.urandom(size)
    file, metadata = locked(plain)
    with await open_media(pieces(file, step), metadata) as opened:
        assert opened.read() == plain


async def test_a_large_file_waits_for_its_verdict_on_disk() -> None:
    plain = os.urandom(media.SPOOL_BYTES + 5)
    file, metadata = locked(plain)
    with await open_media(pieces(file, 64 * 1024), metadata) as opened:
        assert opened.read() == plain


async def test_a_changed_file_is_refused_by_its_hash() -> None:
    file, metadata = locked(b"foto" * 100)
    assert await code_of(file[:50] + bytes([file[50] ^ 1]) + file[51:], metadata) == "media_encrypted_hash"
    assert await code_of(file + bytes(16), metadata) == "media_encrypted_hash"


async def test_a_forged_file_with_the_right_hash_is_refused_by_its_mac() -> None:
    file, metadata = locked(b"foto" * 100)
    forged = file[:-1] + bytes([file[-1] ^ 1])
    digest = b64encode(hashlib.sha256(forged).digest()).decode()
    assert await code_of(forged, msgspec.structs.replace(metadata, encrypted_hash=digest)) == "media_mac"


async def test_wrong_padding_and_wrong_content_are_told() -> None:
    file, metadata = locked(b"foto" * 100)
    key = b64encode(os.urandom(32)).decode()
    code = await code_of(file, msgspec.structs.replace(metadata, encryption_key=key))
    assert code in ("media_padding", "media_plaintext_hash")
    other = b64encode(hashlib.sha256(b"other").digest()).decode()
    wrong = msgspec.structs.replace(metadata, plaintext_hash=other)
    assert await code_of(file, wrong) == "media_plaintext_hash"


@pytest.mark.parametrize("length", [0, 9, 10, 25, 27])
async def test_a_file_of_an_impossible_length_is_refused(length: int) -> None:
    assert await code_of(bytes(length), locked(b"foto")[1]) == "media_truncated"


@pytest.mark.parametrize("field", EncryptionMetadata.__struct_fields__)
@pytest.mark.parametrize("value", ["", "é", "AAAA"])
async def test_metadata_without_the_documented_form_is_refused(field: str, value: str) -> None:
    file, metadata = locked(b"foto")
    assert await code_of(file, msgspec.structs.replace(metadata, **{field: value})) == "media_metadata"


async def test_a_file_above_the_limit_is_refused_while_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "MAX_FILE", 100)
    file, metadata = locked(bytes(200))
    assert await code_of(file, metadata) == "media_too_large"


def test_keys_are_not_shown_and_the_item_reads_as_meta_sends_it() -> None:
    _, metadata = locked(b"foto")
    item = {
        "media_id": "1", "cdn_url": "https://cdn/x", "file_name": "a.jpg",
        "encryption_metadata": msgspec.to_builtins(metadata),
    }  # fmt: skip
    assert msgspec.convert(item, FlowMedia).encryption_metadata == metadata
    assert repr(metadata) == "EncryptionMetadata(...)"
