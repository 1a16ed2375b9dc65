"""O portão dos envios: a vez, o canal parado, e a calma que a Meta pede."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from loguru import logger

from consumers.plans import Outgoing
from pyloto_stream.conversation.records import ChannelRecord
from pyloto_stream.errors import OverloadedError, UnavailableError
from pyloto_stream.stores.channels import ChannelStore
from pyloto_stream.stores.ports import Document, Query
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.streams.model import Plan, Snooze, Turn
from pyloto_stream.streams.pace import Pacer, Slot
from tests.support.channels import said
from tests.support.desk import Desk, open_desk, our_id
from tests.support.documents import Watched
from tests.support.graph import NUMBER, answer, refusal


@pytest_asyncio.fixture
async def desk(redis_url: str) -> AsyncIterator[Desk]:
    async with open_desk(redis_url, partitions=2) as desk:  # num cluster, a vez e o livro são idas diferentes
        yield desk


@pytest_asyncio.fixture
async def documents(tmp_path: Path) -> AsyncIterator[SqliteDocuments]:
    documents = await SqliteDocuments.open(tmp_path / "documents.sqlite3")
    yield documents
    await documents.close()


OURS = f"number:{NUMBER}"


class Away(Watched):
    """Um banco que não responde a perguntas enquanto está `down`."""

    down = True

    async def query(self, query: Query) -> list[Document]:
        if self.down:
            raise UnavailableError("away", code="store_unavailable")
        return await super().query(query)


async def told(documents: SqliteDocuments, notice: ChannelRecord) -> ChannelStore:
    """Os canais, depois de um aviso da Meta."""
    channels = ChannelStore(documents)
    await channels.apply(notice)
    return channels


def paced(desk: Desk, rate: float = 1.0, pair_s: float = 0.0, channels: ChannelStore | None = None) -> None:
    desk.pacer = Pacer(desk.rig.gateway, {"": rate}, pair_s, 1)
    desk.use(desk.client, channels=channels)


def back(turn: Turn, wait: Snooze) -> Turn:
    """O turno, como volta da espera."""
    assert wait.payload is not None
    return msgspec.structs.replace(turn, payload=wait.payload, snoozes=turn.snoozes + 1)


def slot(wait: Snooze) -> Slot:
    assert wait.payload is not None
    found = msgspec.json.decode(wait.payload, type=Outgoing).slot
    assert found is not None
    return found


async def test_who_is_early_is_parked_with_its_slot_before_the_ledger_and_goes_when_it_comes(
    desk: Desk,
) -> None:
    paced(desk)
    await desk.pacer.reserve("bia", NUMBER)
    turn = await desk.take()
    wait = await desk.run(turn)
    assert isinstance(wait, Snooze)
    assert (wait.due_ms, slot(wait).number_ms) == (desk.clock() + 1000,) * 2
    assert (desk.sends, wait.trouble) == ([], "")
    desk.clock.ms = wait.due_ms
    assert (await desk.plan(back(turn, wait))).sent is not None


async def test_a_wait_of_a_moment_is_made_on_the_spot(desk: Desk) -> None:
    desk.pacer = Pacer(desk.rig.gateway, {"": 50.0}, 0.0)
    desk.use(desk.client)
    for _ in range(12):
        await desk.pacer.reserve("bia", NUMBER)
    assert (await desk.plan(await desk.take())).sent is not None


async def test_a_person_waits_for_its_own_pace_and_then_for_the_number(desk: Desk) -> None:
    paced(desk, pair_s=6.0)
    await desk.pacer.reserve("ana", NUMBER)
    turn = await desk.take()
    first = await desk.run(turn)
    assert isinstance(first, Snooze)
    assert (first.due_ms, slot(first).number_ms) == (desk.clock() + 6000, 0)
    desk.clock.ms = first.due_ms
    assert (await desk.plan(back(turn, first))).sent is not None


async def test_the_rate_meta_gave_counts_more_than_ours(desk: Desk, documents: SqliteDocuments) -> None:
    upgrade = said("phone_number_quality_update", "THROUGHPUT_UPGRADE", subject=OURS)
    paced(desk, channels=await told(documents, upgrade))
    await desk.pacer.reserve("bia", NUMBER, rate=1000.0)
    assert (await desk.plan(await desk.take())).sent is not None


async def test_a_paused_channel_holds_its_replies_without_counting_or_stopping_others(
    desk: Desk, documents: SqliteDocuments
) -> None:
    banned = said("account_update", "DISABLED_UPDATE", subject=OURS, waba_ban_state="DISABLE")
    paced(desk, 1000.0, channels=await told(documents, banned))
    turn = await desk.take()
    with pytest.raises(OverloadedError) as caught:
        await desk.run(turn)
    assert (caught.value.code, caught.value.retry_after_ms) == ("channel_paused", 30_000)
    assert desk.sends == []
    state = msgspec.json.decode(turn.state) | {"phone_number_id": "100000000000002"}
    assert isinstance(await desk.run(msgspec.structs.replace(turn, state=msgspec.json.encode(state))), Plan)


async def test_replies_go_on_while_nobody_knows_the_state_of_the_channel(
    desk: Desk, documents: SqliteDocuments
) -> None:
    paced(desk, 1000.0, channels=ChannelStore(Away(documents)))
    assert (await desk.plan(await desk.take())).sent is not None


async def test_a_store_that_is_down_is_told_once_and_its_return_once(
    desk: Desk, documents: SqliteDocuments
) -> None:
    away = Away(documents)
    paced(desk, 1000.0, channels=ChannelStore(away, cache_s=0.0))
    lines: list[str] = []
    sink = logger.add(lambda message: lines.append(message.record["message"]), level="INFO")
    turn = await desk.take()
    for down in (True, True, True, False, False):
        away.down = down
        await desk.run(turn)  # só a primeira vez envia; todas passam pelo portão
    logger.remove(sink)
    lost, back = "the state of the channel is not known", "the state of the channel is known again"
    assert lines == [lost, back]


@pytest.mark.parametrize(
    ("body", "headers", "wait_ms"),
    [
        (refusal(130429), {"Retry-After": "7"}, 7000),
        (refusal(131056), {"Retry-After": "7"}, 7000),
        (refusal(80007), {}, 60_000),
        (b"", {}, 1000),
    ],
    ids=["number", "person", "account", "no body"],
)
async def test_after_a_refusal_for_haste_it_waits_what_meta_asks_and_counts_no_attempt(
    desk: Desk, body: bytes, headers: dict[str, str], wait_ms: int
) -> None:
    turn = await desk.take()
    desk.script = answer(429, body, headers)
    wait = await desk.run(turn)
    assert isinstance(wait, Snooze)
    assert (wait.due_ms - desk.clock(), wait.trouble, wait.reply_id) == (wait_ms, "", "")
    desk.clock.ms = wait.due_ms
    desk.script = answer(200, b'{"messages":[{"id":"wamid.2"}]}')
    assert (await desk.plan(back(turn, wait))).sent == (our_id(turn), "wamid.2")


async def test_a_refused_send_has_spent_its_slot_with_the_number(desk: Desk) -> None:
    paced(desk)
    await desk.pacer.reserve("bia", NUMBER)
    turn = await desk.take()
    early = await desk.run(turn)
    assert isinstance(early, Snooze)
    desk.clock.ms = early.due_ms
    desk.script = answer(429, refusal(131056))
    refused = await desk.run(back(turn, early))
    assert isinstance(refused, Snooze)
    assert (slot(early).number_ms > 0, slot(refused).number_ms) == (True, 0)


async def test_waits_and_refusals_are_counted(desk: Desk) -> None:
    turn = await desk.take()
    desk.script = answer(429, refusal(130429))
    await desk.run(turn)
    count = desk.metrics.registry.get_sample_value
    assert count("pyloto_throttles_total", {"code": "130429"}) == 1
    assert count("pyloto_pace_wait_seconds_count") == 1
