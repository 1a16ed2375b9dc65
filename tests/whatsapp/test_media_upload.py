import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiohttp import BodyPartReader, web

from pyloto_stream.errors import UnavailableError
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.graph_errors import GraphRefusedError, GraphTransientError, ThrottledError
from pyloto_stream.whatsapp.limits import MEDIA_FORMATS, STATIC_STICKER_BYTES
from pyloto_stream.whatsapp.media_errors import MediaTooLargeError, MediaTypeError
from pyloto_stream.whatsapp.media_upload import Content, MediaUploader, OutgoingFile, check_outgoing
from tests.support.files import PDF, sha256
from tests.support.graph import NUMBER, Graph, Script, answer, cut, refusal

FILE = OutgoingFile(sha256(), "document", len(PDF))
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(300)
MOVING = b"RIFF\x24\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02" + bytes(300)
HEADS = {
    "audio": b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead", "document": PDF, "sticker": MOVING,
    "image": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(300),
    "video": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(300),
}  # fmt: skip


class Ids:
    """A memória dos ids, sem banco; `broken` recusa guardar."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.broken = False

    async def uploaded(self, sha256: str, phone_number_id: str) -> str:
        return self.kept.get((sha256, phone_number_id), "")

    async def keep_upload(self, sha256: str, phone_number_id: str, media_id: str) -> None:
        if self.broken:
            raise UnavailableError
        self.kept[sha256, phone_number_id] = media_id


def content(data: bytes = PDF, step: int = 50_000) -> Content:
    @asynccontextmanager
    async def opened() -> AsyncIterator[AsyncIterator[bytes]]:
        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(data), step):
                yield data[start : start + step]

        yield pieces()

    return opened


class Meta:
    """O lado da Meta: guarda o que subiu e o que se apagou; `first` responde às primeiras chamadas."""

    def __init__(self, graph: Graph) -> None:
        self.uploads: list[dict[str, str]] = []
        self.deleted: list[str] = []
        self.lengths: list[int | None] = []
        self.first: list[Script] = []
        graph.script = self._answer

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self.first:
            return await self.first.pop(0)(request)
        if request.method == "DELETE":
            self.deleted.append(request.path)
            return web.json_response({"success": True})
        assert request.path == f"/v24.0/{NUMBER}/media"
        self.lengths.append(request.content_length)
        seen: dict[str, str] = {}
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            data = await part.read()
            if part.name == "file":
                seen |= {"mime": part.headers["Content-Type"], "sha256": hashlib.sha256(data).hexdigest()}
                seen["filename"] = part.filename or ""
            else:
                seen[str(part.name)] = data.decode()
        self.uploads.append(seen)
        return web.json_response({"id": f"90{len(self.uploads)}"})


@pytest.fixture
def meta(graph: Graph) -> Meta:
    return Meta(graph)


@pytest.fixture
def ids() -> Ids:
    return Ids()


@pytest.fixture
def uploader(client: WhatsAppHttpClient, ids: Ids) -> MediaUploader:
    return MediaUploader(client, ids)


async def test_a_file_goes_up_once_per_number_and_its_id_is_reused(
    meta: Meta, ids: Ids, uploader: MediaUploader
) -> None:
    assert await uploader.upload(FILE, NUMBER, content()) == "901"
    assert await uploader.upload(FILE, NUMBER, content()) == "901"
    assert meta.uploads == [
        {
            "messaging_product": "whatsapp", "type": "application/pdf", "mime": "application/pdf",
            "sha256": sha256(), "filename": "file",
        }
    ]  # fmt: skip
    (length,) = meta.lengths
    assert length is not None
    assert length > len(PDF)
    assert ids.kept == {(sha256(), NUMBER): "901"}


async def test_an_id_that_could_not_be_kept_is_deleted_at_meta(
    meta: Meta, ids: Ids, uploader: MediaUploader
) -> None:
    ids.broken = True
    with pytest.raises(UnavailableError):
        await uploader.upload(FILE, NUMBER, content())
    assert meta.deleted == ["/v24.0/901"]


async def test_a_failed_clean_up_does_not_hide_why(meta: Meta, ids: Ids, uploader: MediaUploader) -> None:
    async def accepted(_request: web.Request) -> web.StreamResponse:
        await _request.read()
        return web.json_response({"id": "1"})

    ids.broken, meta.first = True, [accepted, answer(400, refusal(100))]
    with pytest.raises(UnavailableError):
        await uploader.upload(FILE, NUMBER, content())


@pytest.mark.parametrize(
    "first",
    [answer(500, refusal(131000)), answer(400, refusal(131016)), cut(read_first=True), answer(200, b"[]")],
)
async def test_a_stumble_is_tried_once_more_from_the_start(
    meta: Meta, uploader: MediaUploader, first: Script
) -> None:
    meta.first = [first]
    assert await uploader.upload(FILE, NUMBER, content()) == "901"
    assert meta.uploads[0]["sha256"] == sha256()


async def test_an_upload_without_an_answer_is_to_be_repeated_and_never_in_doubt(
    graph: Graph, ids: Ids, uploader: MediaUploader
) -> None:
    graph.script = cut(read_first=True)
    with pytest.raises(GraphTransientError) as caught:
        await uploader.upload(FILE, NUMBER, content())
    assert caught.value.code == "media_upload_unanswered"
    assert ids.kept == {}


@pytest.mark.parametrize(("code", "kind"), [(131053, GraphRefusedError), (130429, ThrottledError)])
async def test_a_refusal_is_not_repeated(
    graph: Graph, uploader: MediaUploader, code: int, kind: type[Exception]
) -> None:
    graph.script = answer(400, refusal(code))
    with pytest.raises(kind):
        await uploader.upload(FILE, NUMBER, content())
    assert graph.attempts == 1


async def test_what_meta_would_refuse_never_reaches_it(graph: Graph, uploader: MediaUploader) -> None:
    with pytest.raises(MediaTypeError):
        await uploader.upload(msgspec.structs.replace(FILE, kind="image"), NUMBER, content())
    with pytest.raises(MediaTooLargeError):
        await uploader.upload(msgspec.structs.replace(FILE, size=10**9), NUMBER, content())
    assert graph.attempts == 0


@pytest.mark.parametrize("kind", MEDIA_FORMATS)
def test_each_kind_is_accepted_up_to_its_limit(kind: str) -> None:
    most = MEDIA_FORMATS[kind].max_bytes
    for size in (most - 1, most):
        assert check_outgoing(OutgoingFile(sha256(), kind, size), HEADS[kind]) in MEDIA_FORMATS[kind].mimes
    with pytest.raises(MediaTooLargeError):
        check_outgoing(OutgoingFile(sha256(), kind, most + 1), HEADS[kind])


def test_a_still_sticker_has_a_smaller_limit() -> None:
    check_outgoing(OutgoingFile("", "sticker", STATIC_STICKER_BYTES), WEBP)
    with pytest.raises(MediaTooLargeError):
        check_outgoing(OutgoingFile("", "sticker", STATIC_STICKER_BYTES + 1), WEBP)


@pytest.mark.parametrize(("kind", "size"), [("document", 0), ("text", 5), ("", 5)])
def test_an_empty_file_or_a_kind_without_files_is_refused(kind: str, size: int) -> None:
    with pytest.raises(MediaTypeError):
        check_outgoing(OutgoingFile("", kind, size), PDF)
