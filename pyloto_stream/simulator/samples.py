"""O que uma pessoa manda quando o teste não diz o quê? Arquivos minúsculos, mas do tipo que dizem ser."""

from base64 import b64decode
from functools import lru_cache

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""Uma imagem de um ponto."""

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
"""O começo e o fim de um JPEG."""

OPUS_RATE = 48_000
SILENCE = b"\xf8\xff\xfe"
"""20 ms de silêncio em Opus."""
_PACKETS = 50


def voice_note(seconds: int) -> bytes:
    """Um áudio OGG/Opus mono de verdade, que dura `seconds` e nada diz (RFC 3533 e 7845)."""
    head = b"OpusHead\x01\x01\x00\x00" + OPUS_RATE.to_bytes(4, "little") + b"\x00\x00\x00"
    tags = b"OpusTags" + (9).to_bytes(4, "little") + b"simulator" + bytes(4)
    pages = [_page(0, 0, [head], 2), _page(1, 0, [tags])]
    for second in range(1, seconds + 1):
        last = 4 if second == seconds else 0
        pages.append(_page(second + 1, second * OPUS_RATE, [SILENCE] * _PACKETS, last))
    return b"".join(pages)


def _page(number: int, position: int, packets: list[bytes], flags: int = 0) -> bytes:
    start = b"OggS\x00" + bytes([flags]) + position.to_bytes(8, "little") + b"\x01\x00\x00\x00"
    body = bytes([len(packets)]) + bytes(map(len, packets)) + b"".join(packets)
    start += number.to_bytes(4, "little")
    return start + _checksum(start + bytes(4) + body).to_bytes(4, "little") + body


def _checksum(page: bytes) -> int:
    crc = 0
    for byte in page:
        crc = (crc << 8 & 0xFFFFFFFF) ^ _crc_of(crc >> 24 ^ byte)
    return crc


@lru_cache(maxsize=256)
def _crc_of(byte: int) -> int:
    crc = byte << 24
    for _ in range(8):
        crc = (crc << 1 ^ (0x04C11DB7 if crc >> 31 else 0)) & 0xFFFFFFFF
    return crc


OGG = voice_note(1)
"""Um segundo de silêncio, como nota de voz."""

MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00\x00\x00\x08mdat"
"""Um MP4 sem quadros."""

WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
"""Uma figurinha de um ponto."""

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
"""Um PDF sem páginas."""
