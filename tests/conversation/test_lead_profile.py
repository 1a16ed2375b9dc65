"""Quem é a pessoa da entrega: o que ela disse nesta sessão vale mais que o perfil, e recusar não é dizer."""

import msgspec

from pyloto_stream.conversation.flows import UNKNOWN
from pyloto_stream.conversation.handoff import lead_profile
from pyloto_stream.conversation.person import LeadProfile
from pyloto_stream.conversation.records import HandoffRecord, Intent
from pyloto_stream.conversation.state import ConversationState
from tests.support.talk import T0, Talk, heard, sure

DRIVER: Intent = "PYLOTO_ENTREGA_DRIVER_SIGNUP"


def lead(profile: dict[str, str] | None = None, /, **requirements: str) -> LeadProfile:
    record = HandoffRecord("s:handoff", "s", T0, DRIVER, requirements=requirements)
    return lead_profile(ConversationState(profile=profile or {}), record, "5541988887777")


def test_nothing_known_is_nothing_said() -> None:
    assert lead() == LeadProfile(phone="5541988887777")


def test_what_was_said_now_stands_before_what_was_known() -> None:
    known = {"name": "Ana", "city": "Curitiba", "business_name": "Sol"}
    found = lead(known, city="Lapa", company="Lua", role="owner")
    assert (found.name, found.city, found.business_name, found.role) == ("Ana", "Lapa", "Lua", "owner")


def test_a_refused_fact_is_not_a_name() -> None:
    assert lead({"name": UNKNOWN, "business_name": UNKNOWN}) == lead()


def test_a_business_is_told_by_what_only_a_business_says() -> None:
    for facts in ({"company": "Lua"}, {"client_type": "Empresa"}):
        assert lead(**facts).is_business
    for facts in ({"client_type": "Pessoa física"}, {"city": "Lapa", "vehicle": "Moto"}):
        assert not lead(**facts).is_business
    assert lead({"business_name": "Sol"}).is_business


def test_after_a_whole_conversation_the_profile_has_what_the_session_learned() -> None:
    talk = Talk()
    talk.hear(sure(DRIVER))
    facts = {"name": "Ana Souza", "city": "Lapa", "vehicle": "Moto", "availability": "Noite"}
    talk.hear(heard(facts=facts))
    (record,) = talk.handoffs
    assert talk.state.session is None
    found = lead_profile(talk.state, record, "")
    assert msgspec.structs.asdict(found) == {
        "name": "Ana Souza", "phone": "", "city": "Lapa", "is_business": False, "business_name": "",
        "role": "",
    }  # fmt: skip
