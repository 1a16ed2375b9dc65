"""Mil respostas a duzentas pessoas, por dois processos, a uma Meta que recusa quem se apressa."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from consumers.gate import Gate
from consumers.outbound import outbound_stage
from consumers.pipeline import AUDIT, LANES, OUTBOUND, SESSION, STAGES
from consumers.plans import Outgoing
from pyloto_stream.conversation.records import MessageRecord, Record
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.simulator.app import Simulator
from pyloto_stream.simulator.config import Pace, RateLimits
from pyloto_stream.simulator.profiles import Profile
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.embedded import EmbeddedRedis
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.ledger import SendLedger
from pyloto_stream.streams.model import Item, Outcome, Plan, Turn
from pyloto_stream.streams.pace import Pacer
from pyloto_stream.streams.stage import StageSpec, WorkerOptions
from pyloto_stream.streams.timers import TimerPump
from pyloto_stream.streams.worker import Worker
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from tests.support.simulation import CONFIG, NUMBER, TOKEN
from tests.support.streams import Recorder

PEOPLE, EACH, RATE = 200, 5, 80.0
REPLIES = PEOPLE * EACH
TICK_S = 0.01
REPLY = msgspec.json.encode(Outgoing(Reply(kind="text", text="oi")))
_records = msgspec.json.Decoder(list[Record])
_encode = msgspec.json.encode


class Meta:
    """A Meta local com os ritmos de verdade; `moments` são os instantes das respostas a envios aceitos."""

    def __init__(self) -> None:
        self._ahead_s = 0.0
        quiet = Pace(attempts=1)  # sem webhook: aqui só interessam os envios
        config = msgspec.structs.replace(CONFIG, pace=quiet, rates=RateLimits())
        self.simulator = Simulator(config, monotonic=lambda: time.monotonic() + self._ahead_s)
        self.moments: list[float] = []
        self.refused: list[int] = []

    def write(self, person: int) -> str:
        """A pessoa escreveu, e por isso se pode responder a ela; devolve o telefone."""
        phone = f"55119{person:08d}"
        self.simulator.person(Profile(name="Pessoa", wa_id=phone)).say("oi")
        return phone

    def later(self) -> None:
        """O que entrou já não pesa no ritmo."""
        self._ahead_s += 60

    def observe(self, _endpoint: str, status: int, code: int, _seconds: float) -> None:
        if status == 200:
            self.moments.append(time.monotonic())
        else:
            self.refused.append(code)


class Talk:
    """Cada pessoa escreve de novo quando lê a resposta, `EACH` vezes; `done` depois da última de todas."""

    def __init__(self, gateway: Gateway, phones: list[str]) -> None:
        self._acceptor = Acceptor(gateway, list(LANES.values()), AcceptOptions())
        self._phones = phones
        self._read = dict.fromkeys(map(str, range(len(phones))), 0)
        self.done = asyncio.Event()

    async def start(self) -> None:
        await self._acceptor.accept([Item("turn", name, b"0") for name in self._read])

    def session(self, turn: Turn) -> Outcome:
        phone = self._phones[int(turn.conversation)]
        state = ConversationState(reply_to=phone, phone_number_id=NUMBER, last_inbound_at_ms=turn.now_ms)
        return Plan(to=OUTBOUND, state=_encode(state), payload=REPLY)

    async def audit(self, turn: Turn) -> Outcome:
        for record in _records.decode(turn.events):
            assert isinstance(record, MessageRecord)
            self._read[turn.conversation] += 1
            if self._read[turn.conversation] < EACH:
                await self._acceptor.accept([Item("turn", turn.conversation, b"0")])
        if sum(self._read.values()) == REPLIES:
            self.done.set()
        return Plan()


@pytest_asyncio.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    server = EmbeddedRedis(tmp_path / "redis")
    yield await server.start()
    await server.stop()


class Process:
    """Um processo com as três etapas, até `stop`."""

    def __init__(self, url: str, name: str) -> None:
        self.gateway = Gateway(url, partitions=4, block_ms=200)
        self._name = name

    async def work(self, talk: Talk, meta: Meta, graph_url: str, stop: asyncio.Event) -> None:
        client = WhatsAppHttpClient(graph_url, "v24.0", TOKEN, observe=meta.observe)
        ledger = SendLedger(self.gateway, self._name, 30.0)
        outbound = outbound_stage(client, ledger, Gate(Pacer(self.gateway, {"": RATE}), Metrics()))
        handlers = {SESSION: talk.session, AUDIT: talk.audit, OUTBOUND: outbound}
        async with asyncio.TaskGroup() as group:
            for stage, handler in handlers.items():
                spec = StageSpec(stage, handler)
                worker = Worker(self.gateway, LANES, spec, self._name, WorkerOptions(), Recorder())
                group.create_task(worker.run(stop))
            group.create_task(TimerPump(self.gateway).run(stop))
        await client.close()
        await self.gateway.close()


async def stalls(seconds: list[float]) -> None:
    """Anota quanto este laço parou: uma máquina ocupada perde vezes que o ritmo dava, e elas não voltam."""
    while True:
        began = time.monotonic()
        await asyncio.sleep(TICK_S)
        late_s = time.monotonic() - began - TICK_S
        if late_s > TICK_S:
            seconds.append(late_s)


@pytest.mark.timeout(120)
async def test_i17_a_thousand_replies_at_metas_rates_without_one_refusal(url: str) -> None:
    meta, stop = Meta(), asyncio.Event()
    graph_url = await meta.simulator.start()
    phones = [meta.write(n) for n in range(PEOPLE)]
    meta.later()
    processes = [Process(url, f"w{n}") for n in range(2)]
    for process in processes:
        await process.gateway.open(STAGES)
    talk, stalled = Talk(processes[0].gateway, phones), list[float]()
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(stalls(stalled))
        for process in processes:
            group.create_task(process.work(talk, meta, graph_url, stop))
        await talk.start()
        await asyncio.wait_for(talk.done.wait(), 90)
        stop.set()
        watch.cancel()
    await meta.simulator.stop()
    took_s, lost_s = meta.moments[-1] - meta.moments[0], sum(stalled)
    print(f"{REPLIES} replies in {took_s:.2f} s, stalled for {lost_s:.2f} s")  # noqa: T201 — a medida
    assert (meta.refused, dict(meta.simulator.throttled)) == ([], {})
    assert len(meta.moments) == REPLIES
    assert took_s - lost_s <= REPLIES / RATE / 0.95
