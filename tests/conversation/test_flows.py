"""Os quatro fluxos: uma pergunta por turno, nunca a do que se sabe, e saída a qualquer momento."""

import pytest

from pyloto_stream.conversation.flows import FIELDS, FLOWS, UNKNOWN
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.conversation.understanding import Understanding
from tests.support.talk import Talk, heard, sure
from tests.support.talk_rules import check_turn

CUSTOM: Intent = "CUSTOM_SOFTWARE"
DRIVER: Intent = "PYLOTO_ENTREGA_DRIVER_SIGNUP"
COMMERCIAL: list[Intent] = [
    CUSTOM, "SAAS_COMMUNICATION", DRIVER, "PYLOTO_ENTREGA_MERCHANT_SIGNUP",
]  # fmt: skip
CONTRACT = {
    CUSTOM: ["client_type", "current_problem", "features", "users", "city", "deadline", "budget"],
    "SAAS_COMMUNICATION": [
        "business_type", "channels", "conversation_volume", "main_pain", "automation_goal", "monthly_budget",
    ],
    DRIVER: ["name", "city", "vehicle", "availability"],
    "PYLOTO_ENTREGA_MERCHANT_SIGNUP": ["company", "city", "segment", "delivery_volume"],
}  # fmt: skip
NOT_CRITICAL = {"client_type", "budget", "monthly_budget"}


@pytest.fixture
def talk() -> Talk:
    return Talk()


def question(intent: Intent, name: str) -> str:
    return FLOWS[intent].questions.get(name, FIELDS[name].question)


@pytest.mark.parametrize("intent", COMMERCIAL)
def test_each_flow_collects_what_the_contract_says(intent: Intent) -> None:
    assert list(FLOWS[intent].fields) == CONTRACT[intent]
    assert {name for name in CONTRACT[intent] if not FIELDS[name].critical} == NOT_CRITICAL & {
        *CONTRACT[intent]
    }


@pytest.mark.parametrize("intent", COMMERCIAL)
def test_each_flow_asks_in_order_one_question_per_turn_and_ends_with_a_person(
    talk: Talk, intent: Intent
) -> None:
    reply = talk.asks(sure(intent))
    assert FLOWS[intent].intro in reply.text
    for name in CONTRACT[intent]:
        assert talk.session.asked == name
        assert reply.text.endswith(question(intent, name))
        assert reply.text.count("?") <= 1
        reply = talk.asks(heard(facts={name: f"valor de {name}"}))
        check_turn(talk)
    assert talk.outcomes == ["HANDOFF_HUMAN"]
    assert talk.mode == "HUMAN"
    for name in CONTRACT[intent]:
        assert f"{FIELDS[name].label}: valor de {name}" in reply.text
    (handoff,) = talk.handoffs
    assert handoff.requirements == {name: f"valor de {name}" for name in CONTRACT[intent]}


@pytest.mark.parametrize("intent", COMMERCIAL)
def test_everything_said_at_once_needs_no_question(talk: Talk, intent: Intent) -> None:
    talk.hear(sure(intent, facts=dict.fromkeys(CONTRACT[intent], "dito")))
    assert talk.outcomes == ["HANDOFF_HUMAN"]


@pytest.mark.parametrize("intent", COMMERCIAL)
def test_whatever_was_said_already_is_not_asked(intent: Intent) -> None:
    for name in CONTRACT[intent]:
        talk = Talk()
        others = {other: "dito" for other in CONTRACT[intent] if other != name}
        talk.hear(sure(intent, facts=others))
        assert talk.session.asked == name


@pytest.mark.parametrize("intent", COMMERCIAL)
@pytest.mark.parametrize("refused", [0, -1])
def test_a_refusal_is_stored_as_unknown_and_never_asked_again(
    talk: Talk, intent: Intent, refused: int
) -> None:
    name = CONTRACT[intent][refused]
    talk.hear(sure(intent, facts={other: "dito" for other in CONTRACT[intent] if other != name}))
    reply = talk.asks(heard(gesture="refuse"))
    assert TEXTS.noted_refusal in reply.text
    assert talk.closed[0].facts[name] == UNKNOWN
    assert name not in talk.handoffs[0].requirements
    assert FIELDS[name].label + ":" not in reply.text


def test_a_refused_deadline_is_no_deadline(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={n: "x" for n in CONTRACT[CUSTOM] if n != "deadline"}))
    talk.hear(heard(gesture="refuse"))
    assert talk.handoffs[0].deadline == ""


