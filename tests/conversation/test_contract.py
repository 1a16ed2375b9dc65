"""Cláusulas do contrato que atravessam sessões, prazos e modos, cada uma do primeiro turno ao desfecho."""

import pytest

from pyloto_stream.ai.gestures import wants_person
from pyloto_stream.conversation.flows import SUBJECTS, UNKNOWN
from pyloto_stream.conversation.handoff import lead_profile
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.conversation.state import QueuedIntent
from pyloto_stream.conversation.texts import TEXTS
from tests.support.talk import T0, Talk, heard, maybe, sure
from tests.support.talk_rules import check_turn

CUSTOM: Intent = "CUSTOM_SOFTWARE"
SAAS: Intent = "SAAS_COMMUNICATION"
DRIVER: Intent = "PYLOTO_ENTREGA_DRIVER_SIGNUP"
SHOP: Intent = "PYLOTO_ENTREGA_MERCHANT_SIGNUP"
REQUEST: Intent = "PYLOTO_ENTREGA_REQUEST"
ABOUT: Intent = "INSTITUTIONAL"
FULL = {
    "client_type": "Empresa", "current_problem": "planilhas", "features": "estoque", "users": "20",
    "city": "Londrina", "deadline": "3 meses",
}  # fmt: skip


@pytest.fixture
def talk() -> Talk:
    talk = Talk()
    talk.manager = SessionManager(talk.rules, wants_person)
    return talk


# --- descanso depois de ROUTE_EXTERNAL ----------------------------------------------------------------


@pytest.mark.parametrize("asked", ["quero falar com uma pessoa", "atendente pfv", "apaguem meus dados"])
def test_a_person_can_be_asked_for_even_in_the_cool_down(talk: Talk, asked: str) -> None:
    talk.hear(sure(REQUEST))
    talk.now_ms += 60_000
    gesture = "erase" if "dados" in asked else "human"
    reply = talk.turn([talk.message(text=asked)], heard(gesture=gesture))
    assert reply is not None
    assert talk.outcomes == ["ROUTE_EXTERNAL", "HANDOFF_HUMAN"]
    assert talk.mode == "HUMAN"
    check_turn(talk)


def test_anything_else_in_the_cool_down_gets_one_reminder_of_where_to_go(talk: Talk) -> None:
    talk.hear(sure(REQUEST))
    said = [talk.turn([talk.message(text=text)]) for text in ("e o motoboy?", "oi", "quero um sistema")]
    assert [reply is not None for reply in said] == [True, False, False]
    assert said[0] is not None
    assert said[0].text.startswith(SUBJECTS[REQUEST].reminder.partition("{")[0])
    assert (talk.outcomes, talk.state.session) == (["ROUTE_EXTERNAL"], None)


def test_a_burst_that_asks_for_a_person_gets_the_person_and_no_reminder(talk: Talk) -> None:
    talk.hear(sure(REQUEST))
    burst = [talk.message(text="oi"), talk.message(text="quero falar com alguém da equipe")]
    reply = talk.turn(burst, heard(gesture="human"))
    assert reply is not None
    assert reply.text == TEXTS.handoff_empty
    assert talk.outcomes == ["ROUTE_EXTERNAL", "HANDOFF_HUMAN"]


# --- seguir para o próximo assunto ---------------------------------------------------------------------


@pytest.mark.parametrize("way", ["yes", "chosen"])
def test_going_on_freezes_and_summarises_what_was_finished(talk: Talk, way: str) -> None:
    talk.hear(sure(CUSTOM, ABOUT, facts=FULL | {"budget": "R$ 5.000"}))
    assert talk.session.resolved == [CUSTOM]
    talk.hear(heard(gesture="yes") if way == "yes" else heard(explicit=ABOUT))
    (frozen,) = talk.state.summaries
    assert frozen.startswith(SUBJECTS[CUSTOM].title)
    assert "Usuários: 20" in frozen
    talk.wait(3 * 3600)
    assert talk.outcomes == ["HANDOFF_HUMAN"]
    assert talk.state.summaries == [frozen]  # a sessão inteira não o repete


def test_the_summaries_of_the_last_three_sessions_are_kept(talk: Talk) -> None:
    for n in range(5):
        talk.hear(sure(CUSTOM, facts={"users": str(n + 1)}))
        talk.hear(heard(gesture="cancel"))
    assert [summary[-1] for summary in talk.state.summaries] == ["3", "4", "5"]


# --- o que não se pergunta de novo ----------------------------------------------------------------------


def test_a_refused_budget_is_not_asked_in_any_later_session(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts=FULL))
    assert talk.session.asked == "budget"
    talk.hear(heard(gesture="refuse"))
    assert talk.closed[0].facts["budget"] == UNKNOWN
    assert talk.state.refused == ["budget"]
    talk.fire()
    again = {name: value for name, value in FULL.items() if name != "city"}
    talk.hear(sure(CUSTOM, facts=again))
    assert talk.outcomes == ["HANDOFF_HUMAN", "HANDOFF_HUMAN"]
    assert "budget" not in talk.handoffs[1].requirements


def test_a_budget_told_after_all_is_kept(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts=FULL))
    talk.hear(heard(gesture="refuse"))
    talk.fire()
    talk.hear(sure(CUSTOM, facts={"budget": "R$ 5.000"}))
    assert (talk.session.facts["budget"], talk.state.refused) == ("R$ 5.000", [])


