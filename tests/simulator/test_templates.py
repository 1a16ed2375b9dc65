"""Modelos na Meta local: lista com cursor, criação, revisão, edição, exclusão e os webhooks delas."""

import json

import msgspec
import pytest

from tests.support.local_meta import Hands, code
from tests.support.simulation import CONFIG, World

Json = dict[str, object]
PATH = f"{CONFIG.waba_id}/message_templates"


def definition(text: str = "Olá, {{1}}, tudo bem?", **changes: object) -> Json:
    whole: Json = {
        "name": "pedido_novo",
        "language": "pt_BR",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": text, "example": {"body_text": [["Ana"]]}}],
    }
    return whole | changes


def names(document: Json) -> list[object]:
    return [each["name"] for each in msgspec.convert(document["data"], list[Json])]


def after(document: Json) -> str:
    paging = msgspec.convert(document["paging"], Json)
    return msgspec.convert(paging["cursors"], dict[str, str])["after"]


class TestListing:
    async def test_pages_cover_everything_once_and_end_without_next(self, hands: Hands) -> None:
        seen: list[object] = []
        cursor = ""
        for _ in range(10):
            status, page = await hands.call("GET", f"{PATH}?limit=2&fields=name&after={cursor}")
            assert status == 200
            seen += names(page)
            cursor = after(page)
            if "next" not in msgspec.convert(page["paging"], Json):
                break
        assert seen == [seed.name for seed in CONFIG.templates]

    async def test_only_the_wanted_fields_and_the_id_come(self, hands: Hands) -> None:
        _, page = await hands.call("GET", f"{PATH}?limit=1&fields=name,quality_score")
        assert page["data"] == [
            {"id": "800000000000001", "name": "retomar_contato", "quality_score": {"score": "GREEN"}}
        ]

    @pytest.mark.parametrize(
        ("query", "count"),
        [("status=PAUSED", 1), ("name=boas_vindas", 1), ("language=en_US", 0), ("category=MARKETING", 1)],
    )
    async def test_filters_narrow(self, hands: Hands, query: str, count: int) -> None:
        assert len(names((await hands.call("GET", f"{PATH}?{query}"))[1])) == count

    async def test_a_cursor_dies_when_the_list_changes(self, hands: Hands) -> None:
        _, page = await hands.call("GET", f"{PATH}?limit=2")
        hands.simulator.review("retomar_contato", "pt_BR", "PAUSED")
        assert code((await hands.call("GET", f"{PATH}?limit=2&after={after(page)}"))[1]) == 131059

    @pytest.mark.parametrize(
        ("query", "expected"),
        [("after=eA==", 131059), ("after=%C3%A9", 131059), ("limit=0", 100), ("limit=x", 100)],
    )
    async def test_a_bad_query_is_refused(self, hands: Hands, query: str, expected: int) -> None:
        assert code((await hands.call("GET", f"{PATH}?{query}"))[1]) == expected

    async def test_another_account_is_not_ours(self, hands: Hands) -> None:
        assert code((await hands.call("GET", "999/message_templates"))[1]) == 100

    async def test_a_template_tells_about_itself(self, hands: Hands) -> None:
        _, about = await hands.call("GET", "800000000000001?fields=status")
        assert about == {"id": "800000000000001", "status": "APPROVED"}


