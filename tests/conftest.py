"""Peças reais para todos os testes: um Redis 7.0, um Valkey e um cluster por sessão, limpos a cada teste."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from loguru import logger
from redis.asyncio import Redis

from pyloto_stream.streams.embedded import EmbeddedRedis
from tests.support.browser import browser as browser  # noqa: PLC0414 — fixture para todos os testes
from tests.support.cluster import Cluster
from tests.support.faults_table import FAULTS_TABLE
from tests.support.leaks import leaking
from tests.support.log_archive import archive, lines
from tests.support.servers import open_raw, redis_binary

# Quem já falou com o Firestore tem fios do gRPC, e os tratadores que ele põe no fork matam os processos que
# um teste inicia depois ("Bad file descriptor"); nós só bifurcamos para executar outro programa.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "false"

ON_CLUSTER = frozenset({
    "test_accept", "test_accept_each", "test_accept_modes", "test_alias_walks", "test_aliases", "test_dead",
    "test_dead_actions", "test_forget", "test_forget_meanwhile", "test_gate", "test_ledger", "test_traces",
    "test_many_workers", "test_model", "test_outlets", "test_pace", "test_pace_throttle", "test_repair",
    "test_scripts", "test_settlement", "test_status", "test_timers", "test_upcoming", "test_worker",
    "test_worker_faults", "test_worker_ownership", "test_worker_plans",
})  # fmt: skip
"""Módulos que falam de ordem, perda e repetição: correm também num cluster."""
ONE_SERVER = frozenset({"binary", "own_server", "proxy"})
"""Peças de um servidor só: quem as usa não corre num cluster."""


LONG_GROUPS = ("faults", "cluster", "firestore", "browser")
GROUP_OF = {"firestore": "firestore_emulator", "browser": "browser"}
MANY = 1000
"""Testes a partir dos quais é certo que algum escreveu no log o que aqui se olha."""
NO_SECOND_TRY = 8
"""Saída de uma rodada cujo log, olhado inteiro, não é o que devia: `make` não a tenta de novo."""
OF_THE_WHOLE_RUN = "the log of the whole run:"
"""Como começa o que se diz dele."""
_FROM_WORKERS: list[str] = []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Todo teste que usa um Redis corre num 7.0 e num Valkey, e os de `ON_CLUSTER` também num cluster."""
    if "redis_server" not in metafunc.fixturenames:
        return
    kinds = ["redis", "valkey"]
    module = metafunc.module.__name__.rpartition(".")[2]
    single = metafunc.definition.get_closest_marker("one_server") or ONE_SERVER & {*metafunc.fixturenames}
    if module in ON_CLUSTER and not single:
        kinds.append("cluster")
    metafunc.parametrize("redis_server", kinds, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Com vários processos (`-n`), o que usa a mesma peça cara fica num só, e esses grupos começam antes."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: _group(item) not in LONG_GROUPS)


def _group(item: pytest.Item) -> str:
    """O grupo de um teste: a peça cara que usa, ou o seu arquivo."""
    if item.path.parent.name == "faults":
        return "faults"
    names = getattr(item, "fixturenames", ())
    values = getattr(getattr(item, "callspec", None), "params", {}).values()
    for part in ("cluster", "firestore"):
        if part in names or any(value == part for value in values if isinstance(value, str)):
            return part
    found = (group for group, fixture in GROUP_OF.items() if fixture in names)
    return next(found, item.nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Com vários processos, o quadro dos defeitos vem do que os fez."""
    _FROM_WORKERS.extend(getattr(node, "workeroutput", {}).get(FAULTS_TABLE, ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Diz o que faltou nesta máquina: uma linha por motivo, e não uma por teste pulado."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"skipped {count}: {reason}")
    for line in _FROM_WORKERS:
        terminalreporter.write_line(line)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """O que se acha no log é da rodada inteira: um teste sozinho, de novo, não o mostraria."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    errors = reporter.stats.get("error", []) if reporter is not None else []
    if any(OF_THE_WHOLE_RUN in error.longreprtext for error in errors):
        session.exitstatus = NO_SECOND_TRY


@pytest.fixture(scope="session")
def log_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Onde ficam as linhas de log de toda a rodada: as deste processo e as dos que os testes iniciam.

    No fim da rodada, nenhuma pode trazer telefone ou texto de mensagem.
    """
    folder = tmp_path_factory.mktemp("logs")
    yield folder
    found = list(lines(folder))
    leaks = leaking(found)
    assert not leaks, f"{OF_THE_WHOLE_RUN} {leaks}"
    if len(request.session.items) > MANY:
        assert found, f"{OF_THE_WHOLE_RUN} there is no log to look at"


@pytest.fixture(autouse=True)
def _archived_log(log_folder: Path) -> Iterator[None]:
    """Guarda, como sairia do processo, cada linha que este teste fizer escrever."""
    with (log_folder / "in-process.log").open("a") as out:
        sink = logger.add(archive(out), level="DEBUG", format=lambda _: "", catch=False)
        yield
        with suppress(ValueError):  # o teste trocou todos os destinos
            logger.remove(sink)


ClusterOf = Callable[[str], Awaitable[Cluster]]


@pytest_asyncio.fixture(scope="session")
async def cluster_of(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ClusterOf]:
    """Dá o cluster da sessão, de 3 mestres e 3 réplicas, do binário pedido; nasce quando alguém o pede."""
    born: dict[str, Cluster] = {}

    async def get(kind: str) -> Cluster:
        if kind not in born:
            born[kind] = Cluster(redis_binary(kind), tmp_path_factory.mktemp(f"cluster-{kind}"))
            await born[kind].start()
        return born[kind]

    yield get
    await asyncio.gather(*(cluster.stop() for cluster in born.values()))


@pytest_asyncio.fixture(params=["redis", "valkey"])
async def cluster(request: pytest.FixtureRequest, cluster_of: ClusterOf) -> AsyncIterator[Cluster]:
    """Um cluster vazio, que pode perder nós: no fim, os mortos voltam."""
    cluster = await cluster_of(request.param)
    await cluster.flushall()
    yield cluster
    await cluster.heal()


@pytest_asyncio.fixture(scope="session")
async def redis_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, cluster_of: ClusterOf
) -> AsyncIterator[EmbeddedRedis | Cluster]:
    if request.param == "cluster":
        yield await cluster_of("redis")
        return
    server = EmbeddedRedis(tmp_path_factory.mktemp(request.param), binary=redis_binary(request.param))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def redis(redis_server: EmbeddedRedis | Cluster) -> AsyncIterator[Redis]:
    """Cliente cru, para olhar por fora o que o executor fez; o banco começa vazio."""
    client = open_raw(redis_server.url, decode_responses=True)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis | Cluster, redis: Redis) -> str:
    """Endereço de um Redis real e vazio."""
    return redis_server.url
