"""O que os processos escrevem, e como? Uma linha por fato: JSON para máquinas, texto para pessoas.

Promete: nada sai sem passar por `redaction`; de uma exceção saem o tipo, o `code` e o caminho no código, e a
mensagem só se é nossa (as nossas não levam dados); variáveis locais nunca. Escrever no log nunca levanta nem
interrompe o trabalho. Limite: uma linha que não pôde ser escrita se perde.
"""

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import PurePath
from traceback import walk_tb
from typing import TYPE_CHECKING, Literal, TextIO

import msgspec
from loguru import logger

from pyloto_stream.errors import PylotoError
from pyloto_stream.observability.correlation import current_correlation_id
from pyloto_stream.observability.redaction import redact, redact_value

if TYPE_CHECKING:
    from loguru import Message, Record, RecordException

LogFormat = Literal["json", "console"]
Fields = dict[str, object]

MAX_FRAMES = 20
LIBRARY_LEVEL = logging.WARNING
"""As bibliotecas registram endereços e corpos abaixo disto; só os avisos delas interessam."""

_RESERVED = frozenset(("ts", "level", "event", "process", "error", "logger"))
_COLORS = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "31", "CRITICAL": "35"}
_encode = msgspec.json.Encoder().encode


def configure_logging(level: str, log_format: LogFormat, process: str, stream: TextIO | None = None) -> None:
    """Passa a escrever em `stream` (padrão: stderr) o que tiver `level` ou mais; substitui o que havia.

    `process` nomeia o processo em cada linha JSON (`ingress`, `worker-ai`). O `logging` das bibliotecas vem
    junto, a partir de aviso.
    """
    out = sys.stderr if stream is None else stream
    write = _json_sink(out, process) if log_format == "json" else _console_sink(out)
    logger.remove()
    logger.add(write, level=level, format=lambda _: "", diagnose=False, backtrace=False, catch=False)
    logging.basicConfig(handlers=[_ToLoguru()], level=LIBRARY_LEVEL, force=True)


class _ToLoguru(logging.Handler):
    """Leva ao loguru o que as bibliotecas registram com `logging`."""

    def emit(self, record: logging.LogRecord) -> None:
        """Reemite `record` com o nível e a exceção que trazia; uma linha malformada não derruba ninguém."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = "malformed library log line"
        level = record.levelname if record.levelname in _COLORS else "WARNING"
        logger.bind(logger=record.name).opt(exception=record.exc_info).log(level, message)


def fields_of(record: "Record", process: str) -> Fields:
    """Campos de uma linha, já cobertos, na ordem em que aparecem; um extra não substitui um campo fixo."""
    extra = {str(key): value for key, value in record["extra"].items()}
    fields: Fields = {
        "ts": _timestamp(record["time"]),
        "level": record["level"].name,
        "event": redact(record["message"]),
        "process": process,
    }
    if correlation_id := str(extra.pop("correlation_id", "") or current_correlation_id()):
        fields["correlation_id"] = redact(correlation_id)
    if source := extra.pop("logger", ""):
        fields["logger"] = redact(str(source))
    for key, value in extra.items():
        name = redact(f"{key}_" if key in _RESERVED else key)
        fields[name] = redact_value(value, key)
    if record["exception"] is not None:
        fields["error"] = _error(record["exception"])
    return fields


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _error(raised: "RecordException") -> Fields:
    value = raised.value
    error: Fields = {"type": type(value).__name__}
    if isinstance(value, PylotoError):
        error |= {"code": redact(value.code), "message": redact(str(value))}
    frames = [
        f"{PurePath(frame.f_code.co_filename).name}:{line} {frame.f_code.co_name}"
        for frame, line in walk_tb(raised.traceback)
    ]
    return error | {"frames": frames[-MAX_FRAMES:]}


def _json_sink(out: TextIO, process: str) -> Callable[["Message"], None]:
    def write(message: "Message") -> None:
        _write(out, _encode(fields_of(message.record, process)).decode())

    return write


def _console_sink(out: TextIO) -> Callable[["Message"], None]:
    colored = out.isatty()

    def write(message: "Message") -> None:
        fields = fields_of(message.record, "")
        level, event = str(fields.pop("level")), str(fields.pop("event"))
        error = fields.pop("error", None)
        del fields["ts"], fields["process"]
        level = f"\033[{_COLORS.get(level, '0')}m{level:<8}\033[0m" if colored else f"{level:<8}"
        pairs = "".join(f"  {key}={_plain(value)}" for key, value in fields.items())
        _write(out, f"{message.record['time']:%H:%M:%S.%f}"[:12] + f" {level} {_plain(event)}{pairs}")
        if isinstance(error, dict):
            _write(out, "".join(f"  {key}={_plain(value)}" for key, value in error.items()))

    return write


def _plain(value: object) -> str:
    """Texto de uma linha só: quebras e códigos de terminal vindos de fora não desenham nada."""
    text = value if isinstance(value, str) else _encode(value).decode()
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _write(out: TextIO, line: str) -> None:
    with suppress(OSError, ValueError):  # saída fechada: o trabalho vale mais que a linha
        out.write(line + "\n")
        out.flush()
