"""Prazos, modos e falhas: valem só para a sua sessão, e calam-se quando uma pessoa assume."""

import pytest

from consumers.pipeline import AI, OUTBOUND, SESSION
from pyloto_stream.conversation.dialogue import advance
from pyloto_stream.conversation.draft import Draft
from pyloto_stream.conversation.events import Event, TimerFired, TurnFailed
from pyloto_stream.conversation.person import ProfileRecord
from pyloto_stream.conversation.records import Intent, Mode
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.step import TimerChange
from pyloto_stream.conversation.texts import TEXTS
from tests.support.talk import NOTHING, NUMBER, PERSON, T0, Talk, heard, sure
from tests.support.talk_rules import check_turn

CUSTOM: Intent = "CUSTOM_SOFTWARE"
DRIVER: Intent = "PYLOTO_ENTREGA_DRIVER_SIGNUP"
LEAD = {"name": "a", "city": "b", "vehicle": "c", "availability": "d"}
HALF_DAY_S = 12 * 3600


@pytest.fixture
def talk() -> Talk:
    return Talk()


def due_s(talk: Talk, name: str) -> float:
    return (talk.timers[name].due_ms - talk.now_ms) / 1000


# --- silêncio da pessoa ------------------------------------------------------------------------------


def test_an_open_question_waits_two_hours_and_an_answer_half_an_hour(talk: Talk) -> None:
    talk.hear(heard(gesture="greeting"))
    assert (due_s(talk, "awaiting_user"), set(talk.timers)) == (7200, {"awaiting_user"})
    talk.hear(sure("INSTITUTIONAL"))
    assert (due_s(talk, "session_idle"), set(talk.timers)) == (1800, {"session_idle"})


def test_the_times_come_from_the_rules() -> None:
    talk = Talk(SessionRules(awaiting_user_timeout_s=10, session_idle_timeout_s=3, handoff_release_after_s=7))
    talk.hear(heard(gesture="greeting"))
    assert due_s(talk, "awaiting_user") == 10
    talk.hear(sure("INSTITUTIONAL"))
    assert due_s(talk, "session_idle") == 3
    talk.hear(heard(gesture="human"))
    assert due_s(talk, "handoff_release") == 7


