"""Uma decisão vira um plano sem nada se perder: estado, registros, prazos, modo e a próxima etapa."""

import msgspec
import pytest

from consumers.pipeline import AI, AUDIT_LANE, HANDOFF_LANE, LANES, OUTBOUND, STAGES, TURN_LANE, failed_turn
from consumers.plans import Outgoing, Pending, feed, plan, state_of, timer, turn_id
from consumers.session import session_stage
from pyloto_stream.conversation.events import Event, TimerFired, TurnFailed
from pyloto_stream.conversation.person import LeadProfile, ProfileRecord
from pyloto_stream.conversation.records import ActionRecord, MessageRecord, Mode, Record
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.step import Step, TimerChange
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.lease import Failure, commit_op
from pyloto_stream.streams.model import CancelTimer, Plan, SetTimer, Turn
from tests.support.talk import NUMBER, PERSON, T0, Talk

REPLY = Reply(kind="text", text="oi")
_encode = msgspec.json.Encoder().encode
_stage = session_stage(SessionManager(SessionRules(flood_threshold=3)))


def turn(*events: Event, state: ConversationState | bytes = b"", mode: str = "", raw: bytes = b"") -> Turn:
    return Turn(
        partition=0, entry_id="1-0", lane="turn", stage="session", conversation="ana", number=26,
        events=raw or _encode(list(events)), payload=b"", mode=mode, failures=0, snoozes=0, now_ms=T0,
        state=state if isinstance(state, bytes) else _encode(state),
    )  # fmt: skip


def run(work: Turn) -> Plan:
    done = _stage(work)
    assert isinstance(done, Plan)
    commit_op(work, done, LANES)  # o executor o sabe escrever
    return done


def message(n: int = 1, **more: object) -> Event:
    talk = Talk()
    talk.messages = n - 1
    return msgspec.structs.replace(talk.message(), **more)


# --- planos ------------------------------------------------------------------------------------------


def test_a_new_conversation_begins_empty_and_a_turn_is_named_by_its_number() -> None:
    assert state_of(turn()) == ConversationState()
    assert turn_id(turn()) == "1a"


@pytest.mark.parametrize("broken", [b"[]", b"{", b'{"mode": 1, "recent_ms": "x"}'])
def test_a_state_that_does_not_decode_is_buried(broken: bytes) -> None:
    with pytest.raises(PermanentError) as caught:
        state_of(turn(state=broken))
    assert caught.value.code == "undecodable_state"


def test_a_state_written_by_a_newer_worker_is_read() -> None:
    assert state_of(turn(state=b'{"reply_to":"x","new_field":1}')).reply_to == "x"


def test_a_timer_carries_the_event_that_will_come_back() -> None:
    armed = timer(TimerChange("awaiting_user", 77, "s1"))
    assert isinstance(armed, SetTimer)
    assert (armed.name, armed.due_ms) == ("awaiting_user", 77)
    assert msgspec.json.decode(armed.event, type=Event) == TimerFired("awaiting_user", "s1", 77)
    assert timer(TimerChange("awaiting_user", 0, "s1")) == CancelTimer("awaiting_user")


def test_records_go_to_the_audit_lane_in_order() -> None:
    acts = [ActionRecord(id=str(n), action="A", at_ms=T0, actor="SYSTEM") for n in range(3)]
    assert [f.lane for f in feed(*acts)] == [AUDIT_LANE.name] * 3
    assert [msgspec.json.decode(f.event)["id"] for f in feed(*acts)] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("mode", "now", "later"), [(None, None, None), ("HUMAN", None, "HUMAN"), ("BOT", "BOT", None)]
)
def test_with_a_reply_the_bot_falls_silent_only_after_it_and_speaks_again_at_once(
    mode: Mode | None, now: str | None, later: str | None
) -> None:
    done = plan(Step(ConversationState(last_outcome="HANDOFF_HUMAN"), reply=REPLY, mode=mode))
    outgoing = msgspec.json.decode(done.payload, type=Outgoing)
    assert (done.to, done.mode, outgoing.mode) == (OUTBOUND, now, later)
    assert (outgoing.reply, outgoing.outcome, outgoing.intent) == (REPLY, "HANDOFF_HUMAN", "")


