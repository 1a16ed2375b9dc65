"""Que números dizem como vai o modelo? Chamadas, custo, quem falou no lugar dele e o que a guarda barrou.

Promete o mesmo que `metrics.py`: rótulos são enumerações e códigos, nunca algo de alguém.
"""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Histogram

from pyloto_stream.observability.metrics_labels import label
from pyloto_stream.observability.metrics_parts import SLOW

MILLION = 1_000_000


class ModelMetrics:
    """A parte das métricas que fala do modelo. Nenhum método levanta nem bloqueia."""

    def __init__(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        self._calls = counter("pyloto_model_calls", "Calls to the model", ("result",))
        self._fallbacks = counter("pyloto_model_fallbacks", "Where rules spoke instead", ("part", "reason"))
        self._tokens = counter("pyloto_model_tokens", "Tokens of the calls", ("direction",))
        self._cost = counter("pyloto_model_cost_usd", "Cost of the calls, at OPENAI_TOKEN_PRICES")
        self._cached = counter("pyloto_model_cache_hits", "Calls that a kept answer saved")
        self._stopped = counter("pyloto_model_replies_stopped", "Replies the guard stopped", ("reason",))
        self._voice = counter("pyloto_voice_notes", "Voice notes, by what became of them", ("result",))
        self._down_s = counter("pyloto_model_outage_seconds", "Time without the model")
        self._seconds = Histogram(
            "pyloto_model_call_seconds", "Time of a call to the model", (), buckets=SLOW, registry=registry
        )

    def called(self, result: str, seconds: float) -> None:
        """Uma chamada terminou em `result` (`ok` ou um código), em `seconds`."""
        self._calls.labels(label(result)).inc()
        self._seconds.observe(max(0.0, seconds))

    def spent(self, tokens_in: int, tokens_out: int, prices: tuple[float, float]) -> None:
        """O que uma chamada consumiu; `prices` em USD por milhão de tokens, de entrada e de saída."""
        self._tokens.labels("in").inc(tokens_in)
        self._tokens.labels("out").inc(tokens_out)
        self._cost.inc((tokens_in * prices[0] + tokens_out * prices[1]) / MILLION)

    def fell_back(self, part: str, reason: str) -> None:
        """As regras falaram no lugar do modelo: em tudo (`whole`) ou numa parte."""
        self._fallbacks.labels(label(part), label(reason)).inc()

    def cached(self) -> None:
        """Uma resposta guardada poupou uma chamada."""
        self._cached.inc()

    def stopped(self, reason: str) -> None:
        """A guarda barrou uma resposta proposta."""
        self._stopped.labels(label(reason)).inc()

    def heard(self, result: str) -> None:
        """Um áudio foi ouvido (`ok`), não dizia nada (`empty`), ou não (`too_long`, código da falha)."""
        self._voice.labels(label(result)).inc()

    def was_down(self, seconds: float) -> None:
        """Uma queda do modelo terminou."""
        self._down_s.inc(max(0.0, seconds))
