"""Como uma etapa pura trabalha? Um lote de cada vez: decide-o todo e aplica os planos numa ida.

Uma etapa encadeada (ver `chain.py`) decide ali mesmo o que a anterior lhe deixou. O que não acaba em plano, e
o que não se pôde aplicar junto, segue sozinho (ver `settle.py`).
"""

import asyncio
import time
from collections.abc import Awaitable, Iterable
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from pyloto_stream.streams.lease import commit_op
from pyloto_stream.streams.model import Plan, Turn
from pyloto_stream.streams.points import reached, watched
from pyloto_stream.streams.scripts import Packed, Script
from pyloto_stream.streams.settle import Settler
from pyloto_stream.streams.together import ask_each

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyloto_stream.streams.chain import Chain
    from pyloto_stream.streams.decide import Decider
    from pyloto_stream.streams.entry import Entry
    from pyloto_stream.streams.gateway import Gateway
    from pyloto_stream.streams.model import Lane
    from pyloto_stream.streams.stage import StageSpec
    from pyloto_stream.streams.telemetry import Telemetry
    from pyloto_stream.streams.verdict import Decision

SLICE_S = 0.005
"""Quanto se decide de um lote até aplicar o que há: quem decide depressa aplica tudo de uma vez."""


class _Written(msgspec.Struct, frozen=True, gc=False):
    """Uma entrada decidida. `plan`: com o das etapas encadeadas, `passed`; `op`: a operação que o aplica."""

    entry: "Entry"
    turn: Turn
    plan: Plan
    passed: tuple[str, ...]
    op: Packed


class BatchSettler(Settler):
    """Um `Settler` que também trabalha lotes, e decide ali mesmo as etapas de `links` que seguem a sua."""

    def __init__(
        self,
        gateway: "Gateway",
        lanes: "Mapping[str, Lane]",
        spec: "StageSpec",
        consumer: str,
        decider: "Decider",
        telemetry: "Telemetry",
        links: "Chain",
    ) -> None:
        super().__init__(gateway, lanes, spec, consumer, decider, telemetry)
        self._chain = links
        links.join(spec.name, decider)

    async def work_batch(self, entries: "Sequence[Entry]") -> None:
        """Decide um lote de uma etapa pura e aplica junto, numa ida; se demora, por fatias.

        Raises:
            TransientError: algo do lote não se pôde aplicar de jeito nenhum; o resto foi aplicado.
        """
        rest: list[asyncio.Future[None]] = []
        try:
            plans = await self._decide(entries, rest)
            await self._commit(plans)
            await _all(rest)
        except BaseException:
            for started in rest:  # quem foi interrompido não deixa nada a correr por si
                started.cancel()
            raise

    async def _decide(
        self, entries: "Sequence[Entry]", rest: "list[asyncio.Future[None]]"
    ) -> dict[int, list[_Written]]:
        """Os planos da última fatia, por partição; o que não vai com eles já começou, e está em `rest`."""
        plans: dict[int, list[_Written]] = {}
        began = time.perf_counter()
        for entry in entries:
            turn, decision = self._decider.ready(entry)
            if turn is not None and decision is None:
                decision = self._decider.at_once(turn)
            written = self._written(entry, turn, decision)
            if written is None:
                rest.append(asyncio.ensure_future(self._apply(entry, turn, decision)))
            else:
                plans.setdefault(entry.partition, []).append(written)
            if time.perf_counter() - began > SLICE_S:
                rest.append(asyncio.ensure_future(self._commit(plans)))
                plans = {}
                await asyncio.sleep(0)  # o que já se decidiu parte, e as outras etapas andam
                began = time.perf_counter()
        return plans

    def _written(self, entry: "Entry", turn: Turn | None, decision: "Decision") -> _Written | None:
        """O plano e os das etapas que o seguem, escritos; `None`: outra decisão, ou um plano com defeito."""
        if turn is None or not isinstance(decision, Plan):
            return None
        try:
            plan, passed = self._chain.follow(turn, decision)
            return _Written(entry, turn, plan, passed, commit_op(turn, plan, self._lanes))
        except Exception:  # noqa: BLE001 — `_apply` escreve o dela, sem mais ninguém, e julga o defeito
            return None

    async def _commit(self, plans: "Mapping[int, Sequence[_Written]]") -> None:
        """Aplica os planos de cada partição; os de uma que não os aplicou insistem um a um."""
        stage = self._spec.name
        self._reached("before_apply", plans)
        ops = {partition: [written.op for written in made] for partition, made in plans.items()}
        told = await ask_each(self._gateway, Script.COMMIT, ops, self._head)
        alone = [written for partition, made in plans.items() if partition not in told for written in made]
        both = [pair for p, replies in told.items() for pair in zip(replies, plans[p], strict=True)]
        self._reached("after_apply", {p: plans[p] for p in told})
        applied = [written.passed for reply, written in both if reply]
        self._count(applied)
        if len(applied) < len(both):
            self._telemetry.fenced(stage, len(both) - len(applied))
        if alone:
            await _all([self._apply(each.entry, each.turn, each.plan, each.passed) for each in alone])

    def _reached(self, point: str, plans: "Mapping[int, Sequence[_Written]]") -> None:
        """Cada plano, e cada etapa dele, passa por `point`."""
        if not watched():
            return
        for written in chain.from_iterable(plans.values()):
            for stage in (self._spec.name, *written.passed):
                reached(point, stage)


async def _all(applying: Iterable[Awaitable[None]]) -> None:
    """Espera por tudo; depois, a primeira falha."""
    for failed in await asyncio.gather(*applying, return_exceptions=True):
        if failed is not None:
            raise failed
