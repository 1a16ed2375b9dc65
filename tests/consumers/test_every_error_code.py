"""Cada código da seção 7 dos fatos: de que classe é, e o que acontece com a resposta que o recebeu.

A tabela daqui foi escrita da página, e não de `error_codes.py`: as duas têm de concordar.
"""

from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.streams.model import Outcome, Plan, Snooze, Turn
from pyloto_stream.streams.stage import WorkerOptions
from pyloto_stream.streams.verdict import Bury, Park, judge
from pyloto_stream.whatsapp.error_codes import KNOWN, RANGES, ErrorClass, lookup
from tests.support.desk import Desk, open_desk, our_id
from tests.support.graph import NUMBER, accepted, answer, refusal

HOUR_MS = 3_600_000
P, T, H, A = ErrorClass.PERMANENT, ErrorClass.TRANSIENT, ErrorClass.THROTTLE, ErrorClass.AUTH
O, W, U, D = ErrorClass.POLICY, ErrorClass.WINDOW, ErrorClass.USER, ErrorClass.DEFINITION  # noqa: E741

TABLE: tuple[tuple[str, ErrorClass, int, tuple[int, ...]], ...] = (
    ("buried", P, 400, (100, 131008, 131009, 131020, 131021, 131030, 131041, 131051, 131052, 131053, 131055,
                        131059, 131061, 131062, 131201, 131215, 135000, 137000, 138000, 138018, 139000,
                        139004, 139100, 139101, 147001, 147005, 200005, 200007, 1752041, 2593107, 2593108,
                        2593109)),
    ("buried", P, 403, (130497,)),
    ("buried", U, 400, (130472, 131026, 131049, 131050)),
    ("buried", D, 400, (131063, 132000, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068,
                        132069, 134100, 2388019, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299)),
    ("buried", D, 404, (132001,)),
    ("buried", D, 500, (134102,)),
    ("retried", T, 400, (1, 134101, 139102, 139103, 2494100)),
    ("in doubt", T, 500, (131000, 131016, 131057)),
    ("in doubt", T, 503, (2, 133004)),
    ("everything waits", A, 401, (0, 190)),
    ("everything waits", A, 403, (10, 200, 299, 131005)),
    ("everything waits", A, 500, (3, 131045, 133000)),
    ("everything waits", A, 400, (33, 133005, 133006, 133008, 133009, 133010, 133015, 133016, 2388001,
                                  2388012, 2388091, 2388093, 2388103)),
    ("everything waits", O, 403, (368, 131031)),
    ("everything waits", O, 400, (131037, 131042, 131044, 131048, 131064, 134011)),
    ("the number slows", H, 400, (4, 613, 80007, 130429)),
    ("the number slows", H, 429, (131204, 131208)),
    ("the person waits", H, 400, (131056,)),
    ("dropped", W, 400, (131047,)),
)  # fmt: skip


@pytest_asyncio.fixture
async def desk(redis_url: str) -> AsyncIterator[Desk]:
    async with open_desk(redis_url) as desk:
        yield desk


class Case:
    """Um código recebido por uma resposta, e o que se fez dela."""

    def __init__(self, desk: Desk, redis: Redis, turn: Turn, result: Outcome | Exception) -> None:
        self.desk, self.redis, self.turn, self.result = desk, redis, turn, result
        self.decision = judge(turn, result, WorkerOptions(), desk.clock())

    async def ledger(self) -> object:
        return await self.redis.hget(f"pyloto:{{00}}:send:{our_id(self.turn)}", "st")

    async def again(self) -> Outcome:
        """A Meta passa a aceitar, e o turno volta uma hora depois."""
        self.desk.script = accepted
        self.desk.clock.ms += HOUR_MS
        payload = self.result.payload if isinstance(self.result, Snooze) else None
        return await self.desk.run(msgspec.structs.replace(self.turn, payload=payload or self.turn.payload))

    async def others_wait_ms(self) -> int:
        return (await self.desk.pacer.reserve("bia", NUMBER)).wait_ms

    async def sent(self) -> bool:
        done = await self.again()
        return isinstance(done, Plan) and done.sent is not None


async def buried(case: Case) -> bool:
    gone = isinstance(case.decision, Bury) and await case.ledger() == "failed"
    return gone and not await case.sent()


async def retried(case: Case) -> bool:
    counted = isinstance(case.decision, Park) and case.decision.setback is not None
    return counted and await case.ledger() == "retry" and await case.sent()


async def in_doubt(case: Case) -> bool:
    waits = isinstance(case.result, Snooze) and case.result.reply_id == our_id(case.turn)
    return waits and await case.ledger() == "sending"


async def everything_waits(case: Case) -> bool:
    free = (
        isinstance(case.decision, Park)
        and case.decision.setback is None
        and not isinstance(case.result, Snooze)
    )
    return free and await case.ledger() == "retry" and await case.sent()


async def number_slows(case: Case) -> bool:
    free = isinstance(case.result, Snooze) and case.result.due_ms > case.desk.clock()
    return free and await case.others_wait_ms() > 0 and await case.sent()


async def person_waits(case: Case) -> bool:
    free = isinstance(case.result, Snooze) and case.result.due_ms > case.desk.clock()
    return free and await case.others_wait_ms() == 0 and await case.sent()


async def dropped(case: Case) -> bool:
    told = isinstance(case.result, Plan) and b"REPLY_DROPPED" in case.result.feed[0].event
    return told and await case.ledger() == "failed"


NEXT: dict[str, Callable[[Case], Awaitable[bool]]] = {
    "buried": buried, "retried": retried, "in doubt": in_doubt, "everything waits": everything_waits,
    "the number slows": number_slows, "the person waits": person_waits, "dropped": dropped,
}  # fmt: skip


@pytest.mark.parametrize(("outcome", "kind", "status", "codes"), TABLE)
async def test_each_code_has_its_class_and_its_end(
    desk: Desk, redis: Redis, outcome: str, kind: ErrorClass, status: int, codes: tuple[int, ...]
) -> None:
    ended: dict[int, bool] = {}
    for code in codes:
        desk.clock.ms += HOUR_MS
        turn = await desk.take()
        desk.script = answer(status, refusal(code))
        result: Outcome | Exception
        try:
            result = await desk.run(turn)
        except Exception as error:  # noqa: BLE001 — o que se fez do erro é o que se prova
            result = error
        ended[code] = await NEXT[outcome](Case(desk, redis, turn, result))
        await desk.sender.commit(turn, Plan())
    assert ended == dict.fromkeys(codes, True)
    assert {code: (lookup(code) or (None,))[0] for code in codes} == dict.fromkeys(codes, kind)


def test_the_table_names_every_code_we_know_and_both_ends_of_each_family() -> None:
    listed = [code for _, _, _, codes in TABLE for code in codes]
    assert len(listed) == len(set(listed))
    assert set(listed) == {*KNOWN, *(end for first, last, _, _ in RANGES for end in (first, last))}