class TestLife:
    async def test_created_it_waits_for_the_review_and_is_approved(self, world: World, hands: Hands) -> None:
        hands.url = world.url
        status, created = await hands.call("POST", PATH, definition())
        assert (status, created["status"], created["category"]) == (200, "PENDING", "UTILITY")
        await world.webhook.until(lambda: world.webhook.posts)
        (entry,) = json.loads(world.webhook.posts[0].body)["entry"]
        (change,) = entry["changes"]
        assert change["field"] == "message_template_status_update"
        assert change["value"] == {
            "event": "APPROVED",
            "message_template_id": int(str(created["id"])),
            "message_template_name": "pedido_novo",
            "message_template_language": "pt_BR",
            "reason": "NONE",
        }

    async def test_the_test_may_decide_first(self, hands: Hands) -> None:
        await hands.call("POST", PATH, definition())
        hands.simulator.review("pedido_novo", "pt_BR", "REJECTED", "INVALID_FORMAT")
        _, page = await hands.call("GET", f"{PATH}?name=pedido_novo&fields=status,rejected_reason")
        (found,) = msgspec.convert(page["data"], list[Json])
        assert (found["status"], found["rejected_reason"]) == ("REJECTED", "INVALID_FORMAT")

    async def test_the_same_name_and_language_twice_is_refused(self, hands: Hands) -> None:
        assert code((await hands.call("POST", PATH, definition(name="retomar_contato")))[1]) == 100
        status, _ = await hands.call("POST", PATH, definition(name="retomar_contato", language="en_US"))
        assert status == 200

    async def test_an_edit_goes_back_to_review(self, hands: Hands) -> None:
        components = [{"type": "BODY", "text": "Oi de novo!"}]
        one = "800000000000001"
        assert (await hands.call("POST", one, {"components": components}))[1] == {"success": True}
        _, about = await hands.call("GET", f"{one}?fields=status,components")
        assert about == {"id": one, "status": "PENDING", "components": components}
        assert code((await hands.call("POST", one, {"components": components}))[1]) == 100

    async def test_the_category_of_an_approved_one_is_fixed(self, hands: Hands) -> None:
        edit = {"category": "MARKETING", "components": [{"type": "BODY", "text": "Oi"}]}
        assert code((await hands.call("POST", "800000000000001", edit))[1]) == 100

    async def test_deleting_takes_every_language_or_just_one(self, hands: Hands) -> None:
        _, other = await hands.call("POST", PATH, definition(name="retomar_contato", language="en_US"))
        await hands.call("DELETE", f"{PATH}?name=retomar_contato&hsm_id={other['id']}")
        assert len(names((await hands.call("GET", f"{PATH}?name=retomar_contato"))[1])) == 1
        await hands.call("DELETE", f"{PATH}?name=retomar_contato")
        assert names((await hands.call("GET", f"{PATH}?name=retomar_contato"))[1]) == []
        assert code((await hands.call("DELETE", f"{PATH}?name=retomar_contato"))[1]) == 100

    async def test_a_paused_one_can_be_unpaused(self, hands: Hands) -> None:
        assert code((await hands.call("POST", "800000000000001/unpause"))[1]) == 100
        hands.simulator.review("retomar_contato", "pt_BR", "PAUSED")
        assert (await hands.call("POST", "800000000000001/unpause"))[1] == {"success": True}
        found = hands.simulator.templates.find("retomar_contato", "pt_BR")
        assert found is not None
        assert found.status == "APPROVED"


@pytest.mark.parametrize(
    ("expected", "document"),
    [
        (100, definition(name="Pedido Novo")),
        (100, definition(language="português")),
        (100, definition(category="SPAM")),
        (100, definition(components=[])),
        (100, definition(components=[{"type": "FOOTER", "text": "x"}])),
        (100, definition("Olá, {{2}}!")),
        (100, definition("Olá, {{nome}}!")),
        (100, definition("x" * 1025)),
        (2388299, definition("{{1}} chegou!")),
        (2388299, definition("Chegou {{1}}")),
        (2388072, definition("Olá, {{1}} {{2}}!")),
        (100, definition("Olá, {{Nome}}!", parameter_format="NAMED")),
        (100, definition(unknown=1)),
    ],
)
async def test_a_definition_meta_would_refuse_is_refused(hands: Hands, expected: int, document: Json) -> None:
    assert code((await hands.call("POST", PATH, document))[1]) == expected


@pytest.mark.parametrize(
    ("expected", "part"),
    [
        (2388047, {"type": "HEADER", "format": "TEXT", "text": "{{1}} e {{2}}."}),
        (100, {"type": "HEADER", "format": "TEXT", "text": "x" * 61}),
        (2388073, {"type": "FOOTER", "text": "Para {{1}}"}),
        (100, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]}),
        (100, {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "a", "url": "https://e.com/{{1}}/x"}]}),
        (100, {"type": "BUTTONS", "buttons": [{"type": "PHONE_NUMBER", "text": "a"}] * 2}),
        (100, {"type": "BUTTONS", "buttons": [{"type": kind, "text": "a", "url": "https://e.com"}
                                              for kind in ("QUICK_REPLY", "URL", "QUICK_REPLY")]}),
    ],
)  # fmt: skip
async def test_each_component_has_its_limits(hands: Hands, expected: int, part: Json) -> None:
    components = [{"type": "BODY", "text": "Oi"}, part]
    assert code((await hands.call("POST", PATH, definition(components=components)))[1]) == expected


async def test_quality_and_category_are_told(world: World) -> None:
    world.simulator.templates.rate("retomar_contato", "pt_BR", "YELLOW")
    world.simulator.templates.categorise("retomar_contato", "pt_BR", "MARKETING")
    await world.webhook.until(lambda: len(world.webhook.posts) == 2)
    changes = [json.loads(post.body)["entry"][0]["changes"][0] for post in world.webhook.posts]
    told = {change["field"]: change["value"] for change in changes}
    quality, category = told["message_template_quality_update"], told["template_category_update"]
    assert (quality["previous_quality_score"], quality["new_quality_score"]) == ("GREEN", "YELLOW")
    assert (category["previous_category"], category["new_category"]) == ("UTILITY", "MARKETING")


async def test_nobody_reviews_what_does_not_exist(hands: Hands) -> None:
    with pytest.raises(LookupError, match="name and language"):
        hands.simulator.review("nada", "pt_BR", "APPROVED")
