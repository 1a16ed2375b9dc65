"""A gravação de turnos sob qualquer sequência de falhas, sorteada: o resultado é o de um mundo sem falhas."""

import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pyloto_stream.conversation.records import Record
from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.ports import TTL_FIELD
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail, TrailState
from tests.support.documents import Watched, everything
from tests.support.records import USER, action, handoff, inbound, media, outbound, session, status

ALL: list[Record] = [
    inbound(1), action(1), media(1), outbound(1), status(1, "sent"), action(7, "TAKEN_OVER", mode="HUMAN"),
    inbound(2), status(1, "read"), session(1), handoff(1), action(2), status(2, "sent"), outbound(2),
    action(3, "RELEASED", mode="BOT"), inbound(3),
]  # fmt: skip
FAULTS = ("none", "refused", "reply lost", "state lost", "buried", "replayed")


async def recorded(turns: list[list[Record]], faults: list[str]) -> tuple[object, object, int]:
    """Grava os turnos com as falhas; devolve tudo o que ficou, a ordem dos eventos e quantos conferem."""
    with tempfile.TemporaryDirectory() as folder:
        watched = Watched(await SqliteDocuments.open(Path(folder) / "documents.db"))
        trail = AuditTrail(watched)
        state: TrailState | None = None
        for number, (turn, fault) in enumerate(zip(turns, faults, strict=True)):
            watched.refuse, watched.lose = int(fault == "refused"), int(fault == "reply lost")
            if fault == "state lost":
                state = None
            if fault == "replayed":
                await trail.record(USER, turns[number // 2], state)
            try:
                after = await trail.record(USER, turn, state)
            except UnavailableError:
                after = await trail.record(USER, turn, state)
            state = state if fault == "buried" else after
        stored = await everything(watched, USER)
        lasting = {at: {k: v for k, v in data.items() if k != TTL_FIELD} for at, data in stored.items()}
        log = AuditLogStore(watched)
        verdict = await log.verify(USER)
        assert verdict.intact, verdict
        order = [event.event_id async for event in log.events(USER)]
        await watched.close()
        return lasting, order, verdict.events


@settings(max_examples=40, deadline=None)
@given(data=st.data(), cuts=st.sets(st.integers(1, len(ALL) - 1)))
async def test_any_faults_leave_what_a_faultless_run_leaves(data: st.DataObject, cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), len(ALL)]
    turns = [ALL[a:b] for a, b in pairwise(edges)]
    faults = data.draw(st.lists(st.sampled_from(FAULTS), min_size=len(turns), max_size=len(turns)))
    assert await recorded(turns, faults) == await recorded([ALL], ["none"])
