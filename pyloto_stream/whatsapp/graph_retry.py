"""O que se repete dentro de uma chamada à Graph API, e com que espera? Pouco, e só o que é certo repetir.

Promete: no máximo `ATTEMPTS` tentativas e `MAX_PAUSE_S` entre elas; se a Meta pede mais tempo, a falha sobe
já, com o que ela pediu. Limite: o envio não passa por aqui; o livro de envios é quem o repete.
"""

from collections.abc import Awaitable, Callable

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_result,
    stop_after_attempt,
    wait_random_exponential,
)

from pyloto_stream.whatsapp.error_codes import ErrorClass
from pyloto_stream.whatsapp.graph_answer import Silence
from pyloto_stream.whatsapp.graph_call import Call
from pyloto_stream.whatsapp.graph_errors import (
    DependencyDownError,
    GraphError,
    GraphTransientError,
    ThrottledError,
)
from pyloto_stream.whatsapp.graph_http import Reply

ATTEMPTS = 3
MAX_PAUSE_S = 3.0

Tried = tuple[Reply, GraphError | None]
_jitter = wait_random_exponential(multiplier=0.05, max=1.0)


async def persist(attempt: Callable[[], Awaitable[Tried]], call: Call) -> Tried:
    """Repete `attempt` enquanto `worth_repeating`; devolve a última tentativa, boa ou não."""
    patient = AsyncRetrying(
        retry=retry_if_result(lambda tried: worth_repeating(call, tried)),
        stop=stop_after_attempt(ATTEMPTS),
        wait=_pause_s,
        retry_error_callback=last_result,
    )
    return await patient(attempt)


def worth_repeating(call: Call, tried: Tried) -> bool:
    """Vale tentar de novo, já? Pura. O que nem conectou, sempre; o resto, só se repetir dá no mesmo."""
    reply, fault = tried
    if isinstance(reply.answer, Silence) and reply.answer.quick:
        return True
    if fault is None or not call.repeatable:
        return False
    match fault:
        case DependencyDownError():
            # token, permissão e conta não mudam em segundos
            return fault.kind is ErrorClass.TRANSIENT and fault.retry_after_ms <= MAX_PAUSE_S * 1000
        case GraphTransientError():
            return fault.retry_after_ms <= MAX_PAUSE_S * 1000
        case ThrottledError():
            return 0 < fault.retry_after_ms <= MAX_PAUSE_S * 1000
        case _:
            return False


def last_result(state: RetryCallState) -> Tried:
    """O resultado da última tentativa, no lugar da exceção de quem repete."""
    if state.outcome is None:
        raise TypeError("no attempt was made")
    tried: Tried = state.outcome.result()
    return tried


def _pause_s(state: RetryCallState) -> float:
    """Espera sorteada e crescente; nunca menos do que a Meta pediu."""
    _, fault = last_result(state)
    asked_ms = getattr(fault, "retry_after_ms", 0)
    return max(_jitter(state), asked_ms / 1000)
