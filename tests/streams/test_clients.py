"""O que quer dizer cada erro do Redis, e o que faz um comando simples quando ele some (é de mentira)."""

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from redis.exceptions import (
    ConnectionError as RedisConnectionError,
)
from redis.exceptions import OutOfMemoryError, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from pyloto_stream.errors import UnavailableError
from pyloto_stream.settings_addresses import split_hosts
from pyloto_stream.streams.clients import SCRIPT_ERROR, listed_hosts, options, unavailable, url_at, with_wires
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.servers import OneServer


def gateway_on(server: FakeServer) -> Gateway:
    """Um executor que manda os comandos simples a `server`."""
    gateway = Gateway("redis://127.0.0.1:1", partitions=1)
    fake = with_wires(FakeAsyncRedis(server=server), 1.0, 0)
    gateway._servers = OneServer(fake, fake)
    return gateway


async def test_ready_follows_the_connection_and_comes_back_by_itself() -> None:
    server = FakeServer()
    gateway = gateway_on(server)
    assert await gateway.ready()
    server.connected = False
    assert not await gateway.ready()
    server.connected = True
    assert await gateway.ready()
    await gateway.close()


async def test_a_plain_command_on_a_lost_connection_is_our_error_with_its_code() -> None:
    server = FakeServer()
    gateway = gateway_on(server)
    server.connected = False
    with pytest.raises(UnavailableError) as caught:
        await gateway.describe()
    assert caught.value.code == "redis_unavailable"
    assert isinstance(caught.value.__cause__, RedisConnectionError)
    await gateway.close()


async def test_a_refusal_of_the_server_is_told_apart_from_its_absence() -> None:
    redis = FakeAsyncRedis(server=FakeServer())
    await redis.set("segredo", "x")
    with pytest.raises(ResponseError) as caught:
        await redis.hget("segredo", "field")
    ours = unavailable(caught.value)
    assert ours.code == "redis_error"
    assert "WRONGTYPE" not in str(ours)
    await redis.aclose()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OutOfMemoryError("command not allowed"), "memory_full"),
        (ResponseError("NOGROUP No such key"), "group_missing"),
        (ResponseError("UNBLOCKED the stream key no longer exists"), "group_missing"),
        (ResponseError("bad argument script: 0a1b, on @user_script:1."), SCRIPT_ERROR),
        (ReadOnlyError("You can't write against a read only replica."), "read_only"),
        (ResponseError("NOREPLICAS Not enough good replicas to write."), "redis_error"),
        (RedisTimeoutError(), "redis_unavailable"),
        (ConnectionResetError(), "redis_unavailable"),
    ],
)
def test_every_error_has_a_stable_code_and_none_of_the_servers_words(error: Exception, code: str) -> None:
    ours = unavailable(error)
    assert ours.code == code
    assert not str(error) or str(error) not in str(ours)


def test_of_an_address_with_several_hosts_each_is_reached_with_the_same_credential() -> None:
    parts = split_hosts("rediss+cluster://me:p%2Fw@a,[::1]:2,[::2]/0?ssl_check_hostname=false")
    listed = listed_hosts(parts, 6379)
    assert listed == [("a", 6379), ("::1", 2), ("::2", 6379)]
    one = options(url_at(parts._replace(scheme="rediss"), *listed[1]))
    assert (one["host"], one["port"], one["username"], one["password"]) == ("::1", 2, "me", "p/w")
