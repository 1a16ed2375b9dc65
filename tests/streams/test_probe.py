"""Na partida, um Redis que perderia o que foi aceito é recusado, em palavras que dizem o que mudar."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.embedded import EmbeddedRedis
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Item, Lane
from pyloto_stream.streams.probe import Facts, Findings, Wanted, facts, probe, problems, warnings
from pyloto_stream.streams.route import Durability
from tests.support.emulator import free_port

GOOD: dict[str, object] = {
    "redis_version": "7.2.4", "role": "master", "connected_slaves": 1,
    "maxmemory_policy": "noeviction", "maxmemory": 1000, "used_memory": 100, "aof_enabled": 1,
    "appendfsync": "always", "waitaof": True,
}  # fmt: skip
LAB = Wanted(development=True)


def fact(**changed: object) -> Facts:
    info = {**GOOD, **changed}
    return facts({name: value for name, value in info.items() if value is not None})


def refused(found: Facts, wanted: Wanted) -> list[str]:
    return [finding.text for finding in problems(found, wanted)]


def warned(found: Facts, wanted: Wanted) -> list[str]:
    return [finding.text for finding in warnings(found, wanted)]


@pytest.mark.parametrize("wanted", [Wanted(), LAB, Wanted("fsync"), Wanted("replica")])
def test_a_good_server_gives_nothing_to_say(wanted: Wanted) -> None:
    assert refused(fact(), wanted) == warned(fact(), wanted) == []


@pytest.mark.parametrize(
    ("changed", "wanted", "said"),
    [
        ({"redis_version": "6.2.14"}, LAB, "redis 6.2.14, needs 7.0 or newer"),
        ({"valkey_version": "7.0.1"}, LAB, "valkey 7.0.1, needs 7.2 or newer"),
        ({"redis_version": None}, LAB, "redis 0, needs 7.0 or newer"),
        ({"role": "slave"}, LAB, "this server is a replica"),
        ({"maxmemory_policy": "volatile-lru"}, LAB, "and take one twice: use noeviction"),
        ({"maxmemory_policy": "allkeys-lfu"}, LAB, "may drop accepted events: use noeviction"),
        ({"aof_enabled": 0}, Wanted(), "appendonly no: a restart that loses nothing needs appendonly yes"),
        ({"aof_enabled": 0}, LAB._replace(durability="fsync"), "DURABILITY=fsync needs appendonly yes"),
        ({"appendfsync": "no"}, Wanted("fsync"), "appendfsync no: DURABILITY=fsync needs everysec or always"),
        ({"appendfsync": "everysec", "waitaof": False}, Wanted("fsync"), "appendfsync everysec: DURABILITY"),
        ({"appendfsync": None, "waitaof": False}, Wanted("fsync"), "appendfsync always, and CONFIG GET is"),
        ({"valkey_version": "9.1.2", "appendfsync": "everysec"}, Wanted("fsync"), "on Valkey needs"),
    ],
)
def test_what_would_lose_or_repeat_is_refused(changed: dict[str, object], wanted: Wanted, said: str) -> None:
    (text,) = refused(fact(**changed), wanted)
    assert said in text


@pytest.mark.parametrize(
    ("changed", "wanted", "said"),
    [
        ({"aof_enabled": 0}, LAB, "appendonly no: a restart of the server loses accepted events"),
        ({"appendfsync": "everysec"}, Wanted(), "DURABILITY=memory: up to 2 s of accepted events lost"),
        ({"appendfsync": "no"}, Wanted(), "up to 30 s or more of accepted events lost"),
        ({"appendfsync": None}, Wanted(), "appendfsync unknown with DURABILITY=memory: some seconds"),
        ({"maxmemory": 0}, Wanted(), "maxmemory 0: the system may kill the server"),
        ({"used_memory": 701}, LAB, "70 % of maxmemory is in use"),
        ({"connected_slaves": 0}, Wanted("replica"), "no replica is connected"),
        ({"valkey_version": "9.1.2", "appendfsync": None}, Wanted("fsync"), "make sure that appendfsync is"),
    ],
)
def test_what_works_but_deserves_a_look_is_a_warning(
    changed: dict[str, object], wanted: Wanted, said: str
) -> None:
    found = fact(**changed)
    (text,) = warned(found, wanted)
    assert said in text
    assert refused(found, wanted) == []


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"redis_version": "7.0.0", "waitaof": False}, Wanted("fsync")),
        ({"redis_version": "7.2.4", "valkey_version": "7.2.0", "waitaof": None}, Wanted("fsync")),
        ({"appendfsync": None}, Wanted("fsync")),
        ({"redis_version": "7.2.0", "appendfsync": "everysec"}, Wanted("fsync")),
        ({"used_memory": 700}, Wanted()),
        ({"appendfsync": "everysec", "maxmemory": 0}, LAB),
    ],
)
def test_what_is_enough_is_not_remarked(changed: dict[str, object], wanted: Wanted) -> None:
    found = fact(**changed)
    assert refused(found, wanted) == warned(found, wanted) == []


@asynccontextmanager
async def asked(
    url: str, *, durability: Durability = "memory", unsafe: bool = False
) -> AsyncIterator[Findings]:
    gateway = Gateway(url, partitions=1, durability=durability)
    try:
        yield await probe(gateway, development=True, allow_unsafe=unsafe)
    finally:
        await gateway.close()


@pytest.mark.parametrize(
    ("command", "topic", "said"),
    [
        ("CONFIG SET maxmemory-policy volatile-lru", "memory", "maxmemory-policy volatile-lru may forget"),
        ("CONFIG SET maxmemory-policy allkeys-lru", "memory", "maxmemory-policy allkeys-lru may drop"),
        ("REPLICAOF 127.0.0.1 1", "server", "this server is a replica"),
    ],
)
async def test_f17_a_real_server_with_a_wrong_setting_is_refused_unless_allowed(
    own_server: EmbeddedRedis, command: str, topic: str, said: str
) -> None:
    async with Redis.from_url(own_server.url) as redis, asked(own_server.url) as good:
        assert (good.refused, good.warned) == ((), ())
        await redis.execute_command(*command.split())  # type: ignore[no-untyped-call] # redis-py
        async with asked(own_server.url) as found:
            (finding,) = found.refused
            assert finding.topic == topic
            assert said in finding.text
        async with asked(own_server.url, unsafe=True) as found:
            assert (found.refused, found.warned) == ((), (finding,))


async def test_without_the_file_that_survives_a_restart_fsync_is_refused(own_server: EmbeddedRedis) -> None:
    async with Redis.from_url(own_server.url) as redis:
        await redis.config_set("appendonly", "no")
    async with asked(own_server.url) as found:
        assert found.refused == ()
        assert [finding.topic for finding in found.warned] == ["disk"]
    async with asked(own_server.url, durability="fsync") as found:
        assert [finding.text for finding in found.refused] == [
            "appendonly no: DURABILITY=fsync needs appendonly yes"
        ]


async def test_fsync_works_where_the_server_always_writes_and_asks_it_if_it_can_tell(
    own_server: EmbeddedRedis,
) -> None:
    async with asked(own_server.url, durability="fsync") as found:
        waits = found.facts[0].waitaof
        assert found.refused, "neither of these servers is safe with everysec"
    async with Redis.from_url(own_server.url) as redis:
        await redis.config_set("appendfsync", "always")
    gateway = Gateway(own_server.url, partitions=1, durability="fsync")
    assert (await probe(gateway, development=True)).refused == ()
    assert all(bool(path._confirm) is waits for path in gateway._made)
    acceptor = Acceptor(gateway, [Lane("turn", ("one",))], AcceptOptions())
    await gateway.open(["one"])
    await acceptor.accept([Item("turn", "ana", b'"oi"')])
    await gateway.close()


async def test_who_may_not_ask_for_settings_still_learns_the_rest(own_server: EmbeddedRedis) -> None:
    async with Redis.from_url(own_server.url) as redis:
        await redis.execute_command("ACL SETUSER", "me", "on", ">pw", "~*", "+@all", "-config")  # type: ignore[no-untyped-call] # redis-py
    url = own_server.url.replace("unix://", "unix://me:pw@")
    async with asked(url, durability="fsync") as found:
        assert found.facts[0].fsync == ""
        texts = [finding.text for finding in found.refused]
        assert texts == [] if found.facts[0].waitaof else "CONFIG GET is refused" in texts[0]


async def test_a_cluster_address_for_a_plain_server_is_explained(own_server: EmbeddedRedis) -> None:
    async with Redis.from_url(own_server.url) as redis:
        port = await _listen(redis)
    with pytest.raises(MisconfiguredError, match="no cluster node: write redis:// or rediss://"):
        async with asked(f"redis+cluster://127.0.0.1:{port}"):
            pass


async def test_a_server_that_is_away_is_unavailable_and_not_unfit() -> None:
    for url in ("redis://127.0.0.1:1", "redis+cluster://127.0.0.1:1"):
        with pytest.raises(UnavailableError):
            async with asked(url):
                pass


async def _listen(redis: Redis) -> int:
    """Faz um servidor que só tinha um socket atender também numa porta livre."""
    port = free_port()
    await redis.config_set("port", str(port))
    return port
