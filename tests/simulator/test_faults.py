"""Cada defeito programável, visto pelo cliente de verdade."""

import time

import msgspec
import pytest

from pyloto_stream.simulator.faults import Call, Fault, FaultBook
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.graph_errors import (
    DependencyDownError,
    GraphError,
    GraphInDoubtError,
    GraphRefusedError,
    ThrottledError,
)
from pyloto_stream.whatsapp.messages import TextMessage
from pyloto_stream.whatsapp.payloads import build
from tests.support.simulation import NUMBER, TOKEN, World

ANA, BRUNO = fictional(1), fictional(2)
HELLO = TextMessage("Olá")


async def failed(world: World, to: str = ANA.wa_id) -> GraphError:
    with pytest.raises(GraphError) as caught:
        await world.send(HELLO, to)
    return caught.value


@pytest.fixture
async def written(world: World) -> World:
    """Ana e Bruno já escreveram."""
    for profile in (ANA, BRUNO):
        await world.simulator.person(profile).say("Oi").accepted()
    return world


class TestKinds:
    async def test_latency_delays_and_then_accepts(self, written: World) -> None:
        written.simulator.faults.add(Fault("delay", delay_ms=60))
        started = time.perf_counter()
        await written.send(HELLO, ANA.wa_id)
        assert time.perf_counter() - started >= 0.06
        assert len(written.simulator.sent) == 1

    @pytest.mark.parametrize(
        ("code", "kind"), [(130429, ThrottledError), (131056, ThrottledError), (4, ThrottledError)]
    )
    async def test_throttles_are_throttles(self, written: World, code: int, kind: type[GraphError]) -> None:
        written.simulator.faults.add(Fault("error", code=code))
        error = await failed(written)
        assert (type(error), error.graph_code) == (kind, code)
        assert written.simulator.sent == []
        await written.send(HELLO, ANA.wa_id)

    async def test_retry_after_reaches_the_client(self, written: World) -> None:
        written.simulator.faults.add(Fault("error", code=130429, status=429, retry_after_s=7))
        error = await failed(written)
        assert isinstance(error, ThrottledError)
        assert error.retry_after_ms == 7000

    async def test_a_definite_refusal_is_not_in_doubt(self, written: World) -> None:
        written.simulator.faults.add(Fault("error", code=131026))
        assert type(await failed(written)) is GraphRefusedError
        written.simulator.faults.add(Fault("error", code=190))
        assert type(await failed(written)) is DependencyDownError

    @pytest.mark.parametrize(
        "fault",
        [
            Fault("error", status=502),
            Fault("error", status=500, retry_after_s=3),
            Fault("error", code=131000),
        ],
    )
    async def test_a_5xx_leaves_the_client_in_doubt(self, written: World, fault: Fault) -> None:
        written.simulator.faults.add(fault)
        assert type(await failed(written)) is GraphInDoubtError
        assert written.simulator.sent == []

    @pytest.mark.parametrize(
        "fault",
        [
            Fault("cut", accepted=True),
            Fault("error", status=503, accepted=True),
            Fault("cut", accepted=True, delay_ms=5),
        ],
    )
    async def test_accepted_and_then_lost_the_message_exists_and_the_client_does_not_know(
        self, written: World, fault: Fault
    ) -> None:
        written.simulator.faults.add(fault)
        assert type(await failed(written)) is GraphInDoubtError
        (kept,) = written.simulator.sent
        await written.webhook.until(lambda: len(written.webhook.statuses) == 3)
        assert {(status.id, status.callback) for status in written.webhook.statuses} == {
            (kept.wamid, "v1.0.t.0")
        }

    async def test_a_cut_before_accepting_loses_the_message(self, written: World) -> None:
        written.simulator.faults.add(Fault("cut"))
        assert type(await failed(written)) is GraphInDoubtError
        assert written.simulator.sent == []

    async def test_a_hang_ends_with_the_clients_patience(self, written: World) -> None:
        hasty = WhatsAppHttpClient(written.url, "v24.0", TOKEN, timeout_s=0.9)
        written.simulator.faults.add(Fault("hang", accepted=True))
        with pytest.raises(GraphInDoubtError):
            await hasty.send(NUMBER, build(HELLO, to=ANA.wa_id, reply_id="v1"))
        await hasty.close()
        assert len(written.simulator.sent) == 1

    async def test_an_invalid_message_is_refused_even_when_it_would_be_accepted_and_cut(
        self, written: World
    ) -> None:
        written.simulator.faults.add(Fault("cut", accepted=True))
        with pytest.raises(GraphRefusedError):
            await written.send(TextMessage(""), ANA.wa_id)


