"""Outro processo faz a Meta local decidir: modelos e avisos da conta."""

import json

import aiohttp
import pytest

from pyloto_stream.simulator.registry import fictional
from tests.support.local_meta import Hands, code
from tests.support.simulation import CONFIG, World

Json = dict[str, object]
ONE: Json = {"name": "retomar_contato", "language": "pt_BR"}


async def test_a_decision_changes_the_template_and_tells_each_change(
    world: World, http: aiohttp.ClientSession
) -> None:
    decision = ONE | {"status": "PAUSED", "quality": "RED", "category": "MARKETING"}
    async with http.post(f"{world.url}/simulator/templates", json=decision) as answer:
        assert answer.status == 200
        told = await answer.json()
    assert (told["status"], told["quality_score"], told["category"]) == (
        "PAUSED", {"score": "RED"}, "MARKETING",
    )  # fmt: skip
    await world.webhook.until(lambda: len(world.webhook.posts) == 3)
    fields = {json.loads(post.body)["entry"][0]["changes"][0]["field"] for post in world.webhook.posts}
    assert fields == {
        "message_template_status_update", "message_template_quality_update", "template_category_update",
    }  # fmt: skip


async def test_a_notice_of_any_field_goes_out(world: World, http: aiohttp.ClientSession) -> None:
    notice = {"field": "security", "value": {"event": "PIN_CHANGED"}}
    async with http.post(f"{world.url}/simulator/notices", json=notice) as answer:
        assert answer.status == 202
    await world.webhook.until(lambda: world.webhook.posts)
    (change,) = json.loads(world.webhook.posts[0].body)["entry"][0]["changes"]
    assert change == notice


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("templates", {"name": "nada", "language": "pt_BR"}, 404),
        ("templates", {"name": "nada"}, 422),
        ("notices", {"field": "security", "value": []}, 422),
    ],
)
async def test_what_makes_no_sense_is_refused(
    world: World, http: aiohttp.ClientSession, path: str, body: Json, status: int
) -> None:
    async with http.post(f"{world.url}/simulator/{path}", json=body) as answer:
        assert answer.status == status
    assert world.webhook.posts == []


async def test_nobody_writes_to_the_number_itself(hands: Hands) -> None:
    _, document = await hands.send(CONFIG.display_phone_number, "text", {"body": "Olá"})
    assert code(document) == 131021


async def test_of_a_reaction_only_sent_is_told(world: World, hands: Hands) -> None:
    hands.url = world.url
    person = world.simulator.person(fictional(1))
    await person.say("Oi").accepted()
    wamid = person.thread[0].id
    await hands.send(fictional(1).wa_id, "reaction", {"message_id": wamid, "emoji": "👍"})
    await hands.send(fictional(1).wa_id, "text", {"body": "Olá"})
    await world.webhook.until(lambda: len(world.webhook.statuses) == 4)
    reaction = world.simulator.sent[0].wamid
    assert [status.status for status in world.webhook.statuses if status.id == reaction] == ["sent"]
