"""Como um processo abre o executor? Pergunta ao Redis se serve, diz o que achou, e só então cria o que falta.

Promete: um Redis recusado não recebe nenhuma gravação nossa.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from loguru import logger

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.settings import Settings
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.probe import Findings, probe


@asynccontextmanager
async def opened_gateway(settings: Settings, redis_url: str, stages: Sequence[str]) -> AsyncIterator[Gateway]:
    """A conexão com o executor, com os grupos de `stages` criados; fechada ao sair.

    Raises:
        MisconfiguredError: o Redis não serve, ou a instalação tem outro número de partições.
        UnavailableError: o Redis não respondeu.
    """
    gateway = Gateway(redis_url, partitions=settings.stream_partitions, durability=settings.durability)
    try:
        found = await examined(settings, gateway)
        for finding in found.warned:
            logger.bind(about=finding.topic, finding=finding.text).warning("redis deserves a look")
        if found.refused:
            raise MisconfiguredError(*(f"REDIS_URL: {finding.text}" for finding in found.refused))
        await gateway.open(stages)
        yield gateway
    finally:
        await gateway.close()


async def examined(settings: Settings, gateway: Gateway) -> Findings:
    """O que se achou do Redis de `gateway`, pelas regras do ambiente em vigor.

    Raises:
        UnavailableError: o Redis não respondeu.
    """
    development = settings.environment == "development"
    return await probe(gateway, development=development, allow_unsafe=settings.allow_unsafe_redis)
