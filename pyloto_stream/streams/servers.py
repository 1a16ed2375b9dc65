"""Em que servidor mora cada slot agora? Um Redis, o mestre que o Sentinel indica, ou o dono num cluster.

Promete: `commands` e `readers` dão sempre clientes de quem se sabe, por último, ser o dono. Limite: não segue
redirecionamentos sozinho; quem pede trata `MOVED` chamando `moved`, e nunca segue um `ASK`: durante a
mudança de um slot parte das chaves está de cada lado, e um script veria só metade.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from redis.asyncio.sentinel import Sentinel
from redis.exceptions import MovedError, RedisError, ResponseError

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.settings_addresses import split_hosts
from pyloto_stream.streams.clients import (
    COMMAND_TIMEOUT_S,
    Client,
    listed_hosts,
    open_client,
    options,
    timed,
    unavailable,
    url_at,
    with_wires,
)
from pyloto_stream.streams.cluster import ClusterServers

SENTINEL_TIMEOUT_S = 1.0
NOT_ALONE = "REDIS_URL: this server is a cluster node: write redis+cluster:// or rediss+cluster://"


class Servers(Protocol):
    """Os servidores de uma instalação. `clustered`: cada slot tem dono próprio."""

    clustered: bool

    async def open(self) -> None:
        """Descobre quem é dono do quê.

        Raises:
            UnavailableError: ninguém respondeu.
            MisconfiguredError: quem respondeu não é do tipo que o endereço diz.
        """

    def commands(self, key: str) -> Client:
        """Cliente de comandos do dono de `key`."""

    def readers(self, key: str) -> Client:
        """Cliente de leituras bloqueantes do dono de `key`."""

    async def moved(self, error: MovedError | None) -> None:
        """O dono mudou (`error` diz para quem) ou não respondeu (`None`): descobre de novo."""

    def masters(self) -> Sequence[Client]:
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

    def __init__(self, commands: Client, readers: Client) -> None:
        self._commands = commands
        self._readers = readers

    async def open(self) -> None:
        """Confere que é mesmo um só.

        Raises:
            UnavailableError: não respondeu.
            MisconfiguredError: é um nó de cluster.
        """
        try:
            about = await self._commands.redis.info("cluster")
        except ResponseError:  # proibido de perguntar: fica por saber
            return
        except (RedisError, OSError) as error:
            raise unavailable(error) from error
        if about.get("cluster_enabled"):
            raise MisconfiguredError(NOT_ALONE)

    def commands(self, key: str) -> Client:  # noqa: ARG002 — o mesmo para toda chave
        """O cliente de comandos."""
        return self._commands

    def readers(self, key: str) -> Client:  # noqa: ARG002 — ver acima
        """O cliente de leituras."""
        return self._readers

    async def moved(self, error: MovedError | None) -> None:
        """Nada a fazer: a próxima conexão pergunta de novo quem é o mestre, se há Sentinel."""

    def masters(self) -> Sequence[Client]:
        """O único."""
        return (self._commands,)

    async def close(self) -> None:
        """Fecha as conexões."""
        await self._commands.close()
        await self._readers.close()


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
        parts = split_hosts(url)
        name, _, db = parts.path.strip("/").partition("/")
        given = options(url_at(parts, "sentinel.invalid", 1, path=f"/{db or 0}"))
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
        self._sentinels = _OneAtATime(listed_hosts(parts, 26379), asking)
        make = self._sentinels.master_for
        super().__init__(
            *(
                with_wires(make(name, **timed(timeout_s, retries) | given), timeout_s, retries)
                for timeout_s, retries in ((COMMAND_TIMEOUT_S, 1), (read_timeout_s, 0))
            )
        )

    async def close(self) -> None:
        """Fecha as conexões, também com os Sentinels."""
        await super().close()
        for sentinel in self._sentinels.sentinels:
            await sentinel.aclose()
