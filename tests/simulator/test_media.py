"""Arquivos na Meta local: subir, resolver, baixar e apagar, com os limites e os prazos da Meta."""

import hashlib
from base64 import b64decode
from pathlib import Path

import aiohttp
import msgspec
import pytest

from pyloto_stream.simulator import samples
from pyloto_stream.simulator.faults import Fault
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.simulator.vault import UPLOAD_LIFE_MS, URL_LIFE_MS, WEBHOOK_LIFE_MS
from tests.support.local_meta import Hands, code
from tests.support.simulation import NUMBER, TOKEN

KB = 1024


class TestUpload:
    async def test_what_goes_up_comes_down_the_same(self, hands: Hands) -> None:
        status, document = await hands.upload(samples.PNG, "image/png")
        assert status == 200
        assert set(document) == {"id"}
        status, about = await hands.resolve(str(document["id"]), f"?phone_number_id={NUMBER}")
        digest = hashlib.sha256(samples.PNG).hexdigest()
        assert status == 200
        assert {**about, "url": ""} == {
            "messaging_product": "whatsapp",
            "url": "",
            "mime_type": "image/png",
            "sha256": digest,
            "file_size": len(samples.PNG),
            "id": document["id"],
        }
        assert await hands.download(about["url"]) == (200, samples.PNG)

    @pytest.mark.parametrize(
        ("mime", "head", "most"),
        [
            ("image/jpeg", samples.JPEG, 5 * KB * KB),
            ("image/webp", samples.WEBP, 500 * KB),
            ("audio/ogg", samples.OGG, 16 * KB * KB),
        ],
        ids=["image", "sticker", "audio"],
    )
    async def test_the_largest_file_goes_and_one_byte_more_does_not(
        self, hands: Hands, mime: str, head: bytes, most: int
    ) -> None:
        assert (await hands.upload(head.ljust(most, b"\0"), mime))[0] == 200
        assert await hands.refused(head.ljust(most + 1, b"\0"), mime) == 131053

    @pytest.mark.parametrize(
        ("data", "mime"),
        [
            (b"", "image/jpeg"),
            (b"<html>", "text/html"),
            (samples.PNG, "image/jpeg"),
            (b"MZ", "application/x-msdownload"),
        ],
    )
    async def test_what_cannot_be_sent_is_131053(self, hands: Hands, data: bytes, mime: str) -> None:
        assert await hands.refused(data, mime) == 131053

    async def test_the_declared_type_wins_over_the_parts(self, hands: Hands) -> None:
        status, document = await hands.upload(samples.OGG, "application/octet-stream", kind="audio/ogg")
        assert status == 200
        assert (await hands.resolve(str(document["id"])))[1]["mime_type"] == "audio/ogg"

    async def test_a_form_without_the_product_or_the_file_is_100(self, hands: Hands) -> None:
        assert code((await hands.upload(samples.PNG, "image/png", product="sms"))[1]) == 100
        form = aiohttp.FormData({"messaging_product": "whatsapp"}, default_to_multipart=True)
        async with hands.http.post(f"{hands.url}/v24.0/{NUMBER}/media", data=form) as answer:
            assert code(await answer.json()) == 100
        async with hands.http.post(f"{hands.url}/v24.0/{NUMBER}/media", json={}) as answer:
            assert code(await answer.json()) == 100

    async def test_a_refused_file_leaves_nothing_behind(self, hands: Hands) -> None:
        folder = hands.simulator.media.place().parent
        await hands.refused(samples.PNG, "image/jpeg")
        assert list(folder.iterdir()) == []


