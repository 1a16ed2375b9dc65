"""A etapa `outbound` com o livro num Redis real e uma Graph de laço local, um turno por vez."""

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from aiohttp import web

from consumers.gate import Channels, Gate
from consumers.outbound import outbound_stage
from consumers.plans import Outgoing
from consumers.window import WindowTemplate
from pyloto_stream.conversation.records import Mode, Record
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.streams.keys import reply_id
from pyloto_stream.streams.model import Outcome, Plan, Turn
from pyloto_stream.streams.pace import Pacer
from pyloto_stream.streams.scripts import Script
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from tests.support.graph import NUMBER, PHONE, SECRET, Graph, accepted, graph_server
from tests.support.graph import Script as GraphScript
from tests.support.sends import Sender, settlement
from tests.support.streams import ManualClock, Rig

HELLO = Reply(kind="text", text="segredo do cliente")
_record = msgspec.json.Decoder(Record)


class Desk:
    """`graph` conta as chamadas; `script` decide a resposta da Meta a um envio (leitura é sempre aceita)."""

    def __init__(self, rig: Rig, clock: ManualClock, graph: Graph, client: WhatsAppHttpClient) -> None:
        self.rig = rig
        self.clock = clock
        self.graph = graph
        self.client = client
        self.script: GraphScript = accepted
        self.sender = Sender(rig, clock)
        self.counted: list[str] = []
        self.metrics = Metrics()
        self.pacer = Pacer(rig.gateway, {"": 1000.0}, 0.0)
        graph.script = self._answer
        self.use(client)

    def use(
        self,
        client: WhatsAppHttpClient,
        *,
        channels: Channels | None = None,
        late: WindowTemplate | None = None,
    ) -> None:
        """Envia por este cliente; `channels` e `late` como em `Gate` e `outbound_stage`."""
        gate = Gate(self.pacer, self.metrics, channels)
        self.stage = outbound_stage(client, self.sender.ledger, gate, self.counted.append, late=late)

    @property
    def sends(self) -> list[dict[str, object]]:
        """Os corpos dos envios que a Graph recebeu, em ordem."""
        return [body for body in self._bodies() if "status" not in body]

    @property
    def reads(self) -> list[dict[str, object]]:
        """Os corpos dos avisos de leitura."""
        return [body for body in self._bodies() if "status" in body]

    async def take(
        self, reply: Reply = HELLO, *, mode: Mode | None = None, silent_ms: int = 0, hold: bool = False
    ) -> Turn:
        """Um turno que chegou à etapa com `reply` e o modo que a segue; a pessoa escreveu há `silent_ms`."""
        await self.rig.say("ana", "oi")
        turn = await self.sender.take()
        state = ConversationState(
            reply_to=PHONE,
            phone_number_id=NUMBER,
            last_inbound_id="wamid.in",
            last_inbound_at_ms=turn.now_ms - silent_ms,
        )
        payload = msgspec.json.encode(Outgoing(reply, "INSTITUTIONAL", "AWAITING_USER", mode, hold))
        return msgspec.structs.replace(turn, payload=payload, state=msgspec.json.encode(state))

    async def run(self, turn: Turn) -> Outcome:
        """A etapa decide, no instante atual."""
        decided = self.stage(msgspec.structs.replace(turn, now_ms=self.clock()))
        assert inspect.isawaitable(decided)
        return await decided

    async def plan(self, turn: Turn) -> Plan:
        """Como `run`, quando a decisão tem de ser um plano."""
        decided = await self.run(turn)
        assert isinstance(decided, Plan)
        return decided

    async def report(self, turn: Turn, outcome: str = "sent") -> None:
        """A Meta relata, num status, o que houve com a resposta do turno."""
        await self.rig.acceptor.accept([settlement(outcome, reply_id=our_id(turn))])

    async def operator(self, mode: Mode) -> None:
        """Um operador muda o modo da conversa."""
        await self.rig.gateway.submit(Script.MODE, 0, {"l": "turn", "c": "ana", "md": mode})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.method == "GET":  # uma consulta não é envio nem leitura
            return await self.script(request)
        await self.graph.record(request)
        if "status" in self._bodies()[-1]:
            return web.json_response({"success": True})
        return await self.script(request)

    def _bodies(self) -> list[dict[str, object]]:
        return [msgspec.convert(got.body, dict[str, object]) for got in self.graph.received]


def our_id(turn: Turn) -> str:
    """O id da resposta de um turno."""
    return reply_id(turn.partition, turn.conversation, turn.number, 0)


def records(plan: Plan) -> list[Record]:
    """O que o plano manda à auditoria."""
    return [_record.decode(feed.event) for feed in plan.feed]


@asynccontextmanager
async def open_desk(redis_url: str, timeout_s: float = 5.0, partitions: int = 1) -> AsyncIterator[Desk]:
    """Tudo aberto, sobre um Redis vazio; `ana` tem de ser da partição 0."""
    clock = ManualClock()
    async with Rig(redis_url, partitions=partitions, clock=clock) as rig, graph_server() as graph:
        client = WhatsAppHttpClient(graph.url, "v24.0", SECRET, timeout_s=timeout_s)
        try:
            yield Desk(rig, clock, graph, client)
        finally:
            await client.close()
