"""Por que algo assinado não se leu? Motivos estáveis, e as leituras miúdas que os produzem."""

from functools import lru_cache
from typing import Literal

from pyloto_stream.whatsapp.webhook_reply_structs import Id
from pyloto_stream.whatsapp.webhook_structs import Instant

Reason = Literal[
    "not_json", "not_an_object", "wrong_shape", "bad_utf8", "too_deep", "too_many", "empty",
    "unknown_object", "changed_fields", "unknown_field", "value_errors",
    "missing_id", "missing_number", "missing_sender", "missing_type", "missing_status", "missing_recipient",
    "missing_event", "unknown_type", "unknown_status", "unknown_preference", "bad_timestamp",
]  # fmt: skip
"""Por que algo assinado não foi lido por inteiro; estável: vai para métricas e para a fila de mortos."""

_LATEST_S = 32_503_680_000
"""Ano 3000: acima disso não são segundos."""
_LATEST_DIGITS = len(str(_LATEST_S))
_CODE_DIGITS = 9
"""Os códigos de erro da Meta têm até sete."""


def flawed_id(value: Id) -> Reason:
    """Por que `value` não serve de id."""
    return "missing_id" if value is None or value == "" else "wrong_shape"


def instant_ms(value: Instant) -> int | None:
    """Segundos Unix (texto ou número) em milissegundos; 0 se ausente, `None` se não são segundos."""
    if value is None or value == "":
        return 0
    if isinstance(value, str):
        return _written_ms(value) if len(value) <= _LATEST_DIGITS else None
    return int(value) * 1000 if 0 <= value <= _LATEST_S else None


@lru_cache(64)
def _written_ms(seconds: str) -> int | None:
    """O mesmo de um texto curto; o que chega junto é quase sempre do mesmo segundo."""
    told = int(seconds) if seconds.isascii() and seconds.isdigit() else -1
    return told * 1000 if 0 <= told <= _LATEST_S else None


def error_code(code: int | str | None) -> int:
    """Código de erro da Meta; 0 se ausente ou se não tem essa forma."""
    if isinstance(code, str):
        code = int(code) if len(code) <= _CODE_DIGITS and code.isascii() and code.isdigit() else 0
    return code if code is not None and 0 <= code < 10**_CODE_DIGITS else 0
