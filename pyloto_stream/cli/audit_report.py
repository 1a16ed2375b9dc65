"""Como se diz a uma pessoa, ou a um programa, o que a conferência da auditoria achou?"""

from collections.abc import Iterator

import msgspec

from pyloto_stream.cli.output import printable
from pyloto_stream.stores.anchor_check import KEPT, AnchorCheck, State
from pyloto_stream.stores.chains import Checked

CHAIN_WORDS = {
    "changed": "was changed after it was written, or cannot be read",
    "missing_before": "is there, but what came before it is missing or was rewritten",
    "missing_end": "is the last one that was recorded, and the end of the chain is missing",
    "unlinked": "does not belong to the chain: somebody put it in, or turned the end of the chain back",
    "head": "the record of where the chain ends is missing, damaged or does not match",
    "gone": "the conversation exists and its chain does not: it was removed whole",
}
"""O que dizer de cada `why`."""

HEAD_WORDS: dict[State, str] = {
    "changed": "another event stands where the anchored one was: the chain was rewritten",
    "cut": "the chain now ends before it: its end was removed",
    "gone": "there is no chain any more, and no proof that the person was forgotten",
    "trimmed_early": "was removed as retention does, but before its time",
}
"""O que dizer de uma ponta ancorada que não está mais lá."""


class BrokenChain(msgspec.Struct, frozen=True):
    """Uma cadeia rompida e o seu primeiro evento que não confere; `intact`: quantos estão certos antes."""

    user_key: str
    event_id: str
    seq: int
    why: str
    intact: int


class BrokenHead(msgspec.Struct, frozen=True):
    """Uma ponta ancorada que não está mais na sua cadeia."""

    user_key: str
    seq: int
    why: str


class AnchorReport(msgspec.Struct):
    """A âncora de um dia. `problem`: por que ela não serve, vazio se serve."""

    day: str
    problem: str = ""
    heads: int = 0
    trimmed: int = 0
    forgotten: int = 0
    broken: list[BrokenHead] = []

    def add(self, result: AnchorCheck) -> None:
        """Conta uma ponta."""
        self.heads += 1
        self.trimmed += result.state == "trimmed"
        self.forgotten += result.state == "forgotten"
        if result.state not in KEPT:
            self.broken.append(BrokenHead(result.head.user_key, result.head.seq, result.state))


class AuditReport(msgspec.Struct):
    """Tudo o que uma conferência achou."""

    chains: int = 0
    events: int = 0
    seconds: float = 0.0
    events_per_second: int = 0
    broken: list[BrokenChain] = []
    without_header: list[str] = []
    anchor: AnchorReport | None = None

    def add(self, found: Checked) -> None:
        """Conta uma cadeia."""
        self.chains += 1
        self.events += found.verdict.events
        if not found.chain.header:
            self.without_header.append(found.chain.user_key)
        if found.why:
            verdict = found.verdict
            self.broken.append(
                BrokenChain(found.chain.user_key, verdict.broken, verdict.seq, found.why, verdict.events)
            )

    @property
    def good(self) -> bool:
        """Nada foi alterado, que se saiba."""
        return not self.broken and (self.anchor is None or not (self.anchor.problem or self.anchor.broken))


def lines(report: AuditReport) -> Iterator[str]:
    """O relatório em linhas: cada estrago, e uma soma no fim."""
    for chain in report.broken:
        where = f"seq {chain.seq} " if chain.seq else ""
        named = f"event {printable(chain.event_id)} {where}" if chain.event_id else ""
        yield f"BROKEN {chain.user_key}: {named}{CHAIN_WORDS[chain.why]}; {chain.intact} intact before it"
    for key in report.without_header:
        yield f"NOTE {key}: the conversation has lost its header; the chain was verified all the same"
    if report.chains:
        bad = len(report.broken)
        rate = f"{report.events:,} events in {report.seconds:.1f} s, {report.events_per_second:,} per second"
        total = "1 chain" if report.chains == 1 else f"{report.chains:,} chains"
        yield f"{total}: {report.chains - bad:,} intact, {bad:,} broken; {rate}"
    if report.anchor is not None:
        yield from _anchor_lines(report.anchor)


def _anchor_lines(anchor: AnchorReport) -> Iterator[str]:
    if anchor.problem:
        yield f"BROKEN anchor of {anchor.day}: {anchor.problem}"
        return
    for head in anchor.broken:
        yield f"BROKEN {head.user_key}: anchored event seq {head.seq}: {HEAD_WORDS[head.why]}"  # type: ignore[index]
    bad = len(anchor.broken)
    kept = anchor.heads - bad - anchor.trimmed - anchor.forgotten
    yield (
        f"anchor of {anchor.day}, signature valid: {anchor.heads:,} heads: {kept:,} kept,"
        f" {anchor.trimmed:,} past retention, {anchor.forgotten:,} forgotten, {bad:,} broken"
    )