def test_what_was_refused_may_still_be_volunteered_later(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    talk.hear(heard(gesture="refuse"))
    reply = talk.asks(heard(facts={"client_type": "Empresa"}))
    assert talk.session.facts["client_type"] == "Empresa"
    assert "corrigi" not in reply.text


def test_the_first_thing_said_stands_until_it_is_corrected(talk: Talk) -> None:
    talk.hear(sure(DRIVER, facts={"name": "Rui"}))
    talk.hear(heard(facts={"name": "Outra coisa"}))
    assert talk.session.facts["name"] == "Rui"
    reply = talk.asks(heard(corrections={"name": "Rui Sá"}))
    assert TEXTS.corrected.format(label="Nome", value="Rui Sá") in reply.text
    assert talk.session.facts["name"] == "Rui Sá"
    assert talk.state.profile["name"] == "Rui Sá"
    assert talk.session.asked == "city"


def test_a_correction_after_the_flow_ended_reaches_who_takes_over(talk: Talk) -> None:
    facts = {"name": "Rui", "city": "Londrina", "vehicle": "Moto", "availability": "Noite"}
    talk.hear(sure(DRIVER, "INSTITUTIONAL", facts=facts))
    reply = talk.asks(heard(corrections={"city": "Maringá", "vehicle": "Carro"}))
    assert "Maringá" in reply.text
    assert talk.session.asks == 0
    talk.hear(heard(gesture="no"))
    assert talk.handoffs[0].requirements == {**facts, "city": "Maringá", "vehicle": "Carro"}


@pytest.mark.parametrize("value", ["", "  ", "\n"])
def test_a_blank_answer_is_no_answer(talk: Talk, value: str) -> None:
    talk.hear(sure(DRIVER))
    talk.hear(heard(facts={"name": value}))
    assert (talk.session.asked, talk.session.asks) == ("name", 1)


def test_a_fact_nobody_defined_is_ignored(talk: Talk) -> None:
    talk.hear(sure(DRIVER, facts={"shoe_size": "42"}))
    assert talk.session.facts == {}


def test_a_location_is_noted_at_any_time(talk: Talk) -> None:
    reply = talk.asks(heard(signals={"location": "-23.3,-51.1"}, notes=["location"]))
    assert TEXTS.location in reply.text
    talk.hear(heard(gesture="human"))
    assert talk.handoffs[0].requirements == {"location": "-23.3,-51.1"}


def test_going_back_asks_the_last_answer_again(talk: Talk) -> None:
    talk.hear(sure(DRIVER, facts={"name": "Rui", "city": "Londrina"}))
    reply = talk.asks(heard(gesture="back"))
    assert talk.session.asked == "city"
    assert TEXTS.went_back in reply.text
    assert "city" not in talk.state.profile
    talk.hear(heard(gesture="back"))
    assert talk.session.asked == "name"
    talk.hear(heard(gesture="back"))
    assert (talk.session.asked, talk.session.asks) == ("name", 1)
    talk.hear(heard(facts={"name": "Rui", "city": "Maringá"}))
    assert talk.session.asked == "vehicle"


def test_going_back_from_an_optional_first_question_leaves_it_blank_and_moves_on(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    for _ in range(3):
        talk.hear(heard(gesture="back"))
    assert (talk.session.facts, talk.session.asked) == ({"client_type": UNKNOWN}, "current_problem")


def test_going_back_for_ever_still_ends(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    for _ in range(40):
        if talk.state.session is None:
            break
        talk.hear(heard(gesture="back"))
        check_turn(talk)
    talk.wait(7200)
    assert talk.state.session is None


@pytest.mark.parametrize("intent", COMMERCIAL)
def test_a_person_is_one_word_away_at_any_question(intent: Intent) -> None:
    for given in range(len(CONTRACT[intent])):
        talk = Talk()
        talk.hear(sure(intent, facts={name: f"dito {name}" for name in CONTRACT[intent][:given]}))
        reply = talk.asks(heard(gesture="human"))
        assert talk.outcomes == ["HANDOFF_HUMAN"]
        assert ("Anotei até aqui" in reply.text) == bool(given)
        assert TEXTS.reasons["ASKED_HUMAN"] in talk.handoffs[0].qualification_reasons
        assert talk.handoffs[0].routing == FLOWS[intent].routing


@pytest.mark.parametrize("intent", COMMERCIAL)
def test_so_is_the_door(talk: Talk, intent: Intent) -> None:
    talk.hear(sure(intent))
    assert talk.asks(heard(gesture="cancel")).text == TEXTS.cancelled
    assert (talk.outcomes, talk.handoffs) == (["SELF_SERVE_INFO"], [])


def test_leaving_after_a_complete_lead_still_hands_it_over(talk: Talk) -> None:
    talk.hear(sure(DRIVER, "INSTITUTIONAL", facts=dict.fromkeys(CONTRACT[DRIVER], "dito")))
    talk.hear(heard(gesture="cancel"))
    assert talk.outcomes == ["HANDOFF_HUMAN"]


def test_an_aside_is_answered_and_the_question_stays_open(talk: Talk) -> None:
    talk.hear(sure(DRIVER))
    for _ in range(6):
        reply = talk.asks(heard(aside=True, topic="price"))
        assert "Valores dependem" in reply.text
        assert reply.text.endswith(question(DRIVER, "name"))
    assert (talk.session.asked, talk.session.asks) == ("name", 0)


def test_an_old_button_is_explained_and_costs_no_patience(talk: Talk) -> None:
    talk.hear(sure(DRIVER))
    reply = talk.asks(heard(notes=["stale"]))
    assert TEXTS.stale_choice in reply.text
    assert talk.session.asks == 0


def test_photos_voice_notes_places_and_contacts_cost_no_patience(talk: Talk) -> None:
    talk.hear(sure(DRIVER))
    for note in ("media", "media", "media", "audio", "location", "contacts"):
        reply = talk.asks(heard(notes=[note]))
        assert reply.text.endswith(question(DRIVER, "name"))
    assert talk.session.asks == 0
    assert talk.outcomes == []


def test_a_useless_answer_gets_the_explained_question_twice(talk: Talk) -> None:
    talk.hear(sure(DRIVER))
    assert [talk.asks().text for _ in range(2)] == [FIELDS["name"].retry] * 2


@pytest.mark.parametrize("facts", [{}, {"name": "Rui"}], ids=["nothing said", "something said"])
def test_three_useless_answers_to_what_is_essential_go_to_a_person(talk: Talk, facts: dict[str, str]) -> None:
    talk.hear(sure(DRIVER, facts=facts))
    replies = [talk.asks() for _ in range(3)]
    assert replies[-1].text == TEXTS.handoff_stuck
    assert talk.outcomes == ["HANDOFF_HUMAN"]
    assert TEXTS.reasons["NO_USABLE_ANSWER"] in talk.handoffs[0].qualification_reasons


def test_three_useless_answers_to_the_optional_move_on(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    for _ in range(3):
        talk.hear()
    assert talk.session.facts == {"client_type": UNKNOWN}
    assert talk.session.asked == "current_problem"


def test_useless_answers_count_only_in_a_row(talk: Talk) -> None:
    talk.hear(sure(DRIVER))
    for fact in ("vehicle", "availability", "city"):
        talk.hear()
        talk.hear()
        talk.hear(heard(facts={fact: "dito"}))
        assert (talk.session.asked, talk.session.asks) == ("name", 0)


def test_saying_again_what_is_known_is_no_useless_answer(talk: Talk) -> None:
    talk.hear(sure(DRIVER, facts={"vehicle": "Moto"}))
    for _ in range(4):
        assert talk.asks(heard(facts={"vehicle": "Moto"})).text == FIELDS["name"].retry
    assert (talk.session.asked, talk.session.asks) == ("name", 0)
    talk.hear(heard(facts={"vehicle": "Carro"}))
    assert talk.session.asks == 1


def test_out_of_scope_inside_a_flow_is_said_and_the_question_repeated(talk: Talk) -> None:
    talk.hear(sure(DRIVER))
    reply = talk.asks(sure("UNSUPPORTED"))
    assert reply.text.startswith(TEXTS.again_unsupported)
    assert talk.session.asked == "name"


def test_a_mention_of_the_flow_among_what_is_out_of_scope_is_no_refusal(talk: Talk) -> None:
    talk.hear(sure(DRIVER))
    assert TEXTS.again_unsupported not in talk.asks(sure("UNSUPPORTED", DRIVER)).text


def test_the_menu_leaves_the_flow_and_its_facts_stay(talk: Talk) -> None:
    talk.hear(sure(DRIVER, facts={"name": "Rui"}))
    reply = talk.asks(heard(gesture="menu"))
    assert reply.text.startswith(TEXTS.options_menu)
    talk.hear(Understanding(explicit=DRIVER))
    assert talk.session.asked == "city"
    talk.hear(heard(gesture="menu"))
    talk.wait(7200)
    assert talk.outcomes == ["SCHEDULED_FOLLOWUP"]
    assert (talk.handoffs[0].intent_primary, talk.handoffs[0].routing) == (
        DRIVER, "retorno/entregas-entregadores",
    )  # fmt: skip


def test_the_profile_answers_in_a_later_session(talk: Talk) -> None:
    talk.hear(sure(DRIVER, facts={name: f"dito {name}" for name in CONTRACT[DRIVER]}))
    talk.wait(12 * 3600)
    assert talk.mode == "BOT"
    talk.hear(sure(DRIVER))
    assert talk.session.asked == "vehicle"
    assert talk.session.facts == {}
    assert talk.state.profile == {"name": "dito name", "city": "dito city"}


def test_a_city_said_again_replaces_the_one_of_the_profile(talk: Talk) -> None:
    talk.hear(heard(facts={"city": "Londrina"}))
    assert talk.state.profile == {"city": "Londrina"}
    talk.hear(sure(DRIVER, facts={"name": "Rui", "city": "Maringá", "vehicle": "Moto"}))
    talk.hear(heard(facts={"availability": "Noite"}))
    assert talk.handoffs[0].requirements["city"] == "Maringá"
    assert talk.state.profile["city"] == "Maringá"
