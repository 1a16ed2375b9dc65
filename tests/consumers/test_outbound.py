"""As decisões puras do envio: que mensagem, que registro, e o que cada palavra do livro quer dizer."""

import msgspec
import pytest

from consumers.drafts import draft, to_message
from consumers.outbound_plans import before_send, concluded, dropped, window_open
from consumers.plans import Outgoing
from pyloto_stream.conversation.records import ActionRecord, MessageRecord
from pyloto_stream.conversation.reply import Choice, Reply
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.ledger import Ruling
from pyloto_stream.streams.model import Plan, Snooze, Turn
from pyloto_stream.whatsapp.messages import Button, ButtonsMessage, ListMessage, Row, Section, TextMessage
from tests.support.desk import records
from tests.support.talk import NUMBER, PERSON, T0

CHOICES = (Choice("a", "A", "um"), Choice("b", "B"))
TEXT = Reply(kind="text", text="oi")


def turn(reply: Reply = TEXT, **more: object) -> Turn:
    state = ConversationState(reply_to=PERSON, phone_number_id=NUMBER, last_inbound_at_ms=T0)
    payload = msgspec.json.encode(Outgoing(reply, "INSTITUTIONAL", "AWAITING_USER", "HUMAN"))
    plain = Turn(
        partition=3, entry_id="1-0", lane="turn", stage="outbound", conversation="ana", number=26,
        events=b"[]", state=msgspec.json.encode(state), payload=payload, mode="", failures=0, snoozes=0,
        now_ms=T0,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **more)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (TEXT, TextMessage("oi")),
        (
            Reply(kind="buttons", text="oi", choices=CHOICES),
            ButtonsMessage("oi", (Button("a", "A"), Button("b", "B"))),
        ),
        (
            Reply(kind="list", text="oi", choices=CHOICES, button="Ver"),
            ListMessage("oi", "Ver", (Section((Row("a", "A", "um"), Row("b", "B"))),)),
        ),
    ],
    ids=["text", "buttons", "list"],
)
def test_a_reply_becomes_the_message_of_its_kind(reply: Reply, message: object) -> None:
    assert to_message(reply) == message


def test_the_call_carries_an_opaque_id_without_personal_data() -> None:
    ready = draft(turn())
    body = msgspec.json.decode(ready.body)
    assert body["biz_opaque_callback_data"] == ready.reply_id
    assert ready.reply_id.startswith("v1.3.")
    assert "ana" not in ready.reply_id
    assert draft(turn()).reply_id == ready.reply_id
    assert draft(turn(number=27)).reply_id != ready.reply_id


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"payload": b"{"}, "undecodable_payload"),
        ({"payload": b""}, "undecodable_payload"),
        ({"state": b"[]"}, "undecodable_state"),
        ({"state": b""}, "invalid_message"),
    ],
)
def test_what_cannot_be_read_or_addressed_is_buried(broken: dict[str, bytes], code: str) -> None:
    with pytest.raises(PermanentError) as caught:
        draft(msgspec.structs.replace(turn(), **broken))
    assert caught.value.code == code
    assert PERSON not in str(caught.value)


def test_go_means_send_now() -> None:
    assert before_send(turn(), draft(turn()), Ruling("go", attempt=1)) is None


def test_sent_means_conclude_with_the_id_meta_gave() -> None:
    plan = before_send(turn(), draft(turn()), Ruling("sent", external_id="wamid.9"))
    assert plan == msgspec.structs.replace(concluded(turn(), draft(turn()), "wamid.9"), asked=False)
    assert isinstance(plan, Plan)
    assert plan.sent == (draft(turn()).reply_id, "wamid.9")


def test_doubt_means_wait_and_keep_what_there_is() -> None:
    assert before_send(turn(), draft(turn()), Ruling("doubt", until_ms=77)) == Snooze(
        77, reply_id=draft(turn()).reply_id
    )


@pytest.mark.parametrize(
    ("verdict", "action", "mode"), [("silenced", "REPLY_SILENCED", None), ("failed", "REPLY_FAILED", "HUMAN")]
)
def test_no_reply_leaves_a_record_without_the_text(verdict: str, action: str, mode: str | None) -> None:
    plan = before_send(turn(), draft(turn()), msgspec.convert({"verdict": verdict}, Ruling))
    assert isinstance(plan, Plan)
    (record,) = records(plan)
    assert isinstance(record, ActionRecord)
    assert (record.id, record.action, record.actor) == (f"1a.{action.lower()}", action, "SYSTEM")
    assert (plan.mode, plan.sent, plan.to, plan.state) == (mode, None, None, None)
    assert b"oi" not in plan.feed[0].event


def test_a_concluded_reply_ends_the_turn_and_sets_the_mode() -> None:
    plan = concluded(turn(), draft(turn()), "wamid.1", resent=True)
    assert (plan.to, plan.state, plan.mode) == (None, None, "HUMAN")
    message, act = records(plan)
    assert isinstance(message, MessageRecord)
    assert isinstance(act, ActionRecord)
    assert (message.id, message.direction, message.actor) == ("wamid.1", "out", "PYLOTO")
    assert (act.id, act.action) == ("1a.reply_resent", "REPLY_RESENT")


def test_a_reply_whose_id_meta_never_told_is_recorded_under_ours() -> None:
    (record,) = records(concluded(turn(), draft(turn()), ""))
    assert record.id == draft(turn()).reply_id


def test_a_dropped_reply_says_why_once_per_turn() -> None:
    (record,) = records(dropped(turn(), draft(turn()), "REPLY_DROPPED", "OUTSIDE_24H_WINDOW"))
    assert isinstance(record, ActionRecord)
    assert (record.id, record.reason) == ("1a.reply_dropped", "OUTSIDE_24H_WINDOW")


@pytest.mark.parametrize(("hours", "is_open"), [(0, True), (23.9, True), (23.92, False), (24, False)])
def test_the_window_closes_five_minutes_early(hours: float, is_open: bool) -> None:  # noqa: FBT001
    assert window_open(draft(turn()), T0 + int(hours * 3_600_000)) is is_open
