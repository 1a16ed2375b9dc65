"""O que há no Redis, visto por fora? Leituras com tipos simples, sem passar pelo executor."""

from typing import cast

from redis.asyncio import Redis

from tests.support.servers import open_raw


async def evalsha_calls(redis: Redis) -> int:
    """Quantos scripts o servidor já executou."""
    return int((await redis.info("commandstats"))["cmdstat_evalsha"]["calls"])


async def entries(redis: Redis, key: str) -> list[dict[str, str]]:
    """Campos de cada entrada de um stream, na ordem; vazio se a chave não existe."""
    found = cast("list[tuple[str, dict[str, str]]]", await redis.xrange(key))
    return [fields for _, fields in found]


async def only(redis: Redis, key: str) -> dict[str, str]:
    """Campos da única entrada de um stream."""
    (fields,) = await entries(redis, key)
    return fields


async def state(redis: Redis, key: str) -> str:
    """Estado gravado numa conversa; vazio se não há."""
    return cast("str", await redis.hget(key, "s") or "")


async def found(redis: Redis, pattern: str = "*") -> list[str]:
    """Chaves que combinam com `pattern`, em ordem."""
    return sorted([key async for key in redis.scan_iter(pattern)])


async def snapshot(url: str) -> dict[str, object]:
    """Tudo o que o executor guarda, byte por byte, sem o que só o tempo muda (ociosidade, expiração)."""
    async with open_raw(url, encoding="latin-1", decode_responses=True) as redis:
        return {key: await _value(redis, key) for key in await found(redis)}


async def _value(redis: Redis, key: str) -> object:
    kind = await redis.type(key)
    if kind == "string":
        return await redis.get(key)
    if kind == "hash":
        return await redis.hgetall(key)
    if kind == "list":
        return await redis.lrange(key, 0, -1)
    if kind == "zset":
        return await redis.zrange(key, 0, -1, withscores=True)
    return (
        await redis.xrange(key),
        [await _group(redis, key, g["name"]) for g in await redis.xinfo_groups(key)],
    )


async def _group(redis: Redis, key: str, name: str) -> object:
    pending = await redis.xpending_range(key, name, "-", "+", 1000)
    consumers = sorted(consumer["name"] for consumer in await redis.xinfo_consumers(key, name))
    held = [(row["message_id"], row["consumer"], row["times_delivered"]) for row in pending]
    return (name, consumers, held)
