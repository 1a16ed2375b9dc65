"""O atendimento inteiro num processo: etapas e executor reais, Graph roteirizada, falas já entendidas."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from aiohttp import web

from consumers.gate import Gate
from consumers.handoff import publishing_stage
from consumers.outbound import outbound_stage
from consumers.pipeline import AI, AUDIT, HANDOFF, LANES, OUTBOUND, SESSION, STAGES, failed_turn
from consumers.plans import Pending, plan, state_of, turn_id
from consumers.session import session_stage
from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.conversation.dialogue import advance
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.inbound import cancelled_by
from pyloto_stream.conversation.records import Mode, Record
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.conversation.understanding import Understanding
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.keys import partition_of
from pyloto_stream.streams.ledger import SendLedger
from pyloto_stream.streams.model import Handler, Item, Plan, Settlement, Turn
from pyloto_stream.streams.pace import Pacer
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.stage import StageSpec, WorkerOptions
from pyloto_stream.streams.status import inspect
from pyloto_stream.streams.timers import TimerPump
from pyloto_stream.streams.worker import Worker
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from tests.support.graph import NUMBER, PHONE, SECRET, Graph, accepted, graph_server
from tests.support.graph import Script as GraphScript
from tests.support.streams import Recorder, until

OPTIONS = WorkerOptions(
    claim_idle_s=0.3, drain_timeout_s=1.0, max_attempts=2, retry_base_s=0.01, retry_max_s=0.02
)
_pending = msgspec.json.Decoder(Pending)
_records = msgspec.json.Decoder(list[Record])


class _Written(msgspec.Struct):
    text: str = ""
    body: str = ""


class _Interactive(msgspec.Struct):
    body: _Written


class _Body(msgspec.Struct):
    text: _Written | None = None
    interactive: _Interactive | None = None

    @classmethod
    def text_of(cls, body: dict[str, object]) -> str:
        sent = msgspec.convert(body, cls)
        if sent.interactive is not None:
            return sent.interactive.body.text
        return sent.text.body if sent.text else ""


class Front:
    """`script` responde aos envios; `records` é o que a auditoria recebeu; o texto é o entendimento."""

    def __init__(
        self, gateway: Gateway, graph: Graph, client: WhatsAppHttpClient, window_s: float, clock: Clock
    ) -> None:
        self.gateway = gateway
        self.graph = graph
        self.client = client
        self.window_s = window_s
        self.clock = clock
        self.script: GraphScript = accepted
        self.rules = SessionRules()
        self.telemetry = Recorder()
        self.records: list[Record] = []
        self.acceptor = Acceptor(gateway, list(LANES.values()), AcceptOptions())
        self._stop = asyncio.Event()
        self._workers: list[Worker] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._starts = 0
        self.messages = 0
        graph.script = self._answer

    @property
    def sends(self) -> list[dict[str, object]]:
        """Os envios que a Graph recebeu, em ordem."""
        bodies = [json.loads(json.dumps(got.body)) for got in self.graph.received]
        return [body for body in bodies if "status" not in body]

    @property
    def read(self) -> list[str]:
        """O que a pessoa leria, em ordem, se tudo chegasse."""
        return [_Body.text_of(body) for body in self.sends]

    def start(self, manager: SessionManager | None = None) -> None:
        """Um processo com todas as etapas; pode haver vários."""
        self._starts += 1
        name = f"front-{self._starts}"
        ledger = SendLedger(self.gateway, name, self.window_s)
        gate = Gate(Pacer(self.gateway, {"": 1000.0}, 0.0), Metrics())
        handlers: dict[str, Handler] = {
            SESSION: session_stage(manager or SessionManager(self.rules)),
            AI: self._understand,
            OUTBOUND: outbound_stage(self.client, ledger, gate),
        }
        specs = [StageSpec(stage, handler, failed_turn) for stage, handler in handlers.items()]
        for spec in (*specs, StageSpec(AUDIT, self._audit), StageSpec(HANDOFF, publishing_stage())):
            worker = Worker(self.gateway, LANES, spec, name, OPTIONS, self.telemetry, self.clock)
            self._workers.append(worker)
            self._tasks.append(asyncio.create_task(worker.run(self._stop)))
        self._tasks.append(asyncio.create_task(TimerPump(self.gateway, tick_s=0.02).run(self._stop)))

    async def kill(self) -> None:
        """Os processos somem como num SIGKILL."""
        held = [task for worker in self._workers for task in worker.held]
        for task in [*self._tasks, *held]:
            task.cancel()
        await asyncio.gather(*self._tasks, *held, return_exceptions=True)
        self._tasks.clear()
        self._workers.clear()

    async def stop(self) -> None:
        """Fim ordeiro."""
        self._stop.set()
        await asyncio.gather(*self._tasks)

    async def say(self, *understood: Understanding, conversation: str = "ana") -> None:
        """A pessoa escreve, e é isto que se entenderá."""
        now, items = self.clock(), []
        for meant in understood:
            self.messages += 1
            text = msgspec.json.encode(meant).decode()
            message = MessageReceived(f"wamid.{self.messages}", "text", NUMBER, PHONE, now, now, text=text)
            voided = cancelled_by(message.kind)
            items.append(Item("turn", conversation, msgspec.json.encode(message), message.id, voided))
        await self.acceptor.accept(items)

    async def quiet(self) -> None:
        """Nada em andamento, nem na auditoria."""

        async def idle() -> bool:
            return (await inspect(self.gateway, STAGES)).idle

        await until(idle)

    async def operator(self, mode: Mode) -> None:
        """Um operador muda o modo."""
        partition = partition_of("ana", self.gateway.partitions)
        await self.gateway.submit(Script.MODE, partition, {"l": "turn", "c": "ana", "md": mode})

    async def report(self, outcome: str = "sent") -> None:
        """A Meta relata o que houve com o último envio."""
        reply_id = str(self.sends[-1]["biz_opaque_callback_data"])
        status = b'{"record":"status","id":"s1","message_id":"wamid.status","status":"sent","at_ms":1}'
        settled = Settlement(reply_id, outcome, "wamid.status", "audit", "ana", status, f"s{reply_id}")
        await self.acceptor.accept([settled])

    def _understand(self, turn: Turn) -> Plan:
        """Etapa `ai` sem interpretação: o texto da última mensagem é o entendimento, em JSON."""
        messages = _pending.decode(turn.payload).messages
        meant = msgspec.json.decode(messages[-1].text, type=Understanding)
        step = advance(state_of(turn), meant, turn_id=turn_id(turn), now_ms=turn.now_ms, rules=self.rules)
        return plan(step)

    def _audit(self, turn: Turn) -> Plan:
        self.records += _records.decode(turn.events)
        return Plan()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        await self.graph.record(request)
        if "status" in json.loads(await request.read()):
            return web.json_response({"success": True})
        return await self.script(request)


@asynccontextmanager
async def open_front(
    redis_url: str, *, window_s: float = 30.0, timeout_s: float = 5.0, clock: Clock | None = None
) -> AsyncIterator[Front]:
    """Tudo aberto, ainda sem trabalhadores; `clock` é o de todos os scripts (o do servidor, se não vem)."""
    gateway = Gateway(redis_url, partitions=2, block_ms=200, clock=clock)
    await gateway.open(STAGES)
    try:
        async with graph_server() as graph:
            client = WhatsAppHttpClient(graph.url, "v24.0", SECRET, timeout_s=timeout_s)
            front = Front(gateway, graph, client, window_s, clock or system_clock)
            try:
                yield front
                await front.stop()
            finally:
                await front.kill()
                await client.close()
    finally:
        await gateway.close()
