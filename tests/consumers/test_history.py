"""O que fica guardado das palavras de alguém, venham por onde vierem até o histórico."""

import msgspec

from consumers.drafts import draft
from consumers.history import kept, storable
from consumers.outbound_plans import concluded
from consumers.pipeline import AUDIT_LANE
from consumers.plans import Outgoing, feed
from consumers.session import session_stage
from pyloto_stream.conversation.events import Event, HumanReplied
from pyloto_stream.conversation.records import (
    CUT_MARK,
    MAX_STORED_TEXT,
    ActionRecord,
    MessageRecord,
    SessionRecord,
    TranscriptRecord,
)
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.streams.model import Plan, Turn
from tests.support.desk import records
from tests.support.records import handoff
from tests.support.talk import NUMBER, PERSON, T0, Talk

TEXT = "meu cpf é 529.982.247-25, zap (41) 99999-8888, ana@exemplo.com.br"
STORED = "meu cpf é [CPF], zap [TELEFONE], [E-MAIL]"
_stage = session_stage(SessionManager(SessionRules()))


def turn(*events: Event, **more: object) -> Turn:
    plain = Turn(
        partition=0, entry_id="1-0", lane="turn", stage="session", conversation="ana", number=26,
        events=msgspec.json.encode(list(events)), payload=b"", mode="", failures=0, snoozes=0, now_ms=T0,
        state=b"",
    )  # fmt: skip
    return msgspec.structs.replace(plain, **more)


def stored(plan: object) -> list[str]:
    assert isinstance(plan, Plan)
    return [record.text for record in records(plan) if isinstance(record, MessageRecord)]


def test_a_message_is_stored_without_personal_data_and_answered_with_it() -> None:
    plan = _stage(turn(Talk().message(text=TEXT)))
    assert isinstance(plan, Plan)
    assert stored(plan) == [STORED]
    assert b"529.982.247-25" in (plan.payload or b"")


def test_a_number_in_two_messages_of_a_turn_is_stored_in_neither() -> None:
    talk = Talk()
    events = [
        talk.message(text="meu cpf é 529.982"),
        talk.message("sticker"),
        talk.message(text="247-25 viu"),
    ]
    plan = _stage(turn(*events))
    assert stored(plan) == ["meu cpf é [CPF]", "oi", "… viu"]


def test_a_filled_form_is_stored_without_personal_data() -> None:
    form = msgspec.structs.replace(
        Talk().message("form"), text="", form={"name": "Ana", "cpf": "52998224725"}
    )
    assert stored(_stage(turn(form))) == ["name: Ana\ncpf: [CPF]"]


def test_what_an_attendant_wrote_elsewhere_is_stored_without_personal_data() -> None:
    assert stored(_stage(turn(HumanReplied("e1", "text", T0, text=TEXT)))) == [STORED]


def test_our_reply_is_stored_without_the_personal_data_it_repeats() -> None:
    state = ConversationState(reply_to=PERSON, phone_number_id=NUMBER, last_inbound_at_ms=T0)
    payload = msgspec.json.encode(Outgoing(Reply("text", f"Anotei: {TEXT}")))
    sending = turn(stage="outbound", state=msgspec.json.encode(state), payload=payload)
    assert stored(concluded(sending, draft(sending), "wamid.1")) == [f"Anotei: {STORED}"]


def test_a_transcript_a_closed_session_and_an_operators_words_are_stored_without_personal_data() -> None:
    closed = SessionRecord("s1", T0, T0, "HANDOFF_HUMAN", facts={"current_problem": TEXT}, summary=TEXT)
    acted = ActionRecord("a1", "TAKEN_OVER", T0, "OPERATOR:bia", reason=TEXT)
    fed = feed(TranscriptRecord("t1", "m1", TEXT, T0), closed, acted)
    assert [one.lane for one in fed] == [AUDIT_LANE.name] * 3
    everything = b"".join(one.event for one in fed).decode()
    assert everything.count(STORED) == 4
    assert "529" not in everything


def test_ids_codes_and_what_goes_to_the_attendant_stay_as_they_are() -> None:
    acted = ActionRecord("m.41999998888", "MEDIA_FAILED", T0, "SYSTEM", reason="GRAPH_131047")
    lead = msgspec.structs.replace(handoff(), summary=TEXT)
    assert (storable(acted), storable(lead)) == (acted, lead)


def test_a_number_cut_by_the_limit_does_not_stay_in_half() -> None:
    for tail in ("529.982.247-25", "ana.maria@exemplo.com", "(41) 99999-8888"):
        for left in range(1, len(tail)):
            text = "a " * 100 + tail[:left] + CUT_MARK
            hidden = kept(text).removesuffix(CUT_MARK)
            assert not any(char.isdigit() or char == "@" for char in hidden)
    assert kept("palavras comuns" + CUT_MARK) == "palavras comuns" + CUT_MARK
    long = ("x" * (MAX_STORED_TEXT - 12)) + " 529.982.247-25"
    assert "529" not in stored(_stage(turn(Talk().message(text=long))))[0]
