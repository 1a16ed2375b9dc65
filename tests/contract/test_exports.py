"""O que uma exportação promete, em cada banco e repositório: inteira ou nada, privada e auditada."""

import asyncio
import json
from collections.abc import AsyncIterator

import msgspec
import pytest

from pyloto_stream.conversation.records import opaque
from pyloto_stream.errors import MisconfiguredError, PermanentError, UnavailableError
from pyloto_stream.records.export import DONE, REQUESTED, ExportConversationUseCase, ExportRequest
from pyloto_stream.records.export_profile import profile_of
from pyloto_stream.records.exporter import GcsHistoryExporter
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import AuditEvent
from pyloto_stream.stores.exports import LEASE_MS, ExportLostError, ExportStore, export_path
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Delete, Document, Documents, Query
from pyloto_stream.stores.sessions import session_write
from pyloto_stream.stores.times import DAY_MS, iso
from pyloto_stream.stores.trail import AuditTrail
from tests.support.documents import Watched
from tests.support.exports import CPF, PHONE, exported, talked, text_of, use_case
from tests.support.object_links import LinkReader
from tests.support.profiles import FIRM, NEW, PLANTED, known, profiles
from tests.support.records import T0, USER, handoff, inbound, session

ASKED = ExportRequest(USER, "ana", ttl_s=60)
NOW = T0 + 60_000


async def files(objects: Objects) -> list[str]:
    return [entry.path async for entry in objects.list("exports/")]


async def audited(documents: Documents) -> list[tuple[str, str, str]]:
    events = [event async for event in AuditLogStore(documents).events(USER)]
    return [
        (e.action, e.actor, str(e.data.get("export", ""))) for e in events if e.action.startswith("EXPORT")
    ]


async def test_the_link_of_an_export_works_before_its_expiry_and_fails_after(
    documents: Documents, reader: LinkReader
) -> None:
    await talked(documents)
    done = await use_case(documents, reader.objects).run(ASKED)
    assert done is not None
    opened = await reader.open(done.url)
    assert (opened.status, len(opened.body)) == (200, done.size)
    assert opened.headers["Content-Disposition"] == f'attachment; filename="conversa-{done.export_id}.txt"'
    reader.advance(62)
    assert (await reader.open(done.url)).status in {400, 403}


async def test_an_export_is_documented_with_its_expiry_and_audited_at_both_ends(
    documents: Documents, reader: LinkReader
) -> None:
    await talked(documents)
    done, text = await exported(documents, reader.objects)
    found = await ExportStore(documents).get(done.export_id)
    assert found is not None
    assert (found.status, found.requested_by, found.include_pii, found.error) == ("DONE", "ana", False, "")
    assert (found.path, found.expires_at) == (f"exports/{done.export_id}.txt", iso(NOW + 30 * DAY_MS))
    assert (found.messages, found.events, found.size) == (done.messages, done.events, len(text.encode()))
    who = ("OPERATOR:ana", done.export_id)
    assert await audited(documents) == [(REQUESTED, *who), (DONE, *who)]
    assert (await AuditLogStore(documents).verify(USER)).intact
    assert await files(reader.objects) == [found.path]


async def test_the_document_says_everything_and_without_personal_data_unless_asked(
    documents: Documents, reader: LinkReader
) -> None:
    await talked(documents)
    _, hidden = await exported(documents, reader.objects, "json")
    _, shown = await exported(documents, reader.objects, "json", personal=True)
    closed, open_ = json.loads(hidden), json.loads(shown)
    for planted in (*PLANTED, PHONE, CPF, CPF[:7], CPF[8:], "segredo que apaguei", "wamid"):
        assert planted not in hidden, planted
    assert {"name", "phone", "business_name", "facts.segment"} <= closed["profile"].keys()
    assert set(PLANTED[:1]) <= set(open_["profile"].values())
    said = {message["id"]: message for message in open_["messages"]}
    assert [m["id"] for m in open_["messages"]] == sorted(said, key=lambda key: said[key]["at"])
    assert said["wamid.IN2=="]["text"] == f"{CPF[8:]} e o telefone {PHONE}"
    assert [m["id"] for m in closed["messages"]] == [opaque(key) for key in said]
    assert said["wamid.IN1=="]["at"] == "2023-11-14T19:13:20.001-03:00"
    assert "text" not in said["wamid.IN3=="]
    assert said["wamid.IN3=="]["revoked_at"] == "2023-11-14T19:13:20.004-03:00"
    assert said["wamid.IN5=="]["cut"] is True
    assert said["wamid.IN6=="]["media"] == "ab" * 32
    assert said["wamid.IN10=="]["media_lost"] is True
    assert (said["wamid.OUT7=="]["status"], said["wamid.OUT7=="]["status_words"]) == ("read", "lida")
    assert said["wamid.OUT8=="]["status_words"] == "falhou (código 131026)"
    assert open_["end"] == {
        "messages": len(said), "sessions": 1, "handoffs": 1, "events": len(open_["audit"]),
    }  # fmt: skip
    assert [event["seq"] for event in open_["audit"]] == list(range(1, len(open_["audit"]) + 1))


