"""O atendimento de `front.py` com a auditoria de verdade num banco, e respostas que se podem segurar."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from consumers.audit import audit_stage
from consumers.letters import Operator
from consumers.operators import Settled, act, acting, settled
from consumers.pipeline import STAGES, TURN_LANE
from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.conversation.operators import Act
from pyloto_stream.conversation.understanding import Understanding
from pyloto_stream.stores.audit_log import AuditLogStore, StoredEvent
from pyloto_stream.stores.ports import Documents, Query
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Handler, Outcome, Plan, Turn
from pyloto_stream.streams.peek import peek
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from tests.support.front import Front
from tests.support.graph import SECRET, Graph, graph_server

BIA = Operator("bia", "cliente antigo, ligar para 41 98888-7777")


class Attended(Front):
    """`free` fechado segura a resposta que está a ser preparada; `preparing` diz que há uma."""

    def __init__(
        self, gateway: Gateway, graph: Graph, client: WhatsAppHttpClient, stored: Documents, clock: Clock
    ) -> None:
        super().__init__(gateway, graph, client, 30.0, clock)
        self.documents = stored
        self.free = asyncio.Event()
        self.free.set()
        self.preparing = asyncio.Event()
        self._stage: Handler = audit_stage(AuditTrail(stored))

    async def hears(self, *understood: Understanding) -> None:
        """A pessoa escreve, uma fala por turno, e o que ela disse é atendido e registrado."""
        for meant in understood:
            await self.say(meant)
            await self.quiet()

    async def acts(self, action: Act, operator: Operator = BIA) -> Settled:
        """Um ato, até estar cumprido."""
        event = acting(action, operator, self.clock())
        assert await act(self.acceptor, "ana", event)
        done = await settled(self.documents, "ana", event, 10.0)
        assert done is not None
        return done

    async def mode(self) -> str:
        """O modo em vigor no executor."""
        found = await peek(self.gateway, TURN_LANE.name, "ana")
        return found.mode if found is not None else ""

    async def handoffs(self) -> list[str]:
        """O estado de cada entrega, da mais urgente à menos."""
        found = await self.documents.query(Query("handoffs", order_by="queue_key"))
        return [str(document.data["status"]) for document in found]

    async def trail(self) -> list[StoredEvent]:
        """A trilha, que tem de estar inteira."""
        log = AuditLogStore(self.documents)
        assert (await log.verify("ana")).intact
        return [event async for event in log.events("ana")]

    async def facts(self, *actions: str) -> list[str]:
        """Destas ações, as que a trilha tem, na ordem."""
        return [event.action for event in await self.trail() if event.action in actions]

    async def _understand(self, turn: Turn) -> Plan:  # type: ignore[override]
        self.preparing.set()
        await self.free.wait()
        return super()._understand(turn)

    async def _audit(self, turn: Turn) -> Outcome:  # type: ignore[override]
        done = self._stage(turn)
        assert inspect.isawaitable(done)
        return await done


@asynccontextmanager
async def attended(redis_url: str, folder: Path, clock: Clock | None = None) -> AsyncIterator[Attended]:
    """Tudo aberto sobre um Redis e um banco vazios, ainda sem trabalhadores."""
    gateway = Gateway(redis_url, partitions=2, block_ms=200, clock=clock)
    documents = await SqliteDocuments.open(folder / "documents.db")
    await gateway.open(STAGES)
    try:
        async with graph_server() as graph:
            client = WhatsAppHttpClient(graph.url, "v24.0", SECRET)
            front = Attended(gateway, graph, client, documents, clock or system_clock)
            try:
                yield front
                await front.stop()
            finally:
                await front.kill()
                await client.close()
    finally:
        await documents.close()
        await gateway.close()
