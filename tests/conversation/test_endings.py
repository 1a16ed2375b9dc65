"""Como cada desfecho acontece e o que a pessoa lê; o aviso de privacidade; o descanso."""

import pytest

from pyloto_stream.conversation.flows import SUBJECTS
from pyloto_stream.conversation.intents import CHOOSE
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.reply import MAX_REPLY_CHARS
from pyloto_stream.conversation.texts import COMMANDS, KNOWLEDGE, OPTION_ROWS, TEXTS, TOPICS
from pyloto_stream.conversation.understanding import Gesture, Understanding
from tests.support.talk import Talk, heard, sure
from tests.support.talk_rules import check_turn

LINK = KNOWLEDGE.links["delivery"]
REQUEST: Intent = "PYLOTO_ENTREGA_REQUEST"


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_a_first_hello_gets_the_welcome_the_notice_and_the_list_in_one_message(talk: Talk) -> None:
    reply = talk.asks(heard(gesture="greeting"))
    assert reply.text == f"{TEXTS.privacy_notice}\n\n{TEXTS.welcome}"
    assert (reply.kind, reply.choices, reply.button) == ("list", OPTION_ROWS, TEXTS.options_button)
    assert talk.session.asked == CHOOSE
    assert talk.state.last_outcome == "AWAITING_USER"


def test_the_privacy_notice_is_shown_at_first_contact_only_and_recorded(talk: Talk) -> None:
    assert TEXTS.privacy_notice in talk.asks(sure("INSTITUTIONAL")).text
    assert TEXTS.privacy_notice not in talk.asks(sure("INSTITUTIONAL")).text
    talk.wait(90_000)
    assert TEXTS.privacy_notice not in talk.asks(heard(gesture="greeting")).text
    (act,) = talk.acted("PRIVACY_NOTICE_SHOWN")
    assert act.reason == TEXTS.privacy_version == talk.state.consent_version


def test_a_new_version_of_the_notice_is_shown_again(talk: Talk) -> None:
    talk.state.consent_version = "2001-01"
    assert TEXTS.privacy_notice in talk.asks().text


def test_the_notice_and_the_question_survive_the_longest_answers(talk: Talk) -> None:
    facts = {"current_problem": "p" * 3000, "features": "f" * 3000}
    talk.hear(sure("CUSTOM_SOFTWARE", facts=facts))
    reply = talk.asks(heard(corrections={"current_problem": "q" * 3000}))
    assert reply.text.startswith("Certo, corrigi")
    assert reply.text.endswith("O sistema é para quem?")
    reply = talk.asks(heard(gesture="human"))
    assert reply.text.startswith("Certo! Anotei até aqui")
    assert reply.text.endswith("continua com você por aqui.")
    assert len(reply.text) <= MAX_REPLY_CHARS
    assert talk.handoffs[0].requirements["current_problem"] == "q" * 3000


def test_useless_answers_to_the_options_are_offered_them_three_times_then_taken_for_spam(talk: Talk) -> None:
    replies = [talk.hear() for _ in range(4)]
    assert [reply.kind if reply else None for reply in replies] == ["list", "list", "list", None]
    assert talk.outcomes == ["DUPLICATE_OR_SPAM"]
    assert talk.acted("SESSION_CLOSED")[0].data["why"] == "NO_USABLE_ANSWER"


def test_who_only_sends_what_cannot_be_read_goes_to_a_person_instead(talk: Talk) -> None:
    replies = [talk.asks(heard(notes=["audio"])) for _ in range(3)]
    assert all(TEXTS.audio in reply.text for reply in replies)
    talk.hear(heard(notes=["audio"]))
    assert talk.outcomes == ["HANDOFF_HUMAN"]


def test_the_menu_may_be_asked_for_any_number_of_times(talk: Talk) -> None:
    for _ in range(8):
        assert TEXTS.options_menu in talk.asks(heard(gesture="menu")).text
    assert talk.session.asks == 0


