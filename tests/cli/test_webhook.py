"""`webhook subscribe` só diz que está assinado o que leu de volta da Meta."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest_asyncio

from pyloto_stream.whatsapp.subscription import FIELDS
from tests.support.command import run
from tests.support.setup import environ
from tests.support.simulation import APP_SECRET, TOKEN, VERIFY_TOKEN, World, world

TO = "--callback-url"


@pytest_asyncio.fixture
async def meta() -> AsyncIterator[World]:
    async with world() as opened:
        yield opened


async def test_app_and_account_are_subscribed_and_read_back(meta: World) -> None:
    meta.simulator.account.subscribed = False
    done = await run("webhook", "subscribe", "--callback-url", meta.webhook.url, "--json", env=environ(meta))
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["ok"], told["changed"], told["problems"]) == (True, True, [])
    assert told["subscribed"]["fields"] == sorted(FIELDS)
    assert told["subscribed"]["callback_url"] == meta.webhook.url
    assert meta.simulator.account.fields == frozenset(FIELDS)
    assert meta.simulator.account.subscribed
    for secret in (TOKEN, APP_SECRET, VERIFY_TOKEN):
        assert secret not in done.out + done.err


async def test_only_some_fields_may_be_asked_for(meta: World) -> None:
    words = ("--callback-url", meta.webhook.url, "--fields", "messages, flows,messages")
    done = await run("webhook", "subscribe", *words, env=environ(meta))
    assert done.code == 0, done.err
    assert "fields    flows, messages" in done.out
    assert meta.simulator.account.fields == {"messages", "flows"}


async def test_a_dry_run_changes_nothing_and_says_what_it_would(meta: World) -> None:
    meta.simulator.account.subscribed = False
    words = ("webhook", "subscribe", "--callback-url", meta.webhook.url, "--dry-run")
    done = await run(*words, env=environ(meta))
    assert done.code == 0, done.err
    assert "account   not subscribed" in done.out
    assert "to do     fields not subscribed: " in done.out
    assert "account_update" in done.out
    assert meta.simulator.account.fields == {"messages"}
    assert not meta.simulator.account.subscribed


async def test_an_address_that_does_not_answer_the_challenge_is_exit_1(meta: World) -> None:
    env = environ(meta, WHATSAPP_VERIFY_TOKEN="outra-palavra-qualquer")
    done = await run("webhook", "subscribe", "--callback-url", meta.webhook.url, env=env)
    assert done.code == 1
    assert done.err.startswith("graph_2200: the address did not answer Meta's challenge")
    assert "WHATSAPP_VERIFY_TOKEN" in done.err
    assert "outra-palavra" not in done.err + done.out


WRONG: tuple[tuple[tuple[str, ...], dict[str, str], str], ...] = (
    ((TO, "https://example.com/w"), {"WHATSAPP_APP_ID": ""}, "WHATSAPP_APP_ID: required here"),
    ((TO, "https://u:s3cret@example.com/w"), {}, "--callback-url: must be an https address"),
    ((TO, "https://example.com/w", "--fields", "Messages!"), {}, "--fields: must be field names"),
)


async def test_wrong_usage_is_exit_2(meta: World) -> None:
    found = await asyncio.gather(
        *(run("webhook", "subscribe", *words, env=environ(meta, **env)) for words, env, _ in WRONG)
    )
    for done, (_words, _env, problem) in zip(found, WRONG, strict=True):
        assert done.code == 2
        assert problem in done.err
        assert "s3cret" not in done.err + done.out
