"""Uma pessoa esquecida não deixa nada em banco nem repositório nenhum, a não ser a prova."""

from pathlib import Path

import msgspec
import pytest

from pyloto_stream.conversation.records import StatusRecord
from pyloto_stream.errors import LostError, UnavailableError
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.exports import ExportLostError, ExportStore
from pyloto_stream.stores.handoffs import HandoffStore
from pyloto_stream.stores.media import MediaStore
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Documents, Write
from pyloto_stream.stores.sessions import scoped_id
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from tests.support.documents import Watched
from tests.support.dump import Dump, dump, lasting, naming
from tests.support.erasure import COMMON, CUT_MS, LATE, OTHER, OWN, WORDS, Eraser, file_of, lived, put
from tests.support.profiles import known, profiles
from tests.support.records import T0, USER, action, handoff, inbound, media, outbound, session
from tests.support.retained import paths

THEIRS = "99" * 32


async def two(documents: Documents, objects: Objects) -> Dump:
    """As duas pessoas; devolve o que é da outra."""
    await lived(documents, objects, USER, OWN)
    await lived(documents, objects, OTHER, THEIRS)
    return await of_the_other(documents)


async def of_the_other(documents: Documents) -> Dump:
    return {place: data for place, data in (await dump(documents)).items() if OTHER in place + data}


async def left_of(documents: Documents) -> set[str]:
    """Onde ainda se lê algo dela, fora da conversa da outra."""
    others = await of_the_other(documents)
    found = {place: data for place, data in (await dump(documents)).items() if place not in others}
    return naming(found, WORDS)


async def proven(documents: Documents) -> None:
    """Só restam a prova, o que leva a ela, e nada da pessoa além da chave."""
    actions = [event.action async for event in AuditLogStore(documents).events(USER)]
    assert actions == ["PERSON_FORGOTTEN", "ERASURE_DONE"]
    verdict = await AuditLogStore(documents).verify(USER)
    assert (verdict.intact, verdict.events) == (True, 2)
    left, everything = await left_of(documents), await dump(documents)
    assert {place.partition(USER)[2].partition("/audit/")[0] for place in left} == {"", "/chain/head"}
    assert len(left) == 4
    assert not naming({place: everything[place].replace(USER, "") for place in left}, WORDS[1:])


async def test_i22_everything_goes_except_the_proof_and_what_is_of_others(
    documents: Documents, objects: Objects
) -> None:
    others = await two(documents, objects)
    report = await Eraser(documents, objects).run()
    assert report is not None
    assert report.erased == {
        "audit_events": 10, "export_files": 2, "exports": 2, "files": 2, "handoffs": 1, "media": 1,
        "media_files": 1, "messages": 5, "profile": 2, "redis_conversations": 1, "sessions": 1,
    }  # fmt: skip
    await proven(documents)
    assert await of_the_other(documents) == others
    assert await paths(objects) == {
        file_of(COMMON), file_of(THEIRS), "exports/other1.txt", "exports/other2.txt",
    }  # fmt: skip


async def test_twice_is_the_same_as_once(documents: Documents, objects: Objects) -> None:
    await two(documents, objects)
    await Eraser(documents, objects).run()
    once = lasting(await dump(documents))
    again = await Eraser(documents, objects, number=20, erased=0).run()
    assert again is not None
    assert again.erased == {}
    assert lasting(await dump(documents)) == once


async def test_the_last_who_sent_a_file_takes_it_along(documents: Documents, objects: Objects) -> None:
    await two(documents, objects)
    await Eraser(documents, objects).run(user_key=OTHER)
    await Eraser(documents, objects).run()
    assert await paths(objects) == set()
    assert not [place for place in await dump(documents) if place.startswith("media/")]


class Dying(Watched):
    """O processo morre antes da gravação `at`."""

    def __init__(self, inner: Documents, at: int) -> None:
        super().__init__(inner)
        self.at = at

    async def write(self, *writes: Write) -> list[str]:
        if len(self.writes) == self.at:
            raise UnavailableError("died here")
        return await super().write(*writes)


