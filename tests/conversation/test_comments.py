"""Onde entra a resposta proposta por um modelo: antes do que é nosso, e nunca no lugar."""

import pytest

from pyloto_stream.conversation.comments import answered
from pyloto_stream.conversation.flows import FIELDS, FLOWS
from pyloto_stream.conversation.reply import MAX_REPLY_CHARS, Reply
from pyloto_stream.conversation.texts import COMMANDS, TEXTS, TOPICS, topic_text
from pyloto_stream.conversation.understanding import Understanding
from tests.support.talk import Talk, heard, maybe, sure

SAID = "Entendi o seu caso."
DRIVER = "PYLOTO_ENTREGA_DRIVER_SIGNUP"
NAME, CITY = FIELDS["name"].question, FLOWS[DRIVER].questions["city"]


def talking() -> Talk:
    """Um cadastro de entregador em que se perguntou o nome."""
    talk = Talk()
    talk.asks(sure(DRIVER))
    return talk


def test_without_a_proposal_the_data_files_speak() -> None:
    assert answered(heard(topic="privacy")) == TOPICS["privacy"]
    assert answered(heard(topic="privacy", reply=SAID)) == SAID


def test_it_opens_a_subject_in_the_place_of_the_introduction_with_the_question_after_it() -> None:
    text = Talk().asks(sure(DRIVER, reply=SAID)).text
    assert text.startswith(TEXTS.privacy_notice)
    assert text.endswith(f"{SAID}\n\n{NAME}")
    assert FLOWS[DRIVER].intro not in text


@pytest.mark.parametrize(
    "parts",
    [
        {"facts": {"name": "Ana Souza"}},
        {"facts": {"name": "Ana Souza"}, "aside": True, "topic": "price"},
        {"aside": True, "topic": "price"},
        {"intents": [{"intent": "UNSUPPORTED", "confidence": 0.9}]},
        {},
    ],
)
def test_in_the_middle_of_a_flow_it_comes_before_the_question(parts: dict[str, object]) -> None:
    with_it, without = talking(), talking()
    text = with_it.asks(heard(**parts, reply=SAID)).text
    question = without.asks(heard(**parts)).text.rpartition("\n\n")[2]
    assert text == f"{SAID}\n\n{question}"


@pytest.mark.parametrize("gesture", ["back", "refuse"])
def test_going_back_and_refusing_have_words_of_their_own(gesture: str) -> None:
    talk = talking()
    talk.asks(heard(facts={"name": "Ana Souza"}))
    assert SAID not in talk.asks(heard(gesture=gesture, reply=SAID)).text


def test_a_correction_is_confirmed_in_our_words() -> None:
    talk = talking()
    talk.asks(heard(facts={"name": "Ana Souza"}))
    text = talk.asks(heard(corrections={"name": "Ana Lima"}, reply=SAID)).text
    assert TEXTS.corrected.format(label="Nome", value="Ana Lima") in text
    assert SAID not in text


def test_it_answers_about_us_and_says_what_is_out_of_scope() -> None:
    assert Talk().asks(sure("INSTITUTIONAL", topic="about", reply=SAID)).text.endswith(SAID)
    assert Talk().asks(sure("UNSUPPORTED", reply=SAID)).text.endswith(SAID)


def test_it_never_takes_the_place_of_the_link_the_summary_a_command_or_the_welcome() -> None:
    assert SAID not in Talk().asks(sure("PYLOTO_ENTREGA_REQUEST", reply=SAID)).text
    talk = talking()
    talk.asks(heard(facts={"name": "Ana Souza"}))
    assert talk.asks(heard(gesture="human", reply=SAID)).text.startswith(TEXTS.handoff_partial[:6])
    assert Talk().asks(heard(command="/saas", reply=SAID)).text.endswith(COMMANDS["/saas"])
    assert Talk().asks(heard(gesture="greeting", reply=SAID)).text.endswith(TEXTS.welcome)
    assert Talk().asks(maybe("CUSTOM_SOFTWARE", 0.5)).text.endswith(TEXTS.welcome)


def test_below_certainty_it_comes_before_the_options() -> None:
    talk = Talk()
    talk.asks(heard())
    reply = talk.asks(heard(reply=SAID))
    assert (reply.kind, reply.text) == ("list", f"{SAID}\n\n{TEXTS.options_ask}")
    talk = Talk()
    talk.asks(heard())
    reply = talk.asks(heard(reply=SAID, topic="about"))
    assert reply.text.count(SAID) == 1


@pytest.mark.parametrize("understood", [heard(topic="about", kind="list", reply=SAID), heard(kind="list")])
def test_a_list_with_no_flow_under_way_is_the_list_of_subjects(understood: Understanding) -> None:
    talk = Talk()
    talk.asks(sure("INSTITUTIONAL", topic="about"))
    assert talk.asks(understood).kind == "list"
    asked: Reply = Talk().asks(sure("INSTITUTIONAL", topic="about", kind="list"))
    assert asked.kind == "list"
    assert topic_text("about") in asked.text
    assert talking().asks(heard(kind="list", facts={"name": "Ana Souza"})).text == CITY


def test_a_long_proposal_gives_way_to_the_question() -> None:
    text = talking().asks(heard(facts={"name": "Ana Souza"}, reply="palavra " * 300)).text
    assert len(text) <= MAX_REPLY_CHARS
    assert text.endswith(CITY)
