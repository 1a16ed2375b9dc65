import asyncio

import msgspec
import pytest
from aiohttp import ClientError, ClientSession, web

from ingress.app import create_public_app
from ingress.middleware import rate_limited
from ingress.rate_limit import RateLimit
from tests.support.ingress import CONFIG, Recorder, Tally, served


class TestCorrelation:
    @pytest.mark.parametrize("given", ["a", "A-z.0_9", "x" * 64])
    async def test_valid_id_comes_back(self, url: str, http: ClientSession, given: str) -> None:
        async with http.get(url + "/health", headers={"X-Correlation-ID": given}) as answer:
            assert answer.headers["X-Correlation-ID"] == given

    @pytest.mark.parametrize("given", ["", "x" * 65, "a b", "é", "a;b"])
    async def test_any_other_id_is_replaced(self, url: str, http: ClientSession, given: str) -> None:
        async with http.get(url + "/health", headers={"X-Correlation-ID": given}) as answer:
            made = answer.headers["X-Correlation-ID"]
        assert made != given
        assert len(made) == 16

    async def test_each_request_gets_its_own(self, url: str, http: ClientSession) -> None:
        made = []
        for _ in range(2):
            async with http.get(url + "/health") as answer:
                made.append(answer.headers["X-Correlation-ID"])
        assert made[0] != made[1]

    async def test_not_even_a_404_goes_without(self, url: str, http: ClientSession) -> None:
        async with http.get(url + "/nowhere") as answer:
            assert (answer.status, await answer.json()) == (404, {"error": "not_found"})
            assert len(answer.headers["X-Correlation-ID"]) == 16

    async def test_server_version_is_not_told(self, url: str, http: ClientSession) -> None:
        async with http.get(url + "/health") as answer:
            assert answer.headers["Server"] == "pyloto-stream"


class TestObservation:
    async def test_request_is_one_line_without_what_was_asked(
        self, url: str, http: ClientSession, tally: Tally, lines: list[dict[str, object]]
    ) -> None:
        headers = {"X-Correlation-ID": "c1"}
        async with http.get(url + "/who/554199990000?token=segredo", headers=headers) as answer:
            assert answer.status == 404
        (line,) = lines
        assert 0 <= float(str(line.pop("duration_ms"))) < 60_000
        del line["ts"]
        assert line == {
            "event": "request",
            "level": "WARNING",
            "process": "ingress",
            "method": "GET",
            "route": "unmatched",
            "status": 404,
            "correlation_id": "c1",
        }
        assert tally.answered == [("unmatched", 404)]

    async def test_unusual_method_is_not_repeated_in_the_log(
        self, url: str, http: ClientSession, lines: list[dict[str, object]]
    ) -> None:
        async with http.request("PROPFIND", url + "/health") as answer:
            assert answer.status == 405
        assert [line["method"] for line in lines] == ["OTHER"]

    async def test_probes_are_logged_as_detail(
        self, url: str, http: ClientSession, lines: list[dict[str, object]]
    ) -> None:
        async with http.get(url + "/health"):
            pass
        assert [(line["route"], line["level"]) for line in lines] == [("/health", "DEBUG")]

    async def test_handler_that_is_cancelled_is_counted_as_gone(
        self, http: ClientSession, recorder: Recorder, tally: Tally
    ) -> None:
        async def cancelled(_request: web.Request) -> web.Response:
            raise asyncio.CancelledError

        app = create_public_app(CONFIG, recorder, tally, routes=[web.post("/gone", cancelled)])
        async with served(app) as url:
            with pytest.raises(ClientError):
                await http.post(url + "/gone")
        assert tally.answered == [("/gone", 499)]


class TestRateLimit:
    async def test_who_asks_too_much_is_told_when_to_return(
        self, http: ClientSession, recorder: Recorder, tally: Tally
    ) -> None:
        config = msgspec.structs.replace(CONFIG, rate_limit_per_minute=2)
        async with served(create_public_app(config, recorder, tally)) as url:
            statuses = []
            for _ in range(3):
                async with http.post(url + "/webhooks/whatsapp") as answer:
                    statuses.append(answer.status)
            assert statuses == [401, 401, 429]
            assert 1 <= int(answer.headers["Retry-After"]) <= 30
            assert "X-Correlation-ID" in answer.headers

    async def test_probes_are_never_limited(
        self, http: ClientSession, recorder: Recorder, tally: Tally
    ) -> None:
        config = msgspec.structs.replace(CONFIG, rate_limit_per_minute=1)
        async with served(create_public_app(config, recorder, tally)) as url:
            for _ in range(5):
                async with http.get(url + "/ready") as answer:
                    assert answer.status == 200

    async def test_limit_follows_the_clock_it_was_given(self, http: ClientSession) -> None:
        now = [0.0]

        async def hello(_request: web.Request) -> web.Response:
            return web.Response()

        app = web.Application(middlewares=[rate_limited(RateLimit(1, lambda: now[0]))])
        app.router.add_get("/", hello)
        async with served(app) as url:
            statuses = []
            for at in (0.0, 59.0, 60.0):
                now[0] = at
                async with http.get(url) as answer:
                    statuses.append(answer.status)
        assert statuses == [200, 429, 200]

    async def test_without_a_limit_nobody_is_refused(self, url: str, http: ClientSession) -> None:
        for _ in range(50):
            async with http.post(url + "/webhooks/whatsapp") as answer:
                assert answer.status == 401
