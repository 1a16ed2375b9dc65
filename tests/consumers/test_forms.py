"""A oferta e a chegada de um formulário nas etapas: quais se oferecem, em quem se confia, o que se envia."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import msgspec
import pytest

from consumers.drafts import draft, to_message
from consumers.forms import FormDesk
from consumers.plans import Outgoing
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.forms import FORM
from pyloto_stream.conversation.records import ChannelRecord
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.channels import ChannelStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.streams.model import Turn
from pyloto_stream.whatsapp.flows.sender import FlowSender
from pyloto_stream.whatsapp.flows.tokens import TokenVerdict
from pyloto_stream.whatsapp.messages import LocationRequestMessage
from tests.support.flows import NOW_MS, OWNER, token_of, tokens

IDS = {"driver_signup": "4001", "merchant_signup": "4002", "gone_form": "4003"}
OFFER = Reply(kind="flow", text="Preencha", button="Abrir formulário", form="driver_signup")


@asynccontextmanager
async def told(folder: Path, *down: str) -> AsyncIterator[ChannelStore]:
    """Um banco em que a Meta já disse que os formulários `down` estão bloqueados."""
    documents = await SqliteDocuments.open(folder / "documents.sqlite3")
    channels = ChannelStore(documents)
    for flow_id in down:
        data: dict[str, str | int | float] = {"new_status": "BLOCKED"}
        record = ChannelRecord("r", "flows", "FLOW_STATUS_CHANGE", f"flow:{flow_id}", NOW_MS, data=data)
        await channels.apply(record)
    yield channels
    await documents.close()


async def test_every_published_form_is_offered_but_the_blocked_ones(tmp_path: Path) -> None:
    async with told(tmp_path) as free:
        assert await FormDesk(tokens(), IDS, free).available("100") == {"driver_signup", "merchant_signup"}
    async with told(tmp_path, "4001") as blocked:
        assert await FormDesk(tokens(), IDS, blocked).available("100") == {"merchant_signup"}
    assert await FormDesk(tokens(), {}).available("100") == frozenset()


async def test_none_is_offered_while_nobody_knows_which_are_blocked(tmp_path: Path) -> None:
    async with told(tmp_path) as channels:
        with closing(sqlite3.connect(tmp_path / "documents.sqlite3")) as other:
            other.execute("DROP TABLE documents")
        assert await FormDesk(tokens(), IDS, channels).available("100") == frozenset()


def form(token: str | None, *, accepted_at_ms: int = NOW_MS) -> MessageReceived:
    fields = {"name": "Ana", FORM: "custom_software", **({"flow_token": token} if token else {})}
    return MessageReceived("w", "form", "100", "55", 0, accepted_at_ms, form=fields)


def trusted(message: MessageReceived, user_key: str = OWNER, now_ms: int = NOW_MS) -> dict[str, str]:
    (found,) = FormDesk(tokens(), IDS).trusted([message], user_key, now_ms)
    return found.form


def test_a_form_with_our_token_keeps_its_fields_and_gets_its_name_from_the_token() -> None:
    assert trusted(form(token_of())) == {"name": "Ana", FORM: "driver_signup"}


@pytest.mark.parametrize("token", [None, "unused", "p1.a.b", token_of(user_key="bia")])
def test_i18_a_form_without_a_token_of_this_conversation_loses_every_field(token: str | None) -> None:
    assert trusted(form(token)) == {}


def test_the_time_of_a_form_ends_when_it_was_accepted_not_when_it_is_read() -> None:
    late = NOW_MS + 3_600_000
    assert trusted(form(token_of(), accepted_at_ms=late - 1), now_ms=late + 99_999) != {}
    assert trusted(form(token_of(), accepted_at_ms=late)) == {}


def test_other_messages_pass_untouched() -> None:
    said = MessageReceived("w", "text", "100", "55", 0, 0, text="oi", form={"a": "b"})
    assert FormDesk(tokens(), IDS).trusted([said], OWNER, NOW_MS) == [said]


def outbound(reply: Reply, now_ms: int = NOW_MS) -> Turn:
    state = ConversationState(reply_to="5541900001111", phone_number_id="100", session=Session("s1", 0))
    return Turn(
        partition=0, entry_id="1-0", lane="turn", stage="outbound", conversation=OWNER, number=1,
        events=b"[]", state=msgspec.json.encode(state), payload=msgspec.json.encode(Outgoing(reply)),
        mode="BOT", failures=0, snoozes=0, now_ms=now_ms,
    )  # fmt: skip


def test_an_offer_is_a_flow_message_with_a_token_of_this_conversation_and_session() -> None:
    sender = FlowSender(IDS, tokens())
    body = json.loads(draft(outbound(OFFER), sender).body)
    sent = body["interactive"]["action"]["parameters"]
    assert (sent["flow_id"], sent["flow_cta"]) == ("4001", "Abrir formulário")
    assert (sent["flow_action"], "flow_action_payload" in sent) == ("data_exchange", False)
    checked = tokens().check(sent["flow_token"], now_ms=NOW_MS, user_key=OWNER)
    assert (checked.verdict, checked.form, checked.session_id) == (TokenVerdict.VALID, "driver_signup", "s1")
    assert draft(outbound(OFFER), sender).body == draft(outbound(OFFER), sender).body


@pytest.mark.parametrize("flows", [None, FlowSender({}, tokens())])
def test_a_form_that_is_not_published_is_never_sent(flows: FlowSender | None) -> None:
    with pytest.raises(PermanentError) as failure:
        draft(outbound(OFFER), flows)
    assert failure.value.code == "invalid_message"


def test_a_request_for_the_place_is_a_location_request() -> None:
    assert to_message(Reply(kind="location", text="Onde você está?")) == LocationRequestMessage(
        "Onde você está?"
    )
