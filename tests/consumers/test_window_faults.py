"""A janela fechou, e algo falha antes que o modelo saia: ninguém fica calado por isso, nem para os outros."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from consumers.outbound_plans import WINDOW_MS
from consumers.plans import Outgoing
from consumers.window import WindowTemplate
from pyloto_stream.clock import system_clock
from pyloto_stream.errors import OverloadedError
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.templates import TemplateStore
from pyloto_stream.streams.model import Snooze
from pyloto_stream.template import Part, Template
from pyloto_stream.whatsapp.templates import TemplateManager
from tests.support.desk import Desk, open_desk
from tests.support.graph import answer, refusal

ACCOUNT = "200000000000001"
READY = Template(
    "1", ACCOUNT, "we_are_back", "pt_BR", "UTILITY", "APPROVED", components=(Part("BODY", text="Voltamos?"),)
)


@pytest_asyncio.fixture
async def desk(redis_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    documents = await SqliteDocuments.open(tmp_path / "documents.sqlite3")
    store = TemplateStore(documents)
    await store.put([READY], system_clock())
    async with open_desk(redis_url) as desk:
        late = WindowTemplate(TemplateManager(desk.client, store, ACCOUNT), "we_are_back:pt_BR")
        desk.use(desk.client, late=late)
        yield desk
    await documents.close()


@pytest.mark.parametrize("by_meta", [False, True])
async def test_a_worker_that_dies_before_the_turn_comes_back_for_its_template_drops_nothing(
    desk: Desk, *, by_meta: bool
) -> None:
    turn = await desk.take(silent_ms=0 if by_meta else WINDOW_MS)
    desk.script = answer(400, refusal(131047))
    assert isinstance(await desk.run(turn), Snooze)  # e morre sem gravar
    again = await desk.run(turn)
    assert isinstance(again, Snooze)
    assert again.payload is not None
    assert msgspec.json.decode(again.payload, type=Outgoing).late
    desk.script = answer(200, b'{"messages":[{"id":"wamid.2"}]}')
    plan = await desk.plan(msgspec.structs.replace(turn, payload=again.payload, snoozes=1))
    assert plan.sent is not None
    assert desk.sends[-1]["type"] == "template"


@pytest.mark.parametrize(("status", "code"), [(400, 80007), (401, 190)])
async def test_a_template_that_cannot_be_read_now_counts_no_attempt_and_stops_nobody_else(
    redis_url: str, tmp_path: Path, status: int, code: int
) -> None:
    documents = await SqliteDocuments.open(tmp_path / "others.sqlite3")
    async with open_desk(redis_url) as desk:
        manager = TemplateManager(desk.client, TemplateStore(documents), ACCOUNT)
        desk.use(desk.client, late=WindowTemplate(manager, "we_are_back:pt_BR"))
        desk.script = answer(status, refusal(code))
        with pytest.raises(OverloadedError) as caught:
            await desk.run(await desk.take(silent_ms=WINDOW_MS))
    assert caught.value.code == f"graph_{code}"
    await documents.close()
