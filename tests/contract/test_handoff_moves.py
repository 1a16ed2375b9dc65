"""O que faz uma entrega deixar de esperar, em cada banco, aconteça o que acontecer no meio."""

import asyncio
from collections.abc import Sequence

import pytest

from pyloto_stream.conversation.records import ActionRecord, Record
from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.handoff_moves import MOVES
from pyloto_stream.stores.handoffs import Handoff, HandoffStore
from pyloto_stream.stores.ports import Document, Documents
from pyloto_stream.stores.sessions import scoped_id
from pyloto_stream.stores.trail import AuditTrail
from tests.support.documents import Watched, everything
from tests.support.records import T0, USER, handoff, inbound

FIRST: list[Record] = [inbound(1), handoff(1)]
KEY = scoped_id(USER, "s1:handoff")


def fact(action: str, number: int = 5, named: str = "s1:handoff") -> ActionRecord:
    data: dict[str, str | int | float] = {"mode": "HUMAN"}
    if named:
        data["handoff"] = named
    return ActionRecord(f"e{number}", action, T0 + number, "OPERATOR:bia", data=data)


async def stored(documents: Documents) -> Handoff:
    found = await HandoffStore(documents).get(KEY)
    assert found is not None
    return found


async def after(documents: Documents, facts: Sequence[str]) -> str:
    """O estado de uma entrega nova depois de `facts`, um por turno."""
    trail = AuditTrail(documents)
    state = await trail.record(USER, FIRST, None)
    for number, name in enumerate(facts, 5):
        state = await trail.record(USER, [fact(name, number)], state)
    return (await stored(documents)).status


@pytest.mark.parametrize(("facts", "status"), [
    (["CONVERSATION_PAUSED"], "OPEN"),
    (["CONVERSATION_TAKEN_OVER"], "ACCEPTED"),
    (["HUMAN_REPLIED"], "ACCEPTED"),
    (["CONVERSATION_RELEASED"], "CLOSED"),
    (["CONVERSATION_TAKEN_OVER", "HUMAN_REPLIED", "CONVERSATION_CLOSED"], "CLOSED"),
    (["HANDOFF_RELEASED"], "OPEN"),
    (["HANDOFF_RELEASED", "CONVERSATION_TAKEN_OVER"], "ACCEPTED"),
    (["HUMAN_REPLIED", "HANDOFF_RELEASED", "CONVERSATION_TAKEN_OVER"], "CLOSED"),
])  # fmt: skip
async def test_facts_move_a_handoff_and_only_forward(
    documents: Documents, facts: list[str], status: str
) -> None:
    assert await after(documents, facts) == status
    assert (await AuditLogStore(documents).verify(USER)).intact


async def test_the_fact_and_the_move_are_one_write(documents: Documents) -> None:
    watched = Watched(documents)
    trail = AuditTrail(watched)
    state = await trail.record(USER, FIRST, None)
    watched.refuse, watched.writes = 1, []
    with pytest.raises(UnavailableError):
        await trail.record(USER, [fact("CONVERSATION_TAKEN_OVER")], state)
    assert (await stored(documents)).status == "OPEN"
    await trail.record(USER, [fact("CONVERSATION_TAKEN_OVER")], state)
    assert len(watched.writes) == 2
    moved = await stored(documents)
    assert (moved.status, moved.updated_at) == ("ACCEPTED", "2023-11-14T22:13:20.005Z")
    assert moved.queue_key.startswith("0-020-")


async def test_one_turn_may_make_a_handoff_and_settle_it(documents: Documents) -> None:
    watched = Watched(documents)
    turn = [*FIRST, fact("HUMAN_REPLIED", 5), fact("CONVERSATION_CLOSED", 6)]
    state = await AuditTrail(watched).record(USER, turn, None)
    assert (await stored(documents)).status == "CLOSED"
    assert len(watched.writes) == 1
    before = await everything(documents, USER)
    for known in (state, None):
        assert await AuditTrail(documents).record(USER, turn, known) == state
    assert await everything(documents, USER) == before


