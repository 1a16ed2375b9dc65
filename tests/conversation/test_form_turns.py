"""O formulário dentro da conversa: quando se oferece, o que muda ao chegar, e quem prefere digitar."""

import pytest

from pyloto_stream.conversation.dialogue import advance
from pyloto_stream.conversation.flows import FIELDS, UNKNOWN
from pyloto_stream.conversation.forms import FORMS
from pyloto_stream.conversation.records import HandoffRecord, Intent
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.step import Step
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.conversation.understanding import Understanding
from tests.support.talk import T0, heard, sure

ALL = SessionRules(forms=frozenset(FORMS))
DRIVER: Intent = "PYLOTO_ENTREGA_DRIVER_SIGNUP"
SOFTWARE: Intent = "CUSTOM_SOFTWARE"
FILLED = {"name": "Ana", "vehicle": "Moto", "city": "Londrina PR", "availability": "Noite"}
PROJECT = {
    "city": "Londrina PR", "client_type": "Empresa", "current_problem": "planilhas", "features": "agenda",
    "users": "5", "deadline": "sem pressa",
}  # fmt: skip


def turn(state: ConversationState, said: Understanding, rules: SessionRules = ALL) -> Step:
    number = state.session.turns if state.session else 0
    return advance(state, said, turn_id=f"t{number}", now_ms=T0, rules=rules)


def opened() -> ConversationState:
    return ConversationState(session=Session("s1", T0), consent_version=TEXTS.privacy_version)


def reply_of(step: Step) -> Reply:
    assert step.reply is not None
    return step.reply


def session_of(step: Step) -> Session:
    assert step.state.session is not None
    return step.state.session


def test_a_flow_that_starts_offers_its_form_and_the_first_question() -> None:
    step = turn(opened(), sure(DRIVER))
    reply = reply_of(step)
    assert (reply.kind, reply.form) == ("flow", "driver_signup")
    assert FIELDS["name"].question in reply.text
    assert (session_of(step).asked, step.state.last_outcome) == ("name", "AWAITING_USER")


def test_an_offer_also_knows_what_to_say_without_its_form() -> None:
    first = ConversationState(session=Session("s1", T0))
    plain = reply_of(turn(first, sure(DRIVER))).plain
    assert plain.startswith(TEXTS.privacy_notice)
    assert plain.endswith(FIELDS["name"].question)
    assert plain == reply_of(turn(first, sure(DRIVER), SessionRules())).text


def test_who_types_is_asked_as_ever_and_is_not_offered_the_form_again() -> None:
    step = turn(opened(), sure(DRIVER))
    for field, value in FILLED.items():
        if field == "availability":
            break
        step = turn(step.state, heard(facts={field: value}))
        assert reply_of(step).kind != "flow"
    assert session_of(step).asked == "availability"


@pytest.mark.parametrize("rules", [SessionRules(), SessionRules(forms=frozenset(["merchant_signup"]))])
def test_without_a_published_form_the_questions_come(rules: SessionRules) -> None:
    reply = reply_of(turn(opened(), sure(DRIVER), rules))
    assert (reply.kind, reply.form) == ("text", "")


def test_whoever_already_said_something_is_only_asked_for_the_rest() -> None:
    reply = reply_of(turn(opened(), sure(DRIVER, facts={"vehicle": "Moto"})))
    assert (reply.kind, FIELDS["name"].question in reply.text) == ("text", True)


def test_a_filled_form_completes_the_flow() -> None:
    started = turn(opened(), sure(DRIVER))
    step = turn(started.state, heard(explicit=DRIVER, facts=FILLED))
    assert step.state.session is None
    assert [r.intent_primary for r in step.records if isinstance(r, HandoffRecord)] == [DRIVER]
    assert all(value in reply_of(step).text for value in FILLED.values())


def test_a_form_that_comes_in_another_session_starts_its_own_flow() -> None:
    step = turn(opened(), heard(explicit=DRIVER, facts=FILLED))
    assert [r.intent_primary for r in step.records if isinstance(r, HandoffRecord)] == [DRIVER]


def test_an_optional_field_left_empty_is_never_asked() -> None:
    started = turn(opened(), sure(SOFTWARE))
    step = turn(started.state, heard(explicit=SOFTWARE, facts=PROJECT, declined=["budget"]))
    (lead,) = [r for r in step.records if isinstance(r, HandoffRecord)]
    assert lead.qualification_level in ("high", "medium")
    assert "budget" not in lead.requirements
    partial = {name: value for name, value in PROJECT.items() if name != "users"}
    step = turn(started.state, heard(explicit=SOFTWARE, facts=partial, declined=["budget"]))
    assert (session_of(step).asked, session_of(step).facts["budget"]) == ("users", UNKNOWN)


def test_what_was_declined_does_not_undo_what_was_said() -> None:
    started = turn(opened(), sure(SOFTWARE, facts={"budget": "R$ 5.000"}))
    step = turn(started.state, heard(declined=["budget"]))
    assert session_of(step).facts["budget"] == "R$ 5.000"


def test_a_form_that_could_not_be_checked_is_said_and_never_counts_as_a_useless_answer() -> None:
    step = turn(opened(), sure(DRIVER))
    for _ in range(5):
        step = turn(step.state, heard(notes=["form"]))
        assert TEXTS.form_unread in reply_of(step).text
        assert FIELDS["name"].question in reply_of(step).text
    assert session_of(step).asks == 0
