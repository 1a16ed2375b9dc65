"""Como se esquece uma pessoa em toda parte, e se prova que se esqueceu? `ForgetPersonUseCase`, duas voltas.

A primeira corta no Redis (`streams/forget.py`) e, com os portões ainda fechados, põe na cadeia a cerca
(`stores/fence.py`), que é a prova, e apaga o perfil; depois apaga documentos e arquivos. A segunda, passado o
prazo de quem tinha em mãos algo dela, apaga o que isso ainda deixou, e diz na cadeia quanto foi. Promete:
morta em qualquer ponto, repetir leva ao mesmo fim; o que a pessoa diz depois do corte fica e é respondido; a
prova só traz quem pediu, por quê, quando e contas. Limite: não alcança cópias de segurança, âncoras
(`anchors.py`), nem o que já se entregou a outro sistema.
"""

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from pyloto_stream.clock import Clock
from pyloto_stream.conversation.records import OPERATOR
from pyloto_stream.errors import UnavailableError
from pyloto_stream.records.forget_damage import UNREADABLE, erase_unreadable
from pyloto_stream.records.forget_documents import Erasing, Places, claims
from pyloto_stream.stores.anchor_check import FORGOTTEN
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import AuditEvent, head_path
from pyloto_stream.stores.conversations import CHANNEL, header_path
from pyloto_stream.stores.fence import ERASED, Fence, raise_fence
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import Query, Set
from pyloto_stream.stores.profiles import profile_path
from pyloto_stream.stores.times import iso
from pyloto_stream.streams.forget import Forgotten
from pyloto_stream.streams.forget_steps import Severed

if TYPE_CHECKING:
    from pyloto_stream.stores.values import Data

Cut = Callable[[str, Sequence[bytes], Callable[[Severed], Coroutine[None, None, None]]], Awaitable[Forgotten]]
"""Corta a conversa no Redis; a função corre com os portões fechados (ver `streams.forget.forget`)."""

Look = Callable[[str], Awaitable[tuple[bool, set[str]]]]
"""Antes do corte: o Redis a conhece? Que arquivos dela alguém está guardando, ou guardou e não registrou?"""


class Asked(msgspec.Struct, frozen=True):
    """Quem pede, e por quê, nas palavras dele e sem dados pessoais."""

    by: str
    reason: str = ""


class ForgetReport(msgspec.Struct, frozen=True):
    """O que se apagou de uma pessoa, por tipo; vazio: já não havia nada. `proof`: número da prova na cadeia.

    `scrubbed`: o banco também limpou os seus rascunhos.
    """

    user_key: str
    at: str
    proof: int
    erased: dict[str, int] = {}
    scrubbed: bool = True


class Pending(msgspec.Struct, frozen=True):
    """Uma primeira volta feita.

    `busy`: alguém podia ter em mãos algo dela, neste corte ou no de quem parou antes; `storing`: também
    arquivos.
    """

    erasing: Erasing
    busy: bool
    storing: bool