async def test_sessions_and_hand_offs_are_in_it_by_the_rule_of_the_profile(
    documents: Documents, reader: LinkReader
) -> None:
    await talked(documents)
    other = msgspec.structs.replace(session(2), summary="de outra pessoa")
    await AuditTrail(documents).record("another", [other, handoff(2)], None)
    _, hidden = await exported(documents, reader.objects, "json")
    _, shown = await exported(documents, reader.objects, "json", personal=True)
    closed, open_ = json.loads(hidden), json.loads(shown)
    ((closed_session,), (closed_handoff,)) = closed["sessions"], closed["handoffs"]
    ((open_session,), (open_handoff,)) = open_["sessions"], open_["handoffs"]
    assert open_session == {
        "session_id": "s1", "opened_at": "2023-11-14T19:13:20.001-03:00",
        "closed_at": "2023-11-14T19:13:21.001-03:00", "outcome": "HANDOFF_HUMAN",
        "intents": ["CUSTOM_SOFTWARE"], "facts": {"city": "Ponta Grossa"}, "summary": "Sistema sob medida",
    }  # fmt: skip
    assert closed_session == {**open_session, "summary": "S••••"}
    assert (open_handoff["status"], open_handoff["requirements"]["company"]) == ("OPEN", FIRM)
    assert {name: value for name, value in closed_handoff.items() if value != open_handoff[name]} == {
        "summary": "S••••",
        "deadline": "3••••",
        "requirements": {
            "name": "J••••", "company": "P••••", "city": "Ponta Grossa", "users": "••••", "budget": "u••••",
        },
    }  # fmt: skip
    export = await documents.query(Query("exports"))
    assert export[0].data["scope"] == ["profile", "messages", "sessions", "handoffs", "audit"]


async def test_a_city_is_in_clear_wherever_it_is_and_what_she_is_called_nowhere(
    documents: Documents, reader: LinkReader
) -> None:
    city = {"city": "Ponta Grossa", "company": FIRM}
    await AuditTrail(documents, profiles=profiles(documents)).record(
        USER, [known(1, facts=city), inbound(1)], None
    )
    profile = json.loads((await exported(documents, reader.objects, "json"))[1])["profile"]
    assert (profile["city"], profile["facts.city"]) == ("Ponta Grossa", "Ponta Grossa")
    assert (profile["business_name"], profile["facts.company"], profile["name"]) == (
        "P••••",
        "P••••",
        "J••••",
    )


async def test_more_sessions_than_a_page_are_all_there_once(documents: Documents, reader: LinkReader) -> None:
    await talked(documents)
    await documents.write(*(session_write(USER, "default", session(n)) for n in range(2, 452)))
    _, text = await exported(documents, reader.objects, "json")
    names = [found["session_id"] for found in json.loads(text)["sessions"]]
    assert sorted(names) == sorted(f"s{n}" for n in range(1, 452))


async def test_what_no_key_opens_is_counted(documents: Documents, reader: LinkReader) -> None:
    await talked(documents)
    exporter = GcsHistoryExporter(documents, reader.objects)
    blind = profile_of(profiles(documents, {1: NEW}))
    done = await ExportConversationUseCase(documents, exporter, lambda: NOW, blind).run(ASKED)
    assert done is not None
    assert done.unopenable == 5
    assert "O que a chave de agora não abre: Nome, Telefone, Nome da empresa, " in await text_of(
        reader.objects, done
    )


async def test_nobody_knows_it_and_nothing_is_written(documents: Documents, reader: LinkReader) -> None:
    assert await use_case(documents, reader.objects).run(ASKED) is None
    assert (await files(reader.objects), await documents.query(Query("exports"))) == ([], [])


async def test_two_at_once_make_two_files_and_one_chain(documents: Documents, reader: LinkReader) -> None:
    await talked(documents)
    first, second = await asyncio.gather(*(use_case(documents, reader.objects).run(ASKED) for _ in range(2)))
    assert first is not None
    assert second is not None
    assert len(await files(reader.objects)) == 2
    assert sorted(action for action, *_ in await audited(documents)) == [DONE, DONE, REQUESTED, REQUESTED]
    assert (await AuditLogStore(documents).verify(USER)).intact


class Cut(Watched):
    """Falha, ou faz algo, na leitura da trilha: no meio do arquivo."""

    def __init__(self, inner: Documents, work: "asyncio.Future[None] | None" = None) -> None:
        super().__init__(inner)
        self.work = work
        self.reached = asyncio.Event()

    async def query(self, query: Query) -> list[Document]:
        if query.collection.endswith("/audit") and query.order_by == "seq" and not query.descending:
            self.reached.set()
            if self.work is None:
                raise UnavailableError("cut by the test", code="store_unavailable")
            await self.work
        return await super().query(query)


async def test_a_failure_half_way_leaves_no_file_and_says_why(
    documents: Documents, reader: LinkReader
) -> None:
    await talked(documents)
    with pytest.raises(UnavailableError):
        await use_case(Cut(documents), reader.objects).run(ASKED)
    assert await files(reader.objects) == []
    (document,) = await documents.query(Query("exports"))
    assert (document.data["status"], document.data["error"]) == ("FAILED", "store_unavailable")
    assert [action for action, *_ in await audited(documents)] == [REQUESTED]


