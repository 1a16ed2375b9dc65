"""`dlq` promete: diz o que morreu sem dizer o que a pessoa disse, e só mostra isso a quem deixa o nome."""

import json

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.streams import keys
from pyloto_stream.streams.gateway import Gateway
from tests.support.command import Done, run
from tests.support.letters import SECRET, SENDER, bury, failed, said, token
from tests.support.look import entries


@pytest_asyncio.fixture
async def env(redis_url: str) -> dict[str, str]:
    """O ambiente de quem opera uma instalação que já começou."""
    gateway = Gateway(redis_url, partitions=8)
    await gateway.open(("session", "ai", "outbound", "audit"))
    await gateway.close()
    return {"REDIS_URL": redis_url, "LOG_LEVEL": "WARNING"}


async def told(
    redis: Redis, conversation: str = "ana", partition: int | None = None
) -> list[dict[str, object]]:
    """Os registros de auditoria que esperam pela etapa."""
    at = keys.partition_of(conversation, 8) if partition is None else partition
    turns = await entries(redis, f"{keys.prefix(at, 8)}:stream:audit")
    return [record for turn in turns if turn["c"] == conversation for record in json.loads(turn["e"])]


def personal(done: Done) -> bool:
    return any(word in done.out + done.err for word in (SECRET, SENDER, "wamid."))


class TestList:
    async def test_the_oldest_come_first_in_words_and_as_json(
        self, env: dict[str, str], redis: Redis
    ) -> None:
        ids = [
            await bury(redis, token(f"c{n}", said(), failed(), code=f"bug_{n}"), entry=f"{n}-1")
            for n in range(3)
        ]
        table, document = await run("dlq", "list", env=env), await run("dlq", "list", "--json", env=env)
        assert (table.code, document.code) == (0, 0)
        assert [line.split()[0] for line in table.out.splitlines()[1:]] == [str(name) for name in ids]
        rows = json.loads(document.out)
        assert [row["id"] for row in rows] == [str(name) for name in ids]
        assert rows[0].items() >= {
            "stage": "ai", "code": "bug_0", "message": "KeyError in stage ai", "attempts": 5, "deaths": 1,
            "events": 2, "turn": 7,
        }.items()  # fmt: skip
        assert not personal(table)
        assert not personal(document)

    async def test_filters_and_ids_choose(self, env: dict[str, str], redis: Redis) -> None:
        ana = await bury(redis, token("ana", code="x"), "session")
        bia = await bury(redis, token("bia", code="y"), "outbound")
        odd = await bury(redis, {"code": "not_json", "body": "x"}, "ingress")
        asked = {
            ("--stage", "session", "--stage", "ingress", "--since", "1h"): [ana, odd],
            (str(bia), str(odd), "--code", "not_json"): [odd],
        }
        for words, wanted in asked.items():
            done = await run("dlq", "list", "--json", *words, env=env)
            assert [row["id"] for row in json.loads(done.out)] == [str(name) for name in sorted(wanted)]

    async def test_more_than_the_limit_is_said(self, env: dict[str, str], redis: Redis) -> None:
        for n in range(3):
            await bury(redis, token(f"c{n}"))
        done = await run("dlq", "list", "--limit", "2", env=env)
        assert len(done.out.splitlines()) == 3
        assert "more than these 2" in done.err

    async def test_nothing_is_exit_1_and_an_unknown_stage_is_named(self, env: dict[str, str]) -> None:
        done = await run("dlq", "list", "--stage", "sesion", env=env)
        assert (done.code, done.out) == (1, "")
        assert "no dead letter matches; this version has no stage sesion" in done.err

    async def test_a_stage_of_another_version_can_be_named(self, env: dict[str, str], redis: Redis) -> None:
        name = await bury(redis, token("ana", l="lane_of_tomorrow"), "stage_of_tomorrow")
        done = await run("dlq", "list", "--stage", "stage_of_tomorrow", env=env)
        assert done.code == 0
        assert str(name) in done.out


async def test_stats_count_by_stage_and_code(env: dict[str, str], redis: Redis) -> None:
    first = await bury(redis, token("ana", code="x"), entry="1700000000000-0")
    last = await bury(redis, token("bia", code="x", attempts="2"))
    await bury(redis, {"code": "not_json", "body": "x"}, "ingress")
    groups = json.loads((await run("dlq", "stats", "--json", env=env)).out)
    assert [(g["stage"], g["code"], g["letters"], g["attempts"], g["deaths"]) for g in groups] == [
        ("ai", "x", 2, 7, 2), ("ingress", "not_json", 1, 0, 0),
    ]  # fmt: skip
    assert groups[0]["oldest"] == "2023-11-14T22:13:20.000Z"
    assert groups[0]["newest"] > groups[0]["oldest"]
    assert first < last
    table = await run("dlq", "stats", "--stage", "ai", env=env)
    assert [line.split()[:5] for line in table.out.splitlines()[1:]] == [["ai", "x", "2", "7", "2"]]