@pytest.mark.parametrize("mode", [None, "BOT", "HUMAN"])
def test_without_a_reply_the_mode_is_in_force_at_once(mode: Mode | None) -> None:
    step = Step(ConversationState(), mode=mode)
    assert (plan(step).to, plan(step).mode) == (None, mode)
    onward = plan(step, to=AI, payload=Pending([]))
    assert (onward.to, onward.mode, onward.payload) == (AI, mode, b'{"messages":[]}')


def test_the_sent_message_knows_its_intent_and_whether_an_answer_is_awaited() -> None:
    session = Session(id="s", opened_at_ms=T0, active="INSTITUTIONAL")
    outgoing = msgspec.json.decode(
        plan(Step(ConversationState(session=session), reply=REPLY)).payload, type=Outgoing
    )
    assert (outgoing.intent, outgoing.outcome) == ("INSTITUTIONAL", "")
    asking = Step(ConversationState(session=session, last_outcome="AWAITING_USER"), reply=REPLY)
    assert msgspec.json.decode(plan(asking).payload, type=Outgoing).outcome == "AWAITING_USER"


# --- etapa session -----------------------------------------------------------------------------------


def test_what_must_be_answered_goes_to_the_ai_stage() -> None:
    done = run(turn(message(1), message(2)))
    assert done.to == AI
    pending = msgspec.json.decode(done.payload, type=Pending)
    assert [m.id for m in pending.messages] == ["wamid.1", "wamid.2"]
    assert done.state is not None
    assert msgspec.json.decode(done.state, type=ConversationState).session is not None


@pytest.mark.parametrize("mode", ["HUMAN", "PAUSED"])
def test_outside_bot_mode_the_turn_ends_here_with_its_record(mode: str) -> None:
    done = run(turn(message(), mode=mode))
    assert (done.to, done.payload) == (None, b"")
    message_of, profile_of = (msgspec.json.decode(fed.event, type=Record) for fed in done.feed)
    assert isinstance(message_of, MessageRecord)
    assert isinstance(profile_of, ProfileRecord)


def test_its_own_line_goes_straight_to_the_outbound_stage() -> None:
    done = run(turn(*(message(n) for n in range(1, 5))))
    assert done.to == OUTBOUND
    assert msgspec.json.decode(done.payload, type=Outgoing).reply.text == TEXTS.flood


def test_a_released_conversation_is_the_bots_before_its_answer_is_sent() -> None:
    release = TimerFired("handoff_release", "", T0)
    done = run(turn(release, message(), mode="HUMAN"))
    assert (done.to, done.mode) == (AI, "BOT")


def test_with_the_notice_of_its_burial_a_state_nobody_can_read_begins_again() -> None:
    work = turn(message(), state=b'{"session":{"id":"s","opened_at_ms":1,"active":7}}')
    with pytest.raises(PermanentError):
        run(work)
    again = notice(work)
    assert again is not None
    done = run(turn(again, state=work.state))
    assert msgspec.json.decode(done.payload, type=Outgoing).reply.text == TEXTS.failed
    records = [msgspec.json.decode(fed.event, type=Record) for fed in done.feed]
    assert [(r.action, r.reason) for r in records if isinstance(r, ActionRecord)] == [
        ("STATE_RESET", "UNDECODABLE_STATE"), ("TURN_FAILED", "GRAPH_131009"),
    ]  # fmt: skip
    assert run(turn(message(2), state=done.state or b"")).to == AI
    assert run(turn(again, message(2), state=work.state)).to == AI


def test_the_same_turn_decided_again_gives_the_same_plan() -> None:
    work = turn(message(1), message(2))
    assert run(work) == run(work)


@pytest.mark.parametrize("raw", [b"{", b"[{}]", b'[{"event":"message"}]'])
def test_events_that_do_not_decode_are_buried(raw: bytes) -> None:
    with pytest.raises(PermanentError) as caught:
        run(turn(raw=raw))
    assert caught.value.code == "undecodable_event"
    assert PERSON not in str(caught.value)


