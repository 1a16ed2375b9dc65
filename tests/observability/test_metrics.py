import re

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric

from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.streams.telemetry import Telemetry

LABELS = {"route", "status", "kind", "result", "stage", "code", "endpoint", "outcome", "level", "le", "part",
          "reason", "direction", "action"}  # fmt: skip
PERSONAL = re.compile(r"phone|user|name|text|wamid|message_id|conversation", re.IGNORECASE)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def used() -> Metrics:
    """Todas as métricas com ao menos um valor."""
    metrics = Metrics()
    metrics.requests("/webhooks/whatsapp", 200, [0.01])
    metrics.update("message", "new", 3)
    for name in ("read", "committed", "fenced", "claimed", "lost"):
        getattr(metrics, name)("ai", 2)
    for name in ("retried", "buried"):
        getattr(metrics, name)("ai", "graph_down")
    metrics.snoozed("ai")
    metrics.handled("ai", 0.002)
    metrics.reader_down("ai")
    metrics.reader_up("ai", 1.5)
    metrics.sent("sent")
    metrics.graph_call("messages", 400, 130429, 0.2)
    metrics.paced(1.5)
    metrics.throttled(130429)
    metrics.outcome("HANDOFF_HUMAN")
    metrics.handoff("high")
    metrics.handoff_posted("posted", 0.2)
    metrics.session_opened()
    metrics.operator_act("CONVERSATION_CLOSED")
    metrics.model.called("ok", 0.5)
    metrics.model.spent(100, 10, (1.0, 2.0))
    metrics.model.fell_back("whole", "timeout")
    metrics.model.stopped("price")
    return metrics


def families(metrics: Metrics) -> list[Metric]:
    return [family for family in metrics.registry.collect() if not family.name.startswith("process_")]


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_requests_are_counted_by_route_and_status_and_timed_by_route(metrics: Metrics) -> None:
    metrics.requests("/health", 200, [0.25])
    assert value(metrics, "pyloto_http_requests_total", route="/health", status="200") == 1
    assert value(metrics, "pyloto_http_request_seconds_sum", route="/health") == 0.25


def test_updates_are_counted_by_kind_and_result(metrics: Metrics) -> None:
    metrics.update("message", "duplicate", 4)
    metrics.update("message", "duplicate")
    assert value(metrics, "pyloto_updates_total", kind="message", result="duplicate") == 5


@pytest.mark.parametrize("name", ["read", "committed", "fenced", "claimed", "lost"])
def test_stage_amounts_add_up(metrics: Metrics, name: str) -> None:
    getattr(metrics, name)("ai", 2)
    getattr(metrics, name)("ai", 3)
    assert value(metrics, f"pyloto_stage_{name}_total", stage="ai") == 5


@pytest.mark.parametrize("name", ["retried", "buried"])
def test_failures_are_counted_by_code(metrics: Metrics, name: str) -> None:
    getattr(metrics, name)("ai", "graph_down")
    assert value(metrics, f"pyloto_stage_{name}_total", stage="ai", code="graph_down") == 1


def test_a_snooze_is_counted(metrics: Metrics) -> None:
    metrics.snoozed("outbound")
    assert value(metrics, "pyloto_stage_snoozed_total", stage="outbound") == 1


def test_a_decision_is_timed(metrics: Metrics) -> None:
    metrics.handled("ai", 0.5)
    assert value(metrics, "pyloto_stage_decision_seconds_count", stage="ai") == 1


def test_an_outage_is_seen_while_it_lasts_and_measured_when_it_ends(metrics: Metrics) -> None:
    metrics.read("ai", 1)
    assert value(metrics, "pyloto_stage_reader_up", stage="ai") == 1
    metrics.reader_down("ai")
    assert value(metrics, "pyloto_stage_reader_up", stage="ai") == 0
    metrics.reader_up("ai", 2.5)
    assert value(metrics, "pyloto_stage_reader_up", stage="ai") == 1
    assert value(metrics, "pyloto_stage_reader_outages_total", stage="ai") == 1
    assert value(metrics, "pyloto_stage_reader_outage_seconds_total", stage="ai") == 2.5


def test_a_clock_that_runs_backwards_does_not_break_the_outage_counter(metrics: Metrics) -> None:
    metrics.reader_up("ai", -1.0)
    assert value(metrics, "pyloto_stage_reader_outage_seconds_total", stage="ai") == 0


def test_graph_calls_are_counted_by_status_and_code(metrics: Metrics) -> None:
    metrics.graph_call("messages", 400, 130429, 0.2)
    labels = {"endpoint": "messages", "status": "400", "code": "130429"}
    assert value(metrics, "pyloto_graph_calls_total", **labels) == 1
    assert value(metrics, "pyloto_graph_call_seconds_sum", endpoint="messages") == 0.2


def test_the_product_is_counted(metrics: Metrics) -> None:
    metrics.session_opened()
    metrics.outcome("HANDOFF_HUMAN")
    metrics.handoff("high")
    metrics.sent("sent")
    assert value(metrics, "pyloto_sessions_opened_total") == 1
    assert value(metrics, "pyloto_session_outcomes_total", outcome="HANDOFF_HUMAN") == 1
    assert value(metrics, "pyloto_handoffs_total", level="high") == 1
    assert value(metrics, "pyloto_replies_total", result="sent") == 1


def test_a_session_without_outcome_is_counted_as_other(metrics: Metrics) -> None:
    metrics.outcome("")
    assert value(metrics, "pyloto_session_outcomes_total", outcome="other") == 1


@pytest.mark.parametrize(
    "hostile", ["5511912345678", "Maria da Silva", "wamid.HBgNNTUxMTkx=", "x" * 65, "a\nb", "é", ""]
)
def test_a_label_that_is_no_identifier_becomes_other(metrics: Metrics, hostile: str) -> None:
    metrics.sent(hostile)
    assert value(metrics, "pyloto_replies_total", result="other") == 1


def test_names_are_prefixed_and_end_in_their_unit() -> None:
    for family in families(used()):
        assert family.name.startswith("pyloto_")
        if family.type == "counter":
            assert all(sample.name.endswith(("_total", "_created")) for sample in family.samples)
        if family.type == "histogram":
            assert family.name.endswith("_seconds")
        assert family.documentation


def test_neither_names_nor_labels_can_carry_personal_data() -> None:
    for family in families(used()):
        assert not PERSONAL.search(family.name)
        for sample in family.samples:
            assert set(sample.labels) <= LABELS


def test_what_the_process_uses_is_published_too(metrics: Metrics) -> None:
    assert b"process_resident_memory_bytes" in metrics.render()


def test_two_processes_in_one_interpreter_do_not_share_numbers() -> None:
    one, two = Metrics(), Metrics(CollectorRegistry())
    one.session_opened()
    assert value(two, "pyloto_sessions_opened_total") == 0


def test_the_runtime_can_report_to_it() -> None:
    logged_only = {"bug"}  # o que se faz com ele é contado como repetição ou enterro
    reported = {name for name in vars(Telemetry) if not name.startswith("_")} - logged_only
    assert reported <= set(dir(Metrics))


def test_waits_for_a_turn_are_timed_and_refusals_for_haste_counted_by_code(metrics: Metrics) -> None:
    metrics.paced(0.25)
    metrics.throttled(131056)
    assert value(metrics, "pyloto_pace_wait_seconds_sum") == 0.25
    assert value(metrics, "pyloto_throttles_total", code="131056") == 1