class ForgetPersonUseCase:
    """Esquece pessoas. `wanted_files`: os resumos de arquivos que estes eventos em curso mandam guardar."""

    def __init__(
        self,
        places: Places,
        redis: tuple[Look, Cut],
        clock: Clock,
        wanted_files: Callable[[Iterable[bytes]], set[str]],
        lane: str,
    ) -> None:
        self._places = places
        self._documents = places.documents
        self._look, self._cut = redis
        self._clock = clock
        self._wanted_files = wanted_files
        self._lane = lane

    async def first(
        self,
        user_key: str,
        asked: Asked,
        identifiers: Sequence[bytes] = (),
        tell: Callable[[int], None] = lambda _documents: None,
    ) -> Pending | None:
        """A primeira volta; `None` se ninguém conhece esta chave. `identifiers`: como a Meta a escreve.

        O que é dela e já não se lê sai primeiro, se impede o resto.

        Raises:
            ConflictError: a cadeia não parou de andar; repetir é seguro.
            UnavailableError: o Redis ou um dos bancos não respondeu; repetir é seguro.
        """
        try:
            return await self._first(user_key, asked, identifiers, tell)
        except UnavailableError as error:
            if error.code not in UNREADABLE or not await erase_unreadable(self._documents, user_key):
                raise
        return await self._first(user_key, asked, identifiers, tell)

    async def _first(
        self, user_key: str, asked: Asked, identifiers: Sequence[bytes], tell: Callable[[int], None]
    ) -> Pending | None:
        in_redis, files = await self._look(user_key)
        for claim in claims(user_key, files, self._clock()):
            await self._documents.write(claim)
        known, erasings, profile = await self._known(user_key), list[Erasing](), Counter[str]()
        if in_redis and not known:  # para que quem repetir um corte sem cerca ainda saiba que houve alguém
            await self._documents.create(header_path(user_key), _header(user_key, iso(self._clock())))
            known = True

        async def behind(severed: Severed) -> None:
            if not known and not severed.erased:
                return
            event = _event(FORGOTTEN, asked, self._clock(), {})
            number = severed.numbers[self._lane]
            fence = await raise_fence(self._documents, user_key, event, number)
            profile["profile"] += await self._places.profiles.forget(user_key)
            await self._documents.write(Set(header_path(user_key), forgotten_header(fence)))
            files = self._wanted_files(severed.told)
            erasings.append(Erasing(self._places, fence, severed.at_ms, files, tell))

        forgotten = await self._cut(user_key, identifiers, behind)
        if not erasings:
            return None
        erasing = erasings[-1]
        erasing.erased.update(profile)
        erasing.erased.update({f"redis_{name}": n for name, n in msgspec.structs.asdict(forgotten).items()})
        await erasing.run()
        halted = erasing.fence.found and not erasing.fence.finished
        return Pending(erasing, busy=halted or forgotten.total > 0, storing=bool(erasing.sha256s))

    async def again(self, pending: Pending, asked: Asked) -> ForgetReport:
        """A segunda volta, e a conta na cadeia.

        Raises:
            ConflictError, UnavailableError: ver `first`.
        """
        erasing = pending.erasing
        await erasing.run(last=True)
        fence, erased = erasing.fence, {name: n for name, n in sorted(erasing.erased.items()) if n}
        if erased or not fence.finished:
            data: dict[str, str | int | float] = {"proof": fence.seq, **erased}
            event = _event(ERASED, asked, self._clock(), data)
            await AuditLogStore(self._documents).append(fence.user_key, event)
        scrubbed = await self._documents.scrub()
        return ForgetReport(fence.user_key, fence.at, fence.seq, erased, scrubbed)

    async def _known(self, user_key: str) -> bool:
        """Há algum documento desta pessoa?"""
        for place in (head_path(user_key), header_path(user_key), profile_path(user_key)):
            if await self._documents.get(place) is not None:
                return True
        own = [
            Query(path("conversations", user_key, name), limit=1) for name in ("messages", "audit", "files")
        ]
        own += [
            Query(name, (("user_key", user_key),), limit=1) for name in ("sessions", "handoffs", "exports")
        ]
        for query in own:
            if await self._documents.query(query):
                return True
        return False


def _event(action: str, asked: Asked, at_ms: int, data: dict[str, str | int | float]) -> AuditEvent:
    return AuditEvent(
        event_id=f"{action.lower()}:{secrets.token_hex(8)}",
        timestamp=iso(at_ms),
        actor=OPERATOR + asked.by,
        action=action,
        reason=asked.reason,
        data=data,
    )


def _header(user_key: str, at: str) -> "Data":
    moments = {"created_at": at, "updated_at": at}
    return {"user_key": user_key, "channel": CHANNEL, "tenant_id": "default", **moments}


def forgotten_header(fence: Fence) -> "Data":
    """O cabeçalho de quem foi esquecida: só o que faz achar a prova."""
    return {**_header(fence.user_key, fence.at), "forgotten_at": fence.at}
