"""Quem é dono de cada slot de um Redis Cluster, agora? O que disser quem tem a época mais nova.

Promete: um dono novo é conhecido por um redirecionamento, ou perguntando a todos os nós de uma vez. Limite:
na queda de um nó, só há a quem ir quando o próprio cluster a reconhece.
"""

import asyncio
import time
from collections.abc import Sequence

from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import MovedError, RedisError, ResponseError

from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.settings_addresses import split_hosts
from pyloto_stream.streams.clients import COMMAND_TIMEOUT_S, Client, listed_hosts, open_client, url_at

REFRESH_AT_MOST_EVERY_S = 0.2
MAP_TIMEOUT_S = 1.0
"""Espera por nó, ao perguntar a todos quem é dono do quê."""
NOT_A_NODE = "REDIS_URL: this server is no cluster node: write redis:// or rediss://"


class ClusterServers:
    """Um Redis Cluster, a partir de qualquer dos nós de `redis+cluster://[usuário:senha@]h1:p1,h2:p2`."""

    clustered = True

    def __init__(self, url: str, read_timeout_s: float) -> None:
        self._parts = split_hosts(url)
        self._read_timeout_s = read_timeout_s
        self._seeds = listed_hosts(self._parts, 6379)
        self._owners: list[tuple[str, int] | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        self._nodes: dict[tuple[str, int], tuple[Client, Client]] = {}
        self._known: set[tuple[str, int]] = set()
        self._lock = asyncio.Lock()
        self._refreshed_at = -REFRESH_AT_MOST_EVERY_S
        self._plain = False
        self._closed = False

    async def open(self) -> None:
        """Lê o mapa de slots de quem responder primeiro.

        Raises:
            UnavailableError: nenhum nó respondeu com um mapa inteiro.
            MisconfiguredError: o servidor não é nó de um cluster.
        """
        await self._refresh()
        if None in self._owners:
            if self._plain:
                raise MisconfiguredError(NOT_A_NODE)
            raise UnavailableError("no cluster node told who owns every slot", code="redis_unavailable")

    def commands(self, key: str) -> Client:
        """Cliente de comandos do dono do slot de `key`."""
        return self._node(self._owner(key))[0]

    def readers(self, key: str) -> Client:
        """Cliente de leituras do dono do slot de `key`."""
        return self._node(self._owner(key))[1]

    async def moved(self, error: MovedError | None) -> None:
        """Anota o novo dono, ou pergunta por todos."""
        if error is not None:
            host = error.host or (self._owners[error.slot_id] or self._seeds[0])[0]  # vazio: o mesmo de antes
            self._owners[error.slot_id] = (str(host), int(error.port))
        else:
            await self._refresh()

    def masters(self) -> Sequence[Client]:
        """Um cliente por dono de algum slot."""
        return [self._node(address)[0] for address in dict.fromkeys(self._owners) if address is not None]

    async def close(self) -> None:
        """Fecha as conexões com todos os nós. Quem as perde pensa que um caiu: já não se procura outro."""
        self._closed = True
        async with self._lock:  # quem perguntava termina antes
            for pair in [*self._nodes.values()]:
                for client in pair:
                    await client.close()

    def _owner(self, key: str) -> tuple[str, int]:
        return self._owners[key_slot(key.encode())] or self._seeds[0]

    def _node(self, address: tuple[str, int]) -> tuple[Client, Client]:
        if address not in self._nodes:
            url = url_at(self._parts, *address)
            self._nodes[address] = (
                open_client(url, COMMAND_TIMEOUT_S, 1),
                open_client(url, self._read_timeout_s, 0),
            )
        return self._nodes[address]

    async def _refresh(self) -> None:
        async with self._lock:
            if self._closed or time.monotonic() - self._refreshed_at < REFRESH_AT_MOST_EVERY_S:
                return
            asked = [asyncio.create_task(self._slots(a)) for a in dict.fromkeys([*self._known, *self._seeds])]
            answers = [answer for answer in await asyncio.gather(*asked) if answer]
            for owners, known, _ in sorted(answers, key=lambda answer: answer[2]):
                self._owners, self._known = owners, known
            self._refreshed_at = time.monotonic()

    async def _slots(
        self, address: tuple[str, int]
    ) -> tuple[list[tuple[str, int] | None], set[tuple[str, int]], int] | None:
        """Mapa de slots, nós e época segundo `address`; `None` se não responde ou não o tem inteiro."""
        client = self._node(address)[0].redis
        try:
            async with asyncio.timeout(MAP_TIMEOUT_S):
                rows = await client.execute_command("CLUSTER", "SLOTS")  # type: ignore[no-untyped-call] # redis-py
                about = await client.execute_command("CLUSTER", "INFO")  # type: ignore[no-untyped-call] # redis-py
        except (RedisError, OSError) as error:
            self._plain = isinstance(error, ResponseError) and "cluster support disabled" in str(error)
            return None
        owners: list[tuple[str, int] | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        known = set()
        for low, high, *nodes in rows:
            places = [(node[0].decode() if node[0] else address[0], int(node[1])) for node in nodes]
            known.update(places)
            owners[low : high + 1] = [places[0]] * (high + 1 - low)
        return None if None in owners else (owners, known, _epoch(about))


def _epoch(about: bytes | str) -> int:
    text = about.decode() if isinstance(about, bytes) else about
    fields = dict(line.split(":", 1) for line in text.split() if ":" in line)
    healthy = fields.get("cluster_state") == "ok"
    return int(fields.get("cluster_current_epoch", 0)) if healthy else -1
