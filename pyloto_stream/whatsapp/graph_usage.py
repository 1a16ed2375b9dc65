"""O que os cabeçalhos da Graph API dizem do nosso ritmo? Quanto do limite se usou, e quanto esperar.

Promete: nunca falha; cabeçalho de outra forma vale como ausente, e espera nenhuma passa de `MAX_WAIT_MS`.
Limite: a Meta não promete `Retry-After`, e nem toda resposta traz uso (fatos, seção 7.1).
"""

from collections.abc import Mapping

import msgspec

MAX_WAIT_MS = 3_600_000
"""Teto do que um cabeçalho pode pedir: os limites da Meta são contados por hora."""

SLOW_DOWN_PERCENT = 80
"""A partir daqui convém espaçar as chamadas; aos 100, parar até a estimativa vencer."""

_MAX_PERCENT = 1_000


class Usage(msgspec.Struct, frozen=True):
    """Maior uso entre todos os contadores, em porcentagem do limite, e a espera pedida, em ms."""

    percent: int = 0
    wait_ms: int = 0


class _Row(msgspec.Struct):
    call_count: float = 0
    total_cputime: float = 0
    total_time: float = 0
    estimated_time_to_regain_access: float = 0


_NONE = Usage()
_app_decoder = msgspec.json.Decoder(_Row, strict=False)
_business_decoder = msgspec.json.Decoder(dict[str, list[_Row]], strict=False)


def read_usage(headers: Mapping[str, str]) -> Usage:
    """Lê `X-App-Usage` e `X-Business-Use-Case-Usage` (minutos até o acesso voltar) de uma resposta."""
    app, business = headers.get("X-App-Usage", ""), headers.get("X-Business-Use-Case-Usage", "")
    if not app and not business:
        return _NONE
    rows = [*_app(app), *_business(business)]
    percent = max((max(row.call_count, row.total_cputime, row.total_time) for row in rows), default=0)
    minutes = max((row.estimated_time_to_regain_access for row in rows), default=0)
    wait_ms = int(min(max(minutes, 0) * 60_000, MAX_WAIT_MS))
    return Usage(int(min(max(percent, 0), _MAX_PERCENT)), wait_ms)


def retry_after_ms(value: str) -> int:
    """`Retry-After` em segundos; a forma de data é ignorada (a Meta não promete nenhuma)."""
    if not (value.isascii() and value.isdigit()) or len(value) > 9:
        return 0
    return min(int(value) * 1000, MAX_WAIT_MS)


def _app(value: str) -> list[_Row]:
    try:
        return [_app_decoder.decode(value)] if value else []
    except (ValueError, RecursionError):
        return []


def _business(value: str) -> list[_Row]:
    try:
        usage = _business_decoder.decode(value) if value else {}
    except (ValueError, RecursionError):
        return []
    return [row for rows in usage.values() for row in rows]