class TestWhich:
    async def test_times_and_skip_pick_the_calls(self, written: World) -> None:
        planned = written.simulator.faults.add(Fault("error", code=4, times=2, skip=1))
        outcomes = []
        for _ in range(5):
            try:
                await written.send(HELLO, ANA.wa_id)
                outcomes.append("ok")
            except ThrottledError:
                outcomes.append("no")
        assert outcomes == ["ok", "no", "no", "ok", "ok"]
        assert (planned.seen, planned.hits) == (3, 2)

    async def test_zero_times_is_for_ever_until_cleared(self, written: World) -> None:
        written.simulator.faults.add(Fault("error", code=4, times=0))
        for _ in range(3):
            await failed(written)
        written.simulator.faults.clear()
        await written.send(HELLO, ANA.wa_id)

    @pytest.mark.parametrize("to", [ANA.wa_id, f"+{ANA.wa_id}"])
    async def test_one_person_suffers_alone(self, written: World, to: str) -> None:
        written.simulator.faults.add(Fault("error", code=131056, times=0, to=to))
        await written.send(HELLO, BRUNO.wa_id)
        assert (await failed(written)).graph_code == 131056

    async def test_receipts_have_their_own_faults(self, written: World) -> None:
        written.simulator.faults.add(Fault("error", status=500, endpoint="receipts"))
        message = written.webhook.messages[0].id
        await written.send(HELLO, ANA.wa_id)
        assert not await written.client.mark_read(NUMBER, message, typing=True)
        assert await written.client.mark_read(NUMBER, message, typing=True)

    async def test_a_condition_narrows_further(self, written: World) -> None:
        written.simulator.faults.add(Fault("error", code=4, times=0), lambda call: call.reply_id == "v1.ruim")
        await written.send(HELLO, ANA.wa_id)
        with pytest.raises(ThrottledError):
            await written.send(HELLO, ANA.wa_id, "v1.ruim")

    def test_the_first_that_matches_acts(self) -> None:
        book = FaultBook()
        first, second = book.add(Fault("cut")), book.add(Fault("hang"))
        call = Call.of({"to": "+5511900000001"})
        assert [book.take(call), book.take(call), book.take(call)] == [first.fault, second.fault, None]

    @pytest.mark.parametrize("document", [None, [], 3, {"to": 5}, {"status": []}])
    def test_any_document_can_be_looked_at(self, document: object) -> None:
        assert FaultBook().take(Call.of(document)) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"kind":"explode"}',
        '{"kind":"error"}',
        '{"kind":"error","code":-1}',
        '{"kind":"error","status":200}',
        '{"kind":"cut","code":4}',
        '{"kind":"hang","retry_after_s":1}',
        '{"kind":"fail"}',
        '{"kind":"fail","code":131049,"endpoint":"media"}',
        '{"kind":"delay"}',
        '{"kind":"delay","delay_ms":5,"accepted":true}',
        '{"kind":"delay","delay_ms":-5}',
        '{"kind":"cut","times":-1}',
        '{"kind":"cut","endpoint":"moon"}',
        '{"kind":"cut","tymes":1}',
    ],
)
def test_an_impossible_fault_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Fault)
