"""Cada espécie pela entrada: como se conta, em que faixa entra, o que muda já ao entrar."""

import io

import msgspec
import pytest
from aiohttp import ClientSession

from ingress.app import create_public_app
from ingress.ports import UpdateKind
from pyloto_stream.conversation.events import CallReceived, HumanReplied, MessageReceived, PreferenceChanged
from pyloto_stream.conversation.records import ActionRecord, ChannelRecord
from pyloto_stream.streams.model import Item
from pyloto_stream.whatsapp.identity import user_key
from pyloto_stream.whatsapp.signature import sign
from tests.support import webhooks as meta
from tests.support.ingress import CONFIG, NOW_MS, PEPPER, SECRET, Recorder, Tally, served
from tests.support.kinds import KINDS
from tests.support.kinds_fields import NOTICES, WABA
from tests.support.live import PATH

COUNTED: dict[str, UpdateKind] = {
    "text": "message", "status_sent": "status", "smb_message_echoes": "echo", "message_echoes": "echo",
    "call_connect": "call", "call_status": "call", "user_preferences": "preference", "standby": "standby",
    "group": "notice", **dict.fromkeys(NOTICES, "notice"),
}  # fmt: skip


async def sent(url: str, http: ClientSession, name: str) -> None:
    await delivered(url, http, meta.dump(KINDS[name]))


async def delivered(url: str, http: ClientSession, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(SECRET, body)}
    async with http.post(url + PATH, data=io.BytesIO(body), headers=headers) as answer:
        assert answer.status == 200


async def only(url: str, http: ClientSession, recorder: Recorder, name: str) -> Item:
    await sent(url, http, name)
    (offer,) = recorder.offers
    assert isinstance(offer, Item)
    return offer


@pytest.mark.parametrize("name", COUNTED)
async def test_each_kind_has_its_name_in_the_metrics_and_once(
    url: str, http: ClientSession, tally: Tally, name: str
) -> None:
    await sent(url, http, name)
    await sent(url, http, name)
    assert tally.updates == [(COUNTED[name], "new"), (COUNTED[name], "duplicate")]


@pytest.mark.parametrize(
    ("name", "via"), [("smb_message_echoes", "business_app"), ("message_echoes", "other_app")]
)
async def test_reply_from_outside_takes_over_when_it_enters_unless_it_is_our_own(
    url: str, http: ClientSession, recorder: Recorder, name: str, via: str
) -> None:
    item = await only(url, http, recorder, name)
    event = msgspec.json.decode(item.event, type=HumanReplied)
    assert (item.lane, item.mode, item.echo_of) == ("turn", "HUMAN", event.id)
    assert (event.via, event.at_ms) == (via, meta.SENT_S * 1000)


async def test_what_another_agent_has_changes_nothing_and_is_told_in_the_log(
    url: str, http: ClientSession, recorder: Recorder, lines: list[dict[str, object]]
) -> None:
    item = await only(url, http, recorder, "standby")
    assert (item.mode, item.cancels) == ("", ())
    assert msgspec.json.decode(item.event, type=MessageReceived).standby
    assert [line["code"] for line in lines if line["level"] == "WARNING"] == ["standby"]


async def test_reply_of_another_agent_takes_nothing_over(
    url: str, http: ClientSession, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = meta.dump(KINDS["smb_message_echoes"])
    theirs: object = msgspec.json.decode(ours.replace(b'"smb_message_echoes"', b'"standby"'))
    monkeypatch.setitem(KINDS, "standby_echo", theirs)
    item = await only(url, http, recorder, "standby_echo")
    assert (item.lane, item.mode) == ("turn", "")
    assert msgspec.json.decode(item.event, type=HumanReplied).standby


async def test_call_of_a_person_enters_their_turn(url: str, http: ClientSession, recorder: Recorder) -> None:
    item = await only(url, http, recorder, "call_terminate")
    event = msgspec.json.decode(item.event, type=CallReceived)
    assert (item.lane, event.status, event.phone_number_id) == ("turn", "terminate_completed", meta.NUMBER)


async def test_call_of_ours_is_only_recorded(url: str, http: ClientSession, recorder: Recorder) -> None:
    item = await only(url, http, recorder, "call_status")
    record = msgspec.json.decode(item.event, type=ActionRecord)
    assert (item.lane, record.action, record.reason) == ("audit", "CALL_MADE", "STATUS_RINGING")


async def test_preference_enters_the_turn(url: str, http: ClientSession, recorder: Recorder) -> None:
    item = await only(url, http, recorder, "user_preferences")
    event = msgspec.json.decode(item.event, type=PreferenceChanged)
    assert (item.lane, event.marketing) == ("turn", "stop")


@pytest.mark.parametrize("name", ["account_update", "history", "group"])
async def test_notice_is_a_record_of_the_account(
    url: str, http: ClientSession, recorder: Recorder, name: str
) -> None:
    item = await only(url, http, recorder, name)
    assert (item.lane, item.conversation) == ("audit", user_key(PEPPER, f"account:{WABA}"))
    record = msgspec.json.decode(item.event, type=ChannelRecord)
    assert record.account_id == WABA
    assert record.at_ms <= NOW_MS


async def test_messages_are_counted_by_number_once_they_are_taken(
    http: ClientSession, recorder: Recorder, tally: Tally
) -> None:
    arrived: list[tuple[str, int]] = []
    app = create_public_app(CONFIG, recorder, tally, arrived=lambda number, n: arrived.append((number, n)))
    async with served(app) as url:
        for name in ("text", "text", "status_sent", "smb_message_echoes"):
            await sent(url, http, name)
        one = meta.text("wamid.1")
        await delivered(url, http, meta.body(one, meta.text("wamid.2"), one))
    assert arrived == [(meta.NUMBER, 1), (meta.NUMBER, 2)]
