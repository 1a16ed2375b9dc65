"""O que cada ato de quem opera faz com a conversa, o que fica registrado, e o que ele não pode estragar."""

import pytest

from pyloto_stream.conversation.events import Event, HumanReplied, OperatorActed
from pyloto_stream.conversation.operators import ACTIONS, MAX_REASON, Act, silences
from pyloto_stream.conversation.records import CUT_MARK, ActionRecord
from pyloto_stream.conversation.texts import TEXTS
from tests.support.talk import NOTHING, Talk, heard, sure

HOUR_MS = 3_600_000
DRIVER = heard(
    intents=[{"intent": "PYLOTO_ENTREGA_DRIVER_SIGNUP", "confidence": 0.9}],
    facts={"name": "Ana", "city": "Curitiba/PR", "vehicle": "Moto", "availability": "Noite"},
)
"""Um lead completo numa mensagem só."""
PART = heard(intents=[{"intent": "PYLOTO_ENTREGA_DRIVER_SIGNUP", "confidence": 0.9}], facts={"name": "Ana"})


@pytest.fixture
def talk() -> Talk:
    return Talk()


def act(talk: Talk, action: Act, name: str = "", reason: str = "") -> OperatorActed:
    return OperatorActed(name or f"{action}{talk.number}", action, "bia", talk.now_ms, reason)


def done(talk: Talk, action: Act) -> ActionRecord:
    """O registro do único ato desta espécie."""
    (record,) = talk.acted(ACTIONS[action])
    return record


class TestTakeover:
    def test_the_session_ends_and_the_bot_is_silent_until_the_conversation_is_given_back(
        self, talk: Talk
    ) -> None:
        talk.hear(sure("CUSTOM_SOFTWARE"))
        assert talk.turn([act(talk, "takeover")]) is None
        assert (talk.mode, talk.state.session, talk.outcomes) == ("HUMAN", None, ["HANDOFF_HUMAN"])
        assert (talk.handoffs, list(talk.timers)) == ([], ["handoff_release"])
        assert talk.hear(sure("INSTITUTIONAL")) is None

    def test_what_waited_for_an_answer_gets_none(self, talk: Talk) -> None:
        assert talk.turn([talk.message(), act(talk, "takeover")], sure("INSTITUTIONAL")) is None
        assert talk.turn([act(talk, "takeover"), talk.message()], sure("INSTITUTIONAL")) is None
        assert talk.outcomes == ["HANDOFF_HUMAN"]

    def test_a_pause_gives_way_to_who_takes_the_conversation(self, talk: Talk) -> None:
        talk.turn([act(talk, "pause")])
        talk.turn([act(talk, "takeover")])
        assert (talk.mode, list(talk.timers)) == ("HUMAN", ["handoff_release"])

    def test_time_gives_it_back_and_each_takeover_begins_the_time_anew(self, talk: Talk) -> None:
        talk.turn([act(talk, "takeover")])
        talk.now_ms += 6 * HOUR_MS
        talk.turn([act(talk, "takeover")])
        talk.wait(11 * 3600)
        assert talk.mode == "HUMAN"
        talk.wait(2 * 3600)
        assert (talk.mode, talk.timers) == ("BOT", {})
        assert talk.hear() is not None

    def test_a_timer_that_fired_just_before_does_not_undo_it(self, talk: Talk) -> None:
        talk.turn([act(talk, "takeover")])
        armed = talk.timers.pop("handoff_release")
        talk.now_ms = armed.due_ms
        talk.turn([act(talk, "takeover"), talk.failed(armed.event)])
        assert talk.mode == "HUMAN"
        assert talk.timers["handoff_release"].due_ms == talk.now_ms + 12 * HOUR_MS


