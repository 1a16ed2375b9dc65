"""Tudo o que um banco de documentos guarda, sem perguntar pelo nome das coleções."""

import json
import re
from typing import TYPE_CHECKING, Any

from pyloto_stream.stores.firestore import FirestoreDocuments
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.sqlite import SqliteDocuments

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncCollectionReference

Dump = dict[str, str]
"""Caminho → documento, em JSON."""


async def dump(documents: Documents) -> Dump:
    if isinstance(documents, SqliteDocuments):
        rows = await documents._read(
            lambda connection: connection.execute("SELECT collection, id, data FROM documents").fetchall()
        )
        return {f"{collection}/{name}": data for collection, name, data in rows}
    assert isinstance(documents, FirestoreDocuments)
    found: Dump = {}
    async for collection in documents._client.collections():
        await _walk(collection, found)
    return found


async def _walk(collection: "AsyncCollectionReference", found: Dump) -> None:
    async for reference in collection.list_documents():
        snapshot: Any = await reference.get()
        if snapshot.exists:
            found["/".join(snapshot.reference.path.split("/"))] = json.dumps(
                snapshot.to_dict(), default=str, ensure_ascii=False, sort_keys=True
            )
        async for inner in reference.collections():
            await _walk(inner, found)


def naming(found: Dump, words: tuple[str, ...]) -> set[str]:
    """Os caminhos em que ocorre uma das palavras, no caminho ou no documento."""
    return {place for place, data in found.items() if any(word in place or word in data for word in words)}


def lasting(found: Dump) -> Dump:
    """Sem o número do turno até o qual nada mais se grava: a cada esquecimento ele avança."""
    return {place: re.sub(r'"void": ?[0-9]+,? ?', "", data) for place, data in found.items()}
