"""Como um processo abre o executor? Pergunta ao Redis se serve, diz o que achou, e só então cria o que falta.

Promete: um Redis recusado não recebe nenhuma gravação nossa.
"""

import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from loguru import logger

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.settings import Settings
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.probe import Findings, probe

COLLECT_EVERY = (10_000, 10, 10)
"""De quantos em quantos objetos se procuram ciclos: um envio faz centenas, e quase nenhum fica num ciclo."""


@asynccontextmanager
async def opened_gateway(
    settings: Settings, redis_url: str, stages: Sequence[str], *, alternating: bool = False
) -> AsyncIterator[Gateway]:
    """A conexão com o executor, com os grupos de `stages` criados; fechada ao sair.

    `alternating`: ver `batch.py`.

    Raises:
        MisconfiguredError: o Redis não serve, ou a instalação tem outro número de partições.
        UnavailableError: o Redis não respondeu.
    """
    gateway = Gateway(
        redis_url,
        partitions=settings.stream_partitions,
        durability=settings.durability,
        alternating=alternating,
    )
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


def settle_memory() -> None:
    """Aberto o processo, o que já existe fica até o fim: não se procuram mais ciclos nele a cada coleta.

    Para quem é um processo inteiro; num que se abre e fecha muitas vezes, o lixo de uma vez ficaria.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_EVERY)