class TestPause:
    def test_the_bot_is_silent_and_no_time_lifts_it(self, talk: Talk) -> None:
        talk.turn([act(talk, "takeover")])
        talk.turn([act(talk, "pause")])
        assert (talk.mode, talk.timers) == ("PAUSED", {})
        talk.wait(100 * 3600)
        assert talk.hear(sure("INSTITUTIONAL")) is None
        assert talk.mode == "PAUSED"

    def test_an_open_session_goes_on_and_still_ends_by_its_own_time(self, talk: Talk) -> None:
        talk.asks(sure("CUSTOM_SOFTWARE"))
        assert talk.turn([talk.message(), act(talk, "pause")]) is None
        assert list(talk.timers) == ["awaiting_user"]
        assert talk.wait(3 * 3600) == [None]
        assert (talk.outcomes, talk.mode) == (["SELF_SERVE_INFO"], "PAUSED")

    def test_a_reply_by_the_business_app_leaves_the_pause(self, talk: Talk) -> None:
        talk.turn([act(talk, "pause"), HumanReplied("wamid.E", "text", talk.now_ms)])
        assert (talk.mode, talk.timers) == ("PAUSED", {})


class TestRelease:
    def test_the_next_message_opens_a_new_session_and_the_profile_is_kept(self, talk: Talk) -> None:
        talk.hear(DRIVER)
        talk.wait(60)
        assert talk.turn([act(talk, "takeover")]) is None
        assert talk.turn([act(talk, "release")]) is None
        assert (talk.mode, talk.timers) == ("BOT", {})
        assert talk.hear(sure("CUSTOM_SOFTWARE")) is not None
        assert talk.state.profile["name"] == "Ana"
        assert len(talk.acted("SESSION_OPENED")) == 2

    def test_after_a_pause_the_open_question_still_counts(self, talk: Talk) -> None:
        talk.asks(PART)
        session = talk.session.id
        talk.turn([act(talk, "pause")])
        talk.turn([act(talk, "release")])
        assert talk.hear(heard(facts={"city": "Curitiba/PR"})) is not None
        assert (talk.session.id, talk.session.facts["city"]) == (session, "Curitiba/PR")

    def test_it_is_answered_what_comes_with_it_but_not_what_came_before(self, talk: Talk) -> None:
        talk.turn([act(talk, "takeover")])
        assert talk.turn([talk.message(), act(talk, "release")]) is None
        talk.turn([act(talk, "takeover")])
        assert talk.turn([act(talk, "release"), talk.message()], sure("INSTITUTIONAL")) is not None

    def test_a_conversation_of_the_bot_is_not_disturbed(self, talk: Talk) -> None:
        talk.asks(PART)
        before, timers = talk.session, dict(talk.timers)
        talk.turn([act(talk, "release")])
        assert (talk.session, talk.timers, talk.mode) == (before, timers, "BOT")
        assert done(talk, "release").data == {"mode": "BOT"}


class TestClose:
    @pytest.mark.parametrize(("said", "outcome", "handed"), [
        (sure("INSTITUTIONAL"), "SELF_SERVE_INFO", 0),
        (sure("PYLOTO_ENTREGA_DRIVER_SIGNUP"), "SELF_SERVE_INFO", 0),
        (PART, "HANDOFF_HUMAN", 1),
    ])  # fmt: skip
    def test_the_session_ends_by_what_the_person_gave(
        self, talk: Talk, said: object, outcome: str, handed: int
    ) -> None:
        talk.hear(said)  # type: ignore[arg-type]
        assert talk.turn([act(talk, "close")]) is None
        assert (talk.outcomes, len(talk.handoffs)) == ([outcome], handed)
        assert (talk.mode, talk.state.session, talk.timers) == ("BOT", None, {})

    def test_what_a_lead_told_is_handed_over_and_settled_by_the_same_act(self, talk: Talk) -> None:
        talk.hear(PART)
        talk.turn([act(talk, "close")])
        (handoff,) = talk.handoffs
        assert done(talk, "close").data == {"mode": "BOT", "handoff": handoff.id}
        assert TEXTS.reasons["CLOSED_BY_OPERATOR"] in handoff.qualification_reasons
        assert talk.records.index(handoff) < talk.records.index(done(talk, "close"))

    def test_a_conversation_of_a_person_goes_back_to_the_bot(self, talk: Talk) -> None:
        talk.turn([act(talk, "takeover")])
        talk.turn([act(talk, "close")])
        assert (talk.mode, talk.timers, talk.outcomes) == ("BOT", {}, [])
        assert talk.hear() is not None

    def test_messages_around_it_are_two_sessions_each_with_its_own_outcome(self, talk: Talk) -> None:
        events: list[Event] = [talk.message(), act(talk, "close"), talk.message()]
        assert talk.turn(events, sure("CUSTOM_SOFTWARE")) is not None
        opened = [record.id for record in talk.acted("SESSION_OPENED")]
        assert len({*opened}) == 2
        assert (talk.outcomes, opened[1]) == (["SELF_SERVE_INFO"], f"{talk.session.id}:opened")


