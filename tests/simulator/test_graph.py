import re

import aiohttp
import pytest

from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.simulator.people import Profile
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.graph_errors import (
    DependencyDownError,
    GraphError,
    GraphRefusedError,
    WindowClosedError,
)
from pyloto_stream.whatsapp.messages import Message, TextMessage
from tests.support.simulation import BUTTONS, CONFIG, LINK, NUMBER, OPTIONS, World
from tests.support.simulation import world as open_world

ANA = Profile("5511900000001")
HIDDEN = Profile(name="Sem telefone", user_id="BR.3f9kQ2")
HOURS_24_MS = 24 * 60 * 60 * 1000
Json = dict[str, object]


def text(**changes: object) -> Json:
    message: Json = {"messaging_product": "whatsapp", "to": f"+{ANA.wa_id}", "text": {"body": "Oi"}}
    return message | changes


async def call(
    world: World, http: aiohttp.ClientSession, body: object, path: str = f"/v24.0/{NUMBER}/messages"
) -> tuple[int, Json]:
    async with http.post(world.url + path, json=body) as answer:
        assert answer.content_type == "application/json"
        return answer.status, await answer.json()


async def refused(world: World, http: aiohttp.ClientSession, body: object) -> tuple[int, int]:
    status, document = await call(world, http, body)
    error = document["error"]
    assert isinstance(error, dict)
    return status, error["code"]


