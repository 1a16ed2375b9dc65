"""O que fazer com o resultado de uma etapa? Uma só tabela: de resultado para decisão, sem E/S."""

import random
from typing import NamedTuple

from pyloto_stream.errors import (
    LostError,
    OverloadedError,
    PermanentError,
    PylotoError,
    TransientError,
    UnavailableError,
)
from pyloto_stream.streams.lease import MAX_MESSAGE, Failure, history
from pyloto_stream.streams.model import Outcome, Plan, Setback, Snooze, Turn
from pyloto_stream.streams.stage import WorkerOptions

MAX_ASKED_MS = 3_600_000
"""Maior espera que se concede a quem a pede (`Retry-After`): mais que isso seria parar sem ninguém saber."""


class Bury(NamedTuple):
    """Decisão: vai para a fila de mortos."""

    failure: Failure


class Park(NamedTuple):
    """Decisão: volta em `due_ms`. `setback` é a falha que se conta; sem ela, o token só espera."""

    due_ms: int
    code: str = ""
    setback: Setback | None = None
    snooze: Snooze | None = None


Decision = Plan | Park | Bury | None
"""`None`: outro tem a entrada; nada a gravar, nada a confirmar."""


def judge(turn: Turn, result: Outcome | Exception, options: WorkerOptions, now_ms: int) -> Decision:
    """Decide; `result` é o que a etapa devolveu ou levantou."""
    match result:
        case Plan():
            return result
        case Snooze():
            return Park(result.due_ms, snooze=result)
        case LostError():
            return None
        case UnavailableError():
            return Park(now_ms + wait_ms(turn.snoozes, result, options), result.code)
    setback = _setback(result, now_ms)
    if isinstance(result, PermanentError) or turn.failures + 1 >= options.max_attempts:
        past = history(turn, setback)
        return Bury(Failure(setback.code, setback.message, turn.failures + 1, history=past))
    return Park(now_ms + wait_ms(turn.failures, result, options), setback.code, setback)


def wait_ms(tries: int, error: Exception, options: WorkerOptions) -> int:
    """Espera: sorteio entre zero e um teto que dobra a cada vez, até o da classe do erro.

    O sorteio inteiro (*full jitter*) espalha quem falhou junto. O pedido de quem recusou é o mínimo.
    """
    match error:
        case OverloadedError():
            most_s = options.overload_max_s
        case UnavailableError():
            most_s = options.outage_max_s
        case _:
            most_s = options.retry_max_s
    ceiling_s = min(most_s, options.retry_base_s * 2 ** min(tries, 20))
    drawn_ms = int(ceiling_s * 1000 * random.uniform(0, 1))  # noqa: S311 — sorteio sem fim criptográfico
    asked_ms = error.retry_after_ms if isinstance(error, TransientError) else 0
    return max(drawn_ms, min(asked_ms, MAX_ASKED_MS))


def _setback(error: Exception, now_ms: int) -> Setback:
    if isinstance(error, PylotoError):
        return Setback(error.code, str(error)[:MAX_MESSAGE], now_ms)
    return Setback(f"bug_{type(error).__name__}", "unexpected exception", now_ms)