class TestShow:
    async def test_all_is_told_but_what_the_person_said(self, env: dict[str, str], redis: Redis) -> None:
        name = await bury(redis, token("ana", said(), failed()))
        words, document = (
            await run("dlq", "show", str(name), env=env),
            await run("dlq", "show", str(name), "--json", env=env),
        )
        for part in (
            "bug_KeyError: KeyError in stage ai", "turn 7 of ana", "first_try: disk full", "message (text)",
            "5 failed attempts, 1 dead workers, 2 snoozes", "notice of ours", "version 0.1.0",
        ):  # fmt: skip
            assert part in words.out
        found = json.loads(document.out)
        assert [past["code"] for past in found["history"]] == ["first_try", "bug_KeyError"]
        assert found["bytes"].keys() == {"events", "state", "payload"}
        assert "content" not in found
        assert not personal(words)
        assert not personal(document)
        assert await told(redis) == [], "who sees nothing personal leaves no record"

    async def test_the_content_is_shown_to_whom_leaves_a_name(
        self, env: dict[str, str], redis: Redis
    ) -> None:
        name = await bury(redis, token("ana"))
        words = ("dlq", "show", str(name), "--payload", "--by", "bia", "--reason", "ticket 7")
        done = await run(*words, "--json", env=env)
        content = json.loads(done.out)["content"]
        assert content["events"][0]["text"] == SECRET
        assert content["state"] == {"name": SECRET}
        (record,) = await told(redis)
        assert (record["action"], record["actor"], record["reason"]) == (
            "DLQ_SHOWN",
            "OPERATOR:bia",
            "ticket 7",
        )
        assert SECRET in (await run(*words, env=env)).out

    async def test_a_webhook_is_recorded_under_operations(self, env: dict[str, str], redis: Redis) -> None:
        name = await bury(redis, {"code": "not_json", "body": "\x1b[31mred", "at": "5"}, "ingress")
        done = await run("dlq", "show", str(name), "--payload", env=env)
        assert done.code == 0
        assert "\\u001b[31mred" in done.out
        (record,) = await told(redis, "operations", name.partition)
        assert str(record["actor"]).startswith("OPERATOR:")

    @pytest.mark.parametrize(
        "words", [("show",), ("show", "--payload"), ("edit", "--patch", "{}", "--reason", "x")]
    )
    async def test_a_letter_that_is_not_there_is_exit_1(
        self, env: dict[str, str], words: tuple[str, ...]
    ) -> None:
        command, *options = words
        done = await run("dlq", command, "3.ai.1-0", *options, env=env)
        assert (done.code, done.out) == (1, "")
        assert "3.ai.1-0: not there (any more)" in done.err


class TestEdit:
    async def test_the_letter_gets_a_new_id_and_remembers(self, env: dict[str, str], redis: Redis) -> None:
        name = await bury(redis, token("ana", said(1), said(2)))
        words = ("--patch", '{"text": "claro"}', "--event", "1", "--reason", "typo", "--by", "bia")
        done = await run("dlq", "edit", str(name), *words, env=env)
        assert done.code == 0
        new = done.out.strip()
        document = json.loads((await run("dlq", "show", new, "--payload", "--json", env=env)).out)
        assert [event["text"] for event in document["content"]["events"]] == [SECRET, "claro"]
        assert [event["text"] for event in document["content"]["original"]] == [SECRET, SECRET]
        assert [(edit["by"], edit["why"]) for edit in document["edited"]] == [("bia", "typo")]
        assert (await told(redis))[0]["action"] == "DLQ_EDITED"
        assert (await run("dlq", "show", str(name), env=env)).code == 1

    @pytest.mark.parametrize(("fields", "stage", "words", "code", "why"), [
        (token("ana"), "ai", ("--patch", '{"kind": "smell"}'), 1, "would not decode"),
        (token("ana"), "ai", ("--patch", "{}", "--event", "1"), 2, "--event: this letter has 1 event"),
        (token("ana", l="other"), "ai", ("--patch", "{}"), 1, "no lane 'other'"),
        ({"code": "not_json", "body": "x"}, "ingress", ("--patch", "{}"), 1, "belongs to no conversation"),
    ])  # fmt: skip
    async def test_what_would_not_be_an_event_is_refused(
        self,
        env: dict[str, str],
        redis: Redis,
        fields: dict[str, str],
        stage: str,
        words: tuple[str, ...],
        code: int,
        why: str,
    ) -> None:
        name = await bury(redis, fields, stage)
        done = await run("dlq", "edit", str(name), *words, "--reason", "x", env=env)
        assert (done.code, done.out) == (code, "")
        assert why in done.err
        assert (await run("dlq", "show", str(name), env=env)).code == 0