class TestAccepted:
    @pytest.mark.parametrize("message", [TextMessage("Olá, 🛵!"), BUTTONS, OPTIONS, LINK])
    async def test_whatever_our_payloads_build_is_accepted_and_kept_as_sent(
        self, world: World, message: Message
    ) -> None:
        await world.simulator.person(ANA).say("Oi").accepted()
        wamid = await world.send(message, ANA.wa_id, "v1.3.abc.0")
        (kept,) = world.simulator.sent
        assert (kept.wamid, kept.to, kept.reply_id) == (wamid, ANA.wa_id, "v1.3.abc.0")
        assert kept.payload["biz_opaque_callback_data"] == "v1.3.abc.0"
        assert kept.latency_ms is not None
        assert kept.latency_ms > 0

    async def test_the_answer_has_the_shape_of_the_graph(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        world.simulator.person(ANA).say("Oi")
        status, document = await call(world, http, text())
        (kept,) = world.simulator.sent
        assert status == 200
        assert document == {
            "messaging_product": "whatsapp",
            "contacts": [{"input": f"+{ANA.wa_id}", "wa_id": ANA.wa_id}],
            "messages": [{"id": kept.wamid}],
        }
        assert re.fullmatch(r"wamid\.[A-Za-z0-9+/]{36}", kept.wamid)

    async def test_a_person_without_phone_is_reached_by_the_scoped_id(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        await world.simulator.person(HIDDEN).say("Oi").accepted()
        (heard,) = world.webhook.messages
        assert (heard.reply_to, heard.user_id) == (HIDDEN.user_id, HIDDEN.user_id)
        wamid = await world.send(TextMessage("Olá"), heard.reply_to)
        await world.webhook.until(lambda: len(world.webhook.statuses) == 3)
        assert {status.id for status in world.webhook.statuses} == {wamid}
        body = {"messaging_product": "whatsapp", "recipient": HIDDEN.user_id, "text": {"body": "2"}}
        _, document = await call(world, http, body)
        assert document["contacts"] == [{"input": HIDDEN.user_id, "user_id": HIDDEN.user_id}]

    @pytest.mark.parametrize(
        ("known", "asked"), [("5541988887777", "554188887777"), ("554188887777", "5541988887777")]
    )
    async def test_the_ninth_digit_of_brazilian_mobiles_is_mended_as_meta_does(
        self, world: World, known: str, asked: str
    ) -> None:
        await world.simulator.person(Profile(known)).say("Oi").accepted()
        await world.send(TextMessage("Olá"), asked)
        assert world.simulator.sent[0].to == known

    async def test_a_null_is_the_same_as_an_absent_field(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        world.simulator.person(ANA).say("Oi")
        assert (await call(world, http, text(type=None, interactive=None, context=None)))[0] == 200
        row = {"id": "a", "title": "A", "description": None}
        action = {"button": "Ver", "sections": [{"title": None, "rows": [row]}]}
        inner = {"type": "list", "header": None, "body": {"text": "?"}, "footer": None, "action": action}
        assert (await call(world, http, text(type="interactive", text=None, interactive=inner)))[0] == 200

    async def test_a_template_needs_no_window_and_says_it_was_accepted(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        world.simulator.person(ANA)
        template = {"name": "retomar_contato", "language": {"code": "pt_BR"}}
        status, document = await call(world, http, text(type="template", text=None, template=template))
        kept = world.simulator.sent[0]
        assert status == 200
        assert document["messages"] == [{"id": kept.wamid, "message_status": "accepted"}]
        await world.webhook.until(lambda: len(world.webhook.statuses) == 3)

    async def test_the_number_describes_itself(self, world: World, http: aiohttp.ClientSession) -> None:
        async with http.get(f"{world.url}/v24.0/{NUMBER}?fields=throughput") as answer:
            document = await answer.json()
        assert document["id"] == NUMBER
        assert set(document) == {"id", "throughput"}
        assert document["throughput"] == {"level": "STANDARD"}


class TestRefused:
    async def test_an_error_has_the_shape_of_the_graph(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        status, document = await call(world, http, text(extra=1))
        error = document["error"]
        assert isinstance(error, dict)
        assert status == 400
        assert error.pop("fbtrace_id").startswith("A")
        assert error == {
            "message": "(#100) Invalid parameter",
            "type": "OAuthException",
            "code": 100,
            "error_data": {
                "messaging_product": "whatsapp",
                "details": 'Unexpected key "extra" on param "root".',
            },
        }

    @pytest.mark.parametrize("header", ["", "Bearer ", "Bearer EAAoutro", CONFIG.access_token])
    async def test_a_missing_or_wrong_token_is_190(self, world: World, header: str) -> None:
        headers = {"Authorization": header} if header else {}
        async with aiohttp.ClientSession(headers=headers) as http:
            assert await refused(world, http, text()) == (401, 190)
            async with http.get(f"{world.url}/v24.0/{NUMBER}") as answer:
                assert answer.status == 401
            async with http.get(f"{world.url}/v24.0/{NUMBER}/media") as answer:
                assert answer.status == 401

    async def test_our_client_reads_a_wrong_token_as_dependency_down(self, world: World) -> None:
        client = WhatsAppHttpClient(world.url, "v24.0", "EAAoutro")
        with pytest.raises(DependencyDownError):
            await client.send(NUMBER, b"{}")
        await client.close()

    async def test_an_unknown_number_is_100_with_subcode_33(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        status, document = await call(world, http, text(), "/v24.0/999/messages")
        error = document["error"]
        assert isinstance(error, dict)
        assert (status, error["code"], error["error_subcode"]) == (400, 100, 33)

    async def test_paths_the_simulator_does_not_serve_are_2500(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        _, document = await call(world, http, {}, f"/v24.0/{NUMBER}/register")
        error = document["error"]
        assert isinstance(error, dict)
        assert error["code"] == 2500

    async def test_only_the_listed_versions_are_served(self, http: aiohttp.ClientSession) -> None:
        config = SimulatorConfig("s", CONFIG.access_token, "v", phone_number_id=NUMBER, versions=("v25.0",))
        async with open_world(config) as world:
            status, document = await call(world, http, text())
            error = document["error"]
            assert isinstance(error, dict)
            assert (status, error["code"]) == (400, 2500)

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a":' * 100_000])
    async def test_what_is_not_json_is_100(
        self, world: World, http: aiohttp.ClientSession, body: bytes
    ) -> None:
        async with http.post(f"{world.url}/v24.0/{NUMBER}/messages", data=body) as answer:
            assert answer.status == 400
            assert (await answer.json())["error"]["code"] == 100

    async def test_nobody_by_that_number_is_131026(self, world: World) -> None:
        with pytest.raises(GraphRefusedError) as caught:
            await world.send(TextMessage("Olá"), "5541977776666")
        assert caught.value.graph_code == 131026
        with pytest.raises(GraphRefusedError):
            await world.send(TextMessage("Olá"), "BR.ninguem")
        assert world.simulator.sent == []


class TestWindow:
    async def test_who_never_wrote_gets_no_free_text(self, world: World) -> None:
        world.simulator.person(ANA)
        with pytest.raises(WindowClosedError) as caught:
            await world.send(TextMessage("Olá"), ANA.wa_id)
        assert caught.value.graph_code == 131047

    async def test_it_closes_24_hours_after_the_last_message(self, world: World) -> None:
        person = world.simulator.person(ANA)
        await person.say("Oi").accepted()
        assert person.last_inbound_ms is not None
        person.last_inbound_ms -= HOURS_24_MS - 60_000
        await world.send(TextMessage("Ainda dá"), ANA.wa_id)
        person.last_inbound_ms -= 60_001
        with pytest.raises(WindowClosedError):
            await world.send(TextMessage("Tarde"), ANA.wa_id)
        await person.say("Voltei").accepted()
        await world.send(TextMessage("Olá de novo"), ANA.wa_id)

    async def test_a_notice_of_the_system_does_not_open_it(self, world: World) -> None:
        system = {"type": "user_changed_number", "body": "mudou", "wa_id": "5511900000099"}
        await world.simulator.person(ANA).send_raw({"type": "system", "system": system}).accepted()
        assert [message.content.kind for message in world.webhook.messages] == ["system"]
        with pytest.raises(WindowClosedError):
            await world.send(TextMessage("Olá"), ANA.wa_id)


async def test_refusals_never_count_as_sent(world: World, http: aiohttp.ClientSession) -> None:
    world.simulator.person(ANA).say("Oi")
    bodies: list[object] = [text(to="abc"), text(text={}), [], "x", None, {"status": "read"}]
    for body in bodies:
        assert (await refused(world, http, body))[0] == 400
    with pytest.raises(GraphError):
        await world.send(TextMessage("x" * 4097), ANA.wa_id)
    assert world.simulator.sent == []
    assert world.simulator.reads == []