class TestLives:
    async def test_an_address_lives_five_minutes(self, hands: Hands) -> None:
        stored = hands.simulator.media.put(samples.PDF, "application/pdf")
        _, about = await hands.resolve(stored.id)
        hands.now_ms += URL_LIFE_MS
        assert (await hands.download(about["url"]))[0] == 200
        hands.now_ms += 1
        assert (await hands.download(about["url"]))[0] == 404
        _, again = await hands.resolve(stored.id)
        assert (await hands.download(again["url"]))[0] == 200

    async def test_an_id_of_a_webhook_lives_7_days_and_an_upload_30(self, hands: Hands) -> None:
        stored = hands.simulator.media.put(samples.PDF, "application/pdf")
        _, document = await hands.upload(samples.PDF, "application/pdf")
        hands.now_ms += WEBHOOK_LIFE_MS
        assert code((await hands.resolve(stored.id))[1]) == 100
        assert (await hands.resolve(str(document["id"])))[0] == 200
        hands.now_ms += UPLOAD_LIFE_MS - WEBHOOK_LIFE_MS
        assert code((await hands.resolve(str(document["id"])))[1]) == 100

    async def test_deleted_is_gone(self, hands: Hands) -> None:
        stored = hands.simulator.media.put(samples.PDF, "application/pdf")
        async with hands.http.delete(f"{hands.url}/v24.0/{stored.id}") as answer:
            assert await answer.json() == {"success": True}
        assert code((await hands.resolve(stored.id))[1]) == 100
        async with hands.http.delete(f"{hands.url}/v24.0/{stored.id}") as answer:
            assert code(await answer.json()) == 100

    async def test_another_number_does_not_resolve_it(self, hands: Hands) -> None:
        stored = hands.simulator.media.put(samples.PDF, "application/pdf")
        assert code((await hands.resolve(stored.id, "?phone_number_id=1"))[1]) == 100

    async def test_the_download_needs_the_token(self, hands: Hands) -> None:
        stored = hands.simulator.media.put(samples.PDF, "application/pdf")
        url = hands.simulator.media.url(stored)
        async with hands.http.get(url, headers={"Authorization": "Bearer outro"}) as answer:
            assert answer.status == 401
            assert samples.PDF not in await answer.read()
        assert TOKEN not in url

    @pytest.mark.parametrize("until", ["", "x", "-1", "9" * 30, "\u0663"])
    async def test_a_made_up_deadline_is_404(self, hands: Hands, until: str) -> None:
        stored = hands.simulator.media.put(samples.PDF, "application/pdf")
        url = f"{hands.url}/simulator/media/{stored.id}?until={until}"
        assert (await hands.download(url))[0] == 404


class TestGenerated:
    async def test_a_large_file_is_made_on_the_fly_and_has_its_hash(self, hands: Hands) -> None:
        stored = hands.simulator.media.put_generated(3_000_001, seed=7)
        same = hands.simulator.media.put_generated(3_000_001, seed=7)
        assert (stored.digest, stored.path) == (same.digest, "")
        status, data = await hands.download(hands.simulator.media.url(stored))
        assert (status, len(data)) == (200, 3_000_001)
        assert hashlib.sha256(data).digest() == stored.digest
        assert data.startswith(b"%PDF-")
        assert hands.simulator.media.put_generated(3_000_001, seed=8).digest != stored.digest

    async def test_a_file_on_disk_is_copied(self, hands: Hands, tmp_path: Path) -> None:
        source = tmp_path / "a.pdf"
        source.write_bytes(samples.PDF)
        stored = hands.simulator.media.put(source, "application/pdf")
        source.unlink()
        assert (await hands.download(hands.simulator.media.url(stored)))[1] == samples.PDF


class TestFaults:
    async def test_a_cut_in_the_middle_gives_half_the_bytes(self, hands: Hands) -> None:
        stored = hands.simulator.media.put_generated(2_000_000, seed=1)
        hands.simulator.faults.add(Fault("cut", endpoint="download", accepted=True))
        with pytest.raises(aiohttp.ClientPayloadError):
            await hands.download(hands.simulator.media.url(stored))
        assert (await hands.download(hands.simulator.media.url(stored)))[0] == 200

    @pytest.mark.parametrize(("endpoint", "status"), [("media", 400), ("download", 503)])
    async def test_each_step_has_its_faults(self, hands: Hands, endpoint: str, status: int) -> None:
        stored = hands.simulator.media.put(samples.PDF, "application/pdf")
        fault = {"kind": "error", "endpoint": endpoint, "status": status, "code": 131052}
        hands.simulator.faults.add(msgspec.convert(fault, Fault))
        url = hands.simulator.media.url(stored)
        if endpoint == "media":
            assert code((await hands.resolve(stored.id))[1]) == 131052
        else:
            assert (await hands.download(url))[0] == status


async def test_a_webhook_carries_the_hash_in_base64_and_a_fresh_address(hands: Hands) -> None:
    person = hands.simulator.person(fictional(1))
    delivery = person.photo(samples.PNG, "Olha", mime="image/png")
    entry = delivery.values[0].value["messages"][0]["image"]  # type: ignore[index]
    assert b64decode(entry["sha256"]) == hashlib.sha256(samples.PNG).digest()
    assert (await hands.download(entry["url"])) == (200, samples.PNG)
    assert (entry["mime_type"], entry["caption"]) == ("image/png", "Olha")


async def test_nothing_stays_on_disk_after_the_end(http: aiohttp.ClientSession) -> None:
    hands = Hands(http)
    hands.url = await hands.simulator.start()
    folder = hands.simulator.media.place().parent
    hands.simulator.media.put(samples.PDF, "application/pdf")
    await hands.simulator.stop()
    assert not folder.exists()
