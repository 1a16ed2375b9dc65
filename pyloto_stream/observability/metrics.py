"""Que números os processos publicam? Todos os nomes e rótulos estão aqui e em `metrics_product.py`.

Promete: rótulos são enumerações, códigos e modelos de rota; o que não tem essa forma vira `other`, e assim
nenhum dado pessoal nem cardinalidade sem fim chega ao Prometheus. Limite: um registro por processo.
"""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from pyloto_stream.observability.metrics_labels import label
from pyloto_stream.observability.metrics_model import ModelMetrics
from pyloto_stream.observability.metrics_parts import FAST
from pyloto_stream.observability.metrics_product import ProductMetrics


class Metrics(ProductMetrics):
    """Métricas de um processo, no seu próprio `registry`. Nenhum método levanta nem bloqueia."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        super().__init__(registry)
        self.model = ModelMetrics(self.registry)
        self._ingress()
        self._stages()
        self._queues()

    def _ingress(self) -> None:
        self._requests = self._counter("http_requests", "Requests answered", "route", "status")
        self._request_seconds = self._often("http_request_seconds", "Time to answer", FAST, "route")
        self._updates = self._counter("updates", "Webhook parts taken", "kind", "result")

    def _stages(self) -> None:
        self._read = self._counter("stage_read", "Entries read", "stage")
        self._handled = self._often("stage_decision_seconds", "Time of one decision", FAST, "stage")
        self._committed = self._counter("stage_committed", "Plans applied", "stage")
        self._fenced = self._counter("stage_fenced", "Plans dropped: another worker finished first", "stage")
        self._retried = self._counter("stage_retried", "Failures that will be retried", "stage", "code")
        self._snoozed = self._counter("stage_snoozed", "Turns put off without counting an attempt", "stage")
        self._buried = self._counter("stage_buried", "Turns moved to dead letters", "stage", "code")
        self._claimed = self._counter("stage_claimed", "Entries taken over from silent workers", "stage")
        self._lost = self._counter("stage_lost", "Entries in hand that are no longer ours", "stage")
        self._stopped: set[str] = set()
        self._reader = self._gauge("stage_reader_up", "Whether reading from Redis works", "stage")
        self._outages = self._counter("stage_reader_outages", "Interruptions of reading", "stage")
        self._breaker = self._gauge("stage_breaker_open", "Whether the stage waits for a dependency", "stage")
        self._breaker_trips = self._counter("stage_breaker_trips", "Outages of a dependency", "stage", "code")
        self._breaker_s = self._counter("stage_breaker_seconds", "Time waiting for a dependency", "stage")
        self._outage = self._counter("stage_reader_outage_seconds", "Time without reading", "stage")

    def _queues(self) -> None:
        self._backlog = self._gauge("stage_backlog", "Turns waiting for the stage or in its hands", "stage")
        self._in_hand = self._gauge("stage_in_hand", "Turns delivered and not finished", "stage")
        self._oldest = self._gauge("stage_oldest_age_seconds", "Age of the oldest turn of the stage", "stage")
        self._dead = self._gauge("stage_dead_letters", "Dead letters of the stage", "stage")
        self._stuck = self._counter("timers_stuck", "Timers and parked turns that could not come back")
        self._parked = self._gauge("parked_turns", "Turns waiting for a retry or for Meta's word")

        self._secrets = self._counter("secret_readings", "Readings of Secret Manager while running", "result")

    def requests(self, route: str, status: int, seconds: Sequence[float]) -> None:
        """Requisições HTTP com este fim; quanto levou cada uma. `route` é o modelo da rota, não o caminho."""
        self._of(self._requests, route, status).inc(len(seconds))
        self._request_seconds.observe_all(route, seconds)

    def update(self, kind: str, result: str, n: int = 1) -> None:
        """`n` partes de webhook (`message`, `status`, …) foram guardadas (`new`, `duplicate`)."""
        self._of(self._updates, kind, result).inc(n)

    def read(self, stage: str, n: int) -> None:
        """`n` entradas lidas; se chegaram e nenhuma parte está parada, a leitura funciona."""
        self._of(self._read, stage).inc(n)
        if stage not in self._stopped:
            self._of(self._reader, stage).set(1)

    def handled(self, stage: str, seconds: float) -> None:
        """Uma decisão levou `seconds`."""
        self._handled.observe(stage, seconds)

    def committed(self, stage: str, n: int) -> None:
        """`n` planos aplicados."""
        self._of(self._committed, stage).inc(n)

    def fenced(self, stage: str, n: int) -> None:
        """`n` planos descartados: outro trabalhador concluiu antes."""
        self._fenced.labels(label(stage)).inc(n)

    def retried(self, stage: str, code: str) -> None:
        """Uma falha será repetida."""
        self._retried.labels(label(stage), label(code)).inc()

    def snoozed(self, stage: str) -> None:
        """Um turno foi adiado."""
        self._snoozed.labels(label(stage)).inc()

    def buried(self, stage: str, code: str) -> None:
        """Um turno foi para a fila de mortos."""
        self._buried.labels(label(stage), label(code)).inc()

    def claimed(self, stage: str, n: int) -> None:
        """`n` entradas assumidas de quem silenciou."""
        self._claimed.labels(label(stage)).inc(n)

    def lost(self, stage: str, n: int) -> None:
        """`n` entradas em mãos já não são nossas."""
        self._lost.labels(label(stage)).inc(n)

    def reader_down(self, stage: str) -> None:
        """A leitura parou."""
        self._stopped.add(stage)
        self._reader.labels(label(stage)).set(0)
        self._outages.labels(label(stage)).inc()

    def reader_up(self, stage: str, seconds: float) -> None:
        """A leitura voltou, em todas as partes, depois de `seconds`."""
        self._stopped.discard(stage)
        self._reader.labels(label(stage)).set(1)
        self._outage.labels(label(stage)).inc(max(0.0, seconds))

    def breaker_opened(self, stage: str, code: str) -> None:
        """Uma dependência da etapa caiu, pelo motivo `code`."""
        self._breaker.labels(label(stage)).set(1)
        self._breaker_trips.labels(label(stage), label(code)).inc()

    def breaker_closed(self, stage: str, seconds: float) -> None:
        """A dependência voltou depois de `seconds`."""
        self._breaker.labels(label(stage)).set(0)
        self._breaker_s.labels(label(stage)).inc(max(0.0, seconds))

    def queue(self, stage: str, backlog: int, in_hand: int, oldest_s: float, dead: int) -> None:
        """Como está a fila da etapa em toda a instalação; todo processo diz o mesmo."""
        name = label(stage)
        self._backlog.labels(name).set(backlog)
        self._in_hand.labels(name).set(in_hand)
        self._oldest.labels(name).set(oldest_s)
        self._dead.labels(name).set(dead)

    def stuck(self, n: int) -> None:
        """`n` temporizadores ou tokens estacionados não se deixaram acordar."""
        self._stuck.inc(n)

    def parked(self, turns: int) -> None:
        """Quantos turnos estão estacionados, em toda a instalação."""
        self._parked.set(turns)

    def secrets_read(self, result: str) -> None:
        """O Secret Manager foi relido: `same`, `changed` ou `failed`."""
        self._secrets.labels(label(result)).inc()

    def render(self) -> bytes:
        """Tudo, no formato de texto do Prometheus."""
        return generate_latest(self.registry)
