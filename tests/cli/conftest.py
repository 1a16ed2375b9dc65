"""Comandos de operadores neste processo, sobre um atendimento de verdade."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.attended import Attended, attended
from tests.support.shell import Shell


@pytest.fixture
def shell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, redis_url: str, tmp_path: Path
) -> Shell:
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("STREAM_PARTITIONS", "2")
    monkeypatch.setenv("SQLITE_PATH", str(tmp_path / "documents.db"))
    monkeypatch.setenv("LOGNAME", "carla")
    return Shell(capsys)


@pytest_asyncio.fixture
async def front(redis_url: str, tmp_path: Path, shell: Shell) -> AsyncIterator[Attended]:
    async with attended(redis_url, tmp_path) as front:
        yield front
