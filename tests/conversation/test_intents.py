"""No máximo três assuntos por sessão, um de cada vez, na ordem do contrato (seção 3)."""

import pytest

from pyloto_stream.conversation.flows import SUBJECTS
from pyloto_stream.conversation.intents import CHOOSE, CONTINUE, activate, choose, primary
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.state import QueuedIntent, Session
from pyloto_stream.conversation.texts import OPTIONS, TEXTS, TOPICS
from pyloto_stream.conversation.understanding import Understanding
from tests.support.talk import Talk, heard, maybe, sure

CUSTOM: Intent = "CUSTOM_SOFTWARE"
SAAS: Intent = "SAAS_COMMUNICATION"
REQUEST: Intent = "PYLOTO_ENTREGA_REQUEST"
DRIVER: Intent = "PYLOTO_ENTREGA_DRIVER_SIGNUP"
SHOP: Intent = "PYLOTO_ENTREGA_MERCHANT_SIGNUP"
ABOUT: Intent = "INSTITUTIONAL"
DRIVER_FACTS = {"name": "Rui", "city": "Londrina", "vehicle": "Moto", "availability": "Noite"}


@pytest.fixture
def talk() -> Talk:
    return Talk()


def waiting(talk: Talk) -> list[str]:
    return [queued.intent for queued in talk.session.queue]


@pytest.mark.parametrize(
    ("mentioned", "active"),
    [
        ((ABOUT, DRIVER), DRIVER),
        ((DRIVER, SAAS), SAAS),
        ((SAAS, CUSTOM), CUSTOM),
        ((DRIVER, SHOP), DRIVER),
        ((SHOP, DRIVER), SHOP),
        ((CUSTOM, SAAS, REQUEST), REQUEST),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else value,
)
def test_the_operational_need_comes_first_then_impact_then_what_was_said_first(
    talk: Talk, mentioned: tuple[Intent, ...], active: Intent
) -> None:
    talk.hear(sure(*mentioned))
    assert talk.session.active == active
    assert set(waiting(talk)) == set(mentioned) - {active}


def test_what_the_person_chooses_comes_before_anything_else(talk: Talk) -> None:
    talk.hear(sure(REQUEST, CUSTOM, explicit=DRIVER))
    assert talk.session.active == DRIVER
    assert set(waiting(talk)) == {REQUEST, CUSTOM}


def test_a_choice_without_any_score_is_an_intent_like_the_others(talk: Talk) -> None:
    talk.hear(Understanding(explicit=DRIVER))
    assert (talk.session.active, talk.session.detected, talk.session.confidence) == (DRIVER, [DRIVER], 1.0)


def test_the_queue_keeps_type_time_and_confidence_and_nothing_else(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, DRIVER))
    assert talk.session.queue == [QueuedIntent(DRIVER, talk.now_ms, 0.9)]
    assert QueuedIntent.__struct_fields__ == ("intent", "at_ms", "confidence")


def test_what_waits_is_said_once(talk: Talk) -> None:
    title = next(option.title for option in OPTIONS if option.intent == DRIVER)
    told = TEXTS.queued.format(title=title)
    assert told in talk.asks(sure(CUSTOM, DRIVER)).text
    assert told not in talk.asks(sure(CUSTOM, DRIVER)).text


def test_to_add_a_subject_is_no_useless_answer(talk: Talk) -> None:
    asked = talk.asks(sure(DRIVER)).text
    assert talk.asks(sure(DRIVER, SHOP)).text.endswith(asked.split("\n\n")[-1])
    assert talk.session.asks == 0


def test_what_is_asked_about_at_once_is_not_also_announced(talk: Talk) -> None:
    title = next(option.title for option in OPTIONS if option.intent == ABOUT)
    reply = talk.asks(sure(REQUEST, ABOUT))
    assert TEXTS.continue_question.format(title=title) in reply.text
    assert TEXTS.queued.format(title=title) not in reply.text


def test_to_speak_of_what_is_done_does_not_begin_what_waits(talk: Talk) -> None:
    talk.hear(sure(DRIVER, SHOP, facts=DRIVER_FACTS))
    assert talk.session.asked == CONTINUE
    reply = talk.asks(sure(DRIVER, topic="price", aside=True))
    assert (talk.session.active, talk.session.asked, waiting(talk)) == (DRIVER, CONTINUE, [SHOP])
    assert TOPICS["price"] in reply.text


def test_of_all_that_waits_begins_the_one_that_is_spoken_of(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, REQUEST, DRIVER, explicit=REQUEST))
    assert (talk.session.asked, waiting(talk)) == (CONTINUE, [CUSTOM, DRIVER])
    talk.hear(sure(DRIVER))
    assert (talk.session.active, waiting(talk)) == (DRIVER, [CUSTOM])


def test_an_urgent_subject_put_aside_does_not_break_into_another(talk: Talk) -> None:
    talk.hear(sure(REQUEST, explicit=DRIVER))
    talk.hear(sure(CUSTOM))
    assert (talk.session.active, waiting(talk)) == (DRIVER, [REQUEST, CUSTOM])


