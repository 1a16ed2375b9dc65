"""As chaves abrem os perfis que há? Alguns são abertos, e nada do que dizem é mostrado.

Promete: distingue a chave que falta da que é outra com a mesma versão. Limite: olha os primeiros `SAMPLE`
perfis; quem olha todos é `privacy rotate-key --dry-run`.
"""

from consumers.documents import open_documents
from pyloto_stream.cli.check import Check, reason
from pyloto_stream.cli.checks_places import seen
from pyloto_stream.errors import MisconfiguredError, PermanentError, UnavailableError
from pyloto_stream.settings import Settings
from pyloto_stream.stores.ports import Document, Query
from pyloto_stream.stores.profile_document import context, sealed_fields, stored_of
from pyloto_stream.stores.profiles import PROFILES
from pyloto_stream.stores.sealing import Sealer, UnopenableError

SAMPLE = 50
NAME = "keys"


async def keys_check(settings: Settings) -> Check:
    """A resposta, com as versões das chaves."""
    keys = settings.data_keys()
    at_hand = f"profiles are sealed with key {max(keys)}"
    if settings.document_store == "sqlite" and not seen(settings.sqlite_path):
        return Check(NAME, "ok", f"{at_hand}; there is none yet")
    try:
        documents = await open_documents(settings)
        try:
            found = await documents.query(Query(PROFILES, limit=SAMPLE))
        finally:
            await documents.close()
    except (MisconfiguredError, UnavailableError) as error:
        return Check(NAME, "failed", f"profiles cannot be read: {reason(error)}")
    troubles = {code for document in found for code in _troubles(Sealer(keys), document)}
    if "broken_seal" in troubles:
        why = (
            "some do not open: DATA_ENCRYPTION_KEY has another key under their version, or they were changed"
        )
        return Check(NAME, "failed", f"{at_hand}; {why}")
    if "unknown_key_version" in troubles:
        return Check(NAME, "failed", f"{at_hand}; some need a version that DATA_ENCRYPTION_KEY does not have")
    if troubles:
        return Check(NAME, "warning", f"{at_hand}; some are not profiles that this version reads")
    return Check(NAME, "ok", f"{at_hand}; {len(found)} looked at, all open")


def _troubles(sealer: Sealer, document: Document) -> set[str]:
    """Os códigos do que não abre."""
    troubles: set[str] = set()
    try:
        sealed = sealed_fields(stored_of(document.data))
    except PermanentError as error:
        return {error.code}
    for field, text in sealed.items():
        try:
            sealer.open(text, context=context(document.path, field))
        except UnopenableError as error:
            troubles.add(error.code)
    return troubles
