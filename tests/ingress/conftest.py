"""A entrada pública num laço local, um cliente HTTP e as linhas de log."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from loguru import logger

from ingress.answering import Asked, Respond
from ingress.app import create_public_app
from ingress.express import Express
from pyloto_stream.observability.logging import fields_of
from tests.support.doors import OPEN
from tests.support.ingress import CONFIG, NOW_MS, Recorder, Tally, served


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def tally() -> Tally:
    return Tally()


@pytest_asyncio.fixture
async def closed_doors() -> AsyncIterator[None]:
    """Fecha as portas que o teste abriu: a linha de resumo de uma não pode sair no meio de outro."""
    yield
    for app in OPEN:
        app.freeze()
        await app.cleanup()
    OPEN.clear()


@pytest_asyncio.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest_asyncio.fixture
async def url(recorder: Recorder, tally: Tally) -> AsyncIterator[str]:
    app = create_public_app(CONFIG, recorder, tally, clock=lambda: NOW_MS)
    async with served(app) as address:
        yield address


@pytest.fixture
def lines() -> Iterator[list[dict[str, object]]]:
    """O que foi para o log, com os campos com que uma linha sai do processo."""
    seen: list[dict[str, object]] = []
    sink = logger.add(lambda message: seen.append(fields_of(message.record, "ingress")), level="DEBUG")
    yield seen
    logger.remove(sink)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Os pedidos que tomaram o caminho curto."""
    seen: list[Asked] = []
    true = Express.enter

    def enter(express: Express, asked: Asked, respond: Respond) -> asyncio.Task[None]:
        seen.append(asked)
        return true(express, asked, respond)

    monkeypatch.setattr(Express, "enter", enter)
    return seen
