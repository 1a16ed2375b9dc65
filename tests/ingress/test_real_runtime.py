"""A entrada sobre o executor de verdade: o que o HTTP diz é o que o Redis tem."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from ingress.webhook import MAX_BODY
from pyloto_stream.streams.accept import AcceptOptions
from pyloto_stream.streams.embedded import EmbeddedRedis
from pyloto_stream.streams.scripts import Script
from pyloto_stream.whatsapp.signature import sign
from tests.support import look
from tests.support import webhooks as meta
from tests.support.bad_webhooks import BAD_BODIES
from tests.support.ingress import CONFIG, SECRET
from tests.support.live import PATH, Ingress, live, stored
from tests.support.proxy import Proxy
from tests.support.servers import crash

ONE = meta.body(meta.text("wamid.A"))
OTHER = meta.body(meta.text("wamid.B"))


@pytest_asyncio.fixture
async def proxy(redis_url: str) -> AsyncIterator[Proxy]:
    async with Proxy(redis_url) as proxy:
        yield proxy


@pytest_asyncio.fixture
async def ingress(proxy: Proxy) -> AsyncIterator[Ingress]:
    async with live(proxy.url) as ingress:
        yield ingress


async def retry_after(ingress: Ingress, body: bytes) -> tuple[int, str]:
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(SECRET, body)}
    async with ingress.http.post(ingress.url + PATH, data=body, headers=headers) as answer:
        return answer.status, answer.headers.get("Retry-After", "")


class TestTaken:
    async def test_what_was_answered_200_is_in_redis_once(self, ingress: Ingress, redis_url: str) -> None:
        body = meta.body(meta.text("wamid.A"), None, statuses=[meta.status("wamid.S", "read")])
        assert [await ingress.post(body) for _ in range(3)] == [200, 200, 200]
        found = await stored(redis_url)
        assert (found.messages, found.statuses) == ({"wamid.A": 1}, {("wamid.S", "read"): 1})
        assert [(reason, times) for (reason, _), times in found.dead.items()] == [("wrong_shape", 1)]

    async def test_same_body_many_times_at_once_enters_once(self, ingress: Ingress, redis_url: str) -> None:
        assert await asyncio.gather(*(ingress.post(ONE) for _ in range(20))) == [200] * 20
        assert (await stored(redis_url)).messages == {"wamid.A": 1}
        assert (ingress.counted("message", "new"), ingress.counted("message", "duplicate")) == (1, 19)

    @pytest.mark.parametrize("secret", [b"old", b"new"])
    async def test_either_secret_of_a_rotation_opens(self, redis_url: str, secret: bytes) -> None:
        config = msgspec.structs.replace(CONFIG, webhook_secrets=(b"new", b"old"))
        async with live(redis_url, config=config) as ingress:
            assert await ingress.post(ONE, **{"X-Hub-Signature-256": sign(secret, ONE)}) == 200
            assert await ingress.post(OTHER, **{"X-Hub-Signature-256": sign(SECRET, OTHER)}) == 403
        assert (await stored(redis_url)).messages == {"wamid.A": 1}


class TestRefused:
    @pytest.mark.parametrize(
        ("body", "headers", "status"),
        [
            (ONE, {"X-Hub-Signature-256": ""}, 401),
            (ONE, {"X-Hub-Signature-256": "sha256=XYZ"}, 401),
            (ONE, {"X-Hub-Signature-256": sign(SECRET, ONE).upper()}, 401),
            (ONE, {"X-Hub-Signature-256": sign(b"wrong", ONE)}, 403),
            (ONE, {"X-Hub-Signature-256": sign(SECRET, OTHER)}, 403),
            (b"junk", {"X-Hub-Signature-256": sign(b"wrong", b"junk")}, 403),
            (ONE, {"Content-Type": "text/plain"}, 415),
            (ONE, {"Content-Encoding": "gzip"}, 415),
            (ONE.ljust(MAX_BODY + 1), {}, 413),
        ],
    )
    async def test_what_is_refused_leaves_nothing_in_redis(
        self, ingress: Ingress, redis_url: str, body: bytes, headers: dict[str, str], status: int
    ) -> None:
        before = await look.snapshot(redis_url)
        assert await ingress.post(body, **headers) == status
        assert await look.snapshot(redis_url) == before

    async def test_who_passes_the_limit_stores_nothing_more(self, redis_url: str) -> None:
        config = msgspec.structs.replace(CONFIG, rate_limit_per_minute=1)
        async with live(redis_url, config=config) as ingress:
            assert [await ingress.post(body) for body in (ONE, OTHER)] == [200, 429]
        assert (await stored(redis_url)).messages == {"wamid.A": 1}


class TestUnreadable:
    @pytest.mark.parametrize(("body", "reason"), BAD_BODIES)
    async def test_signed_bytes_are_kept_with_the_reason_once(
        self, ingress: Ingress, redis_url: str, body: bytes, reason: str
    ) -> None:
        assert [await ingress.post(body), await ingress.post(body)] == [200, 200]
        ((kept_reason, kept), times) = (await stored(redis_url)).dead.popitem()
        assert (kept_reason, times) == (reason, 1)
        assert kept == body or kept.startswith(b'{"object":"whatsapp_business_account","entry":[')
        assert ingress.counted("unreadable", "new") == ingress.counted("unreadable", "duplicate") == 1

    async def test_whole_body_that_cannot_be_read_is_kept_byte_by_byte(
        self, ingress: Ingress, redis_url: str
    ) -> None:
        bodies = {bytes(range(256)): "not_json", b"\r\n{\0}": "not_json", b" [1] ": "not_an_object"}
        assert [await ingress.post(body) for body in bodies] == [200, 200, 200]
        assert (await stored(redis_url)).dead == {(reason, body): 1 for body, reason in bodies.items()}

    async def test_everything_readable_beside_every_strangeness_enters(
        self, ingress: Ingress, redis_url: str
    ) -> None:
        strange: list[meta.Json] = [
            meta.text("wamid.BAD", text=None),
            None,
            7,
            [],
            {"id": None, "type": {"deep": [[[]]]}},
            meta.typed("novelty", {}, id="wamid.NEW"),
        ]
        good = [meta.text(f"wamid.G{n}") for n in range(6)]
        pairs = [item for pair in zip(strange, good, strict=True) for item in pair]
        body = meta.dump(
            meta.webhook(
                {"id": "1", "changed_fields": ["messages"]},
                None,
                meta.entry(
                    None, meta.change({}, "novelty"), meta.change(meta.value(*pairs)), meta.change(None)
                ),
                meta.entry(meta.change(meta.value(statuses=[meta.status("wamid.S", "sent"), None]))),
            )
        )
        assert await ingress.post(body) == 200
        found = await stored(redis_url)
        assert found.messages == dict.fromkeys([*(f"wamid.G{n}" for n in range(6)), "wamid.NEW"], 1)
        assert found.statuses == {("wamid.S", "sent"): 1}
        assert sorted(reason for reason, _ in found.dead.elements()) == [
            "changed_fields", "unknown_field", "unknown_type", *["wrong_shape"] * 9,
        ]  # fmt: skip
        assert ingress.counted("unreadable", "new") == 12

    async def test_ten_thousand_levels_do_not_stop_the_neighbours(
        self, ingress: Ingress, redis_url: str
    ) -> None:
        body = meta.body(meta.text("wamid.A"), meta.text("wamid.DEEP", extra="@@"), meta.text("wamid.B"))
        deep = body.replace(b'"@@"', b"[" * 10_000 + b"]" * 10_000)
        assert await ingress.post(deep) == 200
        found = await stored(redis_url)
        assert found.messages.keys() >= {"wamid.A", "wamid.B"}
        assert found.dead == {("too_deep", deep): 1}


class TestRedisAway:
    async def test_out_of_reach_is_503_and_the_redelivery_enters(
        self, ingress: Ingress, redis_url: str, proxy: Proxy
    ) -> None:
        before, upstream = await look.snapshot(redis_url), proxy.upstream
        proxy.upstream += ".away"
        await proxy.sever()
        assert await ingress.ready() == 503
        assert await retry_after(ingress, ONE) == (503, "5")
        assert await retry_after(ingress, b"junk") == (503, "5")
        assert await look.snapshot(redis_url) == before
        assert ingress.counted("message", "new") == 0
        proxy.upstream = upstream
        assert [await ingress.post(ONE), await ingress.ready()] == [200, 200]
        assert (await stored(redis_url)).messages == {"wamid.A": 1}

    async def test_reply_that_was_lost_is_503_and_the_redelivery_is_a_duplicate(
        self, ingress: Ingress, redis_url: str, proxy: Proxy
    ) -> None:
        assert await ingress.post(OTHER) == 200  # o servidor já tem o script: perde-se a resposta dele
        proxy.cut_reply(Script.ACCEPT.sha, times=100)
        assert (await retry_after(ingress, ONE))[0] == 503
        proxy.cut_reply("", times=0)
        assert await ingress.post(ONE) == 200
        assert (await stored(redis_url)).messages == {"wamid.A": 1, "wamid.B": 1}
        assert ingress.counted("message", "duplicate") == 1

    async def test_server_killed_and_back_elsewhere_needs_no_restart_of_ours(
        self, redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        server = EmbeddedRedis(tmp_path_factory.mktemp("own"), binary=redis_server._binary)
        async with Proxy(await server.start()) as proxy, live(proxy.url) as ingress:
            assert await ingress.post(ONE) == 200
            await crash(server)
            assert await ingress.ready() == 503
            assert (await retry_after(ingress, OTHER)) == (503, "5")
            proxy.upstream = (await server.start()).removeprefix("unix://")
            assert [await ingress.post(ONE), await ingress.post(OTHER), await ingress.ready()] == [200] * 3
            found = await stored(server.url)
        await server.stop()
        assert found.messages == {"wamid.A": 1, "wamid.B": 1}

    async def test_full_memory_is_503_and_what_was_taken_stays(
        self, ingress: Ingress, redis_url: str, redis: Redis
    ) -> None:
        assert await ingress.post(ONE) == 200
        await redis.config_set("maxmemory", "1")
        try:
            assert await retry_after(ingress, OTHER) == (503, "5")
        finally:
            await redis.config_set("maxmemory", "0")
        assert await ingress.post(OTHER) == 200
        assert (await stored(redis_url)).messages == {"wamid.A": 1, "wamid.B": 1}

    async def test_full_backlog_is_503_and_duplicates_still_pass(self, redis_url: str) -> None:
        people = [meta.text(f"wamid.{n}") | {"from": f"55419888{n:05d}"} for n in range(200)]
        async with live(redis_url, options=AcceptOptions(backlog_limit=40)) as ingress:
            assert await ingress.post(ONE) == 200
            assert await ingress.post(meta.body(*people)) == 503
            assert await ingress.post(ONE) == 200
            found = await stored(redis_url)
        assert set(found.messages.values()) == {1}
