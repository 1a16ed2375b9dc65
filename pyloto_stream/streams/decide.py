"""O que fazer com uma entrada lida? A etapa responde, e a resposta, qualquer que seja, vira uma decisão.

Promete: nunca levanta; toda decisão sai em no máximo o prazo da etapa e mais `GRACE_S`, também a que ignora o
cancelamento. Limite: uma etapa pura (síncrona) não tem prazo; se prende o laço, o vigia derruba o processo.
"""

import asyncio
import inspect
import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from pyloto_stream.errors import (
    OverloadedError,
    PermanentError,
    PylotoError,
    TransientError,
    UnavailableError,
)
from pyloto_stream.streams.lease import Failure, decode
from pyloto_stream.streams.model import Outcome, Plan, Snooze, Turn
from pyloto_stream.streams.points import reached
from pyloto_stream.streams.verdict import Bury, Decision, Park, judge, wait_ms

if TYPE_CHECKING:
    from pyloto_stream.clock import Clock
    from pyloto_stream.streams.breaker import Breaker
    from pyloto_stream.streams.entry import Entry
    from pyloto_stream.streams.stage import StageSpec, WorkerOptions
    from pyloto_stream.streams.telemetry import Telemetry

GRACE_S = 1.0
"""Depois do prazo, quanto uma decisão cancelada tem para terminar antes que se decida sem ela."""


class TooLate(Exception):  # noqa: N818 — não é um erro: é o fim de quem foi dispensado
    """Já se decidiu sem esta decisão."""


class Decider:
    """Decide pela etapa `spec`; guarda só o prazo do que está decidindo."""

    def __init__(
        self,
        spec: "StageSpec",
        options: "WorkerOptions",
        telemetry: "Telemetry",
        clock: "Clock",
        breaker: "Breaker",
    ) -> None:
        self._spec = spec
        self._options = options
        self._telemetry = telemetry
        self._clock = clock
        self._breaker = breaker
        self._timeout_s = options.stage_timeout_s if spec.timeout_s is None else spec.timeout_s
        self._deciding: dict[tuple[int, str], tuple[float, Entry, Turn]] = {}
        self.inline = not inspect.iscoroutinefunction(spec.handler)

    def ready(self, entry: "Entry") -> tuple[Turn | None, Decision]:
        """O turno da entrada e, se a etapa se dispensa, a decisão.

        Dispensa-se do que é ilegível, de outra versão ou assassino, e enquanto o disjuntor descansa.
        """
        now_ms, deaths = self._clock(), entry.deaths
        try:
            turn = decode(entry, self._spec.name, now_ms)
        except PermanentError as error:
            return None, Bury(Failure(error.code, str(error), 0, deaths))
        except UnavailableError as error:
            return None, Park(now_ms + wait_ms(20, error, self._options), error.code)
        if deaths >= self._options.max_deaths:
            text = f"delivered {deaths} times without an end"
            return turn, Bury(Failure("worker_died", text, turn.failures, deaths, turn.history))
        # já se lia quando o disjuntor abriu: espera, sem ter tentado; de um suspeito, contam-se as mortes
        if self._breaker.resting_s > 0 and not deaths:
            return turn, Park(now_ms + wait_ms(turn.snoozes, UnavailableError(), self._options), "resting")
        return turn, None

    def at_once(self, turn: Turn) -> Decision:
        """Decisão de uma etapa pura."""
        reached("before_handle", turn.stage)
        started = time.perf_counter()
        result: Outcome | Exception
        try:
            answer = self._spec.handler(turn)
            if isinstance(answer, Plan):  # quase sempre; perguntar se se espera por ela custa mais
                result = answer
            else:
                result = TypeError("awaitable from a pure stage") if isinstance(answer, Awaitable) else answer
        except Exception as error:  # noqa: BLE001 — toda falha vira um valor; `judge` decide o que ela é
            result = error
        self._telemetry.handled(turn.stage, time.perf_counter() - started)
        reached("after_handle", turn.stage)
        return self.judge(turn, result)

    def attempt(self, turn: Turn) -> Plan | None:
        """O plano de uma etapa pura para um turno que ainda não é dela.

        `None`: a etapa está parada, ou não acaba num plano; com o token, decide de novo, e aí se relata.
        """
        if self._breaker.open:
            return None
        reached("after_read", turn.stage)
        reached("before_handle", turn.stage)
        started = time.perf_counter()
        try:
            answer = self._spec.handler(turn)
        except Exception:  # noqa: BLE001 — será levantada de novo, com quem a julgue
            return None
        if not isinstance(answer, Plan):
            return None
        self._telemetry.handled(turn.stage, time.perf_counter() - started)
        reached("after_handle", turn.stage)
        if answer.asked:
            self._breaker.worked()
        return answer

    async def in_time(self, entry: "Entry", turn: Turn) -> Decision:
        """Decisão de uma etapa com E/S.

        Raises:
            TooLate: demorou tanto que `overdue` já decidiu por ela.
        """
        reached("before_handle", turn.stage)
        key, started = (entry.partition, entry.id), time.perf_counter()
        now, limit = asyncio.get_running_loop().time(), asyncio.timeout(self._timeout_s)
        self._deciding[key] = (now + self._timeout_s + GRACE_S, entry, turn)
        result: Outcome | Exception
        try:
            async with limit:
                answer = self._spec.handler(turn)
                result = await answer if isinstance(answer, Awaitable) else answer
        except Exception as error:  # noqa: BLE001 — ver `at_once`
            result = self._too_slow() if limit.expired() else error
        finally:
            expected = self._deciding.pop(key, None)
            self._telemetry.handled(turn.stage, time.perf_counter() - started)
            reached("after_handle", turn.stage)
        if expected is None:
            raise TooLate
        return self.judge(turn, result)

    def overdue(self) -> "list[tuple[Entry, Turn, Decision]]":
        """O que ignorou o prazo e o cancelamento, com a decisão que se toma sem ele."""
        now = asyncio.get_running_loop().time()
        late = [key for key, (deadline, _, _) in self._deciding.items() if deadline < now]
        given_up = [self._deciding.pop(key) for key in late]
        return [(entry, turn, self.judge(turn, self._too_slow())) for _, entry, turn in given_up]

    def judge(self, turn: Turn, result: Outcome | Exception) -> Decision:
        """De resultado a decisão, contando ao disjuntor o que o resultado diz da dependência."""
        match result:
            case Plan():
                if result.asked:
                    self._breaker.worked()
                return result
            case Snooze():
                if result.trouble:
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

    def _too_slow(self) -> TransientError:
        kind = UnavailableError if self._spec.patient else TransientError
        return kind(f"no decision in {self._timeout_s:g} s", code="stage_timeout")
