"""Duas pessoas que deixaram de tudo, um arquivo em comum, e quem esquece uma delas sem Redis."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from pyloto_stream.records.forget import Asked, ForgetPersonUseCase, ForgetReport
from pyloto_stream.records.forget_documents import Places
from pyloto_stream.stores.chain import AuditEvent
from pyloto_stream.stores.exports import ExportStore
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.times import iso
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.streams.forget import Forgotten
from pyloto_stream.streams.forget_steps import Severed
from tests.support.profiles import NAME, PHONE, known, profiles
from tests.support.records import T0, USER, action, handoff, inbound, media, outbound, session, status

if TYPE_CHECKING:
    from pyloto_stream.conversation.records import Record

OTHER = "Other_user-key"
COMMON, OWN, LATE = "ab" * 32, "cd" * 32, "ef" * 32
WORDS = (USER, NAME, PHONE, "abacaxi", "wamid.IN", "wamid.OUT", "Ponta Grossa")
"""O que não pode restar; só `USER` é da prova."""
CUT_MS = T0 + 50_000
ASKED = Asked("ana", "pediu por e-mail")


def file_of(sha256: str) -> str:
    return f"media/{sha256[:2]}/{sha256}"


async def lived(documents: Documents, objects: Objects, user_key: str, own: str) -> None:
    """Perfil, mensagens, status, arquivos, sessão, entrega, uma exportação feita e outra em curso."""
    records: list[Record] = [
        known(1), inbound(1, text="quero abacaxi"), outbound(2, text="abacaxi?"), status(2),
        msgspec.structs.replace(action(1), id="s1:opened", action="SESSION_OPENED"), session(1), handoff(1),
        media(1, sha256=COMMON), media(3, sha256=own), status(99), inbound(4, text="mais abacaxi"),
    ]  # fmt: skip
    await AuditTrail(documents, profiles=profiles(documents)).record(user_key, records, None, 5)
    for number in (1, 2):
        name = f"{user_key[:5].lower()}{number}"
        asked = AuditEvent(f"export_requested:{name}", iso(T0), "OPERATOR:bia", "EXPORT_REQUESTED")
        store = ExportStore(documents)
        export = await store.begin((name, user_key, "bia", "txt"), asked, T0, include_pii=True)
        await put(objects, export.path, f"{user_key} {NAME} abacaxi")
        if number == 1:
            done = msgspec.structs.replace(asked, event_id=f"export_done:{name}", action="EXPORT_DONE")
            await store.finish(export, (2, 9, 10), done, T0)
    await put(objects, file_of(COMMON), "foto em comum")
    await put(objects, file_of(own), f"foto de {user_key}: abacaxi")


async def put(objects: Objects, path: str, text: str) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield text.encode()

    await objects.put(path, chunks(), "")


class Eraser:
    """Esquece `USER` sem Redis: o corte só diz o que encontrou."""

    def __init__(
        self,
        documents: Documents,
        objects: Objects,
        *,
        number: int = 9,
        erased: int = 1,
        told: Sequence[str] = (),
    ) -> None:
        self.documents = documents
        self._number = number
        self._erased = erased
        self._told = tuple(sha.encode() for sha in told)
        places = Places(documents, profiles(documents), objects, objects)
        self.use_case = ForgetPersonUseCase(places, (self._look, self._cut), lambda: CUT_MS, _files, "audit")

    async def _look(self, _user_key: str) -> tuple[bool, set[str]]:
        return self._erased > 0, _files(self._told)

    async def _cut(
        self,
        _user_key: str,
        _words: Sequence[bytes],
        behind: Callable[[Severed], Coroutine[None, None, None]],
    ) -> Forgotten:
        await behind(Severed(CUT_MS, {"audit": self._number, "turn": 1}, self._erased, self._told))
        return Forgotten(conversations=self._erased)

    async def run(
        self, between: Callable[[], Coroutine[None, None, None]] | None = None, user_key: str = USER
    ) -> ForgetReport | None:
        """As duas voltas; `between` acontece entre elas."""
        pending = await self.use_case.first(user_key, ASKED)
        if between is not None:
            await between()
        return await self.use_case.again(pending, ASKED) if pending else None


def _files(told: Iterable[bytes]) -> set[str]:
    return {sha.decode() for sha in told}
