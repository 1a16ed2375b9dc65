"""Como os documentos ficam no Firestore? A mesma porta sobre o cliente assíncrono do Google.

O cliente não repete nada sozinho (`retry=None`): uma queda aparece já, e quem repete é o executor; o que cada
falha quer dizer está em `firestore_errors.py`. Credenciais e emulador são os do ambiente do Google. O SDK só
é importado em `open`.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.stores.firestore_errors import querying, reading, writing
from pyloto_stream.stores.ports import (
    TTL_FIELD,
    ConflictError,
    Create,
    Delete,
    Document,
    Documents,
    Merge,
    Query,
    Set,
    Update,
    Write,
)
from pyloto_stream.stores.times import iso, milliseconds
from pyloto_stream.stores.values import Data
from pyloto_stream.stores.write_checks import check_writes

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncClient, AsyncDocumentReference, DocumentSnapshot, WriteOption
    from google.cloud.firestore_v1.async_batch import AsyncWriteBatch


class FirestoreDocuments(Documents):
    """Adaptador do Firestore; crie com `open`. `timeout_s`: prazo de cada chamada, em segundos."""

    def __init__(self, client: "AsyncClient", timeout_s: float) -> None:
        self._client = client
        self._timeout_s = timeout_s

    @classmethod
    async def open(cls, project: str, *, database: str = "(default)", timeout_s: float = 5.0) -> Self:
        """Prepara o cliente; a conexão só é feita no primeiro uso.

        Raises:
            MisconfiguredError: falta o SDK (extra `gcp`) ou não há credenciais no ambiente.
        """
        try:
            from google.auth.exceptions import DefaultCredentialsError  # noqa: PLC0415 — 0,6 s só para quem usa
            from google.cloud.firestore import AsyncClient  # noqa: PLC0415 — idem
        except ImportError:
            raise MisconfiguredError("DOCUMENT_STORE: firestore needs the extra `gcp`") from None
        try:
            return cls(AsyncClient(project=project, database=database), timeout_s)
        except DefaultCredentialsError:
            raise MisconfiguredError("DOCUMENT_STORE: no Google credentials in the environment") from None

    async def get(self, path: str) -> Document | None:
        """Ver a porta."""
        with reading():
            reference = self._client.document(path)
            snapshot = await reference.get(retry=None, timeout=self._timeout_s)
        return _document(path, snapshot) if snapshot.exists else None

    async def query(self, query: Query) -> list[Document]:
        """Ver a porta."""
        from google.cloud.firestore_v1.base_query import FieldFilter  # noqa: PLC0415 — ver `open`

        direction = "DESCENDING" if query.descending else "ASCENDING"
        collection = self._client.collection(query.collection)
        found = collection.limit(query.limit)
        for field, value in query.where:
            found = found.where(filter=FieldFilter(field, "==", value))
        if query.order_by:
            found = found.order_by(query.order_by, direction=direction)
        found = found.order_by("__name__", direction=direction)
        if query.after is not None:
            cursor = {"__name__": collection.document(query.after.id)}
            found = found.start_after(
                {**_stored({query.order_by: query.after.value}), **cursor} if query.order_by else cursor
            )
        with querying():
            snapshots = await found.get(retry=None, timeout=self._timeout_s)
        return [_document(f"{query.collection}/{snapshot.id}", snapshot) for snapshot in snapshots]

    async def count(self, collection: str) -> int:
        """Ver a porta."""
        total = self._client.collection(collection).count()  # type: ignore[no-untyped-call] # SDK sem tipos aqui
        with reading():
            ((result,),) = await total.get(retry=None, timeout=self._timeout_s)
        return int(result.value)

    async def write(self, *writes: Write) -> list[str]:
        """Ver a porta."""
        check_writes(writes)
        batch = self._client.batch()
        for write in writes:
            _add(batch, self._client.document(write.path), write)
        with writing(writes):
            results = await batch.commit(retry=None, timeout=self._timeout_s)
        return [
            "" if isinstance(write, Delete) else result.update_time.rfc3339()
            for write, result in zip(writes, results, strict=True)
        ]

    async def close(self) -> None:
        """Fecha a conexão."""
        await self._client._firestore_api.transport.close()  # noqa: SLF001 — o cliente não oferece fim assíncrono


def _add(batch: "AsyncWriteBatch", reference: "AsyncDocumentReference", write: Write) -> None:
    from google.cloud.firestore_v1.field_path import FieldPath  # noqa: PLC0415 — ver `open`

    match write:
        case Create():
            batch.create(reference, _stored(write.data))
        case Set():
            batch.set(reference, _stored(write.data))
        case Merge():
            batch.set(reference, _stored(write.data), merge=True)
        case Update():
            fields = {FieldPath(name).to_api_repr(): value for name, value in _stored(write.data).items()}
            batch.update(reference, fields, option=_unchanged_since(write.version))
        case Delete():
            batch.delete(reference, option=_unchanged_since(write.version))


def _unchanged_since(version: str) -> "WriteOption | None":
    from google.api_core.datetime_helpers import DatetimeWithNanoseconds  # noqa: PLC0415 — ver `open`
    from google.cloud.firestore import AsyncClient  # noqa: PLC0415 — idem

    if not version:
        return None
    try:
        moment = DatetimeWithNanoseconds.from_rfc3339(version)  # type: ignore[no-untyped-call] # SDK sem tipos aqui
    except ValueError:
        raise ConflictError from None  # versão de outro banco: aqui o documento com certeza é outro
    return AsyncClient.write_option(last_update_time=moment.timestamp_pb())


def _stored(data: Data) -> dict[str, object]:
    """O campo de vencimento vai como `Timestamp`: só assim a política de TTL do Firestore o vê."""
    expires = data.get(TTL_FIELD)
    if not isinstance(expires, str):
        return {**data}
    return {**data, TTL_FIELD: datetime.fromisoformat(expires)}


def _document(path: str, snapshot: "DocumentSnapshot[AsyncDocumentReference]") -> Document:
    data: Data = snapshot.to_dict() or {}
    expires: object = data.get(TTL_FIELD)
    if isinstance(expires, datetime):
        data[TTL_FIELD] = iso(milliseconds(expires.isoformat()))
    return Document(path, data, snapshot.update_time.rfc3339())