async def test_an_interrupted_export_leaves_no_file(documents: Documents, reader: LinkReader) -> None:
    await talked(documents)
    cut = Cut(documents, asyncio.get_running_loop().create_future())
    task = asyncio.create_task(use_case(cut, reader.objects).run(ASKED))
    await cut.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await files(reader.objects) == []
    (document,) = await documents.query(Query("exports"))
    assert (document.data["status"], document.data["error"]) == ("FAILED", "interrupted")


async def test_a_person_forgotten_meanwhile_does_not_come_back(
    documents: Documents, reader: LinkReader
) -> None:
    await talked(documents)
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    cut = Cut(documents, gate)
    task = asyncio.create_task(use_case(cut, reader.objects).run(ASKED))
    await cut.reached.wait()
    (document,) = await documents.query(Query("exports"))
    await documents.write(Delete(document.path))
    gate.set_result(None)
    with pytest.raises(ExportLostError):
        await task
    assert (await files(reader.objects), await documents.query(Query("exports"))) == ([], [])
    assert [action for action, *_ in await audited(documents)] == [REQUESTED]


async def test_what_a_killed_exporter_left_is_cleaned_by_the_next_and_a_living_one_is_not_touched(
    documents: Documents, reader: LinkReader
) -> None:
    await talked(documents)
    store = ExportStore(documents)
    for name, at_ms in (("dead", NOW - LEASE_MS - 1), ("alive", NOW - 1000)):
        event = AuditEvent(f"export:{name}", iso(at_ms), "OPERATOR:bia", REQUESTED)
        await store.begin((name, USER, "bia", "txt"), event, at_ms, include_pii=False)
        await reader.objects.put(f"exports/{name}.txt", some(b"x"), "text/plain")
    done = await use_case(documents, reader.objects).run(ASKED)
    assert done is not None
    assert set(await files(reader.objects)) == {"exports/alive.txt", f"exports/{done.export_id}.txt"}
    dead, alive = await store.get("dead"), await store.get("alive")
    assert dead is not None
    assert alive is not None
    assert (dead.status, dead.error, alive.status) == ("FAILED", "abandoned", "RUNNING")


async def test_one_of_another_version_stops_neither_who_exports_nor_who_cleans(
    documents: Documents, reader: LinkReader
) -> None:
    await talked(documents)
    store, at_ms = ExportStore(documents), NOW - LEASE_MS - 1
    for name, change in (("a", {"format": "pdf"}), ("b", {"path": "../b"}), ("c", {})):
        event = AuditEvent(f"export:{name}", iso(at_ms), "OPERATOR:bia", REQUESTED)
        await store.begin((name, USER, "bia", "txt"), event, at_ms, include_pii=False)
        await documents.merge(export_path(name), {**change})
    assert [export.id async for export in store.abandoned(NOW)] == ["c"]
    assert await use_case(documents, reader.objects).run(ASKED) is not None


async def some(value: bytes) -> AsyncIterator[bytes]:
    yield value


async def test_a_long_export_keeps_saying_that_it_lives(documents: Documents, reader: LinkReader) -> None:
    await talked(documents)
    now = iter(range(NOW, NOW + 10**9, LEASE_MS))
    watched = Watched(documents)
    assert await use_case(watched, reader.objects, lambda: next(now)).run(ASKED) is not None
    leases = [str(w.data["lease_until"]) for batch in watched.writes for w in batch
              if not isinstance(w, Delete) and "lease_until" in w.data]  # fmt: skip
    assert len(leases) > 1
    assert leases == sorted(leases)


async def test_a_link_that_cannot_be_made_is_refused_before_anything_is_written(
    documents: Documents, objects: Objects
) -> None:
    await talked(documents)
    with pytest.raises((PermanentError, MisconfiguredError)):
        await use_case(documents, objects).run(msgspec.structs.replace(ASKED, ttl_s=10**9))
    assert await files(objects) == []


async def test_an_export_that_does_not_decode_is_a_permanent_error(documents: Documents) -> None:
    await documents.set(export_path("x"), {"id": 7})
    with pytest.raises(PermanentError) as caught:
        await ExportStore(documents).get("x")
    assert caught.value.code == "undecodable_document"


async def test_a_lost_reply_at_the_end_leaves_no_half_truth(documents: Documents, reader: LinkReader) -> None:
    await talked(documents)

    class Losing(Watched):
        async def write(self, *writes: object) -> list[str]:
            done = await self.inner.write(*writes)  # type: ignore[arg-type]
            if any("export_done" in str(getattr(write, "path", "")) for write in writes):
                raise UnavailableError("reply lost by the test", code="store_unavailable")
            return done

    with pytest.raises(UnavailableError):
        await use_case(Losing(documents), reader.objects).run(ASKED)
    (document,) = await documents.query(Query("exports"))
    assert document.data["status"] == "FAILED"
    assert await files(reader.objects) == []