@pytest.mark.parametrize("action", ACTIONS)
def test_every_act_is_recorded_with_who_why_and_the_mode_it_left(talk: Talk, action: Act) -> None:
    talk.turn([act(talk, action, "e1", "cliente pediu")])
    record = done(talk, action)
    modes = {"takeover": "HUMAN", "pause": "PAUSED", "release": "BOT", "close": "BOT"}
    assert (record.id, record.actor, record.reason) == ("operator:e1", "OPERATOR:bia", "cliente pediu")
    assert record.data == {"mode": modes[action]}


def test_the_mode_at_the_door_is_never_louder_than_the_one_the_act_leaves() -> None:
    assert {name: silences(name) for name in ACTIONS} == {
        "takeover": "HUMAN", "pause": "PAUSED", "release": None, "close": None,
    }  # fmt: skip


def test_the_last_handoff_is_named_by_every_fact_that_may_move_it(talk: Talk) -> None:
    talk.hear(DRIVER)
    talk.wait(3 * 3600)
    (handoff,) = talk.handoffs
    talk.turn([HumanReplied("wamid.E", "text", talk.now_ms)])
    talk.turn([act(talk, "takeover")])
    talk.wait(13 * 3600)
    named = [record.action for record in talk.actions if record.data.get("handoff") == handoff.id]
    assert named == ["HUMAN_REPLIED", "CONVERSATION_TAKEN_OVER", "HANDOFF_RELEASED"]


def test_whoever_attends_a_conversation_attends_the_older_handoffs_too(talk: Talk) -> None:
    for _ in range(8):
        talk.hear(heard(gesture="human"))
        talk.wait(13 * 3600)
    ids = [handoff.id for handoff in talk.handoffs]
    talk.turn([act(talk, "takeover")])
    assert done(talk, "takeover").data["handoff"] == ids[-1]
    assert str(done(talk, "takeover").data["older"]).split() == ids[-6:-1]
    talk.turn([act(talk, "close")])
    assert str(done(talk, "close").data["older"]).split() == ids[-6:-1]
    talk.turn([act(talk, "release")])
    assert done(talk, "release").data == {"mode": "BOT", "handoff": ids[-1]}


def test_another_automaton_accepts_no_handoff(talk: Talk) -> None:
    talk.hear(DRIVER)
    talk.wait(3 * 3600)
    talk.turn([HumanReplied("wamid.E", "text", talk.now_ms, standby=True)])
    assert "handoff" not in talk.acted("HUMAN_REPLIED")[0].data


@pytest.mark.parametrize("words", [
    "ligar para 41 98888-7777",
    "a" * (MAX_REASON - len(CUT_MARK) - 12) + " 41 98888-7777 ou depois",
    "x" * 3000,
])  # fmt: skip
def test_a_reason_is_short_and_keeps_nobodys_number(talk: Talk, words: str) -> None:
    talk.turn([act(talk, "takeover", reason=words)])
    reason = done(talk, "takeover").reason
    assert len(reason) <= MAX_REASON
    assert "8888" not in reason
    assert "7777" not in reason


def test_an_act_that_comes_twice_is_one_record(talk: Talk) -> None:
    twice = act(talk, "takeover", "e1")
    talk.turn([twice, twice])
    talk.turn([twice])
    assert {record.id for record in talk.acted(ACTIONS["takeover"])} == {"operator:e1"}
    assert talk.mode == "HUMAN"


def test_the_neutral_line_of_a_lost_turn_is_not_said_over_the_head_of_who_took_over(talk: Talk) -> None:
    event = talk.fail([talk.message()], "ai")
    assert talk.notice(event, act(talk, "takeover")) is None
    assert talk.outcomes == ["FAILED_INTERNAL"]


def test_a_message_after_every_act_is_still_answered_or_met_with_silence(talk: Talk) -> None:
    answered = {}
    for action in ("takeover", "pause", "release", "close"):
        talk.turn([act(talk, action)])
        answered[action] = talk.hear(NOTHING) is not None
    assert answered == {"takeover": False, "pause": False, "release": True, "close": True}
