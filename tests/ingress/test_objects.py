from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from aiohttp import ClientError, ClientSession, web
from prometheus_client import CollectorRegistry

from ingress import admin
from ingress.app import create_admin_app, create_public_app
from ingress.objects import object_page, object_routes
from pyloto_stream.errors import UnavailableError
from pyloto_stream.settings import load
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.object_links import ObjectLinks
from tests.support.ingress import CONFIG, Recorder, Tally, served
from tests.support.object_links import LinkReader, folder_reader

PATH = "exports/ab/report"
GCS = {"OBJECT_STORE": "gcs", "GCS_BUCKET_MEDIA": "media", "GCS_BUCKET_EXPORT": "export"}


async def some(*values: bytes) -> AsyncIterator[bytes]:
    for value in values:
        yield value


@pytest_asyncio.fixture
async def reader(tmp_path: Path) -> AsyncIterator[LinkReader]:
    async with folder_reader(tmp_path / "objects") as reader:
        await reader.objects.put(PATH, some(b"content"), "text/html")
        yield reader


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faz quem pede, que num teste é sempre desta máquina, valer como de fora."""
    monkeypatch.setattr(admin, "_on_loopback", lambda _request: False)


async def test_a_link_needs_no_token_and_opens_nothing_else(reader: LinkReader, outside: None) -> None:
    url = await reader.objects.signed_url(PATH, 60)
    assert (await reader.open(url)).body == b"content"
    parts = urlsplit(url)
    for other in ("/metrics", "/api/objects", "/api/other?" + parts.query):
        assert (await reader.open(f"{parts.scheme}://{parts.netloc}{other}")).status == 401, other


async def test_a_download_is_an_attachment_that_nobody_keeps_or_guesses_about(reader: LinkReader) -> None:
    opened = await reader.open(await reader.objects.signed_url(PATH, 60, filename="conversa.html"))
    assert opened.status == 200
    assert opened.headers["Content-Type"] == "application/octet-stream"
    assert opened.headers["Content-Disposition"] == 'attachment; filename="conversa.html"'
    assert opened.headers["X-Content-Type-Options"] == "nosniff"
    assert opened.headers["Cache-Control"] == "private, no-store"


async def test_each_refusal_says_which(reader: LinkReader) -> None:
    good = await reader.objects.signed_url(PATH, 60)
    gone = await reader.objects.signed_url("exports/gone", 60)
    assert (await reader.open(good + "0")).body == b'{"error":"link_refused"}'
    assert (await reader.open(good.partition("?")[0])).status == 403
    missing = await reader.open(gone)
    assert (missing.status, missing.body) == (404, b'{"error":"object_missing"}')
    reader.advance(62)
    for url, body in ((good, b'{"error":"link_expired"}'), (good + "0", b'{"error":"link_refused"}')):
        opened = await reader.open(url)
        assert (opened.status, opened.body) == (403, body)


@pytest.mark.parametrize("escape", ["..%2F..%2Fsecret", "../../secret", "%00", "exports/%E7", ".incoming/x"])
async def test_a_path_that_could_escape_is_refused_like_any_forgery(reader: LinkReader, escape: str) -> None:
    parts = urlsplit(await reader.objects.signed_url(PATH, 60))
    opened = await reader.open(f"{parts.scheme}://{parts.netloc}/api/objects/{escape}?{parts.query}")
    assert opened.status in {401, 403, 404}
    assert b"content" not in opened.body


async def test_only_a_get_opens_a_link(reader: LinkReader) -> None:
    url = await reader.objects.signed_url(PATH, 60)
    async with ClientSession() as http:
        for method in ("HEAD", "POST", "PUT", "DELETE"):
            async with http.request(method, url) as answer:
                assert answer.status == 405, method
    assert (await reader.open(url)).status == 200


async def test_the_log_and_the_metrics_have_neither_path_nor_signature(
    tmp_path: Path, tally: Tally, lines: list[dict[str, object]]
) -> None:
    settings = load({"OBJECT_FOLDER": str(tmp_path)})
    app = create_admin_app(CONFIG, CollectorRegistry(), tally, routes=object_routes(settings))
    async with served(app) as address, ClientSession() as http:
        url = ObjectLinks(settings.data_key(), address).url("exports/secret-name", 60, "")
        async with http.get(url) as answer:
            assert answer.status == 404
    assert tally.answered == [("/api/objects/{path}", 404)]
    (line,) = [line for line in lines if line.get("route") == "/api/objects/{path}"]
    assert not any(part in str(line) for part in ("secret-name", "signature", "expires"))


class Broken(FolderObjects):
    """Uma pasta cujo disco falha depois de `pieces` pedaços."""

    pieces = 0

    @asynccontextmanager
    async def open(self, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        del path
        if not self.pieces:
            raise UnavailableError("the object folder refused", code="object_store_unavailable")
        yield self._cut()

    async def _cut(self) -> AsyncIterator[bytes]:
        for _ in range(self.pieces):
            yield b"x" * 100_000
        raise UnavailableError("the object folder refused", code="object_store_unavailable")


@pytest.mark.parametrize("pieces", [0, 3])
async def test_a_disk_that_fails_is_a_503_and_half_a_file_never_looks_whole(
    tmp_path: Path, pieces: int, http: ClientSession
) -> None:
    links, broken = ObjectLinks(bytes(32), ""), Broken(tmp_path)
    broken.pieces = pieces
    route = web.get("/api/objects/{path:.+}", object_page(broken, links), allow_head=False)
    async with served(create_admin_app(CONFIG, CollectorRegistry(), Tally(), routes=(route,))) as address:
        url = address + links.url(PATH, 60, "")
        if not pieces:
            async with http.get(url) as answer:
                assert answer.status == 503
                assert await answer.json() == {"error": "object_store_unavailable"}
            return
        with pytest.raises(ClientError):
            async with http.get(url) as answer:
                await answer.read()


async def test_with_a_bucket_there_is_no_such_route(tally: Tally) -> None:
    assert object_routes(load(GCS)) == ()


async def test_the_public_listener_never_serves_a_link(recorder: Recorder, tally: Tally) -> None:
    async with served(create_public_app(CONFIG, recorder, tally)) as address, ClientSession() as http:
        url = ObjectLinks(load({}).data_key(), address).url(PATH, 60, "")
        async with http.get(url) as answer:
            assert answer.status == 404
