"""O que fazer com o resultado de uma etapa? Uma só tabela: de resultado para decisão, sem E/S."""

import random
from typing import NamedTuple

from pyloto_stream.errors import LostError, PermanentError, PylotoError, TransientError, UnavailableError
from pyloto_stream.streams.lease import Failure
from pyloto_stream.streams.model import Outcome, Plan, Snooze, Turn
from pyloto_stream.streams.stage import WorkerOptions


class Bury(NamedTuple):
    """Decisão: vai para a fila de mortos."""

    failure: Failure


class Park(NamedTuple):
    """Decisão: repete ou adia; `failed` diz se conta tentativa, `snooze` o que a etapa pediu."""

    due_ms: int
    failed: bool
    code: str
    snooze: Snooze | None = None


Decision = Plan | Park | Bury | None
"""`None`: outro tem a entrada; nada a gravar, nada a confirmar."""


def judge(turn: Turn, result: Outcome | Exception, options: WorkerOptions, now_ms: int) -> Decision:
    """Decide; `result` é o que a etapa devolveu ou levantou."""
    match result:
        case Plan():
            return result
        case Snooze():
            return Park(result.due_ms, failed=False, code="", snooze=result)
        case LostError():
            return None
        case UnavailableError():
            due_ms = now_ms + _wait_ms(turn.snoozes, result, options)
            return Park(due_ms, failed=False, code=result.code)
        case PermanentError():
            return Bury(Failure(result.code, str(result), turn.failures + 1))
    code = result.code if isinstance(result, PylotoError) else f"bug_{type(result).__name__}"
    if turn.failures + 1 >= options.max_attempts:
        text = str(result) if isinstance(result, PylotoError) else "unexpected exception"
        return Bury(Failure(code, text, turn.failures + 1))
    return Park(now_ms + _wait_ms(turn.failures, result, options), failed=True, code=code)


def _wait_ms(tries: int, error: Exception, options: WorkerOptions) -> int:
    """Espera exponencial com sorteio, teto, e o mínimo pedido por quem recusou."""
    ceiling = min(options.retry_max_s, options.retry_base_s * 2 ** min(tries, 20))
    wait_ms = int(ceiling * 1000 * random.uniform(0.5, 1))  # noqa: S311 — sorteio sem fim criptográfico
    asked = error.retry_after_ms if isinstance(error, TransientError) else 0
    return max(wait_ms, asked)
