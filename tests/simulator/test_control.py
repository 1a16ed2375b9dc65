"""As rotas com que outro processo programa e observa a Meta local."""

from io import BytesIO

import aiohttp
import pytest

from pyloto_stream.simulator.registry import fictional
from pyloto_stream.whatsapp.graph_errors import GraphInDoubtError
from pyloto_stream.whatsapp.messages import TextMessage
from tests.support.simulation import World

ANA = fictional(1)
JSON = {"Content-Type": "application/json"}


class TestFaults:
    async def test_a_fault_put_over_http_acts_and_is_counted(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        await world.simulator.person(ANA).say("Oi").accepted()
        url = f"{world.url}/simulator/faults"
        async with http.post(url, json={"kind": "cut", "accepted": True}) as answer:
            assert answer.status == 201
            assert (await answer.json())["hits"] == 0
        with pytest.raises(GraphInDoubtError):
            await world.send(TextMessage("Olá"), ANA.wa_id)
        async with http.get(url) as answer:
            (planned,) = await answer.json()
        assert (planned["fault"]["kind"], planned["seen"], planned["hits"]) == ("cut", 1, 1)
        async with http.delete(url) as answer:
            assert answer.status == 204
        async with http.get(url) as answer:
            assert await answer.json() == []

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            (b"", "truncated"),
            (b"{", "truncated"),
            (b"[]", "Expected `object`, got `array`"),
            (b"{}", "missing required field `kind`"),
            (b'{"kind":"explode"}', "Invalid enum value 'explode' - at `$.kind`"),
            (b'{"kind":"error"}', "error needs code or status"),
            (b'{"kind":"cut","times":-1}', "`int` >= 0 - at `$.times`"),
            (b'{"kind":"cut","tymes":1}', "unknown field `tymes`"),
            (b"\xff", "invalid"),
            (b'{"kind":' + b"[" * 200_000, ""),
        ],
        ids=repr,
    )
    async def test_bad_input_is_422_and_says_why(
        self, world: World, http: aiohttp.ClientSession, body: bytes, why: str
    ) -> None:
        async with http.post(f"{world.url}/simulator/faults", data=body, headers=JSON) as answer:
            assert answer.status == 422
            assert why in (await answer.json())["error"]
        assert world.simulator.faults.listing() == []

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
    async def test_only_json_is_taken_so_that_a_foreign_page_cannot_post(
        self, world: World, http: aiohttp.ClientSession, kind: str
    ) -> None:
        headers = {"Content-Type": kind}
        async with http.post(
            f"{world.url}/simulator/faults", data=b'{"kind":"cut"}', headers=headers
        ) as answer:
            assert answer.status == 415
            assert await answer.json() == {"error": "content type must be application/json"}

    async def test_a_body_over_one_mebibyte_is_413(self, world: World, http: aiohttp.ClientSession) -> None:
        body = b'{"kind":"cut","to":"' + b"1" * 1024 * 1024 + b'"}'
        async with http.post(f"{world.url}/simulator/faults", data=BytesIO(body), headers=JSON) as answer:
            assert answer.status == 413


class TestSent:
    async def test_it_lists_what_was_accepted_from_any_point(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        await world.simulator.person(ANA).say("Oi").accepted()
        wamids = [await world.send(TextMessage(str(n)), ANA.wa_id, f"v1.{n}") for n in range(3)]
        async with http.get(f"{world.url}/simulator/sent") as answer:
            everything = await answer.json()
        assert [item["wamid"] for item in everything] == wamids
        assert everything[0]["payload"]["text"]["body"] == "0"
        assert answer.headers["Cache-Control"] == "no-store"
        async with http.get(f"{world.url}/simulator/sent?after=2") as answer:
            assert [item["reply_id"] for item in await answer.json()] == ["v1.2"]
        async with http.get(f"{world.url}/simulator/sent?after=99") as answer:
            assert await answer.json() == []

    @pytest.mark.parametrize("after", ["", "-1", "x", "1.5", "٣", "9" * 5000])
    async def test_a_bad_start_is_422(self, world: World, http: aiohttp.ClientSession, after: str) -> None:
        async with http.get(f"{world.url}/simulator/sent", params={"after": after}) as answer:
            assert answer.status == 422
            assert "after must be a number" in (await answer.json())["error"]


async def test_the_state_counts_everything(world: World, http: aiohttp.ClientSession) -> None:
    person = world.simulator.person(ANA)
    await person.say("Oi").accepted()
    await world.send(TextMessage("Olá"), ANA.wa_id)
    await world.client.mark_read("100000000000001", person.thread[0].id, typing=False)
    await world.client.mark_read("100000000000001", "wamid.NADA", typing=False)
    await world.webhook.until(lambda: len(world.webhook.statuses) == 3)
    await person.say("fim").accepted()
    async with http.get(f"{world.url}/simulator/state") as answer:
        state = await answer.json()
    assert state.pop("webhooks_taken") >= 4
    assert state == {"sent": 1, "reads": 1, "refused": [100], "throttled": {}, "webhooks_given_up": 0}


@pytest.mark.parametrize("path", ["/simulator/nada", "/nada", "/v24.0", "/../etc/passwd"])
async def test_unknown_paths_are_404(world: World, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(world.url + path) as answer:
        assert answer.status == 404
