"""`conversation …` promete: age uma vez, com o nome de quem agiu, e 0 quer dizer feito."""

import json
import re
import shlex

import pytest

from pyloto_stream.cli.operator_options import operator
from pyloto_stream.streams.gateway import Gateway
from tests.support.attended import Attended
from tests.support.repository import ROOT
from tests.support.shell import Shell
from tests.support.talk import heard, sure

pytestmark = pytest.mark.one_server
PART = heard(
    intents=[{"intent": "PYLOTO_ENTREGA_DRIVER_SIGNUP", "confidence": 0.9}], facts={"name": "Ana Prado"}
)
WHOLE = heard(facts={"city": "Curitiba/PR", "vehicle": "Moto", "availability": "Noite"})


async def test_every_act_is_done_when_the_command_ends(front: Attended, shell: Shell) -> None:
    front.start()
    await front.hears(PART, WHOLE, heard(gesture="no"))
    open_one = json.loads((await shell.run("conversation", "show", "ana", "--json")).out)["handoff"]
    assert (open_one["status"], open_one["summary"]) == ("OPEN", None)
    taken = await shell.run("conversation", "takeover", "ana", "--reason", "ligar para 41 98888-7777")
    assert (taken.code, taken.out) == (0, "takeover: done, mode HUMAN, hand-off ACCEPTED\n")
    assert await front.mode() == "HUMAN"
    paused = await shell.run("conversation", "pause", "ana")
    assert paused.out == "pause: done, mode PAUSED, hand-off ACCEPTED\n"
    released = await shell.run("conversation", "release", "ana", "--operator", "bia", "--json")
    told = json.loads(released.out)
    assert (told["action"], told["operator"]) == ("release", "bia")
    assert (told["settled"]["mode"], told["settled"]["handoff_status"]) == ("BOT", "CLOSED")
    closed = await shell.run("conversation", "close", "ana")
    assert (closed.code, closed.out) == (0, "close: done, mode BOT, hand-off CLOSED\n")
    assert json.loads((await shell.run("conversation", "show", "ana", "--json")).out)["handoff"] is None
    acts = [(event.actor, event.reason) for event in await front.trail() if "OPERATOR" in event.actor]
    assert acts == [
        ("OPERATOR:carla", "ligar para [TELEFONE]"), ("OPERATOR:carla", ""), ("OPERATOR:bia", ""),
        ("OPERATOR:carla", ""),
    ]  # fmt: skip


async def test_an_act_that_nobody_carries_out_in_time_is_told_and_still_counts(
    front: Attended, shell: Shell
) -> None:
    await front.say(sure("INSTITUTIONAL"))
    late = await shell.run("conversation", "takeover", "ana", "--wait", "0.1")
    assert (late.code, late.out) == (1, "")
    assert "not done after 0.1 s" in late.err
    at_once = await shell.run("conversation", "takeover", "ana", "--wait", "0")
    assert (at_once.code, at_once.out) == (0, "takeover: taken\n")
    assert await front.mode() == "HUMAN"
    front.start()
    await front.quiet()
    assert await front.facts("CONVERSATION_TAKEN_OVER") == ["CONVERSATION_TAKEN_OVER"] * 2
    assert front.sends == []


async def test_the_commands_of_the_manual_work_as_they_are_written(front: Attended, shell: Shell) -> None:
    front.start()
    await front.hears(PART)
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    section = page.partition("\n## Operators\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\$ pyloto-stream (.+)$", section, re.MULTILINE)
    assert len(lines) == 6
    for line in lines:
        done = await shell.run(*shlex.split(line.replace("USER_KEY", "ana")))
        assert (line, done.code) == (line, 0)
    acts = [(event.actor, event.reason) for event in await front.trail() if "OPERATOR" in event.actor]
    assert acts[-1] == ("OPERATOR:bia", "solved")


@pytest.mark.parametrize("command", ["show", "takeover", "pause", "release", "close"])
async def test_a_conversation_nobody_knows_is_said_and_not_made(
    front: Attended, shell: Shell, command: str
) -> None:
    done = await shell.run("conversation", command, "nobody")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("no such conversation")
    assert (await front.acceptor.ready(), await shell.run("conversation", "show", "nobody")) == (True, done)


@pytest.mark.parametrize("words", [
    ("takeover", "ana", "--operater", "bia"), ("takeover",), ("show", "ana", "--last", "0"),
    ("pause", "ana", "--wait", "-1"),
])  # fmt: skip
async def test_words_that_no_command_knows_are_exit_2(shell: Shell, words: tuple[str, ...]) -> None:
    done = await shell.run("conversation", *words)
    assert (done.code, done.out) == (2, "")


async def test_a_key_may_begin_with_a_dash(front: Attended, shell: Shell) -> None:
    front.start()
    await front.say(sure("INSTITUTIONAL"), conversation="-k_7")
    await front.quiet()
    done = await shell.run("conversation", "pause", "-k_7", "--operator", "bia")
    assert (done.code, done.out) == (0, "pause: done, mode PAUSED\n")


async def test_what_is_wrong_is_one_line_and_exit_2(shell: Shell, redis_url: str) -> None:
    nobody = await shell.run("conversation", "takeover", "ana", "--operator", "no name")
    assert (nobody.code, nobody.err.count("\n")) == (2, 1)
    assert nobody.err.startswith("--operator: must be 1 to 64")
    nowhere = await shell.run("conversation", "show", "ana")
    assert (nowhere.code, nowhere.err) == (2, "REDIS_URL: no deployment was started on this Redis yet\n")
    await _opened(redis_url, 5)
    other = await shell.run("conversation", "show", "ana")
    assert (other.code, other.err.startswith("STREAM_PARTITIONS:")) == (2, True)


async def test_the_embedded_server_of_nobody_is_refused(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "embedded")
    done = await shell.run("conversation", "show", "ana")
    assert (done.code, done.err.startswith("REDIS_URL: required here")) == (2, True)


@pytest.mark.parametrize(("login", "name"), [
    ("carla", "carla"), ("Zé da Silva", "Z--da-Silva"), ("CORP\\bia", "CORP-bia"), ("x" * 80, "x" * 64),
])  # fmt: skip
def test_who_acts_is_the_login_name_as_the_trail_can_hold_it(
    monkeypatch: pytest.MonkeyPatch, login: str, name: str
) -> None:
    monkeypatch.setenv("LOGNAME", login)
    assert operator("", " a\nb\x1b ").name == name
    assert operator("", " a\nb\x1b ").reason == "a b"


async def _opened(redis_url: str, partitions: int) -> None:
    gateway = Gateway(redis_url, partitions=partitions)
    await gateway.open(("session",))
    await gateway.close()
