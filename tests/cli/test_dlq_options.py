"""As opções de `dlq` prometem: dizem que mortos se querem ou, de uma vez, tudo o que está errado."""

import pytest

from pyloto_stream.cli.dlq_options import chosen, operator
from pyloto_stream.clock import system_clock
from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.streams.dead import LetterId
from tests.support.command import run

HOUR_MS = 3_600_000


@pytest.mark.parametrize(("value", "ms"), [
    ("2026-11-25", 1_795_564_800_000),
    ("2026-11-25T01:00", 1_795_568_400_000),
    ("2026-11-25T01:00:00Z", 1_795_568_400_000),
    ("2026-11-25T01:00:00.250-03:00", 1_795_579_200_250),
    ("1970-01-01", 0),
])  # fmt: skip
def test_an_iso_time_without_zone_is_utc(value: str, ms: int) -> None:
    search = chosen(None, None, None, value, value, "", "").search
    assert (search.since_ms, search.until_ms) == (ms, ms)


@pytest.mark.parametrize(("value", "age_ms"), [
    ("90s", 90_000), ("30m", HOUR_MS // 2), ("2h", 2 * HOUR_MS), ("7d", 168 * HOUR_MS), ("1w", 168 * HOUR_MS),
])  # fmt: skip
def test_an_age_counts_back_from_now(value: str, age_ms: int) -> None:
    before = system_clock()
    since_ms = chosen(None, None, None, value, "", "", "").search.since_ms
    assert before - age_ms <= since_ms <= system_clock() - age_ms


def test_an_age_older_than_time_is_its_beginning() -> None:
    assert chosen(None, None, None, "999999999w", "", "", "").search.since_ms == 0


def test_the_rest_is_taken_as_it_is_and_ids_in_the_order_of_time() -> None:
    ids = ["1.ai.9-0", "0.ai.5-1", "1.ai.9-0"]
    wanted = chosen(ids, ["ai", "ingress", "ai"], ["x", "y"], "", "", "ana", "disk", 7)
    assert wanted.ids == (LetterId(5, 1, 0, "ai"), LetterId(9, 0, 1, "ai"))
    search = wanted.search
    assert (search.stages, search.codes, search.conversation, search.text) == (
        ("ai", "ingress"), ("x", "y"), "ana", "disk",
    )  # fmt: skip
    assert (search.since_ms, search.until_ms, wanted.limit) == (0, None, 7)


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(MisconfiguredError) as caught:
        chosen(["x", "1.ai.1-0"], ["A B"], None, "yesterday", "-1s", "", "")
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "--stage", "--since", "--until", "ID",
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["99999-01-01", "1969-12-31", "2h30m", "h", "٣h", "1e3s", "2026-13-01"])
def test_what_is_no_time_is_refused(value: str) -> None:
    with pytest.raises(MisconfiguredError, match="--since"):
        chosen(None, None, None, value, "", "", "")


def test_the_end_before_the_start_is_refused() -> None:
    with pytest.raises(MisconfiguredError, match="--until"):
        chosen(None, None, None, "1h", "2h", "", "")


def test_who_asks_is_the_login_name_unless_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "carla")
    assert operator("").name == "carla"
    assert operator("bia").name == "bia"


def test_a_user_without_a_name_is_named_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_000_000)
    assert operator("").name == "uid4000000"


def test_a_reason_is_one_line_without_control_characters() -> None:
    assert operator("bia", " a\nb\x1b[31m ").reason == "a b [31m"


@pytest.mark.parametrize(("words", "option"), [
    (("list", "--stage", "A B"), "--stage"),
    (("list", "--limit", "0"), "--limit"),
    (("show", "3.ai"), "ID"),
    (("show", "3.ai.1-0", "--payload", "--by", "no name"), "--by"),
    (("replay", "--rate", "0"), "--rate"),
    (("replay", "--stop-on-errors", "0"), "--stop-on-errors"),
    (("replay",), "--yes"),
    (("discard",), "--yes"),
    (("edit", "3.ai.1-0", "--patch", "{}"), "--reason"),
    (("edit", "3.ai.1-0", "--patch", "{}", "--reason", " "), "--reason"),
    (("edit", "3.ai.1-0", "--patch", "{", "--reason", "x"), "--patch"),
    (("edit", "3.ai.1-0", "--patch", "{}", "--reason", "x", "--event", "-1"), "--event"),
])  # fmt: skip
async def test_wrong_words_are_exit_2_and_name_the_option(words: tuple[str, ...], option: str) -> None:
    done = await run("dlq", *words)
    assert done.code == 2
    assert option in done.err
    assert "Traceback" not in done.err
