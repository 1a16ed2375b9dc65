"""A memória de ids, cheia de propósito: crescê-la por onde `accept` passa, e ver quanto ocupa."""

from typing import Any

from redis.asyncio import Redis

from pyloto_stream.streams import keys
from pyloto_stream.streams.batch import Call
from pyloto_stream.streams.model import Item
from pyloto_stream.streams.scripts import Script, pack_row
from tests.support.look import found
from tests.support.streams import Rig

BATCH = 500
SEEN = "pyloto:*:seen:*"


class Crowd:
    """Ids novos, aos lotes, pelo caminho que `accept` usa: os mesmos em cada partição, que sobem juntas.

    Os eventos são jogados fora, os ids ficam. `known`: quantos em cada partição.
    """

    def __init__(self, rig: Rig, redis: Redis) -> None:
        self.redis = redis
        self._rig = rig
        self.known = 0

    async def grow(self, to: int) -> None:
        """Até que cada partição se lembre de `to` ids."""
        partitions = self._rig.gateway.partitions
        bases = [keys.prefix(partition, partitions) for partition in range(partitions)]
        while self.known < to:
            digests = [keys.dedupe_digest(f"wamid.{self.known + n}") for n in range(BATCH)]
            ops = [pack_row(("turn", "one", "ana", (), "", ""), (digest, b"1")) for digest in digests]
            calls = [Call(Script.ACCEPT, self._rig.acceptor._head, {base: ops}) for base in bases]
            assert await self._rig.gateway._made[0].execute(calls) == [[1] * BATCH] * len(bases)
            self.known += BATCH
            await self.redis.delete(*(f"{base}:inbox:turn:ana" for base in bases))

    async def offer(self, *numbers: int) -> list[bool]:
        """Oferece pela porta os ids destes números."""
        return await self._rig.acceptor.accept([Item("turn", "ana", b"1", f"wamid.{n}") for n in numbers])


def is_level(key: str) -> bool:
    """É a chave que diz o nível de um balde? As demais são gavetas."""
    return key.rpartition(":seen:")[2].isdigit()


async def levels(redis: Redis) -> list[int]:
    """O nível de cada balde, do mais antigo ao mais novo."""
    return [int(await redis.get(key) or -1) for key in await found(redis, SEEN) if is_level(key)]


async def ask(redis: Redis, *command: object) -> list[Any]:
    """A resposta de um comando para cada gaveta; `KEY` é o lugar da chave."""
    pipe = redis.pipeline(transaction=False)
    for key in await found(redis, SEEN):
        if not is_level(key):
            pipe.execute_command(*(key if part == "KEY" else part for part in command))
    return list(await pipe.execute())


async def used_bytes(redis: Redis) -> int:
    """O que o servidor ocupa, sem o que as conexões com ele ocupam por um instante: o menor de três olhares.

    São dois comandos, e entre um e outro as conexões mudam de tamanho.
    """
    return min([await _used_now(redis) for _ in range(3)])


async def _used_now(redis: Redis) -> int:
    memory = await redis.info("memory")
    connections = sum(int(client["tot-mem"]) for client in await redis.client_list())
    return int(memory["used_memory"]) - connections - int(memory["mem_aof_buffer"])
