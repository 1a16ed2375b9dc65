"""O que já entrou é lembrado pelo tempo prometido, a poucos bytes por id, e esquecido sem varreduras."""

import asyncio
from statistics import fmean

import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from pyloto_stream.streams.accept import AcceptOptions
from tests.support.look import found
from tests.support.remembered import BATCH, SEEN, Crowd, ask, levels, used_bytes
from tests.support.streams import STAGES, ManualClock, Rig

PARTITIONS = 8
WANTED_BYTES, WORST_BYTES = 25, 26.5
PATIENCE = 50
FULL = 120
UNLIMITED = AcceptOptions(backlog_limit=10**9)


async def cost_of(redis: Redis, known: int, empty: int) -> float:
    """Bytes por id; se passam do pior, depois que o servidor acaba de mudar de tabela.

    Enquanto muda, aos poucos e pelo relógio dele, guarda a velha e a nova.
    """
    for _ in range(PATIENCE):
        cost = (await used_bytes(redis) - empty) / PARTITIONS / known
        if cost <= WORST_BYTES:
            break
        await asyncio.sleep(0.1)
    return cost


async def start(rig: Rig, redis: Redis) -> Crowd:
    """Portões fechados (o que chega vai à caixa) e tudo o que não é memória de ids já alocado."""
    await Crowd(rig, redis).grow(2 * BATCH)
    await redis.delete(*await found(redis, SEEN))
    return Crowd(rig, redis)


async def test_i2_a_remembered_id_costs_at_most_25_bytes_and_little_more_right_after_growing(
    redis_url: str, redis: Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    """O pior momento é logo depois de subir de nível: as gavetas novas estão quase vazias."""
    async with Rig(redis_url, partitions=PARTITIONS, options=UNLIMITED) as rig:
        crowd = await start(rig, redis)
        empty, costs = await used_bytes(redis), {}
        for known in (*range(6_000, 10_000, 500), *range(10_000, 28_001, 1_000)):
            await crowd.grow(known)
            costs[known] = await cost_of(redis, known, empty)
        counted = sum(await ask(redis, "MEMORY", "USAGE", "KEY", "SAMPLES", 0)) / PARTITIONS / crowd.known
    worst = max(costs, key=costs.__getitem__)
    with capsys.disabled():
        print(  # noqa: T201 — a medida é o resultado
            f"\n  bytes per remembered id: {costs[crowd.known]:.1f} at {crowd.known:,} ids per partition"
            f" ({counted:.1f} by MEMORY USAGE), worst {costs[worst]:.1f} at {worst:,}"
        )
    assert max(costs[worst], counted) <= WORST_BYTES
    assert fmean(costs.values()) <= WANTED_BYTES
    assert await levels(redis) == [2] * PARTITIONS


async def test_no_hash_of_ids_is_ever_a_hash_table(redis_url: str, redis: Redis) -> None:
    entries = (await redis.config_get("hash-max-listpack-entries"))["hash-max-listpack-entries"] or ""
    await redis.config_set("hash-max-listpack-entries", 128)  # o menor padrão que um servidor traz
    try:
        async with Rig(redis_url, partitions=1, options=UNLIMITED) as rig:
            await Crowd(rig, redis).grow(25_000)
    finally:
        await redis.config_set("hash-max-listpack-entries", entries)
    assert set(await ask(redis, "OBJECT", "ENCODING", "KEY")) == {"listpack"}
    assert max(await ask(redis, "HLEN", "KEY")) == FULL


async def test_i2_an_id_is_known_after_its_bucket_has_grown_twice(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1, options=UNLIMITED) as rig:
        crowd = Crowd(rig, redis)
        await crowd.grow(25_000)
        assert await levels(redis) == [2]
        assert await crowd.offer(*range(0, 25_000, 10)) == [False] * 2500
        assert await crowd.offer(25_000, 25_000) == [True, False]


def memory_of(ttl_s: float, bucket: float) -> tuple[ManualClock, AcceptOptions, int]:
    """Relógio parado neste ponto (fração) de um balde, opções de quem lembra por `ttl_s`, e o balde em ms."""
    clock, bucket_ms = ManualClock(), -(-int(ttl_s * 1000) // 4)
    clock.ms = (clock.ms // bucket_ms + 1) * bucket_ms + int(bucket * bucket_ms)
    return clock, replace(UNLIMITED, dedupe_ttl_s=ttl_s), bucket_ms


@pytest.mark.parametrize("ttl_s", [1000.0, 1000.001, 691_200.0])
@pytest.mark.parametrize("point", [0.0, 0.5, 0.99999])
async def test_i2_an_id_is_remembered_for_its_whole_time_and_a_quarter_more_at_most(
    redis_url: str, redis: Redis, ttl_s: float, point: float
) -> None:
    clock, options, bucket_ms = memory_of(ttl_s, point)
    async with Rig(redis_url, partitions=1, clock=clock, options=options) as rig:
        crowd, start, ttl_ms = Crowd(rig, redis), clock.ms, int(ttl_s * 1000)
        assert await crowd.offer(1) == [True]
        for age_ms in (1, ttl_ms // 4, ttl_ms // 2, ttl_ms - 1, ttl_ms):
            clock.ms = start + age_ms
            assert await crowd.offer(1) == [False]
        clock.ms = start + 5 * bucket_ms
        assert await crowd.offer(1) == [True]


async def test_all_that_remembers_expires_by_itself_when_nobody_asks_for_it_any_more(
    redis_url: str, redis: Redis
) -> None:
    clock, options, bucket_ms = memory_of(1000.0, 0.5)
    forgotten_at = (clock.ms // bucket_ms + 1) * bucket_ms + 1_000_000
    async with Rig(redis_url, partitions=1, clock=clock, options=options) as rig:
        await Crowd(rig, redis).grow(7_000)
        pipe = redis.pipeline(transaction=False)
        for key in await found(redis, SEEN):
            pipe.pexpiretime(key)
        assert set(await pipe.execute()) == {forgotten_at}
        assert await levels(redis) == [1]


async def test_i2_a_clock_that_steps_back_forgets_nothing(redis_url: str, redis: Redis) -> None:
    clock, options, _ = memory_of(1000.0, 0.0)
    async with Rig(redis_url, partitions=1, clock=clock, options=options) as rig:
        crowd = Crowd(rig, redis)
        assert await crowd.offer(1) == [True]
        clock.ms -= 10
        assert await crowd.offer(1) == [False]


async def test_quiet_times_after_busy_ones_start_small_again(redis_url: str, redis: Redis) -> None:
    clock, options, bucket_ms = memory_of(1000.0, 0.0)
    async with Rig(redis_url, partitions=1, clock=clock, options=options) as rig:
        crowd = Crowd(rig, redis)
        await crowd.grow(7_000)
        clock.ms += bucket_ms
        assert await crowd.offer(0, 6_999, 7_000) == [False, False, True]
        assert await levels(redis) == [1, 0]


async def test_a_call_asks_for_levels_and_backlog_once_however_many_events_it_brings(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url, partitions=1, options=UNLIMITED) as rig:
        crowd = await start(rig, redis)
        await redis.config_resetstat()
        await crowd.grow(2 * BATCH)
    calls = {name: stat["calls"] for name, stat in (await redis.info("commandstats")).items()}
    asked = [calls[f"cmdstat_{name}"] for name in ("evalsha", "mget", "zcard", "xlen")]
    assert asked == [2, 2, 2, 2 * len(STAGES)]
