"""O que um campo preenchido vale, que tela segue, e como um formulário se oferece."""

import msgspec
import pytest

from pyloto_stream.conversation.flows import FIELDS, FLOWS
from pyloto_stream.conversation.forms import FORM_OF, FORMS, filled, offer
from pyloto_stream.conversation.forms_exchange import Answer, Exchange, FlowDataHandler

DRIVER: dict[str, object] = {
    "name": "Ana Lima",
    "vehicle": "Moto",
    "city": "Londrina PR",
    "availability": ["Noite", "Manhã"],
}
HANDLER = FlowDataHandler()


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("name", "  Ana \n Lima ", "Ana Lima"),
        ("name", "A", ""),
        ("name", "Ana 2", ""),
        ("name", "ana@x", ""),
        ("name", "a" * 60, "a" * 60),
        ("name", "a" * 61, ""),
        ("name", "Ana\u202e Lima\x00", "Ana Lima"),
        ("city", "Londrina PR", "Londrina PR"),
        ("city", ["Londrina"], ""),
        ("vehicle", "Moto", "Moto"),
        ("vehicle", "moto", ""),
        ("vehicle", "Avião", ""),
        ("availability", ["Noite", "Manhã"], "Manhã, Noite"),
        ("availability", "Manhã, Noite", "Manhã, Noite"),
        ("availability", ["Horário livre", "Noite"], "Noite"),
        ("availability", ["Horário livre"], "Horário livre"),
        ("availability", ["Noite", "Nunca"], ""),
        ("availability", ["Noite", {}], ""),
        ("availability", '["Noite","Manhã"]', "Manhã, Noite"),
        ("availability", '["Noite",', ""),
        ("availability", ["Noite"] * 32, "Noite"),
        ("availability", ["Noite"] * 33, ""),
        ("availability", "[1]", ""),
        ("availability", [], ""),
        ("availability", "", ""),
        ("company", "3M", "3M"),
        ("company", "!!", ""),
        ("segment", "Loja", "Loja"),
        ("segment", "floricultura", "floricultura"),
        ("delivery_volume", "10 a 30 por dia", "10 a 30 por dia"),
        ("delivery_volume", "25", ""),
        ("users", 20, "20"),
        ("users", "uns 20", "uns 20"),
        ("users", "muitos", ""),
        ("users", True, ""),
        ("users", 10**20, ""),
        ("current_problem", "x" * 300, "x" * 300),
        ("current_problem", "x" * 301, ""),
        ("current_problem", "?!", ""),
        ("deadline", "em 3 meses", "em 3 meses"),
        ("deadline", "-", ""),
        ("budget", "R$ 5.000", "R$ 5.000"),
        ("budget", None, ""),
    ],
)
def test_a_field_is_taken_as_written_or_not_at_all(name: str, raw: object, value: str) -> None:
    assert filled(name, raw) == value


def exchange(screen: str, data: dict[str, object], action: str = "data_exchange") -> Answer:
    return HANDLER.answer("driver_signup", Exchange(action, screen, data, "t"))


def test_the_screens_follow_and_carry_what_was_filled() -> None:
    assert exchange("", {}, "INIT") == Answer("ENTRY", {})
    assert exchange("ENTRY", {"name": "Ana Lima"}) == Answer("LIST", {"name": "Ana Lima"})
    step = exchange("LIST", {"name": "Ana Lima", "vehicle": "Moto"})
    assert step == Answer("FORM", {"name": "Ana Lima", "vehicle": "Moto"})


def test_the_end_gives_the_conversation_every_field_and_the_token() -> None:
    done = exchange("FORM", DRIVER)
    params = {**DRIVER, "availability": "Manhã, Noite", "flow_token": "t"}
    assert done == Answer("SUCCESS", {"extension_message_response": {"params": params}})
    assert exchange("FORM", DRIVER) == done


@pytest.mark.parametrize(("field", "screen"), [("name", "ENTRY"), ("vehicle", "LIST"), ("city", "FORM")])
@pytest.mark.parametrize("bad", [None, "", "?", {"a": 1}])
def test_a_bad_field_leads_back_to_its_screen_with_the_reason(field: str, screen: str, bad: object) -> None:
    answer = exchange("FORM", {**DRIVER, field: bad})
    assert answer.screen == screen
    assert answer.data["error_message"] == FIELDS[field].retry
    assert set(answer.data) - {"error_message"} <= set(DRIVER)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_ends_once_every_field_is_filled(form: str) -> None:
    examples = {"users": "20", "deadline": "em 3 meses", "name": "Ana", "city": "Londrina PR"}
    values = {
        name: FIELDS[name].choices[0].value if FIELDS[name].choices else examples.get(name, "texto livre")
        for screen in FORMS[form].screens
        for name in screen.fields
    }
    last = FORMS[form].screens[-1].id
    assert HANDLER.answer(form, Exchange("data_exchange", last, values, "t")).screen == "SUCCESS"


def test_an_optional_field_may_be_empty_but_not_wrong() -> None:
    values = {
        "city": "Londrina PR", "client_type": "Empresa", "current_problem": "planilhas", "features": "agenda",
        "users": "5", "deadline": "sem pressa", "budget": "",
    }  # fmt: skip
    answer = HANDLER.answer("custom_software", Exchange("data_exchange", "FORM", values, "t"))
    assert answer.screen == "SUCCESS"
    wrong = HANDLER.answer(
        "custom_software", Exchange("data_exchange", "FORM", {**values, "budget": "?"}, "")
    )
    assert wrong.data["error_message"] == FIELDS["budget"].retry


def test_back_shows_the_screen_before_with_what_it_needs() -> None:
    assert exchange("FORM", {"name": "Ana"}, "BACK") == Answer("LIST", {"name": "Ana"})
    assert exchange("ENTRY", {}, "BACK") == exchange("", {}, "BACK") == Answer("ENTRY", {})


@pytest.mark.parametrize(("action", "screen"), [("data_exchange", "NOWHERE"), ("dance", "FORM")])
def test_an_unknown_screen_or_action_starts_again(action: str, screen: str) -> None:
    assert exchange(screen, dict(DRIVER), action) == Answer("ENTRY", {})


ALL = frozenset(FORMS)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_an_offer_carries_the_first_question_for_who_prefers_to_type(form: object) -> None:
    form = FORMS[msgspec.convert(getattr(form, "name", ""), str)]
    first = FLOWS[form.intent].fields[0]
    reply = offer(form.intent, first, {}, ALL, "Olá!")
    assert reply is not None
    assert (reply.kind, reply.form) == ("flow", form.name)
    assert reply.text.startswith("Olá!")
    assert reply.text.endswith(FIELDS[first].question)
    assert 0 < len(reply.button) <= 20


def test_nothing_is_offered_that_would_ask_again_or_is_not_there() -> None:
    intent = FORMS["driver_signup"].intent
    assert offer(intent, "name", {"city": "Londrina PR"}, ALL) is None
    assert offer(intent, "name", {"segment": "Loja"}, ALL) is not None
    assert offer(intent, "name", {}, frozenset()) is None
    assert offer("SAAS_COMMUNICATION", "business_type", {}, ALL) is None


def test_each_form_asks_exactly_what_its_flow_collects() -> None:
    for intent, form in FORM_OF.items():
        asked = [name for screen in form.screens for name in screen.fields]
        assert sorted(asked) == sorted(FLOWS[intent].fields)
        assert len(form.screens) == 3
