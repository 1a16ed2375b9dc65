"""Que arquivos temos, de que mensagem vieram, e que id a Meta lhes dá? O documento `media/{sha256}`.

Um arquivo é um só, por mais vezes que chegue: o resumo é o nome. O documento não cresce com as repetições: de
cada número fica o último id recebido, que vive 7 dias, e o do último envio, que vive 30 (fatos, seção 8).
"""

import re
from typing import TYPE_CHECKING

import msgspec

from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.conversation.records import MediaRecord
from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.messages import RETENTION_DAYS as MESSAGE_DAYS
from pyloto_stream.stores.messages import message_path
from pyloto_stream.stores.paths import path, segment
from pyloto_stream.stores.ports import TTL_FIELD, Documents, Merge
from pyloto_stream.stores.times import DAY_MS, iso

if TYPE_CHECKING:
    from pyloto_stream.stores.values import Data

RETENTION_DAYS = 90
"""Dias desde a última vez que o arquivo chegou (produto, seção 10): do documento e do objeto."""
REUSE_DAYS = 60
"""Um objeto mais velho que isto, se o arquivo volta, grava-se de novo: a retenção só apaga objetos com mais
de `RETENTION_DAYS`, e por isso nunca o que acaba de voltar e cujo registro ainda está a caminho."""

UPLOAD_LIFE_MS = 29 * DAY_MS
"""Um id de envio vale 30 dias; com um de margem."""

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Upload(msgspec.Struct, frozen=True):
    """Um arquivo que a Meta já tem; até `expires_at`."""

    id: str
    expires_at: str


class StoredMedia(msgspec.Struct, frozen=True):
    """Um arquivo guardado. `whatsapp_ids`: último id recebido, por número; `uploads`: último enviado."""

    sha256: str
    size: int = 0
    mime_type: str = ""
    path: str = ""
    received_at: str = ""
    whatsapp_ids: dict[str, str] = {}
    uploads: dict[str, Upload] = {}


def object_path(sha256: str) -> str:
    """Onde fica o conteúdo no repositório de objetos: não diz de quem é, nem o que é.

    Raises:
        PermanentError: `sha256` não é um resumo em hexadecimal minúsculo; code `invalid_sha256`.
    """
    return f"media/{_checked(sha256)[:2]}/{sha256}"


def media_path(sha256: str) -> str:
    """Onde fica o documento.

    Raises:
        PermanentError: code `invalid_sha256`.
    """
    return path("media", _checked(sha256))


def people_path(sha256: str) -> str:
    """A coleção de quem mandou o arquivo: só sai quando não resta ninguém nela.

    Raises:
        PermanentError: code `invalid_sha256`.
    """
    return path("media", _checked(sha256), "people")


def files_path(user_key: str) -> str:
    """A coleção dos arquivos que uma pessoa mandou."""
    return path("conversations", user_key, "files")


def media_writes(user_key: str, record: MediaRecord) -> tuple[Merge, ...]:
    """O documento do arquivo; quem o mandou, e o que ela mandou; e a referência na mensagem que o trouxe."""
    data: Data = {
        "sha256": record.sha256,
        "size": record.size,
        "mime_type": record.mime_type,
        "path": record.path,
        "received_at": iso(record.at_ms),
        TTL_FIELD: iso(record.at_ms + RETENTION_DAYS * DAY_MS),
    }
    if record.phone_number_id and record.whatsapp_media_id:
        data["whatsapp_ids"] = {record.phone_number_id: record.whatsapp_media_id}
    reference: Data = {
        "media": record.sha256,
        TTL_FIELD: iso(record.at_ms + MESSAGE_DAYS * DAY_MS),
    }
    message = Merge(message_path(user_key, record.message_id), reference)
    until = {TTL_FIELD: data[TTL_FIELD]}
    return (
        Merge(media_path(record.sha256), data),
        Merge(f"{people_path(record.sha256)}/{segment(user_key)}", {"user_key": user_key, **until}),
        Merge(
            f"{files_path(user_key)}/{record.sha256}", {"sha256": record.sha256, "record": record.id, **until}
        ),
        message,
    )


class MediaStore:
    """Os arquivos guardados, e os ids com que se enviam de novo sem subi-los outra vez."""

    def __init__(self, documents: Documents, clock: Clock = system_clock) -> None:
        self._documents = documents
        self._clock = clock

    async def find(self, sha256: str) -> StoredMedia | None:
        """O que se sabe do arquivo.

        Raises:
            PermanentError: code `invalid_sha256` ou `undecodable_document`.
            UnavailableError: o banco não respondeu.
        """
        document = await self._documents.get(media_path(sha256))
        if document is None:
            return None
        try:
            return msgspec.convert(document.data, StoredMedia)
        except msgspec.ValidationError as error:
            raise PermanentError("stored media does not decode", code="undecodable_document") from error

    async def uploaded(self, sha256: str, phone_number_id: str) -> str:
        """O id com que `phone_number_id` ainda pode enviar o arquivo; vazio se tem de subir."""
        known = await self.find(sha256)
        upload = known.uploads.get(phone_number_id) if known else None
        return upload.id if upload is not None and upload.expires_at > iso(self._clock()) else ""

    async def keep_upload(self, sha256: str, phone_number_id: str, media_id: str) -> None:
        """Guarda o id que a Meta deu agora; o documento, se só tem isto, vive o que o id vive."""
        until = iso(self._clock() + UPLOAD_LIFE_MS)
        data: Data = {"sha256": sha256, "uploads": {phone_number_id: {"id": media_id, "expires_at": until}}}
        if await self.find(sha256) is None:
            data[TTL_FIELD] = until
        await self._documents.merge(media_path(sha256), data)


def _checked(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise PermanentError("not a lowercase hexadecimal sha-256", code="invalid_sha256")
    return sha256