async def test_killed_before_any_write_and_run_again_it_ends_the_same(tmp_path: Path) -> None:
    at, ended = 0, False
    while not ended:
        sqlite = await SqliteDocuments.open(tmp_path / f"{at}.db")
        folder = await FolderObjects.open_folder(tmp_path / str(at))
        others = await two(sqlite, folder)
        try:
            await Eraser(Dying(sqlite, at), folder).run()
            ended = True
        except UnavailableError:
            assert (await AuditLogStore(sqlite).verify(USER)).intact
            await Eraser(sqlite, folder, number=20, erased=0).run()
        actions = [event.action async for event in AuditLogStore(sqlite).events(USER)]
        assert actions[0] == "PERSON_FORGOTTEN"
        assert actions[-1] == "ERASURE_DONE"
        assert len(await left_of(sqlite)) == 2 + len(actions)
        assert (await AuditLogStore(sqlite).verify(USER)).intact
        assert {file_of(OWN), "exports/zk3_u1.txt"} & await paths(folder) == set()
        assert await of_the_other(sqlite) == others
        await sqlite.close()
        at += 1
    assert at > 10


async def test_what_she_says_after_the_cut_stays(documents: Documents, objects: Objects) -> None:
    await two(documents, objects)
    trail = AuditTrail(documents, profiles=profiles(documents))
    fresh = msgspec.structs.replace(session(7), opened_at_ms=T0)  # os relógios não contam

    async def speak() -> None:
        late = known(7, at_ms=CUT_MS + 1)
        opened = msgspec.structs.replace(action(7), id="s7:opened", action="SESSION_OPENED")
        await trail.record(USER, [late, inbound(7, text="voltei"), media(7, sha256=OWN), opened], None, 10)
        await trail.record(USER, [outbound(8, text="oi de novo"), fresh, handoff(7)], None, 11)
        await put(objects, file_of(OWN), "de novo")

    report = await Eraser(documents, objects).run(between=speak)
    assert report is not None
    page = await ConversationStore(documents).messages(USER)
    assert [message.text for message in page.messages] == ["voltei", "oi de novo"]
    assert file_of(OWN) in await paths(objects)
    assert await MediaStore(documents).find(OWN) is not None
    assert await HandoffStore(documents).get(scoped_id(USER, "s7:handoff")) is not None
    assert await HandoffStore(documents).get(scoped_id(USER, "s1:handoff")) is None
    assert await profiles(documents).get(USER) is not None
    assert (await AuditLogStore(documents).verify(USER)).intact
    again = await Eraser(documents, objects, number=30).run()
    assert again is not None
    assert (again.erased["messages"], again.erased["sessions"], again.erased["media_files"]) == (2, 1, 1)
    await proven(documents)


async def test_a_turn_of_before_the_cut_brings_nothing_back(documents: Documents, objects: Objects) -> None:
    await two(documents, objects)
    trail = AuditTrail(documents, profiles=profiles(documents))
    known_before = await trail.record(USER, [inbound(5, text="abacaxi")], None, 8)

    async def wake() -> None:
        for known_then in (None, known_before):
            with pytest.raises(LostError):
                await trail.record(USER, [inbound(6, text="abacaxi"), known(6)], known_then, 9)
        late = StatusRecord("s2read", "wamid.OUT2==", "read", T0 + 200, "r2")
        await trail.record(USER, [late, known(6)], known_before, 9)  # não move a cadeia
        await put(objects, file_of(LATE), "abacaxi")  # a etapa media, sem o turno

    report = await Eraser(documents, objects, told=(LATE,)).run(between=wake)
    assert report is not None
    await proven(documents)
    assert file_of(LATE) not in await paths(objects)


async def test_who_exports_her_meanwhile_loses_the_export(documents: Documents, objects: Objects) -> None:
    await two(documents, objects)
    store = ExportStore(documents)
    export = await store.get("zk3_u2")
    assert export is not None

    async def go_on() -> None:
        with pytest.raises(ExportLostError):
            await store.renew(export, CUT_MS)
        await put(objects, export.path, "abacaxi, tarde demais")

    await Eraser(documents, objects).run(between=go_on)
    await proven(documents)
    assert export.path not in await paths(objects)


async def test_of_somebody_unknown_nothing_is_written(documents: Documents, objects: Objects) -> None:
    assert await Eraser(documents, objects, erased=0).run() is None
    assert await dump(documents) == {}


async def test_what_only_redis_knew_is_proven_too(documents: Documents, objects: Objects) -> None:
    report = await Eraser(documents, objects).run()
    assert report is not None
    assert report.erased == {"redis_conversations": 1}
    await proven(documents)
