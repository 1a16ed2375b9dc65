"""Um arquivo sai da tela como webhook, fica no cofre e volta à tela pelo id, sem rodar nada."""

import hashlib
import os
from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pytest

from pyloto_stream.simulator import uploads
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.simulator.samples import JPEG, OGG, PDF, PNG, WEBP
from tests.support.simulation import World

ANA = fictional(1)
OWN = {uploads.OWN_HEADER: "1"}
Json = dict[str, object]


@pytest.fixture
def ana(world: World) -> Person:
    return world.simulator.person(ANA)


def parts(about: object, data: object, mime: str) -> aiohttp.MultipartWriter:
    writer = aiohttp.MultipartWriter("form-data")
    writer.append(msgspec.json.encode(about)).set_content_disposition("form-data", name="about")
    file = writer.append(data, {"Content-Type": mime})
    file.set_content_disposition("form-data", name="file", filename="file")
    return writer


async def send(
    world: World,
    http: aiohttp.ClientSession,
    about: object,
    data: object = PNG,
    mime: str = "image/png",
    headers: dict[str, str] = OWN,
) -> tuple[int, Json]:
    url = f"{world.url}/simulator/chats/{ANA.wa_id}/files"
    async with http.post(url, data=parts(about, data, mime), headers=headers) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize(
    ("kind", "data", "mime", "shown"),
    [
        ("image", JPEG, "image/jpeg", "image"),
        ("video", b"qualquer", "video/mp4", "video"),
        ("voice", OGG, "audio/ogg; codecs=opus", "audio"),
        ("audio", OGG, "audio/ogg", "audio"),
        ("sticker", WEBP, "image/webp", "sticker"),
        ("document", PDF, "application/pdf", "document"),
    ],
)
async def test_each_kind_goes_out_signed_and_comes_back_to_the_screen(
    world: World, http: aiohttp.ClientSession, ana: Person, kind: str, data: bytes, mime: str, shown: str
) -> None:
    about = {"kind": kind, "caption": "olha", "name": "arquivo.bin"}
    assert (await send(world, http, about, data, mime))[0] == 202
    (bubble,) = ana.thread
    media = bubble.media
    assert media is not None
    assert (media.kind, media.size, media.mime, media.voice) == (shown, len(data), mime, kind == "voice")
    assert bubble.text == ("olha" if kind in ("image", "video", "document") else "")
    stored = world.simulator.media.find(media.url.split("/")[-1])
    assert stored is not None
    assert stored.digest == hashlib.sha256(data).digest()
    async with http.get(world.url + media.url) as answer:
        assert await answer.read() == data
        assert answer.headers["Content-Type"] == mime
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        where = answer.headers["Content-Disposition"]
        assert where.startswith("attachment" if kind == "document" else "inline")


async def test_a_part_of_a_file_is_served_when_asked(
    world: World, http: aiohttp.ClientSession, ana: Person
) -> None:
    await send(world, http, {"kind": "voice"}, OGG, "audio/ogg")
    media = ana.thread[0].media
    assert media is not None
    async with http.get(world.url + media.url, headers={"Range": "bytes=0-3"}) as answer:
        assert (answer.status, await answer.read()) == (206, OGG[:4])
    generated = world.simulator.media.put_generated(300_000, 7)
    async with http.get(f"{world.url}/simulator/files/{generated.id}") as answer:
        assert len(await answer.read()) == answer.content_length == 300_000


async def test_a_file_can_answer_a_message(world: World, http: aiohttp.ClientSession, ana: Person) -> None:
    await ana.say("Oi").accepted()
    await send(world, http, {"kind": "image", "reply_to": ana.thread[0].id})
    assert ana.thread[1].quote is not None
    assert ana.thread[1].quote.text == "Oi"


@pytest.mark.parametrize(
    ("about", "mime", "status", "why"),
    [
        ({"kind": "image"}, "text/html", 422, "is not of kind image"),
        ({"kind": "sticker"}, "image/png", 422, "is not of kind sticker"),
        ({"kind": "hologram"}, "image/png", 422, "hologram"),
        ({"kind": "image", "caption": "x" * 1025}, "image/png", 422, "1024"),
        ({"more": 1}, "image/png", 422, "unknown field"),
    ],
    ids=str,
)
async def test_what_is_out_of_form_is_told_and_nothing_is_sent(
    world: World, http: aiohttp.ClientSession, about: Json, mime: str, status: int, why: str
) -> None:
    told = await send(world, http, about, mime=mime)
    assert told[0] == status
    assert why in str(told[1]["error"])
    assert world.webhook.posts == []


async def test_another_page_cannot_send_files(world: World, http: aiohttp.ClientSession) -> None:
    assert (await send(world, http, {"kind": "image"}, headers={}))[0] == 415
    url = f"{world.url}/simulator/chats/{ANA.wa_id}/files"
    async with http.post(url, json={"kind": "image"}, headers=OWN) as answer:
        assert answer.status == 415


async def test_too_much_is_413_and_leaves_no_rest(
    world: World, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_FILE", 200_000)
    place = world.simulator.media.place().parent

    async def stream() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield os.urandom(65_000)

    told = await send(world, http, {"kind": "document", "name": "grande.bin"}, stream(), "application/x")
    assert told == (413, {"error": "a file is at most 200000 bytes"})
    assert (await send(world, http, {"kind": "document"}, b""))[1] == {"error": "the file is empty"}
    assert list(place.iterdir()) == []
    assert world.webhook.posts == []


async def test_a_file_that_is_not_there_is_404(world: World, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{world.url}/simulator/files/1") as answer:
        assert answer.status == 404
