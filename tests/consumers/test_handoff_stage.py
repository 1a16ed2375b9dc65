"""A etapa `handoff`: o que se publica, o que espera pelo CRM, o que ele recusa; num executor de verdade."""

import json

import pytest
from aiohttp import web
from redis.asyncio import Redis

from consumers.handoff import posting_stage, publishing_stage
from consumers.letters import Operator, entering, kinds, note
from consumers.pipeline import HANDOFF, LANES
from pyloto_stream.errors import PermanentError, UnavailableError
from pyloto_stream.streams.dead import Search
from pyloto_stream.streams.dead_actions import replay
from pyloto_stream.streams.dead_scan import scan
from pyloto_stream.streams.model import Outcome, Plan
from tests.support import look
from tests.support.crm import PHONE, answer, crm_server, ready, turn
from tests.support.handoff_desk import STREAM, open_desk, published
from tests.support.records import USER
from tests.support.streams import until


async def test_without_an_address_it_is_published_without_the_phone(redis_url: str, redis: Redis) -> None:
    counted: list[str] = []
    async with open_desk(redis_url) as desk:
        desk.start(publishing_stage(counted.append))
        await desk.feed(USER, ready(1), ready(2))
        await desk.quiet()
    entries = await look.entries(redis, STREAM)
    assert [entry["id"] for entry in entries] == [f"{USER}.s1:handoff", f"{USER}.s2:handoff"]
    assert counted == ["published", "published"]
    document = json.loads(entries[0]["body"])
    assert (document["id"], document["user_key"]) == (entries[0]["id"], USER)
    assert "phone" not in document["profile"]
    assert PHONE not in str(entries)


async def test_i20_a_receiver_that_is_away_is_waited_for_and_each_hand_off_is_published_once(
    redis_url: str, redis: Redis
) -> None:
    people = [f"p{n}" for n in range(12)]
    async with crm_server() as crm, open_desk(redis_url) as desk:
        crm.script = answer(503)
        post = crm.post()
        desk.start(posting_stage(post, 30))
        for person in people:
            await desk.feed(person, ready())
        await until(lambda: bool(desk.telemetry.of("breaker_opened")))
        assert await published(redis) == []
        crm.script = None
        await desk.quiet()
        await post.close()
        assert desk.telemetry.of("buried") == []
        assert desk.telemetry.of("breaker_opened") == ["handoff_http_503"]
        assert sorted(await published(redis)) == sorted(f"{person}.s1:handoff" for person in people)
        assert {*crm.ids} == {*(await published(redis))}
        assert all(each.genuine for each in crm.posts)


async def test_i20_what_the_receiver_refuses_is_buried_alone_and_its_replay_arrives(
    redis_url: str, redis: Redis
) -> None:
    async with crm_server() as crm, open_desk(redis_url) as desk:
        bad = {"bad.s1:handoff": 422}

        async def script(_request: web.Request) -> web.StreamResponse:
            return web.Response(status=bad.get(crm.posts[-1].delivery, 200))

        crm.script = script
        post = crm.post()
        desk.start(posting_stage(post, 30))
        for person in ("a", "bad", "b"):
            await desk.feed(person, ready())
        await desk.quiet()
        assert sorted(await published(redis)) == ["a.s1:handoff", "b.s1:handoff"]
        (letter,) = [each async for each in scan(desk.gateway, Search(), [HANDOFF])]
        assert (letter.code, letter.conversation) == ("handoff_http_422", "bad")
        assert kinds(letter) == ("hand-off (high)",)
        bad.clear()
        noted = note(letter, "DLQ_REPLAYED", Operator("ana"), 1)
        assert await replay(desk.gateway, letter, entering(letter), LANES, noted)
        await desk.quiet()
        await post.close()
        assert sorted(await published(redis)) == ["a.s1:handoff", "b.s1:handoff", "bad.s1:handoff"]
        assert crm.ids.count("bad.s1:handoff") == 2


async def test_of_several_in_one_turn_what_passes_is_published_and_only_the_refused_are_buried(
    redis_url: str, redis: Redis
) -> None:
    async with crm_server() as crm, open_desk(redis_url) as desk:
        refused = {f"{USER}.s2:handoff", f"{USER}.s4:handoff"}

        async def script(_request: web.Request) -> web.StreamResponse:
            return web.Response(status=400 if crm.posts[-1].delivery in refused else 200)

        crm.script = script
        await desk.feed(USER, ready(1))
        await desk.feed(USER, *(ready(n) for n in range(2, 6)))  # esperam na caixa: um turno só
        post = crm.post()
        desk.start(posting_stage(post, 30))
        await desk.quiet()
        await post.close()
        assert sorted(await published(redis)) == [f"{USER}.s{n}:handoff" for n in (1, 3, 5)]
        letters = [each async for each in scan(desk.gateway, Search(), [HANDOFF])]
        assert [len(letter.events or ()) for letter in letters] == [2]
        assert crm.ids.count(f"{USER}.s3:handoff") == 1


@pytest.mark.parametrize(("budget_s", "posted"), [(30.0, 3), (-1.0, 1)])
async def test_a_turn_ends_within_its_time_and_the_rest_comes_in_the_next(
    budget_s: float, posted: int
) -> None:
    async with crm_server() as crm:
        post = crm.post()
        outcome = posting_stage(post, budget_s)(turn(ready(1), ready(2), ready(3)))
        assert not isinstance(outcome, Outcome)
        plan = await outcome
        await post.close()
    assert isinstance(plan, Plan)
    assert len(crm.posts) == len(plan.published) == posted
    assert [feed.lane for feed in plan.feed] == ["handoff"] * (3 - posted)


@pytest.mark.parametrize(("status", "kind"), [(500, UnavailableError), (404, PermanentError)])
async def test_a_turn_in_which_nothing_passes_is_as_bad_as_its_fault(
    status: int, kind: type[Exception]
) -> None:
    async with crm_server() as crm:
        crm.script = answer(status)
        post = crm.post()
        outcome = posting_stage(post, 30)(turn(ready(1), ready(2)))
        assert not isinstance(outcome, Outcome)
        with pytest.raises(kind):
            await outcome
        await post.close()
        assert len(crm.posts) == (1 if status == 500 else 2)


async def test_what_does_not_decode_is_buried() -> None:
    for raw in (b"{", b"[{}]", b'[{"handoff":{}}]'):
        with pytest.raises(PermanentError) as caught:
            publishing_stage()(turn(raw=raw))
        assert caught.value.code == "undecodable_event"
