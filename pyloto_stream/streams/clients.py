"""Como se abre um cliente do Redis que não repete às escondidas, e o que quer dizer cada erro dele?

O redis-py repete todo comando dez vezes e corta a espera em 5 s por padrão: aqui os dois são escolhidos.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from ssl import SSLEOFError, SSLError, SSLZeroReturnError
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from redis.asyncio import Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    ClusterDownError,
    MovedError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.maint_notifications import MaintNotificationsConfig

from pyloto_stream.errors import UnavailableError
from pyloto_stream.settings_addresses import listed
from pyloto_stream.streams.wires import Wires

COMMAND_TIMEOUT_S = 3.0
SCRIPT_ERROR = "script_error"
"""Código de um script nosso que falhou por dentro: defeito, ou chave de outro tipo; repetir não ajuda."""

MAX_CONNECTIONS = 10_000
"""Conexões por cliente: na prática sem limite. Cada leitura bloqueada ocupa uma; num cluster há uma por etapa
e partição, e depois de uma queda todas podem dar no mesmo nó."""

ELSEWHERE = (AskError, ClusterDownError, MovedError, ReadOnlyError, TryAgainError)
"""O servidor não é, ou ainda não é, quem responde pela chave: nada foi feito, e logo alguém será."""


class NotDurableError(RedisError):
    """O servidor tem a operação, mas não confirmou a tempo que ela sobrevive a uma queda."""


_CODES: tuple[tuple[type[RedisError] | tuple[type[RedisError], ...], str, str], ...] = (
    (NotDurableError, "not_durable", "disk or replica did not confirm in time"),
    (OutOfMemoryError, "memory_full", "redis has no memory left"),
    (ReadOnlyError, "read_only", "REDIS_URL names a replica"),
    (ELSEWHERE, "slot_moving", "the cluster has no owner for this slot yet"),
)


def timed(timeout_s: float, retries: int) -> dict[str, Any]:
    """Prazos e repetições de uma conexão: `timeout_s` por resposta, `retries` repetições sem espera.

    Só se repete o que uma conexão caída interrompeu: quem não responde a tempo não responderia melhor já.
    """
    return {
        "protocol": 2,
        "socket_timeout": timeout_s,
        "socket_connect_timeout": COMMAND_TIMEOUT_S,
        "retry": Retry(NoBackoff(), retries, (RedisConnectionError,)),
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
        "driver_info": None,
        "max_connections": MAX_CONNECTIONS,
    }


class Client(NamedTuple):
    """Um servidor: o cliente do redis-py, para o que é raro, e as conexões por onde o trabalho passa."""

    redis: Redis
    wires: Wires

    async def close(self) -> None:
        """Fecha todas as conexões."""
        self.wires.close()
        await self.redis.aclose()


def with_wires(redis: Redis, timeout_s: float, retries: int) -> Client:
    """O cliente e as suas conexões, com os prazos de `timed`."""
    return Client(redis, Wires(redis.connection_pool, timeout_s, retries))


def open_client(url: str, timeout_s: float, retries: int) -> Client:
    """Cliente do servidor de `url`, com os prazos de `timed`."""
    return with_wires(Redis.from_url(url, **timed(timeout_s, retries)), timeout_s, retries)


def options(url: str) -> dict[str, Any]:
    """O que `url` diz de uma conexão: endereço, banco, usuário, senha, TLS e o que vier na consulta."""
    return dict(parse_url(url))


def listed_hosts(parts: SplitResult, port: int) -> list[tuple[str, int]]:
    """Endereços de `h1:p1,h2:p2`, na ordem; sem porta, `port`."""
    split = [urlsplit(f"//{item}") for item in listed(parts) if item]
    return [(item.hostname or "", item.port or port) for item in split]


def url_at(parts: SplitResult, host: str, port: int, path: str = "") -> str:
    """O endereço `parts`, com o mesmo usuário e senha, noutra máquina e porta."""
    user, at, _ = parts.netloc.rpartition("@")
    shown = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=f"{user}{at}{shown}:{port}", path=path).geturl()


async def describe(client: Redis) -> dict[str, Any]:
    """O que o servidor diz de si: `INFO`; `appendfsync` e `waitaof`, se deixa ver; `where`, o endereço."""
    found: dict[str, Any] = dict(await client.info())
    with suppress(ResponseError):  # muitos serviços gerenciados proíbem CONFIG
        found |= {str(name): value for name, value in (await client.config_get("appendfsync")).items()}
    with suppress(ResponseError):
        known = await client.execute_command("COMMAND INFO", "waitaof")  # type: ignore[no-untyped-call] # redis-py
        found["waitaof"] = known[0] is not None
    given = client.connection_pool.connection_kwargs
    return found | {"where": f"{given.get('host', 'unix')}:{given.get('port', '')}"}


async def scan(client: Redis, pattern: str, count: int) -> AsyncIterator[list[bytes]]:
    """Nomes de chaves que combinam com `pattern`, por páginas; o que muda durante a volta pode faltar."""
    cursor = 0
    while True:
        try:
            cursor, names = await client.scan(cursor, pattern, count)
        except (RedisError, OSError) as error:
            raise unavailable(error) from error
        yield [name for name in names if isinstance(name, bytes)]
        if cursor == 0:
            return


def unavailable(error: Exception) -> UnavailableError:
    """Traduz um erro do cliente para o nosso, com um `code` estável e sem copiar o texto do servidor."""
    for kind, code, words in _CODES:
        if isinstance(error, kind):
            return UnavailableError(words, code=code)
    if str(error).startswith(("NOGROUP", "UNBLOCKED")):
        return UnavailableError("a stream or its group was deleted", code="group_missing")
    if isinstance(error, ResponseError) and "script:" in str(error):
        return UnavailableError("a script failed inside: a key of another type?", code=SCRIPT_ERROR)
    if _untrusted(error):
        return UnavailableError("redis: TLS refused, see certificates and authority", code="tls_refused")
    if isinstance(error, RedisConnectionError | RedisTimeoutError | OSError):
        return UnavailableError("nobody answers at REDIS_URL", code="redis_unavailable")
    return UnavailableError(f"redis refused: {type(error).__name__}", code="redis_error")


def _untrusted(error: BaseException | None) -> bool:
    """Foi o TLS que não se acertou (certificado, autoridade, versão), e não a conexão que caiu?"""
    while error is not None:
        if isinstance(error, SSLError) and not isinstance(error, SSLEOFError | SSLZeroReturnError):
            return True
        error = error.__cause__ or error.__context__
    return False
