"""Por TLS o executor é o mesmo, e em quem não se confia recusa-se logo e em palavras."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.gateway import Gateway
from tests.support.cluster import Cluster
from tests.support.emulator import free_port
from tests.support.servers import redis_binary
from tests.support.streams import STAGES, Rig, finish, forward
from tests.support.tls import Authority, TlsRedis, tls_options

QUICK_S = 2.0


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


@pytest_asyncio.fixture(params=["no", "yes"], ids=["any-client", "known-clients"])
async def server(
    request: pytest.FixtureRequest, authority: Authority, tmp_path: Path
) -> AsyncIterator[TlsRedis]:
    """Só o Redis da distribuição tem TLS; o Valkey embutido não."""
    server = TlsRedis(redis_binary("redis"), tmp_path / "tls", authority, clients=request.param)
    await server.start()
    yield server
    await server.stop()


async def works(url: str) -> None:
    async with Rig(url) as rig:
        rig.start({"one": forward, "two": finish})
        await rig.say("ana", "oi")
        await rig.quiet()


async def refused(url: str) -> str:
    gateway = Gateway(url, partitions=1)
    try:
        async with asyncio.timeout(QUICK_S):
            with pytest.raises(UnavailableError) as caught:
                await gateway.open(STAGES)
    finally:
        await gateway.close()
    return caught.value.code


async def test_messages_flow_over_tls_also_where_clients_must_show_a_certificate(
    server: TlsRedis, authority: Authority
) -> None:
    certificate, key = authority.issue("client")
    await works(server.address(ssl_ca_certs=authority.ca, ssl_certfile=certificate, ssl_keyfile=key))


@pytest.mark.parametrize("server", ["no"], indirect=True)
async def test_a_server_signed_by_someone_else_is_refused_in_words(server: TlsRedis, tmp_path: Path) -> None:
    other = Authority(tmp_path, "theirs")
    assert await refused(server.address(ssl_ca_certs=other.ca)) == "tls_refused"


@pytest.mark.parametrize("server", ["yes"], indirect=True)
async def test_without_the_certificate_the_server_asks_for_nothing_works(
    server: TlsRedis, authority: Authority
) -> None:
    # no TLS 1.3 a recusa vem depois do aperto de mãos: às vezes a conexão cai antes que se leia o motivo
    assert await refused(server.address(ssl_ca_certs=authority.ca)) in ("tls_refused", "redis_unavailable")


@pytest.mark.parametrize("server", ["no"], indirect=True)
async def test_plain_text_to_a_tls_port_is_told_without_delay(server: TlsRedis) -> None:
    assert await refused(f"redis://127.0.0.1:{server.tls_port}") == "redis_unavailable"


async def test_a_cluster_over_tls_is_followed_by_its_tls_ports(authority: Authority, tmp_path: Path) -> None:
    options = (*tls_options(authority), "--tls-cluster", "yes", "--tls-replication", "yes")
    cluster = Cluster(redis_binary("redis"), tmp_path / "cluster", *options, replicas=0)
    ports = [free_port() for _ in cluster.nodes]
    for node, port in zip(cluster.nodes, ports, strict=True):
        node.options += ("--tls-port", str(port))
    await cluster.start()
    try:
        await works(f"rediss+cluster://127.0.0.1:{ports[0]}?ssl_ca_certs={authority.ca}")
    finally:
        await cluster.stop()
