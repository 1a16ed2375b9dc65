"""O que `audit verify` faz, passo a passo? Anda pelas cadeias pedidas, e depois compara com a âncora."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import msgspec

from consumers.documents import open_documents
from consumers.objects import open_export_objects
from pyloto_stream.cli.audit_report import AnchorReport, AuditReport
from pyloto_stream.cli.progress import progress
from pyloto_stream.clock import system_clock
from pyloto_stream.settings import Settings
from pyloto_stream.stores.anchor_check import Anchored, check_heads
from pyloto_stream.stores.anchor_read import AnchorError, check_seal, read_anchor
from pyloto_stream.stores.chains import Chain, Checked, check_all, known_chains
from pyloto_stream.stores.conversations import header_path
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Documents


class Wanted(msgspec.Struct, frozen=True):
    """O que se pediu. `day` vazio: sem âncora.

    `user_keys`: as que podem ser da pessoa; nenhuma e não `every`: só a âncora.
    """

    user_keys: tuple[str, ...]
    every: bool
    day: str
    public: bytes


async def verified(settings: Settings, wanted: Wanted) -> AuditReport | None:
    """O relatório; `None` se ninguém conhece a conversa pedida.

    Raises:
        MisconfiguredError: um dos repositórios não pode ser usado assim.
        UnavailableError: um deles não respondeu.
    """
    report = AuditReport()
    async with AsyncExitStack() as resources:
        documents = await open_documents(settings)
        resources.push_async_callback(documents.close)
        objects = None
        if wanted.day:
            objects = await open_export_objects(settings)
            resources.push_async_callback(objects.close)
            report.anchor = await _signed(objects, wanted)
        anchored = objects if report.anchor is not None and not report.anchor.problem else None
        if wanted.user_keys or wanted.every:
            await _walk(documents, _chains(documents, anchored, wanted), wanted, report)
            if wanted.user_keys and await _nobody(documents, report):
                return None
        if anchored is not None and report.anchor is not None:
            await _compare(documents, anchored, wanted, report, report.anchor)
    return report


async def _signed(objects: Objects, wanted: Wanted) -> AnchorReport:
    found = AnchorReport(wanted.day)
    try:
        await check_seal(objects, wanted.day, wanted.public)
    except AnchorError as error:
        found.problem = str(error)
    return found


async def _chains(documents: Documents, anchored: Objects | None, wanted: Wanted) -> AsyncIterator[Chain]:
    """A pedida, ou todas: também as que só a âncora ainda conhece."""
    if wanted.user_keys:
        for key in wanted.user_keys:
            yield Chain(key)
        return
    lost = set[str]()
    async for chain in known_chains(documents):
        yield chain
        if not chain.header:
            lost.add(chain.user_key)
    if anchored is None:
        return
    async for head in read_anchor(anchored, wanted.day):
        if head.user_key not in lost and await documents.get(header_path(head.user_key)) is None:
            yield Chain(head.user_key, header=False)


async def _walk(
    documents: Documents, chains: AsyncIterator[Chain], wanted: Wanted, report: AuditReport
) -> None:
    began = time.perf_counter()
    total = len(wanted.user_keys) or await documents.count("conversations")
    with progress("chains", total, "events") as (step, more):

        def done(found: Checked) -> None:
            report.add(found)
            step()

        await check_all(documents, chains, more, done)
    report.seconds = round(time.perf_counter() - began, 3)
    report.events_per_second = round(report.events / max(report.seconds, 0.001))


async def _nobody(documents: Documents, report: AuditReport) -> bool:
    """Nenhuma das chaves pedidas é de uma conversa? As que não são saem do relatório."""
    for chain in tuple(report.broken):
        if chain.why == "gone" and await documents.get(header_path(chain.user_key)) is None:
            report.broken.remove(chain)
            report.chains -= 1
    return not report.chains


async def _compare(
    documents: Documents, objects: Objects, wanted: Wanted, report: AuditReport, anchor: AnchorReport
) -> None:
    heads = _chosen(read_anchor(objects, wanted.day), wanted.user_keys)
    with progress("anchor", None, "heads") as (step, more):
        async for result in check_heads(documents, heads, system_clock()):
            anchor.add(result)
            if result.state == "forgotten" and result.head.user_key in report.without_header:
                report.without_header.remove(result.head.user_key)  # é assim que se esquece
            step()
            more(1)
    if wanted.user_keys and not anchor.heads:
        anchor.problem = "this conversation is not in it: it began later, or the day is wrong"


async def _chosen(heads: AsyncIterator[Anchored], user_keys: tuple[str, ...]) -> AsyncIterator[Anchored]:
    async for head in heads:
        if not user_keys or head.user_key in user_keys:
            yield head