def test_known_spam_is_closed_in_silence(talk: Talk) -> None:
    assert talk.hear(heard(gesture="spam")) is None
    assert talk.outcomes == ["DUPLICATE_OR_SPAM"]
    assert talk.acted("SESSION_CLOSED")[0].data["why"] == "SPAM_PATTERN"


def test_who_has_given_data_is_no_spammer(talk: Talk) -> None:
    talk.hear(sure("CUSTOM_SOFTWARE", facts={"users": "20"}))
    assert talk.hear(heard(gesture="spam")) is not None
    assert talk.outcomes == []


def test_out_of_scope_gets_one_polite_line_and_ends(talk: Talk) -> None:
    assert talk.asks(sure("UNSUPPORTED")).text.endswith(TEXTS.unsupported)
    (closed,) = talk.closed
    assert (closed.outcome, closed.intents) == ("UNSUPPORTED", ("UNSUPPORTED",))


def test_out_of_scope_after_an_answer_does_not_undo_it(talk: Talk) -> None:
    talk.hear(sure("INSTITUTIONAL"))
    assert talk.asks(sure("UNSUPPORTED")).text == TEXTS.unsupported
    talk.wait(1800)
    assert talk.outcomes == ["SELF_SERVE_INFO"]


def test_a_delivery_now_is_sent_to_its_channel_and_nothing_is_asked(talk: Talk) -> None:
    reply = talk.asks(sure(REQUEST))
    assert LINK in reply.text
    assert (reply.kind, talk.outcomes, talk.handoffs) == ("text", ["ROUTE_EXTERNAL"], [])


def test_in_the_cool_down_no_session_opens_and_one_reminder_is_given(talk: Talk) -> None:
    talk.hear(sure(REQUEST))
    reminders = [talk.hear(after_s=60) for _ in range(5)]
    assert reminders[0] is not None
    assert reminders[0].text == SUBJECTS["PYLOTO_ENTREGA_REQUEST"].reminder.format(link=LINK)
    assert reminders[1:] == [None] * 4
    assert talk.state.session is None
    assert len(talk.acted("SESSION_OPENED")) == 1
    assert sum(record.id.startswith("wamid.") for record in talk.records) == 6 + 2  # entrada e saída


def test_after_the_cool_down_a_message_opens_a_session_and_a_new_one_reminds_again(talk: Talk) -> None:
    talk.hear(sure(REQUEST))
    talk.hear(after_s=1799)
    assert talk.state.session is None
    talk.hear(sure(REQUEST), after_s=1)
    assert talk.outcomes == ["ROUTE_EXTERNAL"] * 2
    assert talk.hear() is not None


def test_a_link_does_not_end_a_session_that_holds_a_lead(talk: Talk) -> None:
    facts = {"name": "a", "city": "b", "vehicle": "c", "availability": "d"}
    talk.hear(sure("PYLOTO_ENTREGA_DRIVER_SIGNUP", "INSTITUTIONAL", facts=facts))
    talk.hear(heard(gesture="yes"))
    assert LINK in talk.asks(sure(REQUEST)).text
    assert talk.outcomes == []
    talk.wait(1800)
    assert talk.outcomes == ["HANDOFF_HUMAN"]


@pytest.mark.parametrize("topic", TOPICS)
def test_questions_about_pyloto_are_answered_and_nothing_is_open(talk: Talk, topic: str) -> None:
    reply = talk.asks(sure("INSTITUTIONAL", topic=topic))
    assert reply.text.endswith(TOPICS[topic])
    assert (talk.session.asked, talk.state.last_outcome) == ("", None)
    again = talk.asks(heard(topic="about"))
    assert again.text == TOPICS["about"]
    talk.hear(heard(gesture="thanks"))
    assert talk.outcomes == ["SELF_SERVE_INFO"]


def test_an_unknown_topic_gets_the_general_answer(talk: Talk) -> None:
    assert talk.asks(sure("INSTITUTIONAL", topic="horoscope")).text.endswith(TOPICS["about"])


def test_a_topic_before_any_choice_is_answered_with_the_options(talk: Talk) -> None:
    reply = talk.asks(heard(topic="price"))
    assert TOPICS["price"] in reply.text
    assert reply.kind == "list"


