"""O que `audit verify` faz, passo a passo? Anda pelas cadeias pedidas, e depois compara com a âncora."""

import time
from collections.abc import AsyncIterator

import msgspec

from consumers.documents import open_documents
from consumers.objects import open_export_objects
from pyloto_stream.cli.audit_report import AnchorReport, AuditReport
from pyloto_stream.cli.progress import progress
from pyloto_stream.clock import system_clock
from pyloto_stream.settings import Settings
from pyloto_stream.stores.anchor_check import Anchored, check_heads
from pyloto_stream.stores.anchors import AnchorError, check_seal, read_anchor
from pyloto_stream.stores.chains import Chain, Checked, check_all, known_chains
from pyloto_stream.stores.conversations import header_path
from pyloto_stream.stores.ports import Documents


class Wanted(msgspec.Struct, frozen=True):
    """O que se pediu. `user_key` vazio e não `every`: só a âncora; `day` vazio: sem âncora."""

    user_key: str
    every: bool
    day: str
    public: bytes


async def verified(settings: Settings, wanted: Wanted) -> AuditReport | None:
    """O relatório; `None` se ninguém conhece a conversa pedida.

    Raises:
        MisconfiguredError: um dos repositórios não pode ser usado assim.
        UnavailableError: um deles não respondeu.
    """
    documents, report = await open_documents(settings), AuditReport()
    try:
        if wanted.user_key or wanted.every:
            await _walk(documents, wanted.user_key, report)
            if wanted.user_key and report.broken and await _unknown(documents, report):
                return None
        if wanted.day:
            report.anchor = await _compared(settings, documents, wanted)
    finally:
        await documents.close()
    return report


async def _walk(documents: Documents, user_key: str, report: AuditReport) -> None:
    began = time.perf_counter()
    total = 1 if user_key else await documents.count("conversations")
    with progress("chains", total, "events") as (step, more):

        def done(found: Checked) -> None:
            report.add(found)
            step()

        await check_all(documents, _one(user_key) if user_key else known_chains(documents), more, done)
    report.seconds = round(time.perf_counter() - began, 3)
    report.events_per_second = round(report.events / max(report.seconds, 0.001))


async def _one(user_key: str) -> AsyncIterator[Chain]:
    yield Chain(user_key)


async def _unknown(documents: Documents, report: AuditReport) -> bool:
    (chain,) = report.broken
    return chain.why == "gone" and await documents.get(header_path(chain.user_key)) is None


async def _compared(settings: Settings, documents: Documents, wanted: Wanted) -> AnchorReport:
    found, objects = AnchorReport(wanted.day), await open_export_objects(settings)
    try:
        await check_seal(objects, wanted.day, wanted.public)
        heads = _chosen(read_anchor(objects, wanted.day), wanted.user_key)
        with progress("anchor", None, "heads") as (step, more):
            async for result in check_heads(documents, heads, system_clock()):
                found.add(result)
                step()
                more(1)
        if wanted.user_key and not found.heads:
            found.problem = "this conversation is not in it: it began later, or the day is wrong"
    except AnchorError as error:
        found.problem = str(error)
    finally:
        await objects.close()
    return found


async def _chosen(heads: AsyncIterator[Anchored], user_key: str) -> AsyncIterator[Anchored]:
    async for head in heads:
        if user_key in {"", head.user_key}:
            yield head
