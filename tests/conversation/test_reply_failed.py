"""Uma resposta que parecia ter saído não chegou: o registro, e quando o modelo vai no lugar dela."""

from collections.abc import Sequence

import pytest

from pyloto_stream.conversation.beside import WINDOW_CLOSED
from pyloto_stream.conversation.events import Event, HumanReplied, ReplyFailed, TurnFailed
from pyloto_stream.conversation.records import ActionRecord, Mode
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.conversation.step import Step
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.whatsapp import error_codes
from tests.support.talk import T0, Talk, sure

REPLY = "v1.0.abc.0"
LOST = ReplyFailed(REPLY, WINDOW_CLOSED, T0 + 60_000)


@pytest.fixture
def talk() -> Talk:
    """Uma conversa em que a pessoa já falou, e o robô respondeu."""
    talk = Talk()
    talk.hear(sure("CUSTOM_SOFTWARE"))
    return talk


def step(talk: Talk, events: Sequence[Event], mode: Mode = "BOT") -> Step:
    manager = SessionManager(SessionRules())
    return manager.open_turn(talk.state, events, mode=mode, turn_id="9", now_ms=T0 + 90_000)


def acted(done: Step) -> list[tuple[str, str]]:
    return [(found.action, found.reason) for found in done.records if isinstance(found, ActionRecord)]


def test_the_code_is_the_one_of_the_table_of_meta() -> None:
    assert WINDOW_CLOSED == error_codes.WINDOW_CLOSED


def test_a_reply_that_the_closed_window_lost_is_recorded_and_replaced(talk: Talk) -> None:
    done = step(talk, [LOST])
    assert (done.late, done.reply, done.answer) == (REPLY, None, [])
    assert acted(done) == [("REPLY_FAILED", "GRAPH_131047")]
    assert (done.state.session, done.timers) == (talk.state.session, [])


@pytest.mark.parametrize("mode", ["HUMAN", "PAUSED"])
def test_whom_the_bot_does_not_attend_gets_no_template(talk: Talk, mode: Mode) -> None:
    done = step(talk, [LOST], mode)
    assert (done.late, acted(done)) == ("", [("REPLY_FAILED", "GRAPH_131047")])


def test_somebody_of_the_team_who_answered_in_the_same_turn_is_enough(talk: Talk) -> None:
    done = step(talk, [LOST, HumanReplied("wamid.E", "text", T0 + 80_000)])
    assert (done.late, done.mode) == ("", "HUMAN")


def test_another_code_is_only_recorded(talk: Talk) -> None:
    done = step(talk, [ReplyFailed(REPLY, 131026, LOST.at_ms)])
    assert (done.late, acted(done)) == ("", [("REPLY_FAILED", "GRAPH_131026")])


def test_whoever_wrote_meanwhile_is_answered_instead(talk: Talk) -> None:
    back = talk.message(sent_at_ms=LOST.at_ms - 30_000)
    done = step(talk, [LOST, back])
    assert (done.late, done.answer) == ("", [back])


def test_whoever_wrote_after_the_failure_and_was_answered_needs_no_template(talk: Talk) -> None:
    talk.turn([talk.message(sent_at_ms=LOST.at_ms + 1000)], sure("INSTITUTIONAL"))
    assert step(talk, [LOST]).late == ""


def test_a_line_of_our_own_goes_first(talk: Talk) -> None:
    done = step(talk, [LOST, TurnFailed("ai", "boom", 1)])
    assert done.reply is not None
    assert (done.reply.text, done.late) == (TEXTS.failed, "")


def test_nobody_to_write_to_means_only_the_record() -> None:
    done = step(Talk(), [LOST])
    assert (done.late, len(done.records)) == ("", 1)
