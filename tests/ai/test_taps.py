import pytest

from pyloto_stream.conversation.intents import CHOOSE, CONTINUE
from pyloto_stream.conversation.records import Intent
from tests.support.hearing import asking, hear

DRIVER: Intent = "PYLOTO_ENTREGA_DRIVER_SIGNUP"


def test_a_tapped_subject_is_an_explicit_choice() -> None:
    heard = hear(asking(CHOOSE), f"@intent:{DRIVER}")
    assert (heard.explicit, heard.intents, heard.notes) == (DRIVER, (), ())


def test_a_tapped_option_is_the_fact_itself() -> None:
    assert hear(asking("vehicle", DRIVER), "@fact:vehicle:Moto").facts == {"vehicle": "Moto"}


def test_a_tap_on_an_answered_question_corrects_it() -> None:
    heard = hear(asking("availability", DRIVER, vehicle="Moto"), "@fact:vehicle:Carro")
    assert (heard.corrections, heard.facts) == ({"vehicle": "Carro"}, {})


def test_a_tap_may_belong_to_the_subject_tapped_just_before() -> None:
    assert hear(asking(CHOOSE), f"@intent:{DRIVER}", "@fact:vehicle:Moto").facts == {"vehicle": "Moto"}


@pytest.mark.parametrize(
    ("tapped", "gesture"), [("@do:yes", "yes"), ("@do:no", "no"), ("@do:human", "human")]
)
def test_tapped_gestures_are_gestures(tapped: str, gesture: str) -> None:
    assert hear(asking(CONTINUE), tapped).gesture == gesture


def test_a_tapped_command_is_a_command() -> None:
    assert hear(asking(), "@/saas").command == "/saas"


@pytest.mark.parametrize(
    "tapped",
    [
        "@fact:vehicle:Nave",
        "@fact:users:3",
        "@fact:name:Ana",
        "@fact:vehicle",
        "@fact:",
        "@fact::",
        "@intent:X",
        "@intent:ENTRY_UNKNOWN",
        "@intent:UNSUPPORTED",
        "@do:yes",
        "@do:drop",
        "@:::",
        "@\x00",
        "@" + "fact:" * 900,
    ],
)
def test_any_other_tap_is_stale_and_nothing_else(tapped: str) -> None:
    heard = hear(asking("vehicle", DRIVER), tapped)
    assert heard.notes == ("stale",)
    assert (heard.facts, heard.corrections, heard.explicit, heard.gesture) == ({}, {}, None, "")


def test_an_option_of_a_subject_that_is_over_is_stale() -> None:
    state = asking("", DRIVER, vehicle="Moto")
    assert state.session is not None
    state.session.resolved.append(DRIVER)
    assert hear(state, "@fact:vehicle:Carro").notes == ("stale",)


def test_of_two_taps_that_disagree_the_last_counts() -> None:
    heard = hear(asking("vehicle", DRIVER), "@fact:vehicle:Carro", "@fact:vehicle:Moto")
    assert heard.facts == {"vehicle": "Moto"}
