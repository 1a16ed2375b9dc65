"""O que um morto quer dizer: nada nosso volta como se fosse da pessoa, e nada que morreria outra vez."""

import msgspec
import pytest

from consumers.letters import MAX_REASON, OPERATIONS, Operator, entering, kinds, note, patched
from pyloto_stream.conversation.events import MessageReceived, OperatorActed, ReplyFailed, TimerFired
from pyloto_stream.conversation.records import ActionRecord, Record
from pyloto_stream.errors import PermanentError
from tests.support.letters import SECRET, failed, letter, said, token
from tests.support.records import action, inbound

ANA = Operator("ana.souza@pyloto", "bug mended")
_message = msgspec.json.Decoder(MessageReceived)


def records(*written: Record) -> dict[str, str]:
    """Um morto da faixa de auditoria."""
    return token("ana", l="audit", e=msgspec.json.encode(written).decode())


def test_what_the_person_said_goes_back_byte_for_byte_and_our_notices_do_not() -> None:
    timer = TimerFired(name="awaiting_user", session_id="s", due_ms=1)
    raw = [msgspec.json.encode(event) for event in (said(1), failed(), timer, said(2))]
    dead = letter(token("ana", e=f"[ {b' , '.join(raw).decode()} ]"))
    assert entering(dead) == (raw[0], raw[2], raw[3])


def test_records_of_the_audit_lane_all_go_back() -> None:
    assert len(entering(letter(records(inbound(), action())))) == 2


@pytest.mark.parametrize(("fields", "code"), [
    ({"code": "undecodable_token", "x": "y"}, "not_a_token"),
    (token("ana", l=""), "not_a_token"),
    (token(""), "not_a_token"),
    (token("ana", l="other"), "unknown_lane"),
    (token("ana", e=""), "undecodable_event"),
    (token("ana", e="{}"), "undecodable_event"),
    (token("ana", e='[{"event":"novelty"}]'), "undecodable_event"),
    (token("ana", said(), "not an event"), "undecodable_event"),
    (token("ana", said(), l="audit"), "undecodable_event"),
    (token("ana", failed(), failed("session")), "nothing_left"),
    (token("ana", e="[]"), "nothing_left"),
])  # fmt: skip
def test_what_cannot_go_back_says_why(fields: dict[str, str], code: str) -> None:
    with pytest.raises(PermanentError) as caught:
        entering(letter(fields))
    assert caught.value.code == code
    assert SECRET not in str(caught.value)


def test_kinds_say_what_events_are_and_nothing_that_was_said() -> None:
    timer = TimerFired(name="session_idle", session_id="s", due_ms=1)
    lost = ReplyFailed("v1.0.abc.0", 131047, 1)
    act = OperatorActed("e1", "takeover", "bia", 1, "segredo")
    dead = letter(token("ana", said(), timer, failed(), lost, act, "x"))
    assert kinds(dead) == (
        "message (text)", "timer (session_idle)", "notice of ours (a turn failed in ai)",
        "notice of Meta (a reply failed with 131047)", "act of an operator (takeover)", "unknown",
    )  # fmt: skip
    assert kinds(letter(records(inbound(), action()))) == ("record of a message", "record of INTENT_SET")
    assert kinds(letter({"code": "x"})) == ()


class TestPatched:
    def test_one_event_changes_and_the_others_stay_byte_for_byte(self) -> None:
        dead = letter(token("ana", said(1), said(2)))
        first, second = patched(dead, 1, {"text": "claro", "context_id": "wamid.x"})
        assert dead.events is not None
        assert first == dead.events[0]
        assert _message.decode(second) == msgspec.structs.replace(said(2), text="claro", context_id="wamid.x")

    @pytest.mark.parametrize(("target", "patch", "result"), [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ])  # fmt: skip
    def test_the_examples_of_rfc_7396_hold(self, target: object, patch: object, result: object) -> None:
        """Os do apêndice A que cabem num campo que ninguém lê."""
        event = {**msgspec.to_builtins(said()), "x": target}
        dead = letter(token("ana", e=msgspec.json.encode([event]).decode()))
        (changed,) = patched(dead, 0, {"x": patch})
        assert msgspec.json.decode(changed)["x"] == result

    @pytest.mark.parametrize("patch", [{"id": None}, {"kind": "smell"}, {"event": "other"}, "text", None, []])
    def test_an_event_that_would_not_decode_is_refused(self, patch: object) -> None:
        with pytest.raises(PermanentError, match="would not decode") as caught:
            patched(letter(token("ana")), 0, patch)
        assert caught.value.code == "undecodable_event"

    def test_an_event_of_another_version_can_be_mended(self) -> None:
        event = {**msgspec.to_builtins(said()), "kind": "hologram"}
        dead = letter(token("ana", e=msgspec.json.encode([event]).decode()))
        with pytest.raises(PermanentError):
            entering(dead)
        (mended,) = patched(dead, 0, {"kind": "text"})
        assert _message.decode(mended) == said()

    def test_an_event_that_is_not_there_is_an_index_error(self) -> None:
        with pytest.raises(IndexError):
            patched(letter(token("ana")), 1, {})


class TestNote:
    def test_an_action_is_a_record_without_anything_that_was_said(self) -> None:
        told = note(letter(token("ana")), "DLQ_REPLAYED", ANA, 7)
        assert (told.lane.name, told.conversation) == ("audit", "ana")
        assert SECRET.encode() not in told.event
        assert msgspec.json.decode(told.event, type=Record) == ActionRecord(
            id="dlq_replayed:0.ai.1-0",
            action="DLQ_REPLAYED",
            at_ms=7,
            actor="OPERATOR:ana.souza@pyloto",
            reason="bug mended",
            data={"letter": "0.ai.1-0", "stage": "ai", "code": "bug_KeyError", "events": 1},
        )

    def test_a_letter_of_nobody_is_recorded_under_operations(self) -> None:
        assert note(letter({"code": "not_json"}), "DLQ_DISCARDED", ANA, 7).conversation == OPERATIONS

    def test_an_action_has_one_record_however_often_it_is_asked_but_each_look_has_its_own(self) -> None:
        dead = letter(token("ana"))
        ids = {
            name: {msgspec.json.decode(note(dead, name, ANA, at).event)["id"] for at in (1, 2)}
            for name in ("DLQ_REPLAYED", "DLQ_EDITED", "DLQ_DISCARDED", "DLQ_SHOWN")
        }
        assert {name: len(found) for name, found in ids.items()} == {
            "DLQ_REPLAYED": 1, "DLQ_EDITED": 1, "DLQ_DISCARDED": 1, "DLQ_SHOWN": 2,
        }  # fmt: skip

    def test_a_long_reason_is_cut(self) -> None:
        told = note(letter(token("ana")), "DLQ_EDITED", Operator("ana", "x" * 1000), 7)
        assert len(msgspec.json.decode(told.event)["reason"]) == MAX_REASON

    @pytest.mark.parametrize("name", ["", "with space", "a" * 65, "né", "x\n", "a:b"])
    def test_a_name_the_trail_would_refuse_is_refused_first(self, name: str) -> None:
        with pytest.raises(ValueError, match="letters, digits"):
            Operator(name)