@pytest.mark.parametrize("confidence", [0.0, 0.5, 0.69])
def test_below_seven_tenths_the_options_are_offered_instead_of_guessing(
    talk: Talk, confidence: float
) -> None:
    reply = talk.asks(maybe(CUSTOM, confidence))
    assert (reply.kind, talk.session.active, talk.session.asked) == ("list", "ENTRY_UNKNOWN", CHOOSE)
    assert talk.session.detected == []


def test_from_seven_tenths_it_is_taken(talk: Talk) -> None:
    talk.hear(maybe(CUSTOM, 0.7))
    assert talk.session.active == CUSTOM


def test_facts_of_a_waiting_intent_are_not_collected(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, DRIVER, facts={"vehicle": "Moto", "users": "20"}))
    assert talk.session.facts == {"users": "20"}


@pytest.mark.parametrize("explicit", [None, ABOUT])
def test_a_fourth_intent_closes_for_a_follow_up(talk: Talk, explicit: Intent | None) -> None:
    talk.hear(sure(CUSTOM, SAAS, DRIVER, facts={"users": "20"}))
    fourth = Understanding(explicit=explicit) if explicit else sure(ABOUT)
    assert talk.asks(fourth).text == TEXTS.followup_limit
    assert talk.outcomes == ["SCHEDULED_FOLLOWUP"]
    (handoff,) = talk.handoffs
    assert (handoff.intent_primary, handoff.routing) == (CUSTOM, "retorno/comercial-sob-medida")
    assert TEXTS.reasons["INTENT_LIMIT"] in handoff.qualification_reasons


def test_the_fourth_does_not_take_the_place_of_the_one_being_treated(talk: Talk) -> None:
    talk.hear(sure(SAAS, DRIVER, ABOUT))
    talk.hear(Understanding(explicit=SHOP))
    assert talk.handoffs[0].intent_primary == SAAS
    assert talk.acted("INTENT_SET")[-1].reason == SAAS


def test_a_choice_is_certain_and_comes_first(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, DRIVER, explicit=DRIVER))
    assert talk.session.detected == [DRIVER, CUSTOM]
    assert talk.session.confidence == 1.0


def test_a_fourth_intent_with_a_complete_lead_goes_to_a_person(talk: Talk) -> None:
    talk.hear(sure(DRIVER, facts=DRIVER_FACTS))
    assert talk.outcomes == ["HANDOFF_HUMAN"]  # nada mais esperava
    talk = Talk()
    talk.hear(sure(DRIVER, ABOUT, facts=DRIVER_FACTS))
    assert talk.session.asked == CONTINUE
    talk.hear(sure(CUSTOM, SAAS))
    assert talk.outcomes == ["HANDOFF_HUMAN"]
    assert TEXTS.reasons["INTENT_LIMIT"] in talk.handoffs[0].qualification_reasons


def test_a_fourth_intent_does_not_hide_that_the_person_asked_for_a_human(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, SAAS, DRIVER))
    talk.hear(sure(ABOUT, gesture="human"))
    assert talk.outcomes == ["HANDOFF_HUMAN"]


def test_when_one_is_done_the_next_is_proposed_and_going_on_freezes_the_summary(talk: Talk) -> None:
    reply = talk.asks(sure(DRIVER, SHOP, explicit=DRIVER, facts=DRIVER_FACTS))
    assert (reply.kind, [choice.id for choice in reply.choices]) == ("buttons", ["do:yes", "do:no"])
    assert "Moto" in reply.text
    assert talk.state.summaries == []
    talk.hear(heard(gesture="yes"))
    assert talk.session.active == SHOP
    assert talk.session.asked == "company"
    assert talk.state.summaries == [
        "Cadastro de entregador\nNome: Rui\nCidade: Londrina\nVeículo: Moto\nDisponibilidade: Noite"
    ]


def test_declining_the_next_hands_over_what_is_done_and_says_what_is_open(talk: Talk) -> None:
    talk.hear(sure(DRIVER, SHOP, explicit=DRIVER, facts=DRIVER_FACTS))
    talk.hear(heard(gesture="no"))
    (handoff,) = talk.handoffs
    assert (handoff.resolved_intents, handoff.open_intents) == ((DRIVER,), (SHOP,))
    assert handoff.intent_primary == DRIVER
    assert handoff.confidence == 1.0


def test_after_the_link_declining_the_rest_ends_in_the_other_channel(talk: Talk) -> None:
    talk.hear(sure(REQUEST, ABOUT))
    talk.hear(heard(gesture="no"))
    assert talk.outcomes == ["ROUTE_EXTERNAL"]


def test_an_aside_while_asked_to_go_on_is_answered_and_costs_no_patience(talk: Talk) -> None:
    talk.hear(sure(DRIVER, SHOP, explicit=DRIVER, facts=DRIVER_FACTS))
    for _ in range(5):
        reply = talk.asks(heard(topic="privacy"))
        assert "LGPD" in reply.text
        reply = talk.asks(heard(aside=True))
        assert reply.kind == "buttons"
    assert talk.session.asks == 0


