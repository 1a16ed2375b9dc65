"""Com que prazos corre uma rodada? A Meta local insiste, e tudo o mais tem pressa."""

from pyloto_stream.simulator.config import Pace

PACE = Pace(sent_ms=20, retry_first_ms=50, retry_max_ms=400, attempts=400, timeout_ms=4000, batch_ms=2)
"""A Meta insiste mais do que qualquer defeito dura; as mensagens de uma rajada vão juntas num webhook."""
FAST = {
    "LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json", "STREAM_PARTITIONS": "2", "FLOOD_THRESHOLD": "1000",
    "PAIR_INTERVAL": "0", "WHATSAPP_MESSAGES_PER_SECOND": "1000",
    "CLAIM_IDLE": "0.4", "SETTLE_WINDOW": "1.5", "DRAIN_TIMEOUT": "1", "RETRY_BASE_SECONDS": "0.05",
    "RETRY_MAX_SECONDS": "0.2", "STAGE_TIMEOUT": "10", "INGRESS_PORT": "0", "ADMIN_PORT": "0",
}  # fmt: skip
"""Prazos curtos o bastante para que uma rodada dure segundos."""
