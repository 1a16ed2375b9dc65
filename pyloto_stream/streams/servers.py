"""Em que servidor mora cada slot agora? Um Redis, o mestre que o Sentinel indica, ou o dono num cluster.

Promete: `commands` e `readers` dão sempre clientes de quem se sabe, por último, ser o dono. Limite: não segue
redirecionamentos sozinho; quem pede trata `MOVED` chamando `moved`, e nunca segue um `ASK`: durante a
mudança de um slot parte das chaves está de cada lado, e um script veria só metade.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

from redis.asyncio import Redis
from redis.asyncio.sentinel import Sentinel
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import MovedError, RedisError, ResponseError

from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.streams.clients import COMMAND_TIMEOUT_S, open_client, options, timed, tune, unavailable

REFRESH_AT_MOST_EVERY_S = 0.2
MAP_TIMEOUT_S = 1.0
"""Espera por nó, ao perguntar a todos quem é dono do quê."""
SENTINEL_TIMEOUT_S = 1.0
NOT_ALONE = "REDIS_URL: this server is a cluster node: write redis+cluster:// or rediss+cluster://"
NOT_A_NODE = "REDIS_URL: this server is no cluster node: write redis:// or rediss://"


class Servers(Protocol):
    """Os servidores de uma instalação. `clustered`: cada slot tem dono próprio."""

    clustered: bool

    async def open(self) -> None:
        """Descobre quem é dono do quê.

        Raises:
            UnavailableError: ninguém respondeu.
            MisconfiguredError: quem respondeu não é do tipo que o endereço diz.
        """

    def commands(self, key: str) -> Redis:
        """Cliente de comandos do dono de `key`."""

    def readers(self, key: str) -> Redis:
        """Cliente de leituras bloqueantes do dono de `key`."""

    async def moved(self, error: MovedError | None) -> None:
        """O dono mudou (`error` diz para quem) ou não respondeu (`None`): descobre de novo."""

    def masters(self) -> Sequence[Redis]:
        """Um cliente de comandos por servidor que aceita gravações."""

    async def close(self) -> None:
        """Fecha todas as conexões."""


def open_servers(url: str, read_timeout_s: float) -> Servers:
    """Servidores de `url`: `redis(s)://`, `unix://`, `redis(s)+sentinel://` ou `redis(s)+cluster://`."""
    scheme, _, rest = url.partition("://")
    protocol, _, kind = scheme.partition("+")
    if kind == "sentinel":
        return SentinelServers(f"{protocol}://{rest}", read_timeout_s)
    if kind == "cluster":
        return ClusterServers(f"{protocol}://{rest}", read_timeout_s)
    return OneServer(open_client(url, COMMAND_TIMEOUT_S, 1), open_client(url, read_timeout_s, 0))


class OneServer:
    """Um endereço só: nada a descobrir."""

    clustered = False

    def __init__(self, commands: Redis, readers: Redis) -> None:
        self._commands = commands
        self._readers = readers

    async def open(self) -> None:
        """Confere que é mesmo um só.

        Raises:
            UnavailableError: não respondeu.
            MisconfiguredError: é um nó de cluster.
        """
        try:
            about = await self._commands.info("cluster")
        except ResponseError:  # proibido de perguntar: fica por saber
            return
        except (RedisError, OSError) as error:
            raise unavailable(error) from error
        if about.get("cluster_enabled"):
            raise MisconfiguredError(NOT_ALONE)

    def commands(self, key: str) -> Redis:  # noqa: ARG002 — o mesmo para toda chave
        """O cliente de comandos."""
        return self._commands

    def readers(self, key: str) -> Redis:  # noqa: ARG002 — ver acima
        """O cliente de leituras."""
        return self._readers

    async def moved(self, error: MovedError | None) -> None:
        """Nada a fazer: a próxima conexão pergunta de novo quem é o mestre, se há Sentinel."""

    def masters(self) -> Sequence[Redis]:
        """O único."""
        return (self._commands,)

    async def close(self) -> None:
        """Fecha as conexões."""
        await self._commands.aclose()
        await self._readers.aclose()


class _OneAtATime(Sentinel):
    """Sentinels perguntados por um de cada vez.

    O redis-py muda a ordem da sua lista a cada resposta; com duas perguntas simultâneas, perde um Sentinel.
    """

    def __init__(self, hosts: list[tuple[str, int]], asking: dict[str, Any]) -> None:
        super().__init__(hosts, sentinel_kwargs=asking)  # type: ignore[no-untyped-call] # redis-py
        self._asking = asyncio.Lock()

    async def discover_master(self, service_name: str) -> Any:  # noqa: ANN401 — a do redis-py
        async with self._asking:
            return await super().discover_master(service_name)


class SentinelServers(OneServer):
    """O mestre `nome` de `redis+sentinel://[usuário:senha@]h1:26379,h2:26379/nome[/banco]`.

    A cada conexão nova pergunta-se aos Sentinels quem é o mestre; um mestre rebaixado recusa e é largado.
    Usuário e senha são os do Redis; os dos Sentinels vão em `sentinel_username` e `sentinel_password`, na
    consulta.
    """

    def __init__(self, url: str, read_timeout_s: float) -> None:
        parts = urlsplit(url)
        name, _, db = parts.path.strip("/").partition("/")
        given = options(_address(parts, "sentinel.invalid", 1, path=f"/{db or 0}"))
        for own in ("host", "port", "connection_class"):  # os do endereço inventado acima
            given.pop(own, None)
        asked = {
            key.removeprefix("sentinel_"): given.pop(key)
            for key in list(given)
            if key.startswith("sentinel_")
        }
        given["ssl"] = parts.scheme == "rediss"
        asked |= {key: value for key, value in given.items() if key.startswith("ssl")}
        asking = {**timed(SENTINEL_TIMEOUT_S, 0), "socket_connect_timeout": SENTINEL_TIMEOUT_S, **asked}
        self._sentinels = _OneAtATime(_hosts(parts, 26379), asking)
        make = self._sentinels.master_for
        super().__init__(
            tune(make(name, **timed(COMMAND_TIMEOUT_S, 1) | given)),
            tune(make(name, **timed(read_timeout_s, 0) | given)),
        )

    async def close(self) -> None:
        """Fecha as conexões, também com os Sentinels."""
        await super().close()
        for sentinel in self._sentinels.sentinels:
            await sentinel.aclose()


class ClusterServers:
    """Um Redis Cluster, a partir de qualquer dos nós de `redis+cluster://[usuário:senha@]h1:p1,h2:p2`."""

    clustered = True

    def __init__(self, url: str, read_timeout_s: float) -> None:
        self._parts = urlsplit(url)
        self._read_timeout_s = read_timeout_s
        self._seeds = _hosts(self._parts, 6379)
        self._owners: list[tuple[str, int] | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        self._nodes: dict[tuple[str, int], tuple[Redis, Redis]] = {}
        self._known: set[tuple[str, int]] = set()
        self._lock = asyncio.Lock()
        self._refreshed_at = -REFRESH_AT_MOST_EVERY_S
        self._plain = False

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

    def commands(self, key: str) -> Redis:
        """Cliente de comandos do dono do slot de `key`."""
        return self._node(self._owner(key))[0]

    def readers(self, key: str) -> Redis:
        """Cliente de leituras do dono do slot de `key`."""
        return self._node(self._owner(key))[1]

    async def moved(self, error: MovedError | None) -> None:
        """Anota o novo dono, ou pergunta por todos."""
        if error is not None:
            host = error.host or (self._owners[error.slot_id] or self._seeds[0])[0]  # vazio: o mesmo de antes
            self._owners[error.slot_id] = (str(host), int(error.port))
        else:
            await self._refresh()

    def masters(self) -> Sequence[Redis]:
        """Um cliente por dono de algum slot."""
        return [self._node(address)[0] for address in dict.fromkeys(self._owners) if address is not None]

    async def close(self) -> None:
        """Fecha as conexões com todos os nós."""
        for pair in self._nodes.values():
            for client in pair:
                await client.aclose()

    def _owner(self, key: str) -> tuple[str, int]:
        return self._owners[key_slot(key.encode())] or self._seeds[0]

    def _node(self, address: tuple[str, int]) -> tuple[Redis, Redis]:
        if address not in self._nodes:
            url = _address(self._parts, *address)
            self._nodes[address] = (
                open_client(url, COMMAND_TIMEOUT_S, 1),
                open_client(url, self._read_timeout_s, 0),
            )
        return self._nodes[address]

    async def _refresh(self) -> None:
        async with self._lock:
            if time.monotonic() - self._refreshed_at < REFRESH_AT_MOST_EVERY_S:
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
        client = self._node(address)[0]
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


def _hosts(parts: SplitResult, port: int) -> list[tuple[str, int]]:
    """Endereços de `h1:p1,h2:p2`, na ordem; sem porta, `port`."""
    listed = parts.netloc.rpartition("@")[2].split(",")
    split = [urlsplit(f"//{item}") for item in listed if item]
    return [(item.hostname or "", item.port or port) for item in split]


def _address(parts: SplitResult, host: str, port: int, path: str = "") -> str:
    user, at, _ = parts.netloc.rpartition("@")
    shown = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=f"{user}{at}{shown}:{port}", path=path).geturl()
