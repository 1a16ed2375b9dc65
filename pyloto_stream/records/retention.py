"""O que passou do prazo, e ainda está aqui? A tabela de retenção, aplicada ou ensaiada de ponta a ponta.

Promete: uma coleção que falha não impede as outras e é dita; cortada no meio, a próxima passada termina;
duas ao mesmo tempo não se estragam; o começo e o fim de cada passada ficam na trilha de quem opera, e nada se
apaga antes de o começo estar lá. Limite: o que está no Redis tem os seus próprios prazos.
"""

import secrets
from collections.abc import Awaitable, Callable

import msgspec

from pyloto_stream.conversation.records import OPERATOR, ActionRecord
from pyloto_stream.errors import PylotoError
from pyloto_stream.records import retention_documents as of_documents
from pyloto_stream.records import retention_objects as of_objects
from pyloto_stream.records.retention_batches import Sweeping, Tally
from pyloto_stream.stores.chains import Chain, each, known_chains
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.times import iso
from pyloto_stream.stores.trail import AuditTrail

STARTED, DONE = "RETENTION_STARTED", "RETENTION_DONE"
OUT = frozenset(("store_unavailable", "store_refused", "store_index_missing"))
"""Falhas que não são de um documento."""


class RetentionReport(msgspec.Struct):
    """O que uma passada apagou, ou apagaria, por coleção."""

    dry_run: bool
    at: str
    collections: list[Tally] = []

    def tally(self, name: str) -> Tally:
        """A conta de uma coleção, que passa a aparecer no relatório."""
        tally = Tally(name)
        self.collections.append(tally)
        return tally

    @property
    def good(self) -> bool:
        """Nenhuma coleção parou no meio."""
        return not any(tally.error for tally in self.collections)


class Asked(msgspec.Struct, frozen=True):
    """Quem pede, por quê, e a conversa cuja trilha o guarda."""

    by: str
    reason: str
    conversation: str


class Retention:
    """Aplica a tabela. `media` e `exports`: os dois repositórios de objetos, que podem ser o mesmo."""

    def __init__(self, sweeping: Sweeping, media: Objects, exports: Objects) -> None:
        self._sweeping = sweeping
        self._media = media
        self._exports = exports

    async def run(self, asked: Asked, step: Callable[[], None] = lambda: None) -> RetentionReport:
        """Uma passada inteira; `step` é chamada a cada conversa.

        Raises:
            UnavailableError: o começo ou o fim não ficou na trilha; no começo, nada se apagou.
            ConflictError: a trilha de quem opera não parou de andar.
        """
        sweeping = self._sweeping
        report = RetentionReport(sweeping.dry, iso(sweeping.now_ms))
        run = secrets.token_hex(8)
        if not sweeping.dry:
            await self._note(asked, run, STARTED, {})
        await self._conversations(report, step)
        for name, work in (("sessions", of_documents.sessions), ("handoffs", of_documents.handoffs),
                           ("user_profiles", of_documents.profiles)):  # fmt: skip
            tally = report.tally(name)
            await _guarded(tally, work(sweeping, tally))
        await self._objects(report)
        if not sweeping.dry:
            data = {tally.name: tally.removed for tally in report.collections if tally.removed}
            failed = sum(bool(tally.error) for tally in report.collections)
            await self._note(asked, run, DONE, {**data, "failed": failed})
        return report

    async def _conversations(self, report: RetentionReport, step: Callable[[], None]) -> None:
        parts = ((report.tally("messages"), of_documents.messages),
                 (report.tally("files"), of_documents.files),
                 (report.tally("audit"), of_documents.audit))  # fmt: skip

        async def work(chain: Chain) -> None:
            if OUT & {tally.error for tally, _ in parts}:
                return  # o banco caiu: perguntar por cada conversa só gastaria o tempo de todos
            for tally, remove in parts:
                await _guarded(tally, remove(self._sweeping, chain.user_key, tally))
            step()

        await _guarded(parts[0][0], each(known_chains(self._sweeping.documents), work))

    async def _objects(self, report: RetentionReport) -> None:
        sweeping = self._sweeping
        tally, files = report.tally("exports"), report.tally("exports_files")
        await _guarded(tally, of_objects.exports(sweeping, self._exports, tally, files))
        tally, files, people = map(report.tally, ("media", "media_files", "people"))
        await _guarded(tally, of_objects.media(sweeping, self._media, tally, files, people))
        for name, sweep, objects in (
            ("exports_without_document", of_objects.export_orphans, self._exports),
            ("media_without_document", of_objects.media_orphans, self._media),
            ("anchors", of_objects.anchors, self._exports),
        ):
            tally = report.tally(name)
            await _guarded(tally, sweep(sweeping, objects, tally))

    async def _note(self, asked: Asked, run: str, action: str, data: dict[str, int]) -> None:
        record = ActionRecord(
            id=f"{action.lower()}:{run}",
            action=action,
            at_ms=self._sweeping.now_ms,
            actor=OPERATOR + asked.by,
            reason=asked.reason,
            data={"run": run, **data},
        )
        await AuditTrail(self._sweeping.documents).record(asked.conversation, [record], None)


async def _guarded(tally: Tally, work: Awaitable[None]) -> None:
    """Espera por `work`; a falha fica na conta, e o resto da tabela segue."""
    try:
        await work
    except PylotoError as error:
        tally.error = tally.error or error.code
