"""O que acontece com uma entrada em mãos? Decidir uma vez (nunca levanta) e aplicar uma vez.

Cada ramo diz se a entrada é confirmada e por quê. Redis fora do ar na hora de aplicar: insiste até voltar; a
decisão não se perde, e repetir o script é seguro.
"""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING

from pyloto_stream.errors import PermanentError, PylotoError, TransientError, UnavailableError
from pyloto_stream.streams.clients import SCRIPT_ERROR
from pyloto_stream.streams.lease import Failure, bury_op, commit_op, decode, park_op
from pyloto_stream.streams.model import Outcome, Plan, Turn
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.verdict import Bury, Decision, Park, judge

if TYPE_CHECKING:
    from pyloto_stream.clock import Clock
    from pyloto_stream.streams.gateway import Entry, Gateway
    from pyloto_stream.streams.model import Lane
    from pyloto_stream.streams.stage import StageSpec, WorkerOptions
    from pyloto_stream.streams.telemetry import Telemetry


Operation = tuple[Script, dict[str, object]]
MAX_BROKEN = 3
"""Vezes que um script pode falhar por dentro com a mesma operação até ser tratado como defeito."""


class Settler:
    """Decide e aplica para uma etapa; sem estado entre entradas."""

    def __init__(
        self,
        gateway: "Gateway",
        lanes: "Mapping[str, Lane]",
        spec: "StageSpec",
        consumer: str,
        options: "WorkerOptions",
        telemetry: "Telemetry",
        clock: "Clock",
    ) -> None:
        self._gateway = gateway
        self._lanes = lanes
        self._spec = spec
        self._consumer = consumer
        self._options = options
        self._telemetry = telemetry
        self._clock = clock
        self.inline = not inspect.iscoroutinefunction(spec.handler)

    async def work_batch(self, entries: "Sequence[Entry]", deaths: Mapping[str, int]) -> None:
        """Decide um lote de uma etapa pura e aplica tudo junto."""
        decided = []
        for entry in entries:
            turn, decision = self._ready(entry, deaths)
            if turn is not None and decision is None:
                decision = self._judge(turn, self._decide_inline(turn))
            decided.append(self._apply(entry, turn, decision))
        await asyncio.gather(*decided)

    async def work(self, entry: "Entry", deaths: Mapping[str, int]) -> None:
        """Decide uma entrada de uma etapa com E/S e aplica."""
        turn, decision = self._ready(entry, deaths)
        if turn is not None and decision is None:
            decision = self._judge(turn, await self._decide(turn))
        await self._apply(entry, turn, decision)

    def _ready(self, entry: "Entry", deaths: Mapping[str, int]) -> tuple[Turn | None, Decision]:
        try:
            turn = decode(entry, self._spec.name, self._clock())
        except PermanentError as error:
            return None, Bury(Failure(error.code, str(error), 0))
        count = deaths.get(entry.id, 0)
        if count >= self._options.max_deaths:
            text = f"delivered {count} times without an end"
            return turn, Bury(Failure("worker_died", text, turn.failures))
        return turn, None

    def _decide_inline(self, turn: Turn) -> Outcome | Exception:
        started = time.perf_counter()
        try:
            result = self._spec.handler(turn)
            return TypeError("awaitable from a pure stage") if isinstance(result, Awaitable) else result
        except Exception as error:  # noqa: BLE001 — toda falha vira um valor; `_judge` decide o que ela é
            return error
        finally:
            self._telemetry.handled(turn.stage, time.perf_counter() - started)

    async def _decide(self, turn: Turn) -> Outcome | Exception:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._options.stage_timeout_s):
                result = self._spec.handler(turn)
                return await result if isinstance(result, Awaitable) else result
        except Exception as error:  # noqa: BLE001 — toda falha vira um valor; `_judge` decide o que ela é
            return error
        finally:
            self._telemetry.handled(turn.stage, time.perf_counter() - started)

    def _judge(self, turn: Turn, result: Outcome | Exception) -> Decision:
        if isinstance(result, Exception) and not isinstance(result, PylotoError):
            self._telemetry.bug(turn.stage, result)
        return judge(turn, result, self._options, self._clock())

    async def _apply(self, entry: "Entry", turn: Turn | None, decision: Decision) -> None:
        if decision is None:
            self._telemetry.lost(self._spec.name, 1)
            return
        try:
            applied = await self._write(entry, turn, decision)
        except Exception as error:
            if turn is None:
                raise
            # o plano não se escreve: defeito da etapa, como outro qualquer
            decision = self._judge(turn, error)
            if decision is None:
                return
            applied = await self._write(entry, turn, decision)
        self._report(decision, applied=applied)

    async def _write(self, entry: "Entry", turn: Turn | None, decision: Plan | Park | Bury) -> bool:
        script, op = self._operation(entry, turn, decision)
        delay, broken = 0.05, 0
        while True:
            try:
                return bool(await self._gateway.submit(script, entry.partition, op))
            except UnavailableError as error:
                broken += error.code == SCRIPT_ERROR
                if broken == MAX_BROKEN:
                    raise TransientError("the script cannot apply this", code=SCRIPT_ERROR) from error
                await asyncio.sleep(delay)
                delay = min(delay * 2, 1.0)

    def _operation(self, entry: "Entry", turn: Turn | None, decision: Plan | Park | Bury) -> Operation:
        if isinstance(decision, Bury) or turn is None:
            failure = decision.failure if isinstance(decision, Bury) else Failure("undecodable_token", "", 0)
            notice = self._notice(turn, failure) if turn is not None else None
            return Script.BURY, bury_op(entry, self._spec.name, failure, self._lanes, notice)
        if isinstance(decision, Park):
            op = park_op(turn, decision.due_ms, failed=decision.failed, snooze=decision.snooze)
            return Script.PARK, op
        return Script.COMMIT, commit_op(turn, decision, self._lanes, self._consumer)

    def _notice(self, turn: Turn, failure: Failure) -> bytes | None:
        try:
            return self._spec.notice(turn, failure)
        except Exception:  # noqa: BLE001 — um aviso com defeito não pode impedir o enterro
            return None

    def _report(self, decision: Plan | Park | Bury, *, applied: bool) -> None:
        stage = self._spec.name
        if not applied:
            self._telemetry.fenced(stage, 1)
        elif isinstance(decision, Bury):
            self._telemetry.buried(stage, decision.failure.code)
        elif isinstance(decision, Park) and decision.failed:
            self._telemetry.retried(stage, decision.code)
        elif isinstance(decision, Park):
            self._telemetry.snoozed(stage)
        else:
            self._telemetry.committed(stage, 1)
