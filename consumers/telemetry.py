"""Quem conta ao operador o que as etapas fazem? Números viram métricas; o que é raro vira log."""

from collections.abc import Sequence

from loguru import logger

from pyloto_stream.conversation.records import (
    OPERATOR,
    ActionRecord,
    ChannelRecord,
    HandoffRecord,
    MessageRecord,
    Record,
    SessionRecord,
)
from pyloto_stream.observability.metrics import Metrics

_REPLY_ACTIONS = {"REPLY_IN_DOUBT": "given_up", "REPLY_DROPPED": "dropped", "REPLY_FAILED": "failed",
                  "REPLY_SILENCED": "silenced", "REPLY_RESENT": "resent",
                  "REPLY_REPLACED": "replaced"}  # fmt: skip

_WATCHED = frozenset((
    "account_update", "account_review_update", "account_alerts", "message_template_status_update",
    "message_template_quality_update", "messaging_handovers", "phone_number_quality_update", "security",
    "standby",
))  # fmt: skip
"""Campos em que alguém tem de olhar, a não ser que o que houve seja bom ou de rotina (`_ROUTINE`)."""
_ROUTINE = frozenset((
    "ACCOUNT_RECONNECTED", "APPROVED", "GREEN", "ONBOARDING", "PENDING", "REINSTATED", "THROUGHPUT_UPGRADE",
    "UNFLAGGED", "UNKNOWN", "UPGRADE",
))  # fmt: skip


def count_records(metrics: Metrics, records: Sequence[Record]) -> None:
    """Números do produto, contados de um só lugar: o que foi para o banco."""
    for record in records:
        match record:
            case SessionRecord():
                metrics.outcome(record.outcome)
            case HandoffRecord():
                metrics.handoff(record.qualification_level)
            case MessageRecord(direction="out"):
                metrics.sent("sent")
            case ChannelRecord():
                _notice(metrics, record)
            case ActionRecord(action="SESSION_OPENED"):
                metrics.session_opened()
            case ActionRecord() if record.actor.startswith(OPERATOR):
                metrics.operator_act(record.action)
            case ActionRecord() if record.action in _REPLY_ACTIONS:
                metrics.sent(_REPLY_ACTIONS[record.action])


def _notice(metrics: Metrics, record: ChannelRecord) -> None:
    """Conta um aviso da Meta; uma linha se alguém tem de ver. Sem o assunto: pode ser um telefone nosso."""
    metrics.channel_notice(record.field, record.event)
    if _for_a_person(record):
        logger.bind(field=record.field, notice=record.event).warning("meta gave notice, someone should look")


def _for_a_person(record: ChannelRecord) -> bool:
    if record.field == "flows":
        down = record.data.get("new_status") in {"THROTTLED", "BLOCKED"}
        return down or record.data.get("alert_state") == "ACTIVATED"
    return record.field in _WATCHED and record.event.upper() not in _ROUTINE


class StageTelemetry:
    """`streams.telemetry.Telemetry` sobre métricas e log. Uma linha por interrupção, com a duração no fim."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def read(self, stage: str, n: int) -> None:
        """Conta entradas lidas."""
        self._metrics.read(stage, n)

    def handled(self, stage: str, seconds: float) -> None:
        """Mede uma decisão."""
        self._metrics.handled(stage, seconds)

    def committed(self, stage: str, n: int) -> None:
        """Conta planos aplicados."""
        self._metrics.committed(stage, n)

    def fenced(self, stage: str, n: int) -> None:
        """Conta planos descartados."""
        self._metrics.fenced(stage, n)

    def bug(self, stage: str, error: Exception) -> None:
        """Registra onde no código aconteceu; o log não leva a mensagem, que pode citar dados."""
        logger.bind(stage=stage).opt(exception=error).error("stage raised an unexpected exception")

    def retried(self, stage: str, code: str) -> None:
        """Conta e registra uma repetição."""
        self._metrics.retried(stage, code)
        logger.bind(stage=stage, code=code).warning("turn will be retried")

    def snoozed(self, stage: str) -> None:
        """Conta um adiamento."""
        self._metrics.snoozed(stage)

    def buried(self, stage: str, code: str) -> None:
        """Conta e registra um enterro: alguém precisa olhar."""
        self._metrics.buried(stage, code)
        logger.bind(stage=stage, code=code).error("turn moved to the dead-letter stream")

    def claimed(self, stage: str, n: int) -> None:
        """Conta e registra trabalho assumido de quem morreu."""
        self._metrics.claimed(stage, n)
        logger.bind(stage=stage, entries=n).warning("abandoned entries claimed")

    def lost(self, stage: str, n: int) -> None:
        """Conta entradas que deixaram de ser nossas."""
        self._metrics.lost(stage, n)

    def reader_down(self, stage: str, code: str) -> None:
        """Registra o início de uma interrupção de leitura."""
        self._metrics.reader_down(stage)
        logger.bind(stage=stage, code=code).error("reading from redis stopped")

    def reader_up(self, stage: str, seconds: float) -> None:
        """Registra o fim da interrupção, com a duração."""
        self._metrics.reader_up(stage, seconds)
        logger.bind(stage=stage, seconds=round(seconds, 3)).info("reading from redis resumed")

    def breaker_opened(self, stage: str, code: str) -> None:
        """Registra o início da queda de uma dependência: a etapa espera, e nada é enterrado."""
        self._metrics.breaker_opened(stage, code)
        logger.bind(stage=stage, code=code).error("dependency down, stage paused")

    def breaker_closed(self, stage: str, seconds: float) -> None:
        """Registra o fim da queda, com a duração."""
        self._metrics.breaker_closed(stage, seconds)
        logger.bind(stage=stage, seconds=round(seconds, 3)).info("dependency back, stage resumed")

    def stuck(self, n: int) -> None:
        """Conta e registra o que não se deixou acordar: alguém mexeu nas chaves."""
        self._metrics.stuck(n)
        logger.bind(entries=n).error("timers or parked turns cannot come back, will try again")
