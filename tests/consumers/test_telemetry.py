"""Números do produto e do executor chegam às métricas; o que é raro vira uma linha, sem dado pessoal."""

from collections.abc import Iterator

import pytest
from loguru import logger

from consumers.telemetry import StageTelemetry, count_records
from pyloto_stream.conversation.events import OperatorActed
from pyloto_stream.conversation.records import ChannelRecord
from pyloto_stream.observability.metrics import Metrics
from tests.support import records
from tests.support.channels import said
from tests.support.talk import Talk, heard, sure


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """As linhas de log, como `nível mensagem extras`."""
    seen: list[str] = []
    sink = logger.add(lambda text: seen.append(str(text).strip()), format="{level} {message} {extra}")
    yield seen
    logger.remove(sink)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"pyloto_{name}", labels)


def test_every_session_of_a_conversation_is_counted_with_its_outcome(metrics: Metrics) -> None:
    talk = Talk()
    talk.hear(sure("CUSTOM_SOFTWARE", facts={"users": "20"}))
    talk.hear(heard(gesture="human"))
    count_records(metrics, talk.records)
    assert value(metrics, "sessions_opened_total") == 1
    assert value(metrics, "session_outcomes_total", outcome="HANDOFF_HUMAN") == 1
    assert value(metrics, "handoffs_total", level="low") == 1
    assert value(metrics, "replies_total", result="sent") == 2


@pytest.mark.parametrize("result", ["dropped", "failed", "silenced", "resent"])
def test_what_became_of_a_reply_is_counted(metrics: Metrics, result: str) -> None:
    count_records(metrics, [records.action(1, f"REPLY_{result.upper()}")])
    assert value(metrics, "replies_total", result=result) == 1
    assert value(metrics, "replies_total", result="sent") is None


def test_what_operators_do_is_counted_by_action(metrics: Metrics) -> None:
    talk = Talk()
    talk.turn(
        [
            OperatorActed("1", "takeover", "bia", talk.now_ms),
            OperatorActed("2", "release", "bia", talk.now_ms),
            OperatorActed("3", "takeover", "bia", talk.now_ms),
        ]
    )
    count_records(metrics, talk.records)
    assert value(metrics, "operator_acts_total", action="CONVERSATION_TAKEN_OVER") == 2
    assert value(metrics, "operator_acts_total", action="CONVERSATION_RELEASED") == 1


def test_what_came_in_and_statuses_are_not_counted_here(metrics: Metrics) -> None:
    before = metrics.render()
    count_records(metrics, [records.inbound(), records.status(), records.action(1, "INTENT_SET")])
    strip = [line for line in metrics.render().splitlines() if not line.startswith((b"#", b"process"))]
    assert strip == [line for line in before.splitlines() if not line.startswith((b"#", b"process"))]


@pytest.mark.parametrize(
    ("record", "seen"),
    [
        (said("account_update", "DISABLED_UPDATE", waba_ban_state="DISABLE"), True),
        (said("security", "PIN_CHANGED"), True),
        (said("standby", "MESSAGES"), True),
        (said("phone_number_quality_update", "FLAGGED"), True),
        (said("phone_number_quality_update", "UNFLAGGED"), False),
        (said("message_template_quality_update", "RED"), True),
        (said("message_template_quality_update", "GREEN"), False),
        (said("message_template_status_update", "PAUSED"), True),
        (said("message_template_status_update", "APPROVED"), False),
        (said("flows", "FLOW_STATUS_CHANGE", new_status="THROTTLED"), True),
        (said("flows", "FLOW_STATUS_CHANGE", new_status="PUBLISHED"), False),
        (said("flows", "ENDPOINT_LATENCY", alert_state="ACTIVATED"), True),
        (said("flows", "ENDPOINT_LATENCY", alert_state="DEACTIVATED"), False),
        (said("account_settings_update", "UPDATE"), False),
    ],
)
def test_a_notice_from_meta_is_counted_and_told_if_someone_should_look(
    record: ChannelRecord,
    seen: bool,  # noqa: FBT001 — tabela
    metrics: Metrics,
    lines: list[str],
) -> None:
    count_records(metrics, [record])
    assert value(metrics, "channel_notices_total", field=record.field, event=record.event) == 1
    assert [line.split()[0] for line in lines] == ["WARNING"] * seen
    assert all(line.endswith(f"{{'field': '{record.field}', 'notice': '{record.event}'}}") for line in lines)
    assert record.subject not in "".join(lines)


def test_the_facts_of_the_runtime_become_numbers(metrics: Metrics) -> None:
    told = StageTelemetry(metrics)
    told.read("ai", 3)
    told.handled("ai", 0.2)
    told.committed("ai", 2)
    told.fenced("ai", 1)
    told.retried("ai", "boom")
    told.snoozed("ai")
    told.buried("ai", "boom")
    told.claimed("ai", 4)
    told.lost("ai", 5)
    told.reader_down("ai", "unavailable")
    assert value(metrics, "stage_reader_up", stage="ai") == 0
    told.reader_up("ai", 1.5)
    expected = {
        "stage_read_total": 3, "stage_decision_seconds_count": 1, "stage_committed_total": 2,
        "stage_fenced_total": 1, "stage_snoozed_total": 1, "stage_claimed_total": 4, "stage_lost_total": 5,
        "stage_reader_up": 1, "stage_reader_outages_total": 1, "stage_reader_outage_seconds_total": 1.5,
    }  # fmt: skip
    assert {name: value(metrics, name, stage="ai") for name in expected} == expected
    assert value(metrics, "stage_retried_total", stage="ai", code="boom") == 1
    assert value(metrics, "stage_buried_total", stage="ai", code="boom") == 1


def test_what_is_rare_is_said_in_a_line_and_what_is_common_is_not(metrics: Metrics, lines: list[str]) -> None:
    told = StageTelemetry(metrics)
    told.read("ai", 1)
    told.handled("ai", 0.1)
    told.committed("ai", 1)
    told.snoozed("ai")
    assert lines == []
    told.retried("ai", "boom")
    told.buried("ai", "boom")
    told.claimed("ai", 2)
    told.reader_down("ai", "unavailable")
    told.reader_up("ai", 1.23456)
    assert [line.split()[0] for line in lines] == ["WARNING", "ERROR", "WARNING", "ERROR", "INFO"]
    assert "'code': 'boom'" in lines[1]
    assert "1.235" in lines[-1]
