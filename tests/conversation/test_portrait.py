"""O que se sabe da pessoa vira um registro no turno em que muda, e em nenhum outro."""

import msgspec
import pytest

from pyloto_stream.conversation.dialogue import advance
from pyloto_stream.conversation.person import LeadProfile, ProfileRecord
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.texts import TEXTS
from tests.support.talk import NOTHING, T0, Talk, heard, sure

CUSTOM: Intent = "CUSTOM_SOFTWARE"
DRIVER: Intent = "PYLOTO_ENTREGA_DRIVER_SIGNUP"
PHONE = "5541988887777"


@pytest.fixture
def talk() -> Talk:
    return Talk()


def told(talk: Talk) -> list[ProfileRecord]:
    return [record for record in talk.records if isinstance(record, ProfileRecord)]


def test_the_first_message_tells_the_phone_and_its_answer_what_was_understood_and_consented(
    talk: Talk,
) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    first, second = told(talk)
    assert (first.profile, first.shows_phone, first.facts) == (LeadProfile(phone=PHONE), True, {})
    assert (second.facts, second.intents) == ({"users": "20"}, (CUSTOM,))
    assert (second.level, second.lead_score > 0) == ("low", True)
    assert (second.consent_version, second.consent_at_ms) == (TEXTS.privacy_version, second.at_ms)
    assert first.id.replace(".1", ".2") == second.id


def test_a_turn_that_teaches_nothing_leaves_no_record(talk: Talk) -> None:
    talk.hear(sure(CUSTOM, facts={"users": "20"}))
    before = len(told(talk))
    talk.hear(NOTHING)
    talk.hear(heard(facts={"users": "20"}))
    assert len(told(talk)) == before


def test_the_end_of_a_session_does_not_undo_what_it_learned(talk: Talk) -> None:
    talk.hear(sure(DRIVER))
    talk.hear(heard(facts={"name": "Ana", "city": "Lapa", "vehicle": "Moto", "availability": "Noite"}))
    assert talk.state.session is None
    last = told(talk)[-1]
    assert (last.profile.name, last.profile.city, last.facts["vehicle"]) == ("Ana", "Lapa", "Moto")
    assert (last.level, last.dropped) == ("high", ())
    count = len(told(talk))
    talk.wait(48 * 3600)
    talk.hear(NOTHING)
    assert len(told(talk)) == count


def test_going_back_says_what_was_undone(talk: Talk) -> None:
    talk.hear(sure(DRIVER))
    talk.hear(heard(facts={"name": "Ana"}))
    talk.hear(heard(gesture="back"))
    last = told(talk)[-1]
    assert last.dropped == ("name",)
    assert (last.profile.name, "name" in last.facts) == ("", False)


def test_a_refused_field_is_known_to_be_refused(talk: Talk) -> None:
    talk.hear(sure(DRIVER))
    talk.hear(heard(gesture="refuse"))
    last = told(talk)[-1]
    assert (last.facts["name"], last.profile.name) == ("unknown", "")


def test_a_subject_without_a_sale_says_nothing_of_the_qualification(talk: Talk) -> None:
    talk.hear(sure("INSTITUTIONAL"))
    assert {record.level for record in told(talk)} == {""}


def test_the_same_turn_decided_again_gives_the_same_record() -> None:
    state = ConversationState(session=Session("s", T0))
    found = [
        advance(
            state, sure(CUSTOM, facts={"users": "20"}), turn_id="1a", now_ms=T0, rules=SessionRules()
        ).records[-1]
        for _ in range(2)
    ]
    assert found[0] == found[1]
    assert isinstance(found[0], ProfileRecord)
    assert found[0].id == "1a:profile.2"


def test_a_record_of_before_decodes_with_nothing_to_say() -> None:
    old = msgspec.json.decode(
        b'{"record":"profile","id":"1:profile.1","at_ms":1,"profile":{}}', type=ProfileRecord
    )
    assert old == ProfileRecord("1:profile.1", 1, LeadProfile())
