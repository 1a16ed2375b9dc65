"""Um número que a Meta recusa não cala os outros; e volta sozinho."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web

from consumers.gate import Gate
from consumers.numbers import MOST_S, TRYING_S, Numbers
from consumers.outbound import outbound_stage
from pyloto_stream.errors import OverloadedError
from pyloto_stream.streams.breaker import FAILURES, Breaker
from pyloto_stream.streams.decide import Decider
from pyloto_stream.streams.model import Outcome, Plan, Turn
from pyloto_stream.streams.stage import StageSpec, WorkerOptions
from pyloto_stream.streams.telemetry import Silence
from pyloto_stream.whatsapp.client import DependencyDownError
from pyloto_stream.whatsapp.error_codes import ErrorClass
from tests.support.desk import Desk, open_desk
from tests.support.graph import NUMBER, accepted, answer, refusal

OTHER = "100000000000002"


class Ticks:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest_asyncio.fixture
async def desk(redis_url: str) -> AsyncIterator[Desk]:
    async with open_desk(redis_url) as desk:
        yield desk


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def numbers(ticks: Ticks) -> Numbers:
    return Numbers(ticks)


def use(desk: Desk, numbers: Numbers) -> None:
    gate = Gate(desk.pacer, desk.metrics)
    desk.stage = outbound_stage(desk.client, desk.sender.ledger, gate, numbers=numbers)


def of(turn: Turn, number: str) -> Turn:
    state = msgspec.json.decode(turn.state) | {"phone_number_id": number}
    return msgspec.structs.replace(turn, state=msgspec.json.encode(state))


async def tried(desk: Desk, turn: Turn) -> Outcome | Exception:
    try:
        return await desk.run(turn)
    except Exception as error:  # noqa: BLE001 — o que se fez do erro é o que se prova
        return error


async def only_other(request: web.Request) -> web.StreamResponse:
    refused = f"/{NUMBER}/" in request.path
    return await (answer(401, refusal(190)) if refused else accepted)(request)


async def test_the_token_of_one_number_that_ended_does_not_open_the_breaker_of_all(
    desk: Desk, numbers: Numbers
) -> None:
    use(desk, numbers)
    breaker = Breaker("outbound", Silence(), 15.0)
    options = WorkerOptions()
    decider = Decider(StageSpec("outbound", desk.stage), options, Silence(), desk.clock, breaker)
    desk.script = only_other
    turn = await desk.take()
    for _ in range(FAILURES + 1):
        decider.judge(turn, await tried(desk, turn))
    assert not breaker.open
    assert len(desk.sends) == 1, "the others of this number wait without asking"
    assert isinstance(await desk.run(of(turn, OTHER)), Plan)


async def test_one_send_tries_whether_the_number_is_back_and_then_all_go(
    desk: Desk, numbers: Numbers, ticks: Ticks
) -> None:
    use(desk, numbers)
    desk.script = answer(401, refusal(190))
    turn = await desk.take()
    with pytest.raises(OverloadedError) as caught:
        await desk.run(turn)
    assert caught.value.code == "graph_190"
    ticks.now += 1.0
    desk.script = accepted
    assert (await desk.plan(turn)).sent is not None
    numbers.enter(NUMBER)


def down(code: int = 190, kind: ErrorClass = ErrorClass.AUTH) -> DependencyDownError:
    return DependencyDownError("x", code=f"graph_{code}").about(code, kind)


def test_who_tries_keeps_the_others_out_and_each_failure_doubles_the_wait(
    numbers: Numbers, ticks: Ticks
) -> None:
    numbers.refused(NUMBER, down())
    for expected in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, MOST_S, MOST_S):
        with pytest.raises(OverloadedError) as caught:
            numbers.enter(NUMBER)
        assert caught.value.retry_after_ms == pytest.approx(expected * 1000, abs=2)
        ticks.now += expected
        numbers.enter(NUMBER)
        with pytest.raises(OverloadedError) as caught:
            numbers.enter(NUMBER)
        assert caught.value.retry_after_ms == pytest.approx(TRYING_S * 1000, abs=2)
        numbers.refused(NUMBER, down())


def test_those_already_on_their_way_do_not_make_the_wait_longer(numbers: Numbers) -> None:
    for _ in range(20):
        numbers.refused(NUMBER, down(131042, ErrorClass.POLICY))
    with pytest.raises(OverloadedError) as caught:
        numbers.enter(NUMBER)
    assert caught.value.retry_after_ms == pytest.approx(1000, abs=2)


@pytest.mark.parametrize("code", ["graph_unreachable", "graph_http_401"])
def test_what_is_not_of_the_number_stops_the_stage_as_before(numbers: Numbers, code: str) -> None:
    error = DependencyDownError("x", code=code)
    if code == "graph_http_401":
        error = error.about(0, ErrorClass.AUTH)
    assert numbers.refused(NUMBER, error) is error
    numbers.enter(NUMBER)


@pytest.mark.parametrize("end", [refusal(100), refusal(130429), refusal(131047)])
async def test_any_other_answer_says_that_the_number_is_back(
    desk: Desk, numbers: Numbers, ticks: Ticks, end: bytes
) -> None:
    use(desk, numbers)
    numbers.refused(NUMBER, down())
    ticks.now += 1.0
    desk.script = answer(400, end)
    await tried(desk, await desk.take())
    numbers.enter(NUMBER)
    numbers.enter(NUMBER)