@pytest.mark.parametrize(("gesture", "text"), [("no", TEXTS.declined), ("thanks", TEXTS.goodbye)])
def test_declining_the_options_is_not_answered_like_thanks(talk: Talk, gesture: Gesture, text: str) -> None:
    talk.hear(heard(gesture="greeting"))
    assert talk.asks(heard(gesture=gesture)).text == text
    assert talk.outcomes == ["SELF_SERVE_INFO"]


def test_who_wants_their_data_erased_is_told_who_does_it_and_gets_a_person(talk: Talk) -> None:
    assert talk.asks(heard(gesture="erase")).text.endswith(TEXTS.data_request)
    assert talk.outcomes == ["HANDOFF_HUMAN"]
    assert TEXTS.reasons["DATA_REQUEST"] in talk.handoffs[0].qualification_reasons


def test_asking_for_a_person_first_needs_no_data(talk: Talk) -> None:
    assert talk.asks(heard(gesture="human")).text.endswith(TEXTS.handoff_empty)
    (handoff,) = talk.handoffs
    assert (talk.outcomes, handoff.routing, handoff.summary) == (["HANDOFF_HUMAN"], "atendimento", "")
    assert handoff.qualification_level == "low"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_fixed_command_gets_its_text_and_nothing_else(talk: Talk, command: str) -> None:
    talk.hear(heard(gesture="greeting"))
    assert talk.asks(heard(command=command)).text == COMMANDS[command]
    assert talk.session.asked == ""


def test_a_command_keeps_the_open_question(talk: Talk) -> None:
    talk.hear(sure("CUSTOM_SOFTWARE"))
    reply = talk.asks(heard(command="/saas"))
    assert reply.text.startswith(COMMANDS["/saas"])
    assert reply.text.endswith("O sistema é para quem?")
    assert (talk.session.asked, talk.session.asks) == ("client_type", 0)


def test_a_command_keeps_the_question_whether_to_go_on(talk: Talk) -> None:
    talk.hear(sure(REQUEST, "INSTITUTIONAL"))
    reply = talk.asks(heard(command="/saas"))
    assert (reply.kind, reply.text.startswith(COMMANDS["/saas"])) == ("buttons", True)


def test_a_command_with_a_clear_intent_starts_its_flow(talk: Talk) -> None:
    reply = talk.asks(sure("CUSTOM_SOFTWARE", command="/sobmedida"))
    assert COMMANDS["/sobmedida"] in reply.text
    assert talk.session.asked == "client_type"
    check_turn(talk)


def test_a_command_nobody_configured_is_only_a_text(talk: Talk) -> None:
    assert talk.asks(heard(command="/nada")).kind == "list"


@pytest.mark.parametrize(
    ("understood", "outcome"),
    [
        (heard(gesture="human"), "HANDOFF_HUMAN"),
        (heard(gesture="cancel"), "SELF_SERVE_INFO"),
        (heard(gesture="spam"), "DUPLICATE_OR_SPAM"),
        (sure(REQUEST), "ROUTE_EXTERNAL"),
        (sure("UNSUPPORTED"), "UNSUPPORTED"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_session_has_one_record_with_its_outcome_and_times(
    talk: Talk, understood: Understanding, outcome: str
) -> None:
    talk.hear(heard(gesture="greeting"))
    opened = talk.now_ms
    talk.hear(understood, after_s=60)
    (closed,) = talk.closed
    assert (closed.outcome, closed.opened_at_ms, closed.closed_at_ms) == (outcome, opened, opened + 60_000)
    assert talk.state.last_outcome == outcome
    assert talk.acted("SESSION_CLOSED")[0].reason == outcome


def test_what_was_received_and_told_so_is_not_also_said_to_be_unclear(talk: Talk) -> None:
    talk.hear()
    reply = talk.asks(heard(notes=["media"]))
    assert reply.text == f"{TEXTS.media}\n\n{TEXTS.options_ask}"
    assert talk.asks().text == TEXTS.options_again
