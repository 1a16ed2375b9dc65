"""Como se grava um instante? ISO 8601 em UTC com milissegundos: largura fixa, que ordena como o tempo."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = _EPOCH.replace(tzinfo=None)
DAY_MS = 86_400_000


@lru_cache(maxsize=1024)  # um turno escreve o mesmo instante muitas vezes
def iso(at_ms: int) -> str:
    """`at_ms` (milissegundos desde a época Unix) como `2026-11-23T12:34:56.789Z`.

    Raises:
        OverflowError: fora dos anos 1 a 9999.
    """
    moment = _NAIVE_EPOCH + timedelta(milliseconds=at_ms)
    return f"{moment.isoformat(timespec='milliseconds')}Z"


def milliseconds(text: str) -> int:
    """Inverso de `iso`.

    Raises:
        ValueError: não é um instante ISO 8601 com fuso.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("timestamp without time zone")
    return (moment - _EPOCH) // timedelta(milliseconds=1)
