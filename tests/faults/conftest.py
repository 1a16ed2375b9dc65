"""Os defeitos em dose rápida (padrão) ou inteira (`--faults=full`, como em `make faults`), e um quadro."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from loguru import logger

from pyloto_stream.streams.embedded import EmbeddedRedis
from tests.faults.harness.campaign import Campaign, choice
from tests.faults.harness.processes import Zygote
from tests.faults.harness.table import Table
from tests.support.faults_table import FAULTS_TABLE
from tests.support.servers import redis_binary

_TABLE = Table()
LONG = "test_redis_outage.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--faults", choices=("quick", "full"), default="quick", help="how many seeded fault runs"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Na dose rápida, o que se repete em cada servidor fica com um só, e a queda de cinco segundos com F7."""
    if config.getoption("--faults", "quick") == "full":
        return
    here = Path(__file__).parent
    twice = [
        item
        for item in items
        if item.path.parent == here and ("valkey" in item.name or item.path.name == LONG)
    ]
    config.hook.pytest_deselected(items=twice)
    items[:] = [item for item in items if item not in twice]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Uma linha por defeito; perdidas e fora de ordem são sempre zero."""
    for line in _shown():
        terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Num de vários processos de testes, o quadro vai para quem os dirige."""
    output: dict[str, list[str]] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[FAULTS_TABLE] = _shown()


def _shown() -> list[str]:
    if not _TABLE.rows:
        return []
    base = choice(os.environ.get("FAULT_SEED", ""), full=False).base
    return [f" fault runs, seeds from {base} (FAULT_SEED) ".center(79, "-"), *_TABLE.lines()]


@pytest_asyncio.fixture(scope="session")
async def zygote() -> AsyncIterator[Zygote]:
    with suppress(ValueError):  # a entrada vive neste processo: o log dela já vai para o arquivo da rodada
        logger.remove(0)
    async with Zygote() as zygote:
        yield zygote


@pytest_asyncio.fixture(scope="session")
async def faults(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, log_folder: Path, zygote: Zygote
) -> AsyncIterator[Campaign]:
    """Quem faz as rodadas, sobre um Redis e um Valkey só delas."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 — um disco lento não é o defeito
    folder = tempfile.TemporaryDirectory(prefix="faults-", dir=memory)
    place = Path(folder.name)
    servers = [EmbeddedRedis(place / kind, binary=redis_binary(kind)) for kind in ("redis", "valkey")]
    urls = [await server.start() for server in servers]
    chosen = choice(
        os.environ.get("FAULT_SEED", ""), full=request.config.getoption("--faults", "quick") == "full"
    )
    kept = tmp_path_factory.mktemp("failed-runs")
    yield Campaign(chosen, urls, place / "runs", kept, log_folder, zygote, _TABLE)
    for server in servers:
        await server.stop()
    folder.cleanup()