# --- faixas e turnos enterrados ----------------------------------------------------------------------


def test_a_turn_passes_three_stages_and_the_audit_lane_one() -> None:
    assert TURN_LANE.stages == ("session", "ai", "outbound")
    assert AUDIT_LANE.stages == ("audit",)
    assert HANDOFF_LANE.stages == ("handoff",)
    assert list(STAGES) == ["session", "ai", "outbound", "audit", "media", "handoff"]
    assert set(LANES) == {"turn", "audit", "media", "handoff"}


def notice(work: Turn) -> TurnFailed | None:
    raw = failed_turn(work, Failure("graph_131009", "segredo", 5))
    if raw is None:
        return None
    decoded = msgspec.json.decode(raw, type=Event)
    assert isinstance(decoded, TurnFailed)
    return decoded


def test_a_buried_turn_leaves_a_notice_that_knows_where_to_answer() -> None:
    first, last = message(1, reply_to="5541900001111"), message(2)
    assert notice(turn(first, last)) == TurnFailed("session", "graph_131009", 26, PERSON, NUMBER, T0)


def test_the_notice_of_a_turn_of_timers_only_knows_no_address() -> None:
    assert notice(turn(TimerFired("session_idle", "s", T0))) == TurnFailed("session", "graph_131009", 26)


def test_a_message_without_a_sending_time_counts_from_its_acceptance() -> None:
    made = notice(turn(message(1, sent_at_ms=0)))
    assert made is not None
    assert made.sent_at_ms == T0


@pytest.mark.parametrize("raw", [b"{", b"[]", b'[{"event":"surprise"}]'])
def test_even_what_cannot_be_read_leaves_a_notice(raw: bytes) -> None:
    assert notice(turn(raw=raw)) == TurnFailed("session", "graph_131009", 26)


def test_a_notice_alone_leaves_no_other_but_with_messages_it_does() -> None:
    failed = TurnFailed("ai", "boom", 25)
    assert notice(turn(failed)) is None
    assert notice(turn(failed, failed)) is None
    again = notice(turn(failed, message()))
    assert again is not None
    assert again.turn == 26


def test_a_notice_carries_the_mode_the_lost_reply_would_have_set_even_if_a_notice_was_lost() -> None:
    payload = _encode(Outgoing(REPLY, mode="HUMAN"))
    at = {"stage": OUTBOUND, "payload": payload}
    lost = notice(msgspec.structs.replace(turn(message()), **at))
    assert lost is not None
    assert (lost.mode, lost.silent) == ("HUMAN", False)
    lost = notice(msgspec.structs.replace(turn(TurnFailed(OUTBOUND, "boom", 25)), **at))
    assert lost is not None
    assert (lost.mode, lost.silent) == ("HUMAN", True)
    for other in (_encode(Outgoing(REPLY)), b"{"):
        at["payload"] = other
        plain = notice(msgspec.structs.replace(turn(message()), **at))
        assert plain is not None
        assert plain.mode is None


# --- perfil ------------------------------------------------------------------------------------------


def profile_of(done: Plan) -> ProfileRecord:
    records = [
        msgspec.json.decode(fed.event, type=Record) for fed in done.feed if fed.lane == AUDIT_LANE.name
    ]
    (found,) = [record for record in records if isinstance(record, ProfileRecord)]
    return found


def test_the_profile_has_the_phone_that_the_person_shows_in_its_one_form() -> None:
    found = profile_of(run(turn(message(reply_to="554188887777"))))
    assert (found.profile, found.shows_phone) == (LeadProfile(phone="5541988887777"), True)


def test_who_shows_no_phone_has_a_profile_without_one() -> None:
    found = profile_of(run(turn(message(reply_to="BR.13491208655302741918"))))
    assert (found.profile, found.shows_phone) == (LeadProfile(), False)


def test_what_a_profile_would_keep_of_a_document_number_is_masked() -> None:
    told = ProfileRecord("1:profile.2", T0, LeadProfile(), facts={"problem": "meu CPF é 529.982.247-25"})
    (fed,) = feed(told)
    assert b"529" not in fed.event
    assert b"problem" in fed.event
