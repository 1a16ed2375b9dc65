"""`conversation show` promete: como está uma conversa, sem dizer o que é da pessoa a quem não o pediu."""

import json

import pytest

from consumers.pipeline import LANES
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.streams.lease import decode
from pyloto_stream.streams.model import Item, Plan
from tests.support.attended import Attended
from tests.support.commits import commit
from tests.support.graph import PHONE
from tests.support.records import action, inbound
from tests.support.shell import Shell
from tests.support.talk import heard, sure

pytestmark = pytest.mark.one_server
PART = heard(
    intents=[{"intent": "PYLOTO_ENTREGA_DRIVER_SIGNUP", "confidence": 0.9}], facts={"name": "Ana Prado"}
)


async def test_show_tells_how_a_conversation_stands_and_nothing_that_is_personal(
    front: Attended, shell: Shell
) -> None:
    front.start()
    await front.hears(PART)
    table = await shell.run("conversation", "show", "ana")
    document = await shell.run("conversation", "show", "ana", "--json")
    assert (table.code, document.code) == (0, 0)
    for line in ("mode          BOT", "PYLOTO_ENTREGA_DRIVER_SIGNUP", "asks city", "awaiting_user at "):
        assert line in table.out
    assert "knows name" in table.out
    shown = json.loads(document.out)
    assert (shown["mode"], shown["session"]["asked"], shown["session"]["fields"]) == ("BOT", "city", ["name"])
    assert [timer["name"] for timer in shown["timers"]] == ["awaiting_user"]
    assert [(message["actor"], message["text"]) for message in shown["messages"]] == [
        ("USER", None), ("PYLOTO", None),
    ]  # fmt: skip
    for private in ("Ana Prado", "Prado", PHONE, PHONE[-8:]):
        assert private not in table.out + document.out
    assert "there are more" not in table.out
    assert shown["more"] is False
    short = await shell.run("conversation", "show", "ana", "--last", "1")
    assert short.out.endswith("\nthe last 1; there are more: --last shows up to 500\n")
    assert await front.facts("CONVERSATION_SHOWN") == []


async def test_what_the_person_said_is_shown_when_asked_for_and_the_look_is_audited(
    front: Attended, shell: Shell
) -> None:
    front.start()
    await front.hears(PART)
    table = await shell.run("conversation", "show", "ana", "--include-pii", "--reason", "queixa")
    document = await shell.run("conversation", "show", "ana", "--include-pii", "--json", "--operator", "bia")
    await front.quiet()
    assert "name: Ana Prado" in table.out
    assert json.loads(document.out)["session"]["facts"] == {"name": "Ana Prado"}
    assert "Ana Prado" in json.loads(document.out)["messages"][0]["text"]
    assert PHONE not in table.out + document.out
    looks = [event for event in await front.trail() if event.action == "CONVERSATION_SHOWN"]
    assert [(look.actor, look.reason) for look in looks] == [
        ("OPERATOR:carla", "queixa"), ("OPERATOR:bia", ""),
    ]  # fmt: skip


async def test_a_turn_in_progress_is_shown(front: Attended, shell: Shell) -> None:
    await front.say(sure("INSTITUTIONAL"), sure("INSTITUTIONAL"))
    shown = await shell.run("conversation", "show", "ana")
    assert "a turn is in progress, 1 events wait for it" in shown.out


async def test_what_redis_has_forgotten_is_shown_from_the_history_and_may_be_taken_over(
    front: Attended, shell: Shell
) -> None:
    front.start()
    trail = AuditTrail(front.documents)
    await trail.record("zoe", [inbound(1, text="sou a Ana Prado"), action(1, mode="PAUSED")], None)
    shown = await shell.run("conversation", "show", "zoe", "--json")
    told = json.loads(shown.out)
    assert (told["mode"], told["session"], told["timers"]) == ("PAUSED", None, [])
    assert [message["length"] for message in told["messages"]] == [15]
    taken = await shell.run("conversation", "takeover", "zoe")
    assert (taken.code, taken.out) == (0, "takeover: done, mode HUMAN\n")


async def test_a_state_nobody_can_read_is_said_in_one_line(front: Attended, shell: Shell) -> None:
    await front.acceptor.accept([Item("turn", "ana", b"1")])
    (entry,) = await front.gateway.read("session", "w", [0, 1], 1, wait=False)
    await commit(front.gateway, decode(entry, "session", 1), Plan(state=b"what?"), LANES, "w")
    shown = await shell.run("conversation", "show", "ana")
    assert (shown.code, shown.out) == (1, "")
    assert shown.err == "undecodable_state: conversation state does not decode\n"
