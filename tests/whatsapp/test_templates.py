"""Os modelos, contra a Meta local: lidos por páginas, achados no idioma exato, conferidos e enviados."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from pyloto_stream.errors import PermanentError, TransientError
from pyloto_stream.simulator.profiles import Profile
from pyloto_stream.simulator.seeds import SEEDED, SeededTemplate, body
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.templates import Notice, TemplateStore
from pyloto_stream.whatsapp.error_codes import STALE_CURSOR
from pyloto_stream.whatsapp.graph_call import Call
from pyloto_stream.whatsapp.graph_errors import GraphRefusedError
from pyloto_stream.whatsapp.messages_template import TemplateMedia
from pyloto_stream.whatsapp.templates import TemplateManager
from pyloto_stream.whatsapp.templates_check import TemplateParams
from pyloto_stream.whatsapp.validators_rules import InvalidMessageError
from tests.support.simulation import CONFIG, World, world

MANY = tuple(SeededTemplate(f"modelo_{number:03d}", (body("Oi!"),)) for number in range(245))
T0 = 1_700_000_000_000


class Now:
    def __init__(self) -> None:
        self.ms = T0

    def __call__(self) -> int:
        return self.ms


class Watching:
    """O cliente de verdade; conta as chamadas e, antes de cada uma, faz o que o teste pediu."""

    def __init__(self, inner: World) -> None:
        self._client = inner.client
        self.calls: list[Call] = []
        self.before: Callable[[int], None] = lambda _number: None

    async def call(self, call: Call) -> bytes:
        self.calls.append(call)
        self.before(len(self.calls))
        return await self._client.call(call)


class Desk(msgspec.Struct):
    """Tudo o que um teste usa."""

    meta: World
    graph: Watching
    store: TemplateStore
    manager: TemplateManager
    now: Now


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    async with world(msgspec.structs.replace(CONFIG, templates=(*SEEDED, *MANY))) as meta:
        graph, store, now = Watching(meta), TemplateStore(documents), Now()
        manager = TemplateManager(graph, store, CONFIG.waba_id, cache_s=60, clock=now)
        yield Desk(meta, graph, store, manager, now)
    await documents.close()


async def test_every_page_is_read_and_what_vanished_is_marked(desk: Desk) -> None:
    found = await desk.manager.sync()
    assert (found.templates, found.pages, found.unread, found.deleted) == (250, 3, 0, 0)
    assert [call.query.get("limit") for call in desk.graph.calls] == ["100"] * 3
    assert len(await desk.store.all()) == 250
    gone = desk.meta.simulator.templates.find("modelo_007", "pt_BR")
    assert gone is not None
    desk.meta.simulator.templates.remove(gone)
    desk.now.ms += 1000
    assert (await desk.manager.sync()).deleted == 1
    assert [each.name for each in await desk.store.all() if each.status == "DELETED"] == ["modelo_007"]


async def test_a_cursor_that_goes_stale_starts_the_list_again(desk: Desk) -> None:
    def change(number: int) -> None:
        if number == 2:
            desk.meta.simulator.templates.add(SeededTemplate("novo", (body("Oi!"),)))

    desk.graph.before = change
    assert (await desk.manager.sync()).templates == 251
    assert ["after" in call.query for call in desk.graph.calls] == [False, True, False, True, True]


async def test_a_list_that_never_stands_still_is_left_for_later_and_deletes_nothing(desk: Desk) -> None:
    await desk.manager.sync()

    def change(number: int) -> None:
        desk.meta.simulator.templates.add(SeededTemplate(f"novo_{number}", (body("Oi!"),)))

    desk.graph.before = change
    with pytest.raises(TransientError) as caught:
        await desk.manager.sync()
    assert caught.value.code == "template_list_moving"
    assert {each.status for each in await desk.store.all()} == {"APPROVED", "PAUSED"}


async def test_another_refusal_is_not_taken_for_a_stale_cursor(desk: Desk) -> None:
    manager = TemplateManager(desk.graph, desk.store, "299999999999999")
    with pytest.raises(GraphRefusedError) as caught:
        await manager.sync()
    assert caught.value.graph_code not in (0, STALE_CURSOR)
    assert len(desk.graph.calls) == 1


async def test_a_template_is_found_in_its_exact_language_and_read_once(desk: Desk) -> None:
    for _ in range(3):
        found = await desk.manager.find("boas_vindas", "pt_BR")
        assert found is not None
        assert (found.category, found.parameters) == ("MARKETING", ("body.first_name", "body.city"))
        assert await desk.manager.find("boas_vindas", "en_US") is None
    assert len(desk.graph.calls) == 1
    desk.now.ms += 60_000
    await desk.manager.find("boas_vindas", "pt_BR")
    assert len(desk.graph.calls) == 1, "what the store knows to be current is not asked again"


async def test_what_nobody_knows_is_asked_once_per_period(desk: Desk) -> None:
    found = await asyncio.gather(*(desk.manager.find("nenhum", "pt_BR") for _ in range(3)))
    assert found == [None, None, None]
    assert len(desk.graph.calls) == 1
    desk.now.ms += 60_000
    await desk.manager.find("nenhum", "pt_BR")
    assert len(desk.graph.calls) == 2


async def test_a_changed_definition_is_read_again(desk: Desk) -> None:
    found = await desk.manager.find("retomar_contato", "pt_BR")
    assert found is not None
    await desk.store.notice(Notice(found.id, "2023-11-14T22:14:00.000Z", stale=True))
    desk.now.ms += 60_000
    again = await desk.manager.find("retomar_contato", "pt_BR")
    assert again is not None
    assert again.current
    assert len(desk.graph.calls) == 2


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("PAUSED", "template_paused"),
        ("DISABLED", "template_disabled"),
        ("REJECTED", "template_rejected"),
        ("PENDING", "template_pending"),
        ("DELETED", "template_deleted"),
        ("LOCKED", "template_not_approved"),
    ],
)
async def test_only_an_approved_template_may_go(status: str, code: str, desk: Desk) -> None:
    assert (await desk.manager.require_sendable("retomar_contato", "pt_BR")).status == "APPROVED"
    desk.meta.simulator.templates.review("retomar_contato", "pt_BR", status)
    await desk.manager.sync()
    with pytest.raises(PermanentError) as caught:
        await desk.manager.require_sendable("retomar_contato", "pt_BR")
    assert caught.value.code == code


async def test_an_unknown_template_may_not_go(desk: Desk) -> None:
    with pytest.raises(PermanentError) as caught:
        await desk.manager.require_sendable("retomar_contato", "en_US")
    assert caught.value.code == "template_unknown"


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("retomar_contato", TemplateParams()),
        ("boas_vindas", TemplateParams({"city": "Ponta Grossa", "first_name": "Ana"})),
        ("aviso_de_entrega",
         TemplateParams({"2": "14h", "1": "Ana"}, {"1": "9"}, buttons={1: "9", 0: "falar"})),
        ("foto_do_comprovante", TemplateParams(media=TemplateMedia(link="https://example.com/a.png"),
                                               media_kind="image")),
    ],
)  # fmt: skip
async def test_what_is_built_is_what_meta_accepts(name: str, params: TemplateParams, desk: Desk) -> None:
    template = await desk.manager.require_sendable(name, "pt_BR")
    person = desk.meta.simulator.person(Profile("551190000000", "Ana"))
    assert await desk.meta.send(desk.manager.build(template, params), person.profile.wa_id)
    assert desk.meta.simulator.sent[-1].type == "template"


async def test_wrong_values_never_reach_meta(desk: Desk) -> None:
    template = await desk.manager.require_sendable("boas_vindas", "pt_BR")
    with pytest.raises(InvalidMessageError) as caught:
        desk.manager.build(template, TemplateParams({"first_name": "Ana"}))
    assert str(caught.value) == "body.city missing (limit 1, actual 0)"
