"""O que acontece com uma entrada em mãos? Decide-se uma vez (ver `decide.py`) e aplica-se uma vez.

Cada ramo diz se a entrada é confirmada e por quê. Redis fora do ar na hora de aplicar: insiste até voltar; a
decisão não se perde, e repetir o script é seguro.
"""

import asyncio
from collections import Counter
from itertools import chain as chained
from typing import TYPE_CHECKING

from pyloto_stream.errors import TransientError, UnavailableError
from pyloto_stream.streams.clients import SCRIPT_ERROR
from pyloto_stream.streams.decide import Decider, TooLate
from pyloto_stream.streams.lease import Failure, bury_op, commit_head, commit_op, park_op, postpone_op
from pyloto_stream.streams.model import Plan, Turn
from pyloto_stream.streams.points import reached
from pyloto_stream.streams.scripts import Op, Packed, Script
from pyloto_stream.streams.verdict import Bury, Decision, Park

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyloto_stream.streams.entry import Entry
    from pyloto_stream.streams.gateway import Gateway
    from pyloto_stream.streams.model import Lane
    from pyloto_stream.streams.stage import StageSpec
    from pyloto_stream.streams.telemetry import Telemetry


Operation = tuple[Script, Op | Packed, bytes]
"""O script, a operação e o cabeçalho do lote."""
MAX_BROKEN = 3
"""Vezes que um script pode falhar por dentro com a mesma operação até ser tratado como defeito.

Um que falhou a meio deixou gravado o que já fizera (um registro na fila de mortos, um aviso), e cada vez
grava de novo: nada se perde, algo pode repetir-se.
"""


class Settler:
    """Aplica as decisões de `decider` para uma etapa; sem estado entre entradas."""

    def __init__(
        self,
        gateway: "Gateway",
        lanes: "Mapping[str, Lane]",
        spec: "StageSpec",
        consumer: str,
        decider: Decider,
        telemetry: "Telemetry",
    ) -> None:
        self._gateway = gateway
        self._lanes = lanes
        self._spec = spec
        self._head = commit_head(spec.name, lanes, consumer)
        self._decider = decider
        self._telemetry = telemetry
        self.inline = decider.inline

    async def work(self, entry: "Entry") -> None:
        """Decide uma entrada de uma etapa com E/S e aplica.

        Raises:
            TransientError: a decisão não se pôde aplicar de jeito nenhum; a entrada segue pendente.
        """
        turn, decision = self._decider.ready(entry)
        if turn is not None and decision is None:
            try:
                decision = await self._decider.in_time(entry, turn)
            except TooLate:
                return
        await self._apply(entry, turn, decision)

    async def give_up_overdue(self) -> list[tuple[int, str]]:
        """Aplica a decisão do que passou de todo prazo; devolve quais entradas."""
        late = self._decider.overdue()
        for entry, turn, decision in late:
            try:
                await self._apply(entry, turn, decision)
            except TransientError as error:  # segue pendente; quem o assumir conta uma morte
                self._telemetry.bug(self._spec.name, error)
        return [(entry.partition, entry.id) for entry, _, _ in late]

    async def _apply(
        self, entry: "Entry", turn: Turn | None, decision: Decision, passed: tuple[str, ...] = ()
    ) -> None:
        if decision is None:
            self._telemetry.lost(self._spec.name, 1)
            return
        reached("before_apply", self._spec.name)
        try:
            applied = await self._write(entry, turn, decision)
        except Exception as error:
            if turn is None:
                raise
            # o plano não se escreve: defeito da etapa, como outro qualquer
            decision = self._decider.judge(turn, error)
            if decision is None:
                return
            applied = await self._write(entry, turn, decision)
        reached("after_apply", self._spec.name)
        self._report(decision, passed, applied=applied)

    def _count(self, applied: "Sequence[tuple[str, ...]]") -> None:
        """Conta planos aplicados, dados pelas etapas encadeadas de cada um: para elas, é ler e confirmar."""
        if applied:
            self._telemetry.committed(self._spec.name, len(applied))
        for stage, n in Counter(chained.from_iterable(applied)).items():
            self._telemetry.read(stage, n)
            self._telemetry.committed(stage, n)

    async def _write(self, entry: "Entry", turn: Turn | None, decision: Plan | Park | Bury) -> bool:
        script, op, head = self._operation(entry, turn, decision)
        delay, broken = 0.05, 0
        while True:
            try:
                reply = await self._gateway.submit(script, entry.partition, op, head)
            except UnavailableError as error:
                broken += error.code == SCRIPT_ERROR
                if broken == MAX_BROKEN:
                    raise TransientError("the script cannot apply this", code=SCRIPT_ERROR) from error
                await asyncio.sleep(delay)
                delay = min(delay * 2, 1.0)
            else:
                return bool(reply)

    def _operation(self, entry: "Entry", turn: Turn | None, decision: Plan | Park | Bury) -> Operation:
        if isinstance(decision, Bury):
            notice = None if turn is None else self._notice(turn, decision.failure)
            op = bury_op(entry, self._spec.name, decision.failure, self._lanes, notice)
            return Script.BURY, op, b""
        if isinstance(decision, Park):
            if turn is None:
                return Script.PARK, postpone_op(entry, self._spec.name, decision.due_ms), b""
            due_ms, setback, snooze = decision.due_ms, decision.setback, decision.snooze
            return Script.PARK, park_op(turn, due_ms, setback=setback, snooze=snooze), b""
        assert turn is not None  # noqa: S101 — só um token lido tem plano
        return Script.COMMIT, commit_op(turn, decision, self._lanes), self._head

    def _notice(self, turn: Turn, failure: Failure) -> bytes | None:
        try:
            return self._spec.notice(turn, failure)
        except Exception:  # noqa: BLE001 — um aviso com defeito não pode impedir o enterro
            return None

    def _report(self, decision: Plan | Park | Bury, passed: tuple[str, ...], *, applied: bool) -> None:
        stage = self._spec.name
        if not applied:
            self._telemetry.fenced(stage, 1)
        elif isinstance(decision, Bury):
            self._telemetry.buried(stage, decision.failure.code)
        elif isinstance(decision, Park) and decision.setback:
            self._telemetry.retried(stage, decision.code)
        elif isinstance(decision, Park):
            self._telemetry.snoozed(stage)
        elif passed:
            self._count([passed])
        else:  # o de toda resposta: não há encadeadas a contar
            self._telemetry.committed(stage, 1)
