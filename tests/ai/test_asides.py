import pytest

from pyloto_stream.ai.asides import DETAILS, SIGNUP_TOPICS, statements
from pyloto_stream.ai.lexicon import READER
from pyloto_stream.conversation.texts import TOPICS
from tests.support.hearing import asking, hear


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("precisa de cnh?", ""),
        ("precisa de cnh", ""),
        ("vcs aceitam moto, carro e bike?", ""),
        ("tenho moto, precisa de cnh?", "tenho moto"),
        ("tenho moto. vcs aceitam carro? sou de Itu", "tenho moto.  sou de Itu"),
        ("moto?", "moto?"),
        ("oi, tudo bem?", "oi, tudo bem?"),
        ("precisa mostrar os valores", "precisa mostrar os valores"),
        ("", ""),
    ],
)
def test_questions_are_set_apart_from_what_is_told(text: str, told: str) -> None:
    assert statements(READER.read(text)).raw == told


def test_the_topics_that_answer_exist() -> None:
    assert {*SIGNUP_TOPICS, DETAILS} <= TOPICS.keys()


def test_a_question_may_come_with_an_answer() -> None:
    heard = hear(asking("vehicle", "PYLOTO_ENTREGA_DRIVER_SIGNUP", name="Ana"), "tenho moto, precisa de cnh?")
    assert (heard.facts, heard.aside, heard.topic) == ({"vehicle": "Moto"}, True, "signup")


def test_a_question_no_topic_answers_goes_to_the_team() -> None:
    heard = hear(asking("features", "CUSTOM_SOFTWARE"), "vcs integram com excel?")
    assert (heard.facts, heard.aside, heard.topic) == ({}, True, DETAILS)


@pytest.mark.parametrize("text", ["posso falar com alguém?", "vende pneu?", "oi, tudo bem?"])
def test_a_gesture_or_another_subject_is_no_aside(text: str) -> None:
    assert not hear(asking("vehicle", "PYLOTO_ENTREGA_DRIVER_SIGNUP", name="Ana"), text).aside
