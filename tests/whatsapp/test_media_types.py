import io
import zipfile

import pytest

from pyloto_stream.whatsapp.media_types import HEAD_BYTES, acceptable, sniff

OFFICE = "application/vnd.openxmlformats-officedocument"


def package(part: str) -> bytes:
    """Um arquivo de escritório como os programas o escrevem: índice de tipos primeiro."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>" * 200)
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr(part, "<document/>")
    return out.getvalue()


SAMPLES = {
    "application/pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(300),
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(300),
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(300),
    "image/gif": b"GIF89a\x01\x00" + bytes(300),
    "video/mp4": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(300),
    "video/3gpp": b"\x00\x00\x00\x18ftyp3gp4\x00\x00\x00\x003gp43gp6" + bytes(300),
    "audio/mp4": b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A mp42isom" + bytes(300),
    "audio/ogg": b"OggS\x00\x02" + bytes(8) + b"\x01\x02\x03\x04" + bytes(10) + b"\x01\x13OpusHead\x01\x01",
    "audio/amr": b"#!AMR\n\x3c" + bytes(300),
    "audio/mpeg": b"ID3\x03\x00\x00\x00" + bytes(300),
    "audio/aac": b"\xff\xf1\x50\x80" + bytes(300),
    f"{OFFICE}.wordprocessingml.document": package("word/document.xml"),
    f"{OFFICE}.spreadsheetml.sheet": package("xl/workbook.xml"),
    f"{OFFICE}.presentationml.presentation": package("ppt/presentation.xml"),
    "application/zip": package("photos/one.txt"),
    "application/x-ole-storage": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "text/plain": "Olá, tudo bem? Já são três.\n".encode(),
    "application/octet-stream": bytes(range(7, 200)),
}


@pytest.mark.parametrize("mime_type", SAMPLES)
def test_the_content_tells_its_type(mime_type: str) -> None:
    assert sniff(SAMPLES[mime_type][:HEAD_BYTES]) == mime_type


@pytest.mark.parametrize("text", ["<!doctype html><html>", '<?xml version="1.0"?><svg/>', "<script>alert(1)"])
def test_markup_is_plain_text_so_that_nobody_opens_it_as_a_page(text: str) -> None:
    assert sniff(text.encode()) == "text/plain"


def test_a_text_cut_inside_a_character_is_still_text_and_half_a_character_is_not() -> None:
    assert sniff(b"a" + ("é" * HEAD_BYTES).encode()[: HEAD_BYTES - 1]) == "text/plain"
    assert sniff(b"texto \xc3") == "application/octet-stream"


def test_nothing_is_of_no_type() -> None:
    assert sniff(b"") == "application/octet-stream"


@pytest.mark.parametrize(
    ("kind", "mime_type"),
    [
        ("image", "image/jpeg"), ("image", "image/webp"), ("sticker", "image/webp"), ("video", "video/3gpp"),
        ("audio", "audio/ogg"), ("audio", "video/mp4"), ("audio", "application/octet-stream"),
        ("document", "application/pdf"), ("document", "application/octet-stream"), ("document", "text/plain"),
        ("document", "application/zip"), ("document", "image/png"),
    ],
)  # fmt: skip
def test_what_the_message_said_agrees(kind: str, mime_type: str) -> None:
    assert acceptable(kind, mime_type)


@pytest.mark.parametrize(
    ("kind", "mime_type"),
    [
        ("image", "application/pdf"), ("image", "text/plain"), ("image", "application/octet-stream"),
        ("sticker", "image/png"), ("video", "image/jpeg"), ("audio", "text/plain"), ("audio", "image/jpeg"),
        ("document", "application/x-msdownload"), ("image", "application/x-executable"),
    ],
)  # fmt: skip
def test_another_type_or_a_program_is_refused(kind: str, mime_type: str) -> None:
    assert not acceptable(kind, mime_type)


@pytest.mark.parametrize(
    "head", [b"MZ\x90\x00" + bytes(300), b"\x7fELF\x02\x01\x01" + bytes(300), b"#!/bin/sh\nrm"]
)
def test_a_program_is_never_a_document(head: bytes) -> None:
    assert not acceptable("document", sniff(head), head)
