"""Que modelos a Meta aprovou para nós? `templates/{id}`, um documento por modelo e idioma.

Promete: situação e qualidade nunca voltam no tempo, venham de uma leitura da Meta ou de um aviso dela, em
qualquer ordem e quantas vezes for; repetir não muda nada. Limite: um modelo que a Meta deixou de listar fica,
como `DELETED`; nada é apagado daqui.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import ConflictError, Create, Document, Documents, Query, Update, Write, scan
from pyloto_stream.stores.times import iso
from pyloto_stream.stores.values import Data
from pyloto_stream.template import Template

COLLECTION = "templates"
DELETED = "DELETED"
_PAGE = 200
_TOGETHER = 20
"""Modelos gravados ao mesmo tempo: são centenas, e cada um é uma leitura e uma gravação."""
_TRIES = 8


class Notice(msgspec.Struct, frozen=True):
    """O que um aviso diz de um modelo; vazio é "nada disso". `at` em ISO 8601.

    `stale`: a definição ou a categoria mudou na Meta, e tem de ser lida de novo.
    """

    id: str
    at: str
    account_id: str = ""
    name: str = ""
    language: str = ""
    status: str = ""
    quality: str = ""
    rejected_reason: str = ""
    stale: bool = False


class TemplateStore:
    """Os modelos sobre qualquer banco de documentos."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def get(self, template_id: str) -> Template | None:
        """Um modelo pelo id da Meta, ou `None`."""
        document = await self._documents.get(path(COLLECTION, template_id))
        return _template(document) if document else None

    async def named(self, name: str) -> list[Template]:
        """O modelo `name` em todos os idiomas."""
        query = Query(COLLECTION, (("name", name),), limit=_PAGE)
        return [_template(document) async for document in scan(self._documents, query)]

    async def all(self) -> list[Template]:
        """Todos, por nome e idioma."""
        found = [
            _template(document) async for document in scan(self._documents, Query(COLLECTION, limit=_PAGE))
        ]
        return sorted(found, key=lambda template: (template.name, template.language))

    async def put(self, templates: Sequence[Template], as_of_ms: int) -> None:
        """Grava o que a Meta listou no instante `as_of_ms`; um aviso que não é mais velho continua valendo.

        Raises:
            ConflictError: alguém muda o mesmo modelo sem parar; repetir é seguro.
            UnavailableError: o banco não respondeu; repetir é seguro.
        """
        as_of = _second(as_of_ms)
        for start in range(0, len(templates), _TOGETHER):
            some = templates[start : start + _TOGETHER]
            await asyncio.gather(
                *(self._change(each.id, partial(_listed, new=each, as_of=as_of)) for each in some)
            )

    async def vanish(self, account_id: str, listed: frozenset[str], as_of_ms: int) -> int:
        """Marca `DELETED` os modelos de `account_id` que não estão em `listed`; devolve quantos mudaram.

        Um de que se soube algo depois de `as_of_ms` não é tocado.
        """
        as_of = _second(as_of_ms)
        missing = [
            template
            for template in await self.all()
            if template.account_id == account_id and template.id not in listed and template.status != DELETED
        ]
        gone = [template for template in missing if template.status_at <= as_of]
        for template in gone:
            await self.notice(Notice(template.id, as_of, status=DELETED))
        return len(gone)

    async def notice(self, notice: Notice) -> None:
        """Aplica um aviso da Meta; o que ele diz de mais velho que o já sabido é deixado.

        Raises:
            ConflictError: alguém muda o mesmo modelo sem parar; repetir é seguro.
            UnavailableError: o banco não respondeu; repetir é seguro.
        """
        await self._change(notice.id, partial(_noticed, notice=notice))

    async def _change(self, template_id: str, decide: Callable[[Template], Template]) -> None:
        """Lê, decide e grava sob a versão lida: dois escritores nunca se atropelam."""
        where = path(COLLECTION, template_id)
        for _ in range(_TRIES):
            document = await self._documents.get(where)
            old = _template(document) if document else Template(template_id)
            new = decide(old)
            if document and new == old:
                return
            data = _data(new)
            write: Write = Update(where, data, document.version) if document else Create(where, data)
            try:
                await self._documents.write(write)
            except ConflictError:
                continue
            return
        raise ConflictError("a template keeps changing")


def _second(at_ms: int) -> str:
    """O começo do segundo: avisos da Meta só dizem o segundo, e um do mesmo vale mais que a leitura."""
    return iso(at_ms // 1000 * 1000)


def _listed(old: Template, new: Template, as_of: str) -> Template:
    """`new`, lido da Meta em `as_of`, por cima de `old`: um aviso mais novo que a leitura fica."""
    newer_status, newer_quality = old.status_at > as_of, old.quality_at > as_of
    return msgspec.structs.replace(
        new,
        status=old.status if newer_status else new.status,
        status_at=old.status_at if newer_status else as_of,
        rejected_reason=old.rejected_reason if newer_status else new.rejected_reason,
        quality=old.quality if newer_quality else new.quality,
        quality_at=old.quality_at if newer_quality else as_of,
        stale_at=old.stale_at,
        synced_at=max(as_of, old.synced_at),
    )


def _noticed(old: Template, notice: Notice) -> Template:
    """`old` com o que `notice` traz de mais novo."""
    status = notice.status if notice.status and notice.at >= old.status_at else ""
    quality = notice.quality if notice.quality and notice.at >= old.quality_at else ""
    return msgspec.structs.replace(
        old,
        account_id=old.account_id or notice.account_id,
        name=old.name or notice.name,
        language=old.language or notice.language,
        status=status or old.status,
        status_at=notice.at if status else old.status_at,
        rejected_reason=notice.rejected_reason if status else old.rejected_reason,
        quality=quality or old.quality,
        quality_at=notice.at if quality else old.quality_at,
        stale_at=max(old.stale_at, notice.at) if notice.stale else old.stale_at,
    )


def _data(template: Template) -> Data:
    """Todos os campos, também os vazios: uma troca tem de poder apagar o que havia."""
    data: Data = msgspec.json.decode(msgspec.json.encode(template))
    return data


def _template(document: Document) -> Template:
    try:
        return msgspec.convert(document.data, Template)
    except msgspec.ValidationError as error:
        raise PermanentError("stored template does not decode", code="undecodable_document") from error
