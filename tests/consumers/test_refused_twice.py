"""A mesma recusa na resposta e depois num status (fatos, seção 7.2): o que se repete não se perde."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from pyloto_stream.errors import TransientError
from pyloto_stream.streams.model import Snooze
from tests.support.desk import Desk, open_desk, our_id
from tests.support.graph import accepted, answer, refusal


@pytest_asyncio.fixture
async def desk(redis_url: str) -> AsyncIterator[Desk]:
    async with open_desk(redis_url) as desk:
        yield desk


@pytest.mark.parametrize("code", [130429, 131056])
async def test_a_throttle_told_again_by_a_status_does_not_drop_the_reply(desk: Desk, code: int) -> None:
    turn = await desk.take()
    desk.script = answer(400, refusal(code))
    wait = await desk.run(turn)
    assert isinstance(wait, Snooze)
    assert wait.payload is not None
    await desk.report(turn, "failed")
    desk.clock.ms = wait.due_ms
    desk.script = accepted
    plan = await desk.plan(msgspec.structs.replace(turn, payload=wait.payload, snoozes=1))
    assert plan.sent is not None
    assert plan.sent[0] == our_id(turn)


async def test_a_stumble_of_meta_told_again_by_a_status_does_not_drop_the_reply(desk: Desk) -> None:
    turn = await desk.take()
    desk.script = answer(400, refusal(1))
    with pytest.raises(TransientError):
        await desk.run(turn)
    await desk.report(turn, "failed")
    desk.script = accepted
    assert (await desk.plan(turn)).sent is not None