def test_a_city_known_from_another_subject_is_not_asked_in_a_later_session(talk: Talk) -> None:
    talk.hear(sure(DRIVER, facts={"name": "Rui", "city": "Londrina", "vehicle": "Moto"}))
    talk.hear(heard(gesture="human"))
    talk.fire()
    talk.hear(sure(SHOP, facts={"company": "Padaria do Rui"}))
    assert talk.session.asked == "segment"


# --- perfil ------------------------------------------------------------------------------------------


def test_the_profile_keeps_who_the_person_is(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"client_type": "Empresa", "city": "Londrina"}, signals={"role": "dono"}))
    talk.hear(heard(gesture="human"))
    talk.fire()
    assert talk.state.profile == {"city": "Londrina", "is_business": "sim", "role": "dono"}
    talk.hear(sure(CUSTOM))
    talk.hear(heard(gesture="human"))
    lead = lead_profile(talk.state, talk.handoffs[1], "")
    assert (lead.city, lead.role, lead.is_business) == ("Londrina", "dono", True)


def test_who_speaks_for_themselves_is_no_business(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"client_type": "Pessoa física"}))
    assert talk.state.profile == {}
    talk.hear(heard(gesture="human"))
    assert not lead_profile(talk.state, talk.handoffs[0], "").is_business


# --- aviso e consentimento ------------------------------------------------------------------------------


def test_which_notice_was_given_and_when_is_recorded_and_audited_once(talk: Talk) -> None:
    talk.hear(sure(ABOUT))
    given = talk.now_ms
    talk.hear(sure(ABOUT))
    assert (talk.state.consent_version, talk.state.consent_at_ms) == (TEXTS.privacy_version, given)
    (act,) = talk.acted("PRIVACY_NOTICE_SHOWN")
    assert (act.reason, act.at_ms, act.actor) == (TEXTS.privacy_version, given, "SYSTEM")


def test_a_new_version_of_the_notice_is_given_again(talk: Talk) -> None:
    talk.hear(sure(ABOUT))
    talk.state.consent_version = "2020-01"
    assert TEXTS.privacy_notice in talk.asks(sure(ABOUT)).text
    assert len(talk.acted("PRIVACY_NOTICE_SHOWN")) == 2


# --- spam e respostas inúteis ---------------------------------------------------------------------------


def useless(talk: Talk, times: int = 4) -> None:
    for _ in range(times):
        talk.hear(heard())


def test_three_useless_answers_of_somebody_never_understood_are_spam(talk: Talk) -> None:
    useless(talk)
    assert talk.outcomes == ["DUPLICATE_OR_SPAM"]
    assert talk.handoffs == []


def test_faint_subjects_do_not_make_it_less_of_a_spam(talk: Talk) -> None:
    for _ in range(4):
        talk.hear(maybe(CUSTOM, 0.6))
    assert talk.outcomes == ["DUPLICATE_OR_SPAM"]


def test_who_was_answered_before_is_only_said_good_bye(talk: Talk) -> None:
    talk.hear(sure(ABOUT))
    useless(talk)
    assert talk.outcomes == ["SELF_SERVE_INFO"]


def test_who_has_something_pending_goes_to_a_person(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    talk.hear(heard(gesture="menu"))
    useless(talk, 3)
    assert talk.outcomes == ["HANDOFF_HUMAN"]


def test_photos_at_the_question_of_going_on_are_no_useless_answers(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, ABOUT, facts=FULL | {"budget": "R$ 5.000"}))
    for note in ("media", "media", "audio", "contacts"):
        assert talk.asks(heard(notes=[note])).kind == "buttons"
    assert (talk.outcomes, talk.session.asks) == ([], 0)


# --- localização -----------------------------------------------------------------------------------------


def test_where_the_data_say_so_the_place_is_asked_with_a_button_and_may_be_typed(talk: Talk) -> None:
    reply = talk.asks(sure(SHOP, facts={"company": "Padaria do Rui"}))
    assert (talk.session.asked, reply.kind) == ("city", "location")
    pinned = talk.asks(heard(notes=["location"], signals={"location": "-23.3,-51.1"}))
    assert (pinned.kind, talk.session.asks) == ("text", 0)
    assert TEXTS.location in pinned.text
    talk.hear(heard(facts={"city": "Londrina"}))
    assert talk.session.asked == "segment"
    talk.hear(heard(gesture="human"))
    assert talk.handoffs[0].requirements["location"] == "-23.3,-51.1"


# --- dados que mudaram -----------------------------------------------------------------------------------


def test_a_session_of_a_subject_that_no_longer_exists_goes_on(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    session = talk.session
    session.active, session.asked, session.detected = "OLD_SUBJECT", "old_field", ["OLD_SUBJECT", CUSTOM]
    session.queue, session.resolved = [QueuedIntent("OLDER_SUBJECT", T0, 0.9)], ["OLDER_SUBJECT"]
    assert talk.asks(heard()).kind == "list"
    assert (talk.session.detected, talk.session.queue, talk.session.resolved) == ([CUSTOM], [], [])
    check_turn(talk)


def test_an_intent_nobody_knows_is_not_followed(talk: Talk) -> None:
    assert talk.asks(sure("INVENTED", explicit="INVENTED")).kind == "list"
    assert talk.session.detected == []


def test_a_command_in_the_same_turn_as_an_answer_does_not_ask_for_it_again(talk: Talk) -> None:
    talk.hear(sure(CUSTOM))
    reply = talk.asks(heard(command="/saas", facts={"client_type": "Empresa"}))
    assert talk.session.asked == "current_problem"
    assert reply.text.endswith("hoje com o sistema?")
    check_turn(talk)
