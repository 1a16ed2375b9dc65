"""Como os perfis passam a uma chave nova? Um a um, cada lacre aberto e refeito com a mais nova.

Promete: cortada no meio, outra vez faz o resto; repetir não grava nada; quem muda um perfil ao mesmo tempo
não perde a mudança; todo lacre se abre, e o que não abre fica como está e é contado. Limite: relê todos os
perfis; a chave velha só se tira quando nada mais está sob ela e todo processo já usa a nova.
"""

from collections.abc import Callable

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.ports import ConflictError, Document, Documents, Query, Update, scan
from pyloto_stream.stores.profile_document import FACTS, Stored, context, sealed_fields, stored_of
from pyloto_stream.stores.profiles import PROFILES
from pyloto_stream.stores.sealing import Sealer, UnopenableError, key_version
from pyloto_stream.stores.values import Data

_PAGE = 200
UNREADABLE = "unreadable"


class Rotation(msgspec.Struct):
    """O que se fez. `fields`: lacres por versão (`k1`), como estavam; `to`: a chave com que se lacra."""

    to: str
    dry_run: bool = False
    profiles: int = 0
    resealed: int = 0
    """Perfis com lacres refeitos, ou, em `dry_run`, que os teriam."""
    unopenable: int = 0
    """Perfis com um lacre que as chaves não abrem, ou que não se decodificam: ficaram como estavam."""
    fields: dict[str, int] = {}


async def rotate(
    documents: Documents, sealer: Sealer, *, dry_run: bool, step: Callable[[], None] = lambda: None
) -> Rotation:
    """Lacra de novo os perfis com a chave mais nova; `step` é chamado por perfil visto.

    Raises:
        UnavailableError: o banco não respondeu; repetir é seguro.
    """
    report = Rotation(f"k{sealer.newest}", dry_run, fields={})
    async for document in scan(documents, Query(PROFILES, limit=_PAGE)):
        report.profiles += 1
        await _one(documents, sealer, document, report)
        step()
    return report


async def _one(documents: Documents, sealer: Sealer, document: Document, report: Rotation) -> None:
    """Um perfil; se outro o muda no meio, relê."""
    found: Document | None = document
    while found is not None:
        try:
            stored = stored_of(found.data)
        except PermanentError:
            report.unopenable += 1
            _count(report, [UNREADABLE])
            return
        fresh, stuck = resealed(sealer, found.path, stored)
        if fresh and not report.dry_run:
            try:
                await documents.write(Update(found.path, fresh, found.version))
            except ConflictError:
                found = await documents.get(document.path)
                continue
        report.resealed += bool(fresh)
        report.unopenable += stuck
        _count(report, [_version(text) for text in sealed_fields(stored).values()])
        return


def resealed(sealer: Sealer, path: str, stored: Stored) -> tuple[Data, bool]:
    """Os campos a trocar para que todo lacre seja da chave mais nova, e se algum não abre."""
    fresh: dict[str, str] = {}
    stuck = False
    for field, text in sealed_fields(stored).items():
        place = context(path, field)
        try:
            opened = sealer.open(
                text, context=place
            )  # também o que já é da mais nova: a chave pode ser outra
        except UnopenableError:
            stuck = True
            continue
        if key_version(text) != sealer.newest:
            fresh[field] = sealer.seal(opened, context=place)
    data: Data = {field: text for field, text in fresh.items() if not field.startswith(FACTS)}
    facts = {field.removeprefix(FACTS): text for field, text in fresh.items() if field.startswith(FACTS)}
    if facts:
        data["facts"] = {**stored.facts, **facts}
    return data, stuck


def _version(text: str) -> str:
    version = key_version(text)
    return UNREADABLE if version is None else f"k{version}"


def _count(report: Rotation, versions: list[str]) -> None:
    for version in versions:
        report.fields[version] = report.fields.get(version, 0) + 1