async def test_a_lost_answer_and_a_replay_change_nothing_more(documents: Documents) -> None:
    watched = Watched(documents)
    trail = AuditTrail(watched)
    state = await trail.record(USER, FIRST, None)
    watched.lose = 1
    with pytest.raises(UnavailableError):
        await trail.record(USER, [fact("CONVERSATION_RELEASED")], state)
    before = await everything(documents, USER)
    for known in (state, None):
        await trail.record(USER, [fact("CONVERSATION_RELEASED")], known)
    assert await everything(documents, USER) == before


async def test_who_moves_it_in_between_is_noticed_and_nothing_goes_back(documents: Documents) -> None:
    class Overtaken(Watched):
        """Alguém encerra a entrega entre a leitura e a gravação."""

        async def get(self, path: str) -> Document | None:
            found = await super().get(path)
            if path == f"handoffs/{KEY}" and self.reads == 1:
                assert await HandoffStore(documents).close(KEY)
            return found

    state = await AuditTrail(documents).record(USER, FIRST, None)
    await AuditTrail(Overtaken(documents)).record(USER, [fact("CONVERSATION_TAKEN_OVER")], state)
    assert (await stored(documents)).status == "CLOSED"
    verdict = await AuditLogStore(documents).verify(USER)
    assert (verdict.intact, verdict.events) == (True, 3)


async def test_two_workers_with_the_same_turn_move_it_once(documents: Documents) -> None:
    state = await AuditTrail(documents).record(USER, FIRST, None)
    turn = [fact("CONVERSATION_TAKEN_OVER")]
    one, other = await asyncio.gather(*(AuditTrail(documents).record(USER, turn, state) for _ in range(2)))
    assert one == other
    assert (await stored(documents)).status == "ACCEPTED"


@pytest.mark.parametrize("named", ["", "s9:handoff"])
async def test_a_fact_about_no_handoff_or_an_erased_one_is_just_recorded(
    documents: Documents, named: str
) -> None:
    trail = AuditTrail(documents)
    state = await trail.record(USER, FIRST, None)
    for number, name in enumerate(MOVES, 5):
        state = await trail.record(USER, [fact(name, number, named)], state)
    assert (await stored(documents)).status == "OPEN"
    assert (await AuditLogStore(documents).verify(USER)).events == 2 + len(MOVES)


async def test_a_fact_moves_the_older_handoffs_it_names_too(documents: Documents) -> None:
    trail, store = AuditTrail(documents), HandoffStore(documents)
    state = await trail.record(USER, [handoff(1), handoff(2), handoff(3)], None)
    act = fact("CONVERSATION_TAKEN_OVER", 5, "s3:handoff")
    act.data["older"] = "s1:handoff s2:handoff"
    state = await trail.record(USER, [act], state)
    assert [(await store.queue(status))[0] for status in ("OPEN", "CLOSED")] == [[], []]
    await trail.record(USER, [fact("CONVERSATION_CLOSED", 6, "s3:handoff")], state)
    accepted, _ = await store.queue("ACCEPTED")
    assert {found.handoff_id for found in accepted} == {"s1:handoff", "s2:handoff"}


async def test_the_queue_may_show_one_level_only(documents: Documents) -> None:
    store = HandoffStore(documents)
    levels = ["low", "high", "medium", "high", "low"]
    for number, level in enumerate(levels):
        await store.add(USER, handoff(number, level=level, score=number))
    for level, ids in (("high", [3, 1]), ("medium", [2]), ("low", [4, 0])):
        found, more = await store.queue(level=level)  # type: ignore[arg-type]
        assert [handoff.handoff_id for handoff in found] == [f"s{number}:handoff" for number in ids]
        assert more is None
    first, more = await store.queue(level="low", limit=1)
    rest, end = await store.queue(level="low", start=more, limit=1)
    assert ([h.lead_score for h in (*first, *rest)], end) == ([4, 0], None)
