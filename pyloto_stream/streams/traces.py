"""Onde, no Redis, ainda se lê algo de uma pessoa? Toda chave nossa, por dentro, à procura de umas palavras.

Promete: nome, campos, valores, membros, entradas e nomes de consumidores de cada chave das partições, por
páginas; só diz o lugar, nunca o que lá está. Limite: percorre tudo (minutos, com milhões de chaves);
o que muda durante a volta pode faltar; procura os bytes como são, não o que alguém cifrou ou resumiu.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import NamedTuple

from pyloto_stream.streams import keys
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.scripts import Blobs, Script

PAGE = 100
BYTES = 256 * 1024


class Trace(NamedTuple):
    """Um lugar: a chave, e onde nela: `name`, `value`, `field`, `member`, `consumer` ou `entry <id>`."""

    key: str
    where: str


async def traces(gateway: Gateway, needles: Sequence[bytes]) -> AsyncGenerator[Trace, None]:
    """Os lugares em que ocorre alguma das palavras `needles`.

    Raises:
        ValueError: nenhuma palavra, ou uma vazia, que estaria em toda parte.
        UnavailableError: o Redis não respondeu.
    """
    if not needles or not all(needles):
        raise ValueError("nothing to look for")
    async for page in gateway.scan("*", PAGE):
        looked = await asyncio.gather(*(_look(gateway, *place, needles) for place in page))
        for found in looked:
            for trace in found:
                yield trace


async def _look(gateway: Gateway, partition: int, name: bytes, needles: Sequence[bytes]) -> list[Trace]:
    key = f"{keys.prefix(partition, gateway.partitions)}:{name.decode('utf-8', 'replace')}"
    found: list[Trace] = []
    cursor: bytes | None = None
    while cursor != b"":
        op = {"r": name, "from": cursor or b"", "n": PAGE, "bytes": BYTES, "w": Blobs(needles)}
        cursor, places = await gateway.submit(Script.TRACE, partition, op)
        found += (Trace(key, place.decode()) for place in places)
    return found
