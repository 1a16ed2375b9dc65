"""Como se mexe em muitos mortos com segurança? Contar antes, um de cada vez, parar ao primeiro sinal ruim.

Promete: cada passo é inteiro ou nada, logo interromper a qualquer instante e recomeçar não faz nada duas
vezes; só entram os mortos que foram contados. Limite: `stop_on_errors` vê o que morreu até agora, e quem foi
devolvido ainda pode morrer depois.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Protocol

import msgspec

from pyloto_stream.cli.dlq_access import letters
from pyloto_stream.cli.dlq_options import Chosen
from pyloto_stream.errors import PermanentError, PylotoError, UnavailableError
from pyloto_stream.streams.clients import SCRIPT_ERROR
from pyloto_stream.streams.dead import DeadLetter, LetterId
from pyloto_stream.streams.dead_scan import ever_buried
from pyloto_stream.streams.gateway import Gateway

MAX_CONVERSATIONS, MAX_PROBLEMS = 100_000, 1000  # o que se conta ou se diz um a um; além disso, só a soma
GONE, MISSING = "not there any more", "not there, or not what the filters ask for"


class Job(Protocol):
    """O que se faz com cada morto. `without`: campos dispensados. `verb` e `past`: como se chama."""

    verb: str
    past: str
    without: tuple[str, ...]

    def plan(self, letter: DeadLetter) -> str:
        """O que seria feito, em palavras.

        Raises:
            PermanentError: não pode ser feito com este.
        """

    async def run(self, letter: DeadLetter) -> bool:
        """Faz; falso se o morto já não estava lá.

        Raises:
            PermanentError: não pôde ser feito; o morto fica onde está.
            UnavailableError: Redis fora do ar, ou sem lugar.
        """


class Problem(msgspec.Struct, frozen=True):
    """Um morto com que não se fez o pedido, e por quê."""

    id: str
    why: str


class Survey(msgspec.Struct):
    """O que as opções alcançam agora. Não se vai além de `last`. `plans`: os primeiros."""

    matched: int = 0
    possible: int = 0
    conversations: int = 0
    last: LetterId | None = None
    plans: list[Problem] = []
    problems: list[Problem] = []


class Report(msgspec.Struct):
    """O que foi feito. `skipped`: não podia ser feito, ou já não estava lá. `stopped`: por que parou."""

    matched: int
    done: int = 0
    skipped: int = 0
    failed: int = 0
    stopped: str | None = None
    ids: list[str] = []
    problems: list[Problem] = []
    refused: int = 0

    def tell(self, letter: object, why: str) -> None:
        """Anota um problema; além dos primeiros, só a conta os diz."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(str(letter), why))


class Pace:
    """No máximo `rate` passos por segundo (0: sem limite); o primeiro não espera."""

    def __init__(
        self,
        rate: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._gap_s = 1 / rate if rate else 0.0
        self._clock = clock
        self._sleep = sleep
        self._next = 0.0

    async def wait(self) -> None:
        """Espera a vez. O tempo perdido num passo demorado não se recupera com uma rajada."""
        now = self._clock()
        if now < self._next:
            await self._sleep(self._next - now)
        self._next = max(now, self._next) + self._gap_s


async def survey(gateway: Gateway, wanted: Chosen, job: Job, show: int) -> Survey:
    """Conta o que as opções alcançam e diz o que seria feito com os `show` primeiros.

    Raises:
        UnavailableError: Redis fora do ar.
    """
    found, conversations, missing = Survey(), set[int](), set(wanted.ids)
    async with aclosing(letters(gateway, wanted, job.without)) as source:
        async for letter in source:
            missing.discard(letter.id)
            found.matched += 1
            found.last = letter.id
            if letter.conversation and len(conversations) < MAX_CONVERSATIONS:
                conversations.add(hash(letter.conversation))
            try:
                plan = job.plan(letter)
                found.possible += 1
            except PermanentError as error:
                plan = f"nothing: {error}"
            if len(found.plans) < show:
                found.plans.append(Problem(str(letter.id), plan))
    found.conversations = len(conversations)
    if not wanted.limit:  # com limite não se sabe o que falta e o que não coube
        found.problems = [Problem(str(letter), MISSING) for letter in sorted(missing)]
    return found


async def perform(
    gateway: Gateway,
    wanted: Chosen,
    job: Job,
    found: Survey,
    *,
    pace: Pace,
    stop: asyncio.Event,
    stop_on_errors: int = 0,
    watched: tuple[str, ...] = (),
    step: Callable[[], None] = lambda: None,
) -> Report:
    """Faz `job` com o que `found` contou, um de cada vez.

    `stop_on_errors`: para quando tantos falharam, ou quando tantos novos morreram nas etapas `watched` desde
    o início; 0 não para.
    """
    report = Report(found.matched, skipped=len(found.problems), problems=list(found.problems))
    try:
        before = await ever_buried(gateway, watched) if stop_on_errors else 0
        async with aclosing(letters(gateway, wanted, job.without)) as source:
            async for letter in source:
                if found.last is None or letter.id > found.last:
                    break
                await pace.wait()
                if stop.is_set():
                    report.stopped = "interrupted"
                elif stop_on_errors and report.failed >= stop_on_errors:
                    report.stopped = "errors"
                elif stop_on_errors and await ever_buried(gateway, watched) - before >= stop_on_errors:
                    report.stopped = "new_dead_letters"
                if report.stopped:
                    break
                await _one(job, letter, report)
                step()
    except UnavailableError as error:
        report.stopped = error.code  # o próximo teria a mesma resposta
    if not report.stopped:  # o que falta na conta, outra pessoa tirou antes de chegar a vez dele
        met = report.done + report.skipped + report.failed - len(found.problems)
        report.skipped += max(0, found.matched - met)
    return report


async def _one(job: Job, letter: DeadLetter, report: Report) -> None:
    try:
        job.plan(letter)
    except PermanentError as error:
        report.skipped += 1
        report.refused += 1
        report.tell(letter.id, str(error))
        return
    try:
        done = await job.run(letter)
    except PylotoError as error:
        if isinstance(error, UnavailableError) and error.code != SCRIPT_ERROR:
            raise
        report.failed += 1
        report.tell(letter.id, str(error))
        return
    if done:
        report.done += 1
        report.ids.append(str(letter.id))
    else:
        report.skipped += 1
        report.tell(letter.id, GONE)
