"""O log do processo volta ao que era depois de cada teste."""

import io
import logging
from collections.abc import Iterator

import msgspec
import pytest
from loguru import logger

from pyloto_stream.observability.logging import configure_logging


class Lines:
    """O que um processo escreveu, linha por linha."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def all(self) -> list[dict[str, object]]:
        return [msgspec.json.decode(line, type=dict[str, object]) for line in self.text.splitlines()]

    @property
    def only(self) -> dict[str, object]:
        (line,) = self.all
        return line


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    logger.remove()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def json_lines() -> Lines:
    """Log JSON do processo `worker-ai`, a partir de DEBUG."""
    stream = io.StringIO()
    configure_logging("DEBUG", "json", "worker-ai", stream)
    return Lines(stream)


@pytest.fixture
def console_lines() -> Lines:
    """Log de terminal, sem cores, a partir de INFO."""
    stream = io.StringIO()
    configure_logging("INFO", "console", "ingress", stream)
    return Lines(stream)
