"""Peças reais para todos os testes: um Redis 7.0 e um Valkey por sessão, limpos a cada teste."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from loguru import logger
from redis.asyncio import Redis

from pyloto_stream.streams.embedded import EmbeddedRedis
from tests.support.browser import browser as browser  # noqa: PLC0414 — fixture para todos os testes
from tests.support.log_archive import archive
from tests.support.servers import redis_binary


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quem lê o log da rodada inteira vem por último."""
    items.sort(key=lambda item: item.path.name == "test_logs_of_the_whole_run.py")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Diz o que faltou nesta máquina: uma linha por motivo, e não uma por teste pulado."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"skipped {count}: {reason}")


@pytest.fixture(scope="session")
def log_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Onde ficam as linhas de log de toda a rodada: as deste processo e as dos que os testes iniciam."""
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(autouse=True)
def _archived_log(log_folder: Path) -> Iterator[None]:
    """Guarda, como sairia do processo, cada linha que este teste fizer escrever."""
    with (log_folder / "in-process.log").open("a") as out:
        sink = logger.add(archive(out), level="DEBUG", format=lambda _: "", catch=False)
        yield
        with suppress(ValueError):  # o teste trocou todos os destinos
            logger.remove(sink)


@pytest_asyncio.fixture(scope="session", params=["redis", "valkey"])
async def redis_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[EmbeddedRedis]:
    server = EmbeddedRedis(tmp_path_factory.mktemp(request.param), binary=redis_binary(request.param))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def redis(redis_server: EmbeddedRedis) -> AsyncIterator[Redis]:
    """Cliente cru, para olhar por fora o que o executor fez; o banco começa vazio."""
    client = Redis.from_url(redis_server.url, decode_responses=True)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis, redis: Redis) -> str:
    """Endereço de um Redis real e vazio."""
    return redis_server.url
