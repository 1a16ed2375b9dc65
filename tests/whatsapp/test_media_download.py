import base64

import pytest
from aiohttp import web

from pyloto_stream.clock import system_clock
from pyloto_stream.whatsapp.media_download import digest_of
from pyloto_stream.whatsapp.media_errors import (
    MediaGoneError,
    MediaHashError,
    MediaTypeError,
)
from pyloto_stream.whatsapp.media_stream import CHUNK_BYTES
from tests.support.files import PDF, Files, Sunk, downloader, fault_of, sha256, source
from tests.support.graph import SECRET, answer, refusal


async def test_a_fresh_address_of_the_webhook_saves_a_call(files: Files) -> None:
    sink = Sunk()
    declared = base64.b64encode(bytes.fromhex(sha256())).decode()
    wanted = source(f"{files.url}/file/hook", digest=declared, sent_at_ms=system_clock() - 3 * 60_000)
    async with downloader(files.url) as media:
        fetched = await media.fetch(wanted, sink)
    assert (fetched.sha256, fetched.mime_type) == (sha256(), "application/pdf")
    assert sink.whole == [(sha256(), "application/pdf", PDF)]
    assert sink.largest <= CHUNK_BYTES
    assert files.seen == [("/file/hook", f"Bearer {SECRET}", "pyloto-stream")]
    assert files.resolved == 0


@pytest.mark.parametrize("age_ms", [4 * 60_000, 10**9])
async def test_an_old_address_is_not_tried(files: Files, age_ms: int) -> None:
    wanted = source(f"{files.url}/file/hook", digest=sha256(), sent_at_ms=system_clock() - age_ms)
    async with downloader(files.url) as media:
        await media.fetch(wanted, Sunk())
    assert [path for path, *_ in files.seen] == ["/file/1"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_an_expired_address_is_resolved_and_the_fresh_one_works(files: Files, status: int) -> None:
    async def expired(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status) if request.path == "/file/hook" else web.Response(body=PDF)

    files.file, sink = expired, Sunk()
    wanted = source(f"{files.url}/file/hook", digest=sha256(), sent_at_ms=system_clock())
    async with downloader(files.url) as media:
        await media.fetch(wanted, sink)
    assert len(sink.whole) == 1
    assert files.resolved == 1


async def test_a_file_that_stays_missing_is_gone(files: Files) -> None:
    files.file = answer(404, b"")
    assert type(await fault_of(files, source(digest=sha256()))) is MediaGoneError
    assert [path for path, *_ in files.seen] == ["/file/1", "/file/2"]


async def test_an_expired_id_is_gone(files: Files) -> None:
    files.resolve = answer(400, refusal(100))
    error = await fault_of(files, source())
    assert (type(error), error.code) == (MediaGoneError, "media_gone")
    assert files.seen == []


async def test_a_wrong_hash_is_asked_again_once(files: Files) -> None:
    contents = [PDF[:-1], PDF]

    async def changing(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=contents.pop(0))

    files.file, sink = changing, Sunk()
    async with downloader(files.url) as media:
        await media.fetch(source(digest=sha256()), sink)
    assert sink.whole == [(sha256(), "application/pdf", PDF)]


async def test_a_hash_that_stays_wrong_is_refused_after_two_downloads(files: Files) -> None:
    files.content = PDF[:-1] + b"X"
    wanted = source(f"{files.url}/file/hook", digest=sha256(), sent_at_ms=system_clock())
    error = await fault_of(files, wanted)
    assert (type(error), error.code) == (MediaHashError, "media_hash_mismatch")
    assert len(files.seen) == 2


async def test_without_any_declared_hash_the_content_gives_it(files: Files) -> None:
    files.sha256, sink = "", Sunk()
    async with downloader(files.url) as media:
        fetched = await media.fetch(source(), sink)
    assert fetched.sha256 == sha256()
    assert sink.whole == [(sha256(), "application/pdf", PDF)]


async def test_content_of_another_type_than_the_message_says_is_refused(files: Files) -> None:
    error = await fault_of(files, source(kind="image"))
    assert (type(error), error.code) == (MediaTypeError, "media_type_refused")


async def test_each_download_is_measured(files: Files) -> None:
    calls: list[tuple[str, int, int]] = []
    async with downloader(files.url, observe=lambda *call: calls.append(call[:3])) as media:
        await media.fetch(source(), Sunk())
    assert calls == [("media_resolve", 200, 0), ("media_download", 200, 0)]


def test_a_hash_is_read_in_hex_and_in_base64_and_nothing_else() -> None:
    raw = bytes.fromhex(sha256())
    for declared in (
        sha256(), sha256().upper(), base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode(),
        base64.b64encode(raw).decode().rstrip("="),
    ):  # fmt: skip
        assert digest_of(declared) == raw
    for declared in ("", "x", sha256()[:-1], sha256() + "0", "é" * 64, "=" * 44, "A" * 45):
        assert digest_of(declared) is None
