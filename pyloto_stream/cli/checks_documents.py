"""O banco de documentos serve? O arquivo abre; ou o Firestore responde, tem os índices, e deixa gravar.

Promete: nada fica gravado; o que falta é dito pelo nome, com o que fazer. Limite: o emulador não exige
índices; de gravar, prova-se apagar o que não existe, o que um papel sem essa permissão recusa.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from pyloto_stream.cli.check import Check
from pyloto_stream.cli.checks_places import creation_problem, seen
from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.settings import Settings
from pyloto_stream.stores.firestore_errors import INDEX_MISSING, REFUSED
from pyloto_stream.stores.ports import Delete, Query

if TYPE_CHECKING:
    from pyloto_stream.stores.ports import Documents

NAME = "documents"
DEPLOY = "firebase deploy --only firestore:indexes --project"
_NOBODY = "doctor"
"""Uma chave que ninguém tem."""
INDEXED = (
    Query("sessions", (("user_key", _NOBODY),), "closed_at", descending=True, limit=1),
    Query("handoffs", (("status", "OPEN"),), "queue_key", limit=1),
)
"""As consultas que só um índice composto atende, como o sistema as faz."""


async def document_checks(settings: Settings) -> list[Check]:
    """Uma resposta para o arquivo, ou uma para o Firestore, uma para os índices e uma para gravar."""
    try:
        if settings.document_store == "firestore":
            return await _firestore(settings.firestore_project_id)
        return [await _sqlite(settings.sqlite_path)]
    except MisconfiguredError as error:
        return [Check(NAME, "failed", str(error))]
    except UnavailableError as error:
        return [Check(NAME, "failed", f"{settings.document_store}: {error.code}")]


async def _sqlite(path: Path) -> Check:
    from pyloto_stream.stores.sqlite import SqliteDocuments  # noqa: PLC0415 — só quem usa este banco

    if not seen(path):
        if problem := creation_problem(path):
            return Check(NAME, "failed", f"SQLITE_PATH: {problem}")
        return Check(NAME, "ok", "sqlite: the file will be created")
    documents = await SqliteDocuments.open(path)
    await documents.close()
    return Check(NAME, "ok", "sqlite: the file opens")


async def _firestore(project: str) -> list[Check]:
    from pyloto_stream.stores.firestore import FirestoreDocuments  # noqa: PLC0415 — idem

    documents = await FirestoreDocuments.open(project)
    try:
        reached = await _reached(documents, project)
        if reached.standing == "failed":
            return [reached]  # o resto só repetiria a queixa
        return [reached, await _indexes(documents, project), await _writing(documents)]
    finally:
        await documents.close()


async def _reached(documents: "Documents", project: str) -> Check:
    try:
        await documents.get(f"conversations/{_NOBODY}")
    except UnavailableError as error:
        why = {REFUSED: "there is no such database, or the Google credentials may not read it"}
        return Check(NAME, "failed", f"firestore: project {project}: {why.get(error.code, error.code)}")
    return Check(NAME, "ok", f"firestore: project {project} answers")


async def _indexes(documents: "Documents", project: str) -> Check:
    name = "document indexes"
    missing = list[str]()
    for query in INDEXED:
        try:
            await documents.query(query)
        except UnavailableError as error:
            if error.code != INDEX_MISSING:
                return Check(name, "failed", f"firestore: {error.code}")
            fields = [*(field for field, _ in query.where), query.order_by]
            missing.append(f"{query.collection} ({', '.join(fields)})")
    if missing:
        why = f"{', '.join(missing)}: not there, or still being built; `{DEPLOY} {project}`"
        return Check(name, "failed", why)
    return Check(name, "ok", "every query has its index")


async def _writing(documents: "Documents") -> Check:
    name = "document writing"
    try:
        await documents.write(Delete(f"conversations/{_NOBODY}"))
    except UnavailableError as error:
        why = {REFUSED: "the Google credentials may not write (roles/datastore.user is needed)"}
        return Check(name, "failed", f"firestore: {why.get(error.code, error.code)}")
    return Check(name, "ok", "firestore: it can be written")