def test_silence_without_data_is_information_only_and_says_nothing(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    assert talk.fire() is None
    assert (talk.outcomes, talk.handoffs) == (["SELF_SERVE_INFO"], [])
    (act,) = talk.acted("SESSION_ABANDONED")
    assert act.data == {"asked": "client_type"}


def test_silence_after_partial_data_promises_to_come_back(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    reply = talk.fire()
    assert reply is not None
    assert reply.text == TEXTS.followup_timeout
    (handoff,) = talk.handoffs
    assert (talk.outcomes, handoff.routing) == (["SCHEDULED_FOLLOWUP"], "retorno/comercial-sob-medida")
    assert TEXTS.reasons["AWAITING_TIMEOUT"] in handoff.qualification_reasons
    assert talk.mode == "BOT"
    assert len(talk.acted("SESSION_ABANDONED")) == 1


def test_a_refusal_alone_is_no_data(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    talk.hear(heard(gesture="refuse"))
    talk.fire()
    assert talk.outcomes == ["SELF_SERVE_INFO"]


def test_silence_after_a_complete_lead_hands_it_over(talk: Talk) -> None:
    talk.hear(sure(DRIVER, "INSTITUTIONAL", facts=LEAD))
    reply = talk.fire()
    assert reply is not None
    assert reply.text.startswith("Anotei tudo")
    assert (talk.outcomes, talk.mode) == (["HANDOFF_HUMAN"], "HUMAN")
    assert set(talk.timers) == {"handoff_release"}


def test_idleness_after_an_answer_is_information_only(talk: Talk) -> None:
    talk.hear(sure("INSTITUTIONAL"))
    assert talk.fire() is None
    assert talk.outcomes == ["SELF_SERVE_INFO"]
    assert talk.acted("SESSION_ABANDONED") == []


def test_idleness_after_partial_data_promises_to_come_back(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    talk.hear(heard(gesture="menu"))
    talk.hear(sure("INSTITUTIONAL"))
    assert set(talk.timers) == {"session_idle"}
    reply = talk.fire()
    assert reply is not None
    assert reply.text == TEXTS.followup_timeout
    assert (talk.outcomes, talk.handoffs[0].intent_primary) == (["SCHEDULED_FOLLOWUP"], CUSTOM)
    assert TEXTS.reasons["SESSION_IDLE"] in talk.handoffs[0].qualification_reasons


def test_a_message_in_time_cancels_and_starts_the_time_again(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    old = talk.timers["awaiting_user"]
    talk.hear(heard(facts={"users": "20"}), after_s=7199)
    assert talk.timers["awaiting_user"].due_ms == talk.now_ms + 7_200_000
    talk.turn([TimerFired("awaiting_user", talk.session.id, old.due_ms)])
    assert talk.outcomes == []


def test_a_message_taken_together_with_the_timer_after_it_cancels_it(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    fired = TimerFired("awaiting_user", talk.session.id, talk.session.timer_due_ms)
    talk.turn([talk.message(), fired], heard(facts={"users": "20"}))
    assert talk.outcomes == []


def test_a_timer_of_another_session_is_ignored(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    due_ms = talk.session.timer_due_ms
    talk.turn([TimerFired("awaiting_user", "s-other", due_ms)])
    assert talk.outcomes == []


def test_a_timer_without_a_session_is_ignored(talk: Talk) -> None:
    assert talk.turn([TimerFired("session_idle", "s1", T0)]) is None
    assert talk.records == []


def test_a_message_right_after_the_timer_opens_the_next_session(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    reply = talk.fire_with_message(sure(DRIVER))
    assert reply is not None
    assert reply.text.endswith("Qual é o seu nome?")
    assert talk.outcomes == ["SCHEDULED_FOLLOWUP"]
    assert talk.session.active == DRIVER
    check_turn(talk)


def test_a_message_right_after_the_timer_that_hands_over_is_for_the_attendant(talk: Talk) -> None:
    talk.hear(sure(DRIVER, "INSTITUTIONAL", facts=LEAD))
    reply = talk.fire_with_message(sure(CUSTOM))
    assert reply is not None
    assert reply.text.startswith("Anotei tudo")
    assert (talk.mode, talk.state.session) == ("HUMAN", None)
    check_turn(talk)


# --- modos -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["HUMAN", "PAUSED"])
def test_outside_bot_mode_the_bot_records_and_stays_silent(talk: Talk, mode: Mode) -> None:
    talk.mode = mode
    assert [talk.hear(sure(CUSTOM)) for _ in range(3)] == [None] * 3
    assert talk.state.session is None
    heard_of = [record.id for record in talk.records if not isinstance(record, ProfileRecord)]
    assert heard_of == ["wamid.1", "wamid.2", "wamid.3"]
    assert talk.state.last_inbound_id == "wamid.3"


def test_a_takeover_ends_the_session_once_without_a_second_hand_off(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    talk.mode = "HUMAN"
    talk.hear()
    talk.hear()
    assert (talk.outcomes, talk.handoffs) == (["HANDOFF_HUMAN"], [])
    assert talk.acted("SESSION_CLOSED")[0].data["why"] == "TAKEOVER"
    assert set(talk.timers) == {"handoff_release"}


def test_a_takeover_seen_only_when_the_time_is_up_ends_the_session_in_silence(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    talk.mode = "HUMAN"
    assert talk.fire() is None
    assert (talk.outcomes, talk.handoffs) == (["HANDOFF_HUMAN"], [])
    assert talk.acted("SESSION_ABANDONED") == []


def test_while_paused_time_runs_out_in_silence(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    talk.mode = "PAUSED"
    due = TimerFired("awaiting_user", talk.session.id, talk.session.timer_due_ms)
    step = talk.manager.open_turn(talk.state, [due], mode="PAUSED", turn_id="9", now_ms=due.due_ms)
    assert step.reply is None
    assert talk.fire() is None
    assert (talk.outcomes, len(talk.handoffs), talk.mode) == (["SCHEDULED_FOLLOWUP"], 1, "PAUSED")


def test_a_pause_is_ended_only_by_who_set_it(talk: Talk) -> None:
    talk.hear(sure(DRIVER, "INSTITUTIONAL", facts=LEAD))
    talk.mode = "PAUSED"
    assert talk.fire() is None
    assert (talk.outcomes, talk.mode) == (["HANDOFF_HUMAN"], "PAUSED")
    talk.wait(2 * HALF_DAY_S)
    assert talk.mode == "PAUSED"
    assert talk.acted("HANDOFF_RELEASED") == []


def test_half_a_day_after_the_hand_off_the_bot_is_back(talk: Talk) -> None:
    talk.hear(heard(gesture="human"))
    talk.wait(HALF_DAY_S - 1)
    assert (talk.mode, len(talk.acted("HANDOFF_RELEASED"))) == ("HUMAN", 0)
    talk.wait(1)
    assert (talk.mode, len(talk.acted("HANDOFF_RELEASED"))) == ("BOT", 1)
    assert talk.acted("HANDOFF_RELEASED")[0].reason == "NO_ACTIVITY"
    assert talk.asks(heard(gesture="greeting")).kind == "list"


def test_a_sign_of_life_puts_the_release_off(talk: Talk) -> None:
    talk.hear(heard(gesture="human"))
    talk.hear(after_s=6 * 3600)
    assert due_s(talk, "handoff_release") == HALF_DAY_S
    talk.wait(HALF_DAY_S - 1)
    assert talk.mode == "HUMAN"


def test_a_release_from_before_the_last_activity_is_armed_again(talk: Talk) -> None:
    talk.hear(heard(gesture="human"))
    due_ms = talk.timers["handoff_release"].due_ms
    talk.hear(after_s=3600)
    talk.turn([TimerFired("handoff_release", "", due_ms)])
    assert talk.mode == "HUMAN"
    assert talk.timers["handoff_release"].due_ms == talk.state.last_inbound_at_ms + HALF_DAY_S * 1000


def test_a_release_nobody_waits_for_is_ignored(talk: Talk) -> None:
    assert talk.turn([TimerFired("handoff_release", "", T0)]) is None
    assert (talk.records, talk.mode) == ([], "BOT")


def test_a_message_in_the_turn_of_the_release_is_answered(talk: Talk) -> None:
    talk.hear(heard(gesture="human"))
    reply = talk.fire_with_message(sure(CUSTOM))
    assert reply is not None
    assert reply.text.endswith("O sistema é para quem?")
    assert (talk.mode, talk.session.active) == ("BOT", CUSTOM)


# --- falhas ------------------------------------------------------------------------------------------


def test_a_buried_turn_ends_the_session_and_the_person_reads_the_neutral_line(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    reply = talk.notice(talk.fail([talk.message()], AI))
    assert reply is not None
    assert reply.text == TEXTS.failed
    assert talk.outcomes == ["FAILED_INTERNAL"]
    (act,) = talk.acted("TURN_FAILED")
    assert (act.reason, act.data) == ("BOOM", {"stage": "ai", "turn": 2})
    check_turn(talk)


def test_even_if_the_very_first_turn_died_in_the_first_stage(talk: Talk) -> None:
    reply = talk.notice(talk.fail([talk.message()], SESSION))
    assert reply is not None
    assert reply.text == TEXTS.failed
    assert (talk.state.reply_to, talk.state.phone_number_id) == (PERSON, NUMBER)
    assert talk.state.last_inbound_at_ms == talk.now_ms
    assert talk.state.last_outcome == "FAILED_INTERNAL"


def test_a_failure_of_which_nothing_is_known_says_nothing(talk: Talk) -> None:
    assert talk.turn([TurnFailed("session", "undecodable_event", 1)]) is None


def test_the_neutral_line_is_not_repeated_when_it_fails_itself(talk: Talk) -> None:
    first = talk.fail([talk.message()], OUTBOUND)
    assert first is not None
    assert talk.turn([talk.failed(first)]) is not None
    assert talk.turn([talk.failed(first)]) is None
    assert talk.outcomes == ["FAILED_INTERNAL"]


def test_a_notice_that_fails_alone_brings_no_other(talk: Talk) -> None:
    notice = talk.failed(talk.fail([talk.message()], AI))
    assert talk.fail([notice], OUTBOUND) is None


def test_messages_that_fail_together_with_a_notice_still_get_an_end(talk: Talk) -> None:
    notice = talk.failed(talk.fail([talk.message()], AI))
    events: list[Event] = [notice, talk.message()]
    again = talk.fail(events, AI)
    assert talk.session.timer_due_ms == 0  # sem prazo: só o aviso a encerra
    assert talk.notice(again) is not None
    assert talk.outcomes == ["FAILED_INTERNAL", "FAILED_INTERNAL"]
    check_turn(talk)


def test_a_message_waiting_behind_a_failure_is_answered_instead_of_the_line(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    reply = talk.notice(talk.fail([talk.message()], AI), talk.message())
    assert reply is not None
    assert reply.kind == "list"
    assert talk.outcomes == ["FAILED_INTERNAL"]
    assert talk.state.session is not None


def test_a_failure_is_of_an_earlier_turn_wherever_it_stands(talk: Talk) -> None:
    notice = talk.failed(talk.fail([talk.message()], SESSION))
    talk.turn([talk.message(), notice, talk.message()])
    assert (talk.outcomes, len(talk.acted("SESSION_OPENED"))) == ([], 1)
    check_turn(talk)


@pytest.mark.parametrize("mode", ["HUMAN", "PAUSED"])
def test_a_failure_is_silent_when_a_person_has_the_conversation(talk: Talk, mode: Mode) -> None:
    talk.hear(sure(CUSTOM))
    notice = talk.fail([talk.message()], AI)
    talk.mode = mode
    assert talk.notice(notice) is None
    assert talk.outcomes == ["FAILED_INTERNAL"]


def test_a_lost_hand_off_reply_still_hands_over_and_says_so(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    notice = talk.fail([talk.message()], OUTBOUND, heard(gesture="human"))
    assert (talk.mode, talk.outcomes, len(talk.handoffs)) == ("BOT", ["HANDOFF_HUMAN"], 1)
    reply = talk.notice(notice)
    assert reply is not None
    assert reply.text == TEXTS.handoff_empty
    assert (talk.mode, talk.state.last_outcome) == ("HUMAN", "HANDOFF_HUMAN")
    assert talk.acted("TURN_FAILED")[0].data["mode"] == "HUMAN"
    assert talk.hear() is None  # a conversa é de uma pessoa
    assert list(talk.timers) == ["handoff_release"]
    assert (talk.outcomes, len(talk.handoffs)) == (["HANDOFF_HUMAN"], 1)
    check_turn(talk)


def test_a_person_nobody_can_reach_is_handed_over_all_the_same_in_silence(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    first = talk.fail([talk.message()], OUTBOUND, heard(gesture="human"))
    second = talk.fail([talk.failed(first)], OUTBOUND)
    assert talk.mode == "BOT"  # o modo viajava com a linha que também se perdeu
    assert talk.notice(second) is None
    assert (talk.mode, talk.state.last_outcome) == ("HUMAN", "HANDOFF_HUMAN")
    assert talk.fail([talk.failed(second)], OUTBOUND) is None


def test_a_later_failure_is_not_taken_for_the_lost_hand_off_of_long_ago(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    talk.hear(heard(gesture="human"))
    talk.fire()
    assert talk.mode == "BOT"
    reply = talk.notice(talk.fail([talk.message()], SESSION))
    assert reply is not None
    assert (reply.text, talk.mode) == (TEXTS.failed, "BOT")


def test_every_change_of_mode_is_in_the_audit_trail(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    talk.hear(heard(gesture="human"))
    talk.fire()
    assert [act.data["mode"] for act in talk.actions if "mode" in act.data] == ["HUMAN", "BOT"]


# --- bordas ------------------------------------------------------------------------------------------


def test_without_a_session_there_is_nothing_to_advance() -> None:
    with pytest.raises(ValueError, match="no open session"):
        advance(ConversationState(), NOTHING, turn_id="1", now_ms=T0, rules=SessionRules())


def test_of_two_changes_of_a_timer_the_last_counts() -> None:
    draft = Draft(ConversationState(), turn_id="1", now_ms=T0, rules=SessionRules())
    last = TimerChange("session_idle", 0, "s1")
    draft.timer(TimerChange("session_idle", T0, "s1"))
    draft.timer(last)
    assert draft.step().timers == [last]


def test_a_turn_without_events_is_a_step_that_changes_nothing(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    before = talk.state
    assert talk.turn([]) is None
    assert talk.state == before
