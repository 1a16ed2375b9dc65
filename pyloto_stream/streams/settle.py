"""O que acontece com uma entrada em mãos? Decidir uma vez (nunca levanta) e aplicar uma vez.

Cada ramo diz se a entrada é confirmada e por quê. Redis fora do ar na hora de aplicar: insiste até voltar; a
decisão não se perde, e repetir o script é seguro. O que ignora o prazo e o cancelamento é decidido sem ele.
"""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING

from pyloto_stream.errors import (
    OverloadedError,
    PermanentError,
    PylotoError,
    TransientError,
    UnavailableError,
)
from pyloto_stream.streams.clients import SCRIPT_ERROR
from pyloto_stream.streams.lease import Failure, bury_op, commit_op, decode, park_op, postpone_op
from pyloto_stream.streams.model import Outcome, Plan, Snooze, Turn
from pyloto_stream.streams.points import reached
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.verdict import Bury, Decision, Park, judge, wait_ms

if TYPE_CHECKING:
    from pyloto_stream.clock import Clock
    from pyloto_stream.streams.breaker import Breaker
    from pyloto_stream.streams.gateway import Entry, Gateway
    from pyloto_stream.streams.model import Lane
    from pyloto_stream.streams.stage import StageSpec, WorkerOptions
    from pyloto_stream.streams.telemetry import Telemetry


Operation = tuple[Script, dict[str, object]]
MAX_BROKEN = 3
"""Vezes que um script pode falhar por dentro com a mesma operação até ser tratado como defeito."""
GRACE_S = 1.0
"""Depois do prazo, quanto uma decisão cancelada tem para terminar antes que se decida sem ela."""


class Settler:
    """Decide e aplica para uma etapa; entre entradas só guarda o prazo das que estão decidindo."""

    def __init__(
        self,
        gateway: "Gateway",
        lanes: "Mapping[str, Lane]",
        spec: "StageSpec",
        consumer: str,
        options: "WorkerOptions",
        telemetry: "Telemetry",
        clock: "Clock",
        breaker: "Breaker",
    ) -> None:
        self._gateway = gateway
        self._lanes = lanes
        self._spec = spec
        self._consumer = consumer
        self._options = options
        self._telemetry = telemetry
        self._clock = clock
        self._breaker = breaker
        self._timeout_s = options.stage_timeout_s if spec.timeout_s is None else spec.timeout_s
        self._deciding: dict[str, tuple[float, Entry, Turn]] = {}
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
            key = f"{entry.partition}/{entry.id}"
            deadline = asyncio.get_running_loop().time() + self._timeout_s + GRACE_S
            self._deciding[key] = (deadline, entry, turn)
            result = await self._decide(turn)
            if self._deciding.pop(key, None) is None:
                return  # decidiu-se sem esta decisão, que veio tarde demais
            decision = self._judge(turn, result)
        await self._apply(entry, turn, decision)

    async def give_up_overdue(self) -> list[tuple[int, str]]:
        """Decide, como prazo vencido, o que ignorou o prazo e o cancelamento; devolve quais entradas."""
        now = asyncio.get_running_loop().time()
        late = [key for key, (deadline, _, _) in self._deciding.items() if deadline < now]
        given_up = [self._deciding.pop(key) for key in late]
        for _, entry, turn in given_up:
            await self._apply(entry, turn, self._judge(turn, self._too_slow()))
        return [(entry.partition, entry.id) for _, entry, _ in given_up]

    def _ready(self, entry: "Entry", deaths: Mapping[str, int]) -> tuple[Turn | None, Decision]:
        now_ms, count = self._clock(), deaths.get(entry.id, 0)
        try:
            turn = decode(entry, self._spec.name, now_ms)
        except PermanentError as error:
            return None, Bury(Failure(error.code, str(error), 0, count))
        except UnavailableError as error:
            return None, Park(now_ms + wait_ms(20, error, self._options), error.code)
        if count >= self._options.max_deaths:
            text = f"delivered {count} times without an end"
            return turn, Bury(Failure("worker_died", text, turn.failures, count, turn.history))
        return turn, None

    def _decide_inline(self, turn: Turn) -> Outcome | Exception:
        reached("before_handle", turn.stage)
        started = time.perf_counter()
        try:
            result = self._spec.handler(turn)
            return TypeError("awaitable from a pure stage") if isinstance(result, Awaitable) else result
        except Exception as error:  # noqa: BLE001 — toda falha vira um valor; `_judge` decide o que ela é
            return error
        finally:
            self._telemetry.handled(turn.stage, time.perf_counter() - started)
            reached("after_handle", turn.stage)

    async def _decide(self, turn: Turn) -> Outcome | Exception:
        reached("before_handle", turn.stage)
        started = time.perf_counter()
        limit = asyncio.timeout(self._timeout_s)
        try:
            async with limit:
                result = self._spec.handler(turn)
                return await result if isinstance(result, Awaitable) else result
        except Exception as error:  # noqa: BLE001 — toda falha vira um valor; `_judge` decide o que ela é
            return self._too_slow() if limit.expired() else error
        finally:
            self._telemetry.handled(turn.stage, time.perf_counter() - started)
            reached("after_handle", turn.stage)

    def _too_slow(self) -> TransientError:
        return TransientError(f"no decision in {self._timeout_s:g} s", code="stage_timeout")

    def _judge(self, turn: Turn, result: Outcome | Exception) -> Decision:
        match result:
            case Plan() | Snooze(trouble=""):
                self._breaker.worked()
            case Snooze():
                self._breaker.failed(result.trouble)
            case OverloadedError():
                pass  # quem pede calma está vivo
            case UnavailableError():
                self._breaker.failed(result.code, result.retry_after_ms / 1000)
            case PylotoError():
                pass
            case _:
                self._telemetry.bug(turn.stage, result)
        return judge(turn, result, self._options, self._clock())

    async def _apply(self, entry: "Entry", turn: Turn | None, decision: Decision) -> None:
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
            decision = self._judge(turn, error)
            if decision is None:
                return
            applied = await self._write(entry, turn, decision)
        reached("after_apply", self._spec.name)
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
        if isinstance(decision, Bury):
            notice = None if turn is None else self._notice(turn, decision.failure)
            return Script.BURY, bury_op(entry, self._spec.name, decision.failure, self._lanes, notice)
        if isinstance(decision, Park):
            if turn is None:
                return Script.PARK, postpone_op(entry, self._spec.name, decision.due_ms)
            due_ms, setback, snooze = decision.due_ms, decision.setback, decision.snooze
            return Script.PARK, park_op(turn, due_ms, setback=setback, snooze=snooze)
        assert turn is not None  # noqa: S101 — só um token lido tem plano
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
        elif isinstance(decision, Park) and decision.setback:
            self._telemetry.retried(stage, decision.code)
        elif isinstance(decision, Park):
            self._telemetry.snoozed(stage)
        else:
            self._telemetry.committed(stage, 1)