def test_three_useless_answers_to_go_on_end_with_what_is_done(talk: Talk) -> None:
    talk.hear(sure(DRIVER, SHOP, explicit=DRIVER, facts=DRIVER_FACTS))
    assert [talk.asks().kind for _ in range(2)] == ["buttons", "buttons"]
    talk.hear()
    assert talk.outcomes == ["HANDOFF_HUMAN"]


def test_unsupported_talk_is_no_yes_to_go_on(talk: Talk) -> None:
    talk.hear(sure(DRIVER, SHOP, explicit=DRIVER, facts=DRIVER_FACTS))
    talk.hear(sure("UNSUPPORTED"))
    assert talk.session.asked == CONTINUE
    assert talk.session.active == DRIVER


def test_a_mention_of_the_next_subject_is_a_yes(talk: Talk) -> None:
    talk.hear(sure(DRIVER, SHOP, explicit=DRIVER, facts=DRIVER_FACTS))
    talk.hear(sure(SHOP))
    assert (talk.session.active, talk.session.asked) == (SHOP, "company")


def test_a_sudden_delivery_need_suspends_the_flow_without_losing_it(talk: Talk) -> None:
    talk.hear(sure(DRIVER))
    reply = talk.asks(sure(REQUEST))
    assert "https://pyloto.com.br/entregas" in reply.text
    assert waiting(talk) == [DRIVER]
    talk.hear(heard(gesture="yes"))
    assert (talk.session.active, talk.session.asked) == (DRIVER, "name")


def test_changing_ones_mind_forgets_what_had_not_begun_and_keeps_what_had(talk: Talk) -> None:
    talk.hear(sure(DRIVER))
    talk.hear(Understanding(explicit=SHOP))
    assert (talk.session.active, waiting(talk)) == (SHOP, [])
    talk.hear(heard(facts={"company": "Padaria"}))
    talk.hear(Understanding(explicit=CUSTOM))
    assert (talk.session.active, waiting(talk)) == (CUSTOM, [SHOP])


def test_a_dropped_subject_mentioned_again_waits_its_turn(talk: Talk) -> None:
    talk.hear(sure(DRIVER))
    talk.hear(Understanding(explicit=SHOP))
    talk.hear(sure(DRIVER))
    assert (talk.session.active, waiting(talk)) == (SHOP, [DRIVER])


def test_what_was_answered_is_not_queued_again_by_talking_about_it_in_a_flow(talk: Talk) -> None:
    talk.hear(sure(ABOUT))
    talk.hear(sure(CUSTOM))
    talk.hear(sure(ABOUT, aside=True, topic="about"))
    assert waiting(talk) == []


def test_mentioning_the_active_subject_changes_nothing(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    talk.hear(sure(CUSTOM, explicit=CUSTOM))
    assert (talk.session.active, talk.session.detected, waiting(talk)) == (CUSTOM, [CUSTOM], [])


@pytest.mark.parametrize("intent", ["UNSUPPORTED", "ENTRY_UNKNOWN"])
def test_what_is_no_subject_cannot_be_chosen(talk: Talk, intent: Intent) -> None:
    talk.hear(sure(CUSTOM))
    talk.hear(Understanding(explicit=intent))
    assert (talk.session.active, talk.session.detected) == (CUSTOM, [CUSTOM])


def test_a_switch_of_subject_is_audited_with_confidence_and_engine(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, engine="rules"))
    (act,) = talk.acted("INTENT_SET")
    assert (act.reason, act.data) == (CUSTOM, {"confidence": 0.9, "engine": "rules"})


def test_the_lead_is_named_after_the_strongest_finished_subject() -> None:
    session = Session(id="s", opened_at_ms=0, active=ABOUT, detected=[DRIVER, CUSTOM, ABOUT])
    assert primary(session) == CUSTOM
    session.resolved = [DRIVER, ABOUT]
    assert primary(session) == DRIVER
    assert primary(Session(id="s", opened_at_ms=0, active=ABOUT, detected=[ABOUT])) == ABOUT
    assert primary(Session(id="s", opened_at_ms=0, active=DRIVER, detected=[CUSTOM, DRIVER])) == DRIVER


def test_nothing_waiting_nothing_to_choose() -> None:
    session = Session(id="s", opened_at_ms=0)
    assert choose(session, None) is None
    activate(session, DRIVER, 1)
    assert (session.active, session.confidence, session.asked) == (DRIVER, 1.0, "")


def test_the_order_of_impact_is_the_one_of_the_contract() -> None:
    driver_and_shop = {DRIVER, "PYLOTO_ENTREGA_MERCHANT_SIGNUP"}
    impacts = {intent: subject.impact for intent, subject in SUBJECTS.items() if not subject.immediate}
    assert sorted(impacts, key=lambda intent: -impacts[intent])[:2] == [CUSTOM, "SAAS_COMMUNICATION"]
    assert {impacts[intent] for intent in driver_and_shop} == {2}
    assert [intent for intent, subject in SUBJECTS.items() if subject.immediate] == [REQUEST]
    assert min(impacts, key=lambda intent: impacts[intent]) == ABOUT
