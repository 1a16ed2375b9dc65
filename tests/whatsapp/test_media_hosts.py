import pytest
from aiohttp import web

from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.media_stream import MAX_REDIRECTS, MediaHostError, MediaStreams
from tests.support.files import (
    MAX_BYTES,
    PDF,
    Files,
    Sunk,
    downloader,
    fault_of,
    files_server,
    sha256,
    source,
)
from tests.support.graph import SECRET, Script

BEARER = f"Bearer {SECRET}"


def to(location: str, at: str = "/file/1") -> Script:
    """Roteiro: redireciona `at`, e serve o resto."""

    async def script(request: web.Request) -> web.StreamResponse:
        if request.path == at:
            return web.Response(status=302, headers={"Location": location})
        return web.Response(body=PDF)

    return script


async def test_a_redirect_within_the_same_address_keeps_the_token(files: Files) -> None:
    files.file, sink = to("/moved?x=1"), Sunk()
    async with downloader(files.url) as media:
        await media.fetch(source(digest=sha256()), sink)
    assert [(path, token) for path, token, _ in files.seen] == [("/file/1", BEARER), ("/moved", BEARER)]
    assert len(sink.whole) == 1


async def test_i19_a_redirect_to_another_host_is_not_followed(files: Files) -> None:
    async with files_server() as thief:
        files.file = to(f"{thief.url}/steal")
        files.resolve = lambda _request: _address(files)
        error = await fault_of(files, source(digest=sha256()))
        assert (type(error), error.code) == (MediaHostError, "media_host_refused")
        assert thief.seen == []


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://[bad", "//evil.example/x", "https:///x"])
async def test_an_odd_redirect_is_not_followed(files: Files, location: str) -> None:
    files.file = to(location)
    files.resolve = lambda _request: _address(files)
    assert (await fault_of(files, source(digest=sha256()))).code == "media_host_refused"
    assert {path for path, *_ in files.seen} == {"/file/1"}


async def _address(files: Files) -> web.StreamResponse:
    return web.json_response(files.address(f"{files.url}/file/1"))


async def test_redirects_without_end_are_given_up(files: Files) -> None:
    async def again(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/file/again"})

    files.file = again
    assert (await fault_of(files, source(digest=sha256()))).code == "graph_http_302"
    assert len(files.seen) == 2 * (MAX_REDIRECTS + 1)


async def test_an_address_of_the_webhook_outside_the_list_is_not_asked_and_the_graph_is(files: Files) -> None:
    async with files_server() as thief:
        wanted = source(f"{thief.url}/steal", digest=sha256(), sent_at_ms=10**15)
        async with downloader(files.url) as media:
            await media.fetch(wanted, Sunk())
        assert thief.seen == []
    assert [path for path, *_ in files.seen] == ["/file/1"]


ALLOWED = [
    "https://lookaside.fbsbx.com/x?y",
    "https://LOOKASIDE.fbsbx.com:443/",
    "https://graph.facebook.com/v24.0/1",
]
REFUSED = [
    "http://lookaside.fbsbx.com/x", "https://lookaside.fbsbx.com:8443/x", "http://graph.facebook.com/", "x",
    "https://lookaside.fbsbx.com.evil.example/", "https://lookaside.fbsbx.com@evil.example/", "https://",
    "https://user:pass@lookaside.fbsbx.com/", "https://:pass@lookaside.fbsbx.com/", "/relative", "",
    "https://evil.example/?lookaside.fbsbx.com", "ftp://lookaside.fbsbx.com/", "https://169.254.169.254/", "https://localhost/",
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "allowed"), [*((a, True) for a in ALLOWED), *((a, False) for a in REFUSED)]
)
async def test_only_listed_hosts_by_https(address: str, allowed: bool) -> None:  # noqa: FBT001
    base = "https://graph.facebook.com"
    client = WhatsAppHttpClient(base, "v24.0", SECRET)
    await client.close()  # nada se escreve: o que passa pela lista dá só o silêncio de um cliente fechado
    streams = MediaStreams(client.http, base, ("lookaside.fbsbx.com",), MAX_BYTES)
    if allowed:
        async with streams.open(address, SECRET, 1.0) as found:
            assert str(found) == "no answer: client closed"
        return
    with pytest.raises(MediaHostError) as caught:
        async with streams.open(address, SECRET, 1.0):
            pass
    assert str(caught.value) == "media_host_refused"
