"""Que números dizem como vai o produto? Respostas, a Graph API, o ritmo dos envios e as conversas.

Um só objeto para quem conta, em duas páginas: daí dois degraus de herança até `Metrics`.
"""

from prometheus_client import CollectorRegistry

from pyloto_stream.observability.metrics_labels import label
from pyloto_stream.observability.metrics_parts import SLOW, Registered


class ProductMetrics(Registered):
    """A parte das métricas que fala de envios e de conversas. Nenhum método levanta nem bloqueia."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        super().__init__(registry)
        self._sent = self._counter("replies", "Replies by what became of them", "result")
        self._pace = self._often("pace_wait_seconds", "Time a reply waited for its turn to go", SLOW)
        self._throttles = self._counter("throttles", "Sends that Meta refused for haste", "code")
        self._graph = self._counter("graph_calls", "Calls to the Graph API", "endpoint", "status", "code")
        self._graph_s = self._often("graph_call_seconds", "Time of a Graph call", SLOW, "endpoint")
        self._usage = self._gauge("graph_usage_percent", "Share of Meta's call limits in use, as last told")
        self._media = self._counter("media_files", "Files that people sent, by what became of them", "result")
        self._sessions = self._counter("sessions_opened", "Sessions opened")
        self._outcomes = self._counter("session_outcomes", "Sessions ended, by outcome", "outcome")
        self._handoffs = self._counter("handoffs", "Leads handed over, by qualification", "level")
        self._deliveries = self._counter("handoff_deliveries", "Deliveries of hand-offs, by result", "result")
        self._delivery_s = self._histogram("handoff_post_seconds", "Time of a hand-off POST", SLOW)
        self._acts = self._counter("operator_acts", "What operators did to conversations", "action")
        self._notices = self._counter("channel_notices", "What Meta said of our account", "field", "event")

    def sent(self, result: str) -> None:
        """Uma resposta terminou em `result` (`sent`, `dropped`, `failed`, …)."""
        self._sent.labels(label(result)).inc()

    def paced(self, seconds: float) -> None:
        """Uma resposta esperou `seconds` pela sua vez; 0 se saiu já."""
        self._pace.observe("", seconds)

    def throttled(self, code: int) -> None:
        """A Meta recusou um envio por pressa, com o seu `code`."""
        self._throttles.labels(label(code)).inc()

    def graph_call(self, endpoint: str, status: int, code: int, seconds: float) -> None:
        """Uma chamada à Graph API: HTTP `status` e `code` da Meta, 0 se não há."""
        self._of(self._graph, endpoint, status, code).inc()
        self._graph_s.observe(endpoint, seconds)

    def graph_usage(self, percent: int) -> None:
        """A Meta disse quanto dos seus limites de chamadas se usou; aos 100, ela recusa."""
        self._usage.set(percent)

    def media(self, result: str) -> None:
        """Um arquivo foi guardado (`stored`), já se tinha (`known`), ou se perdeu (o código da falha)."""
        self._media.labels(label(result)).inc()

    def session_opened(self) -> None:
        """Uma sessão abriu."""
        self._sessions.inc()

    def outcome(self, outcome: str) -> None:
        """Uma sessão terminou em `outcome`; vazio é um defeito do produto, contado como `other`."""
        self._outcomes.labels(label(outcome)).inc()

    def handoff(self, level: str) -> None:
        """Um lead de qualificação `level` foi entregue."""
        self._handoffs.labels(label(level)).inc()

    def handoff_delivered(self, result: str) -> None:
        """Uma entrega foi publicada sem mais (`published`), ou o seu POST terminou em `result`."""
        self._deliveries.labels(label(result)).inc()

    def handoff_posted(self, result: str, seconds: float) -> None:
        """Um POST de entrega terminou em `result` (`posted` ou o código da falha), em `seconds`."""
        self.handoff_delivered(result)
        self._delivery_s.observe(seconds)

    def operator_act(self, action: str) -> None:
        """Quem opera fez `action` numa conversa, ou viu o que nela se disse."""
        self._acts.labels(label(action)).inc()

    def channel_notice(self, field: str, event: str) -> None:
        """A Meta avisou algo da conta, de um número, de um modelo ou de um formulário."""
        self._notices.labels(label(field), label(event)).inc()
