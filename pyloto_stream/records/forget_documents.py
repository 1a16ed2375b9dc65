"""Que documentos são da pessoa esquecida, e de antes da cerca? Todos esses saem, página por página.

Promete: o que ela disse depois fica (`stores/fence.py`); um arquivo sai antes do documento que diz que ela o
mandou, ou que o pediu, para que quem repete ainda o ache; repetir continua de onde se parou.
Limite: um status sem mensagem e um perfil reconhecem-se pelo instante, não pela cadeia.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import unquote

from pyloto_stream.conversation.records import opaque
from pyloto_stream.errors import PermanentError
from pyloto_stream.records.forget_media import MediaEraser
from pyloto_stream.stores.exports import ExportLostError, ExportStore
from pyloto_stream.stores.fence import Fence, clear, older
from pyloto_stream.stores.media import RETENTION_DAYS as MEDIA_DAYS
from pyloto_stream.stores.media import files_path
from pyloto_stream.stores.messages import RETENTION_DAYS
from pyloto_stream.stores.objects import Objects, is_path
from pyloto_stream.stores.paths import path, segment
from pyloto_stream.stores.ports import TTL_FIELD, Delete, Document, Documents, Merge, Query, Write, pages
from pyloto_stream.stores.profiles import UserProfileStore, profile_path
from pyloto_stream.stores.times import DAY_MS, iso

_PAGE = 200

Before = Callable[[Document], Awaitable[None]]
"""O que se faz antes de um documento sair."""


class Places(NamedTuple):
    """Onde se apaga: os documentos, os perfis, e os dois repositórios de objetos."""

    documents: Documents
    profiles: UserProfileStore
    media: Objects
    exports: Objects


class Erasing:
    """Um esquecimento, do lado dos documentos e dos objetos.

    `at_ms`: o corte no Redis; `sha256s`: arquivos que um trabalhador podia estar guardando nesse instante;
    `tell` recebe quantos documentos a mais saíram.
    """

    def __init__(
        self, places: Places, fence: Fence, at_ms: int, sha256s: set[str], tell: Callable[[int], None]
    ) -> None:
        self.erased: Counter[str] = Counter()
        self.fence = fence
        self._places = places
        self._documents = places.documents
        self._at = iso(at_ms)
        self._at_ms = at_ms
        self.sha256s = sha256s
        self._tell = tell
        self._media = MediaEraser(places.documents, places.media, fence.user_key, self.erased)
        self._files: set[str] = set()

    async def run(self, *, last: bool = False) -> None:
        """Uma volta inteira; `erased` soma o que saiu. O que só a última apaga é o que diz o que procurar.

        Raises:
            ConflictError: a cadeia não parou de andar; repetir é seguro.
            UnavailableError: um dos bancos não respondeu; repetir é seguro.
        """
        key = self.fence.user_key
        for place in sorted(self._files):  # quem exportava pode ter acabado de gravar depois que apagamos
            self.erased["export_files"] += await self._places.exports.delete(place)
        # também as de agora: leram o que era de antes
        exports = Query("exports", (("user_key", key),), limit=_PAGE)
        await self._pages("exports", exports, lambda _: "", self._export, lambda _: True)
        await self._profile()
        await self._of("sessions", lambda d: f"{d.data.get('session_id')}:opened")
        await self._of("handoffs", lambda d: f"{d.data.get('handoff_id')}:created")
        files = Query(files_path(key), limit=_PAGE)
        await self._pages("files", files, _event_of_file, self._file, lambda _: last)
        for sha256 in sorted(self.sha256s):
            await self._stray(sha256)
        messages = Query(path("conversations", key, "messages"), limit=_PAGE)
        await self._pages("messages", messages, _event_of_message)
        self._count("audit_events", await clear(self._documents, self.fence, self._tell))

    async def _of(self, name: str, event_of: Callable[[Document], str]) -> None:
        query = Query(name, (("user_key", self.fence.user_key),), limit=_PAGE)
        await self._pages(name, query, event_of)

    async def _pages(
        self,
        name: str,
        query: Query,
        event_of: Callable[[Document], str],
        before: Before | None = None,
        is_old: Callable[[Document], bool] | None = None,
    ) -> None:
        async for page in pages(self._documents, query):
            old = await older(self._documents, self.fence, page, event_of, is_old or self._before_the_cut)
            if before is not None:
                for document in old:
                    await before(document)
            if old:
                await self._documents.write(*(Delete(document.path) for document in old))
            self._count(name, len(old))
            self._tell(len(old))

    async def _export(self, document: Document) -> None:
        """Quem a faz agora já não pode terminá-la, e o que já gravou sai."""
        store, export = ExportStore(self._documents), None
        with suppress(PermanentError):  # a de outra versão não se lê, mas sai
            export = await store.get(unquote(document.id))
        if export is not None and export.status == "RUNNING":
            with suppress(ExportLostError):  # terminou, ou outro a deu por perdida: sai do mesmo jeito
                await store.fail(export, "person_forgotten", self._at_ms)
        place = document.data.get("path")
        if isinstance(place, str) and is_path(place):
            self._files.add(place)
            self._count("export_files", await self._places.exports.delete(place))

    async def _file(self, document: Document) -> None:
        await self._media.erase(document.id)

    async def _stray(self, sha256: str) -> None:
        """Um arquivo que alguém podia estar guardando no corte, se ela não o mandou outra vez depois."""
        found = await self._documents.get(f"{files_path(self.fence.user_key)}/{segment(sha256)}")
        mine = [found] if found is not None and found.data.get("record") else []
        if not mine or await older(self._documents, self.fence, mine, _event_of_file, lambda _: True):
            await self._media.erase(sha256)

    async def _profile(self) -> None:
        """Com os portões fechados já saiu; aqui, só o que um turno de antes dele ainda gravou."""
        found = await self._documents.get(profile_path(self.fence.user_key))
        if found is not None and str(found.data.get("created_at", "")) < self._at:
            self._count("profile", await self._places.profiles.forget(self.fence.user_key))

    def _before_the_cut(self, document: Document) -> bool:
        """Um status sem mensagem: o instante dele, ou o da última gravação."""
        delivery = document.data.get("delivery")
        moments = (
            [at for at in delivery.values() if isinstance(at, str)] if isinstance(delivery, dict) else []
        )
        if moments:
            return max(moments) < self._at
        return str(document.data.get(TTL_FIELD, "")) < iso(self._at_ms + RETENTION_DAYS * DAY_MS)

    def _count(self, name: str, number: int) -> None:
        self.erased[name] += number


def claims(user_key: str, sha256s: Iterable[str], now_ms: int) -> list[Write]:
    """O que diz, a quem repetir um que parou, que arquivos dela alguém podia estar a gravar."""
    until = {TTL_FIELD: iso(now_ms + MEDIA_DAYS * DAY_MS)}
    return [
        Merge(f"{files_path(user_key)}/{segment(sha256)}", {"sha256": sha256, **until})
        for sha256 in sorted(sha256s)
    ]


def _event_of_file(document: Document) -> str:
    return str(document.data.get("record", ""))


def _event_of_message(document: Document) -> str:
    name, direction = document.data.get("id"), document.data.get("direction")
    return f"{direction}:{opaque(name)}" if isinstance(name, str) else ""
