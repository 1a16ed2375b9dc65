"""Como se lê e se grava o histórico de uma conversa? Cabeçalho, mensagens em ordem, status de entrega."""

from typing import TYPE_CHECKING, Literal

import msgspec

from pyloto_stream.conversation.records import MessageRecord, Mode, StatusRecord
from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.messages import (
    StoredMessage,
    message_path,
    message_write,
    status_write,
    to_message,
)
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import (
    Document,
    Documents,
    Merge,
    Position,
    Query,
    position,
)

if TYPE_CHECKING:
    from pyloto_stream.stores.values import Data

CHANNEL = "whatsapp"


class ConversationHeader(msgspec.Struct, frozen=True):
    """O cabeçalho de uma conversa; instantes em ISO 8601. `mode`: o último que um evento informou.

    `forgotten_at`: quando se esqueceu a pessoa, da última vez. Só `AuditTrail` o grava, junto com a cadeia, e
    quem esquece, com os portões fechados: por isso nunca retrocede.
    """

    user_key: str
    channel: str
    tenant_id: str
    created_at: str
    updated_at: str
    last_message_at: str = ""
    mode: Mode = "BOT"
    forgotten_at: str = ""


class MessagePage(msgspec.Struct, frozen=True):
    """Mensagens da mais antiga à mais nova, e onde continuar em cada direção (`None` se a página está vazia).

    `more`: há outras na direção pedida.
    """

    messages: list[StoredMessage]
    older: Position | None
    newer: Position | None
    more: bool


class HeaderPage(msgspec.Struct, frozen=True):
    """Conversas, da que falou por último para trás; `next` continua (`None`: acabou)."""

    headers: list[ConversationHeader]
    next: Position | None


class ConversationStore:
    """O histórico sobre qualquer banco de documentos."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def append(self, user_key: str, record: MessageRecord) -> bool:
        """Grava uma mensagem; `False` se ela já estava lá (a primeira vale) ou se completou um status."""
        write = message_write(user_key, record)
        if await self._documents.create(write.path, write.data):
            return True
        if isinstance(write, Merge):
            await self._documents.write(write)
        return False

    async def apply_status(self, user_key: str, record: StatusRecord) -> None:
        """Registra um status de entrega; a ordem de chegada não importa e o status nunca retrocede."""
        await self._documents.write(status_write(user_key, record))

    async def message(self, user_key: str, message_id: str) -> StoredMessage | None:
        """Uma mensagem, ou `None`."""
        document = await self._documents.get(message_path(user_key, message_id))
        return to_message(document) if document else None

    async def messages(
        self,
        user_key: str,
        *,
        direction: Literal["older", "newer"] = "older",
        start: Position | None = None,
        limit: int = 50,
    ) -> MessagePage:
        """Uma página depois de `start`; sem ele, as mais novas (`older`) ou as primeiras (`newer`)."""
        back = direction == "older"
        collection = path("conversations", user_key, "messages")
        query = Query(collection, (), "timestamp", descending=back, after=start, limit=limit + 1)
        found = await self._documents.query(query)
        documents = found[:limit][::-1] if back else found[:limit]
        messages = [message for message in map(to_message, documents) if message is not None]
        older = position(documents[0], "timestamp") if documents else None
        newer = position(documents[-1], "timestamp") if documents else None
        return MessagePage(messages, older, newer, more=len(found) > limit)

    async def header(self, user_key: str) -> ConversationHeader | None:
        """O cabeçalho, ou `None` se a conversa não existe."""
        document = await self._documents.get(header_path(user_key))
        return _header(document) if document else None

    async def headers(self, *, start: Position | None = None, limit: int = 50) -> HeaderPage:
        """As conversas, da que falou por último para trás."""
        query = Query("conversations", (), "last_message_at", descending=True, after=start, limit=limit + 1)
        found = await self._documents.query(query)
        last = position(found[limit - 1], "last_message_at") if len(found) > limit else None
        return HeaderPage([_header(document) for document in found[:limit]], last)


def header_write(
    user_key: str,
    tenant_id: str,
    *,
    created_at: str,
    updated_at: str,
    last_message_at: str = "",
    mode: Mode | None = None,
) -> Merge:
    """Gravação do cabeçalho; `tenant_id` é a empresa dona do número.

    `last_message_at` vazio e `mode` `None` conservam o gravado.
    """
    data: Data = {
        "user_key": user_key,
        "channel": CHANNEL,
        "tenant_id": tenant_id,
        "created_at": created_at,
        "updated_at": updated_at,
    }
    if last_message_at:
        data["last_message_at"] = last_message_at
    if mode is not None:
        data["mode"] = mode
    return Merge(header_path(user_key), data)


def header_path(user_key: str) -> str:
    """Onde fica o cabeçalho de uma conversa."""
    return path("conversations", user_key)


def _header(document: Document) -> ConversationHeader:
    try:
        return msgspec.convert(document.data, ConversationHeader)
    except msgspec.ValidationError as error:
        raise PermanentError("conversation header does not decode", code="undecodable_document") from error
