"""O que `docs/handoff.md` ensina funciona: o exemplo tem os campos todos, e o trecho que lê a fila, lê."""

import json
import re

import msgspec
import pytest
from redis import Redis
from redis.exceptions import NoPermissionError

from consumers.handoff import OUTLET, published
from consumers.handoff_document import for_post, for_stream
from consumers.plans import plan
from pyloto_stream.conversation.records import ActionRecord, HandoffReady
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.step import Step
from pyloto_stream.streams import keys
from pyloto_stream.streams.model import Feed
from tests.support.crm import PHONE, ready, snippet, taught
from tests.support.records import T0, USER
from tests.support.repository import ROOT

_ready = msgspec.json.Decoder(HandoffReady)


def fields(document: object, prefix: str = "") -> set[str]:
    """Cada campo por extenso; `requirements` é livre."""
    if not isinstance(document, dict) or prefix.endswith("requirements."):
        return {prefix.rstrip(".")}
    return {name for key, value in document.items() for name in fields(value, f"{prefix}{key}.")}


def test_the_example_and_the_table_have_exactly_the_fields_of_the_document() -> None:
    post, stream = json.loads(for_post(USER, ready())), json.loads(for_stream(USER, ready()))
    assert fields(json.loads(snippet("json", '"version"'))) == fields(stream)
    page = (ROOT / "docs" / "handoff.md").read_text("utf-8")
    rows = [row.split(" |")[0] for row in page.splitlines() if row.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([a-z_.]+)`", row)}
    assert fields(post) == fields(stream) | {"profile.phone"}
    assert fields(post) <= told


def test_the_document_says_who_and_what_and_only_the_post_says_the_phone() -> None:
    post = json.loads(for_post(USER, ready()))
    assert (post["version"], post["id"], post["user_key"]) == (1, f"{USER}.s1:handoff", USER)
    assert (post["session_id"], post["created_at"]) == (f"{USER}.s1", "2023-11-14T22:13:20.000Z")
    assert post["profile"] == {
        "name": "Ana Souza", "city": "Curitiba", "is_business": True, "business_name": "Padaria Sol",
        "role": "", "phone": PHONE,
    }  # fmt: skip
    assert post["handoff"]["requirements"] == {"city": "Curitiba", "name": "Ana Souza"}
    assert PHONE.encode() not in for_stream(USER, ready())
    assert for_post(USER, ready()) == for_post(USER, ready())


@pytest.mark.parametrize(
    ("address", "phone"),
    [("554188887777", "5541988887777"), ("+5541988887777", "5541988887777"), ("351912345678", "351912345678"),
     ("BR.1A2b3C", ""), ("", "")],
)  # fmt: skip
def test_each_hand_off_feeds_its_lane_with_the_profile_in_the_same_plan(address: str, phone: str) -> None:
    state = ConversationState(reply_to=address, profile={"name": "Ana", "business_name": "Padaria Sol"})
    closed = ActionRecord("s1:closed", "SESSION_CLOSED", T0, "SYSTEM", correlation_id="c9")
    record = msgspec.structs.replace(ready().handoff, requirements={"city": "Lapa", "role": "owner"})
    done = plan(Step(state, records=[closed, record]))
    (event,) = [_ready.decode(feed.event) for feed in done.feed if feed.lane == "handoff"]
    assert (event.handoff, event.correlation_id) == (record, "c9")
    lead = event.profile
    assert (lead.name, lead.city, lead.role, lead.phone) == ("Ana", "Lapa", "owner", phone)
    assert (lead.is_business, lead.business_name) == (True, "Padaria Sol")
    assert [feed.lane for feed in done.feed] == ["audit", "audit", "handoff"]
    assert plan(Step(state, records=[closed])).feed == tuple(
        Feed("audit", msgspec.json.encode(record)) for record in [closed]
    )


@pytest.mark.one_server
def test_the_reader_of_the_manual_reads_every_partition_and_what_it_left_unfinished(redis_url: str) -> None:
    join, poll = taught("def poll", "join"), taught("def poll", "poll")
    prefixes = [keys.prefix(partition, 4) for partition in range(4)]
    seen: list[str] = []

    def dies(_document: object) -> None:
        raise ZeroDivisionError

    with Redis.from_url(redis_url, decode_responses=True) as redis:
        for number, prefix in enumerate(prefixes):
            entry = published(USER, ready(number))
            redis.xadd(keys.outlet(prefix, OUTLET), {"id": entry.id, "v": "1", "body": entry.body})
        streams = join(redis, prefixes)
        assert join(redis, prefixes) == streams
        with pytest.raises(ZeroDivisionError):
            poll(redis, streams, "crm-1", dies)
        assert poll(redis, streams, "crm-1", lambda found: seen.append(found["id"]), since="0") == 4
        assert poll(redis, streams, "crm-1", lambda found: seen.append(found["id"]), since="0") == 0
    assert sorted(seen) == [f"{USER}.s{number}:handoff" for number in range(4)]


@pytest.mark.one_server
def test_the_user_of_the_manual_reads_the_outlets_and_sees_nothing_else(redis_url: str) -> None:
    join, poll = taught("def poll", "join"), taught("def poll", "poll")
    prefix, ready_ = keys.prefix(0, 1), published(USER, ready())
    with Redis.from_url(redis_url, decode_responses=True) as redis:
        redis.xadd(keys.outlet(prefix, OUTLET), {"id": ready_.id, "v": "1", "body": ready_.body})
        redis.execute_command(*snippet("text", "ACL SETUSER").split())
        try:
            with Redis.from_url(
                redis_url, username="crm", password="password", decode_responses=True
            ) as reader:
                assert poll(reader, join(reader, [prefix]), "crm-1", lambda _found: None) == 1
                for refused in (("xrange", f"{prefix}:stream:ai", "-", "+"), ("xadd", "x", "*", "a", "b")):
                    with pytest.raises(NoPermissionError):
                        reader.execute_command(*refused)
        finally:
            redis.execute_command("ACL", "DELUSER", "crm")
