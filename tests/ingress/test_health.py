import asyncio

import pytest
from aiohttp import ClientSession, web

from ingress.health import readiness
from tests.support.ingress import Recorder, served


async def test_alive_does_not_depend_on_anything(url: str, http: ClientSession, recorder: Recorder) -> None:
    recorder.accepting = False
    async with http.get(url + "/health") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(("status", "word"), [(200, "ready"), (503, "not_ready")])
async def test_ready_is_what_the_runtime_says(
    url: str, http: ClientSession, recorder: Recorder, status: int, word: str
) -> None:
    recorder.accepting = status == 200
    async with http.get(url + "/ready") as answer:
        assert (answer.status, await answer.json()) == (status, {"status": word})
        assert answer.headers["Cache-Control"] == "no-store"


async def test_runtime_that_does_not_answer_is_not_ready(http: ClientSession) -> None:
    class Silent(Recorder):
        async def ready(self) -> bool:
            await asyncio.Event().wait()
            return True

    app = web.Application()
    app.router.add_get("/ready", readiness(Silent(), timeout_s=0.01))
    async with served(app) as url, http.get(url + "/ready") as answer:
        assert answer.status == 503
