"""Quem é esta pessoa, no que já se soube dela? `user_profiles/{user_key}`, e o histórico do que mudou.

Promete: o que identifica a pessoa está lacrado (`stores/sealing.py`); acha-se pelo telefone sem guardá-lo à
vista; aplicar um registro de novo não muda nada; o histórico diz que campo mudou, com valores mascarados;
`forget` apaga tudo, e repetir dá no mesmo. Limite: um lacre de chave que não se tem conta em `unopenable` e
fica como está.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from pyloto_stream.conversation.person import ProfileRecord
from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import (
    Create,
    Delete,
    Document,
    Documents,
    Position,
    Query,
    Set,
    Update,
    Write,
    position,
)
from pyloto_stream.stores.profile_document import Change, Profile, Stored, stored_of
from pyloto_stream.stores.profile_sheet import Sheet
from pyloto_stream.stores.sealing import Sealer
from pyloto_stream.stores.times import iso

if TYPE_CHECKING:
    from pyloto_stream.stores.values import Data

PROFILES = "user_profiles"
_LABEL = b"pyloto-stream phone lookup v1"
_PAGE = 400


class HistoryEntry(msgspec.Struct, frozen=True):
    """Uma mudança do perfil: que campos, e de que para que, sempre mascarado. `id`: o registro que a fez."""

    id: str
    at: str
    changes: list[Change] = []


class UserProfileStore:
    """Perfis sobre qualquer banco de documentos. `pepper`: `PEPPER_SECRET`, de que se deriva a busca."""

    def __init__(
        self, documents: Documents, sealer: Sealer, pepper: bytes, tenant_id: str = "default"
    ) -> None:
        self._documents = documents
        self._sealer = sealer
        self._lookup = hmac.digest(pepper, _LABEL, "sha256")
        self._tenant_id = tenant_id

    async def get(self, user_key: str) -> Profile | None:
        """O perfil aberto, ou `None`.

        Raises:
            UnavailableError: o banco não respondeu.
            PermanentError: code `undecodable_document`.
        """
        document = await self._documents.get(profile_path(user_key))
        return self._opened(document) if document else None

    async def get_by_phone(self, phone: str) -> Profile | None:
        """O perfil de quem mostra `phone` (E.164 canônico, com ou sem `+`); de vários, o mais recente.

        Raises:
            UnavailableError: o banco não respondeu.
            PermanentError: code `undecodable_document`.
        """
        query = Query(PROFILES, (("phone_key", self.phone_key(phone)),), limit=_PAGE)
        found = [self._opened(document) for document in await self._documents.query(query)]
        return max(found, key=lambda profile: profile.updated_at, default=None)

    async def history(
        self, user_key: str, *, start: Position | None = None, limit: int = 50
    ) -> tuple[list[HistoryEntry], Position | None]:
        """As mudanças, da mais recente para trás, e onde continuar (`None`: acabou).

        Raises:
            UnavailableError: o banco não respondeu.
            PermanentError: code `undecodable_document`.
        """
        query = Query(history_path(user_key), (), "at", descending=True, after=start, limit=limit + 1)
        found = await self._documents.query(query)
        last = position(found[limit - 1], "at") if len(found) > limit else None
        return [_entry(document) for document in found[:limit]], last

    async def put(self, user_key: str, record: ProfileRecord) -> bool:
        """Aplica um registro; `False` se já estava aplicado.

        Raises:
            ConflictError: outro mudou o perfil no meio; repetir é seguro.
            UnavailableError: o banco não respondeu; repetir é seguro.
        """
        writes = await self.writes(user_key, [record])
        if writes:
            await self._documents.write(*writes)
        return bool(writes)

    async def writes(self, user_key: str, records: Iterable[ProfileRecord]) -> list[Write]:
        """O que gravar para aplicar `records`, sobre o que está gravado agora; vazio se nada falta.

        Vale até que outro mude o perfil: então a gravação conflita, e se pergunta de novo.

        Raises:
            UnavailableError: o banco não respondeu.
            PermanentError: code `undecodable_document`.
        """
        pending = list({record.id: record for record in records}.values())
        if not pending:
            return []
        place = profile_path(user_key)
        document = await self._documents.get(place)
        stored = stored_of(document.data) if document else Stored(user_key, self._tenant_id)
        sheet, entries = Sheet(self._sealer, place, stored), list[Write]()
        for record in pending:
            late = _order(iso(record.at_ms), record.id) <= _order(stored.updated_at, stored.record_id)
            where = path(PROFILES, user_key, "history", record.id)
            if late and await self._documents.get(where) is not None:
                continue
            phone = record.profile.phone
            changes = sheet.apply(record, self.phone_key(phone) if phone else "", late=late)
            entry = HistoryEntry(record.id, iso(record.at_ms), changes)
            entries.append(Set(where, msgspec.to_builtins(entry)))
        if not entries:
            return []
        data: Data = msgspec.to_builtins(stored)
        write = Update(place, data, document.version) if document else Create(place, data)
        return [write, *entries]

    async def forget(self, user_key: str) -> int:
        """Apaga perfil e histórico, e diz quantos documentos; cortado no meio, outra vez faz o resto.

        Raises:
            UnavailableError: o banco não respondeu.
        """
        gone, place = 0, profile_path(user_key)
        while page := await self._documents.query(Query(history_path(user_key), limit=_PAGE)):
            await self._documents.write(*(Delete(document.path) for document in page))
            gone += len(page)
        if await self._documents.get(place) is not None:
            await self._documents.write(Delete(place))
            gone += 1
        return gone

    def phone_key(self, phone: str) -> str:
        """A chave com que se procura `phone`: HMAC-SHA256 dos dígitos, em base64url sem preenchimento."""
        digits = re.sub(r"[^0-9]", "", phone)
        digest = hmac.digest(self._lookup, digits.encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()

    def _opened(self, document: Document) -> Profile:
        return Sheet(self._sealer, document.path, stored_of(document.data)).profile()


def profile_path(user_key: str) -> str:
    """Onde fica o perfil."""
    return path(PROFILES, user_key)


def history_path(user_key: str) -> str:
    """A coleção do histórico de um perfil."""
    return f"{profile_path(user_key)}/history"


def _order(at: str, record_id: str) -> tuple[str, int, str]:
    """A ordem de um registro; no mesmo instante, a do turno (hexadecimal, sem zeros à esquerda)."""
    return at, len(record_id), record_id


def _entry(document: Document) -> HistoryEntry:
    try:
        return msgspec.convert(document.data, HistoryEntry)
    except msgspec.ValidationError as error:
        raise PermanentError("stored profile history does not decode", code="undecodable_document") from error
