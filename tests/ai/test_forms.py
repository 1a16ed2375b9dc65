"""Um formulário conferido vira fatos do seu assunto; o que não serve fica por perguntar."""

from pyloto_stream.ai.rules import understand
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.forms import FORM
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.understanding import Understanding
from tests.support.hearing import asking

DRIVER: Intent = "PYLOTO_ENTREGA_DRIVER_SIGNUP"

FILLED = {"name": "Ana Lima", "city": "Londrina PR", "vehicle": "Moto", "availability": '["Noite","Manhã"]'}
FACTS = {**FILLED, "availability": "Manhã, Noite"}


def form(**fields: str) -> MessageReceived:
    return MessageReceived("wamid.f", "form", "1", "2", 1, 1, form=fields)


def hear(message: MessageReceived, asked: str = "name", **known: str) -> Understanding:
    return understand(asking(asked, DRIVER, **known), [message])


def test_every_valid_field_is_a_fact_of_the_intent_of_the_form() -> None:
    heard = hear(form(**FILLED, **{FORM: "driver_signup"}))
    assert (heard.explicit, heard.facts, heard.corrections) == (DRIVER, FACTS, {})
    assert (heard.notes, heard.declined) == ((), ())


def test_what_does_not_fit_is_no_fact_and_nothing_is_guessed() -> None:
    bad = {"name": "Ana", "city": "123", "vehicle": "minha moto", "availability": "sempre", "role": "dono"}
    heard = hear(form(**bad, **{FORM: "driver_signup"}))
    assert heard.facts == {"name": "Ana"}
    assert heard.declined == ()


def test_what_the_session_knew_is_corrected() -> None:
    heard = hear(form(**FILLED, **{FORM: "driver_signup"}), "city", name="Bia", vehicle="Moto")
    assert heard.corrections == {"name": "Ana Lima", "vehicle": "Moto"}
    assert set(heard.facts) == {"city", "availability"}


def test_only_an_optional_field_can_be_declined_by_leaving_it_empty() -> None:
    heard = hear(form(current_problem="planilhas", **{FORM: "custom_software"}))
    assert heard.declined == ("client_type", "budget")
    assert heard.facts == {"current_problem": "planilhas"}


def test_a_form_nobody_checked_teaches_nothing() -> None:
    unread: list[dict[str, str]] = [{}, FILLED, {**FILLED, FORM: "unknown"}]
    for fields in unread:
        heard = hear(form(**fields))
        assert (heard.facts, heard.explicit, heard.notes) == ({}, None, ("form",))


def test_of_two_forms_the_last_one_counts() -> None:
    first = form(**FILLED, **{FORM: "driver_signup"})
    last = form(name="Bia Reis", city="", **{FORM: "driver_signup"})
    assert understand(asking("name", DRIVER), [first, last]).facts == {"name": "Bia Reis"}
