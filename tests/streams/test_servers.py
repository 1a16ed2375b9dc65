"""Cada tipo de endereço leva ao servidor certo, e o errado é recusado em palavras, sem demora."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from redis.exceptions import MovedError

from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.streams import keys
from pyloto_stream.streams.cluster import NOT_A_NODE, REFRESH_AT_MOST_EVERY_S, ClusterServers
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.servers import NOT_ALONE, SentinelServers
from tests.support.cluster import Cluster
from tests.support.redis_process import RedisProcess
from tests.support.streams import STAGES, Rig

NOWHERE = "127.0.0.1:1"
QUICK_S = 2.5


@pytest_asyncio.fixture
async def plain(binary: Path, tmp_path: Path) -> AsyncIterator[RedisProcess]:
    server = RedisProcess(binary, tmp_path / "plain")
    await server.start()
    yield server
    await server.stop()


async def opening(url: str) -> None:
    """Abre e fecha, sem demora."""
    gateway = Gateway(url, partitions=2)
    try:
        async with asyncio.timeout(QUICK_S):
            await gateway.open(STAGES)
    finally:
        await gateway.close()


async def test_any_node_of_a_cluster_given_as_a_single_server_is_refused_in_words(cluster: Cluster) -> None:
    for node in cluster.nodes:
        with pytest.raises(MisconfiguredError) as caught:
            await opening(node.url)
        assert caught.value.problems == (NOT_ALONE,)


async def test_a_single_server_given_as_a_cluster_is_refused_in_words(plain: RedisProcess) -> None:
    with pytest.raises(MisconfiguredError) as caught:
        await opening(f"redis+cluster://127.0.0.1:{plain.port}")
    assert caught.value.problems == (NOT_A_NODE,)


@pytest.mark.parametrize("scheme", ["redis", "redis+cluster", "redis+sentinel"])
async def test_nobody_at_the_address_is_told_without_delay(scheme: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        await opening(f"{scheme}://{NOWHERE}/" + "main" * scheme.endswith("sentinel"))
    assert caught.value.code == "redis_unavailable"


async def test_one_living_node_is_enough_to_find_the_cluster_a_replica_too(cluster: Cluster) -> None:
    for node in cluster.nodes:
        async with Rig(f"redis+cluster://{NOWHERE},127.0.0.1:{node.port}", partitions=2) as rig:
            await rig.say("ana", "oi")


async def test_a_redirection_without_a_host_means_the_host_that_answered() -> None:
    servers = ClusterServers("redis+cluster://10.0.0.7:7000".replace("+cluster", ""), 1.0)
    slot = 1234
    await servers.moved(MovedError(f"{slot} 10.0.0.8:7001"))
    await servers.moved(MovedError(f"{slot} :7002"))
    assert servers._owners[slot] == ("10.0.0.8", 7002)
    await servers.close()


async def test_partitions_are_spread_evenly_over_the_masters(cluster: Cluster) -> None:
    servers = ClusterServers(cluster.url.replace("+cluster", ""), 1.0)
    await servers.open()
    owners = [id(servers.commands(keys.prefix(p, 12))) for p in range(12)]
    assert sorted(owners.count(owner) for owner in {*owners}) == [4, 4, 4]
    await servers.close()


async def test_a_closed_cluster_is_asked_nothing_more(cluster: Cluster) -> None:
    """Quem lia ouve que a conexão caiu, e perguntaria por um dono: ninguém fecharia o que isso abre."""
    servers = ClusterServers(cluster.url.replace("+cluster", ""), 1.0)
    await servers.open()
    await servers.close()
    servers._refreshed_at = -REFRESH_AT_MOST_EVERY_S
    await servers.moved(None)
    pools = [client.redis.connection_pool for pair in servers._nodes.values() for client in pair]
    assert not [each for pool in pools for each in pool._available_connections if each.is_connected]


def connection(servers: SentinelServers) -> dict[str, Any]:
    return servers.commands("any").redis.connection_pool.connection_kwargs


async def test_what_a_sentinel_address_says_reaches_redis_and_the_sentinels_each_its_own() -> None:
    servers = SentinelServers(
        "rediss://app:segredo@s1:26380,s2/main/3?sentinel_username=watch&sentinel_password=outro"
        "&ssl_ca_certs=/ca.pem&health_check_interval=7",
        1.0,
    )
    given = connection(servers)
    assert (given["username"], given["password"], given["db"]) == ("app", "segredo", 3)
    assert (given["health_check_interval"], given["ssl_ca_certs"]) == (7, "/ca.pem")
    asked = [sentinel.connection_pool.connection_kwargs for sentinel in servers._sentinels.sentinels]
    assert [(kw["host"], kw["port"]) for kw in asked] == [("s1", 26380), ("s2", 26379)]
    assert {(kw["username"], kw["password"], kw["ssl_ca_certs"]) for kw in asked} == {
        ("watch", "outro", "/ca.pem")
    }
    await servers.close()


async def test_a_sentinel_is_not_shown_the_password_of_redis() -> None:
    servers = SentinelServers("redis://:segredo@s1/main", 1.0)
    (sentinel,) = servers._sentinels.sentinels
    assert "segredo" not in str(sentinel.connection_pool.connection_kwargs)
    assert connection(servers)["password"] == "segredo"
    await servers.close()
