"""A linha que diz quantos webhooks entraram: uma por segundo, sem nada de nenhum deles."""

import asyncio

import pytest
from aiohttp import ClientSession

from ingress import summary
from ingress.app import create_public_app
from ingress.summary import Accepted
from pyloto_stream.observability.correlation import correlated
from tests.ingress.test_request_log import PATH, post
from tests.support import webhooks as meta
from tests.support.ingress import CONFIG, Recorder, Tally, served


def told(lines: list[dict[str, object]]) -> list[dict[str, object]]:
    return [line for line in lines if line["event"] == "webhooks accepted"]


async def test_many_deliveries_are_one_line_that_is_of_none_of_them(
    lines: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary, "EVERY_S", 0.0)
    accepted = Accepted()
    with correlated("c1"):
        for seconds in (0.001, 0.0425, 0.002):
            accepted.count([{"new": 2, "duplicate": 1}], seconds)
    later = asyncio.Event()
    asyncio.get_running_loop().call_later(0.0, later.set)
    await later.wait()
    (line,) = lines
    del line["ts"]
    assert line == {
        "level": "INFO", "event": "webhooks accepted", "process": "ingress", "requests": 3, "new": 6,
        "duplicate": 3, "worst_ms": 42.5,
    }  # fmt: skip
    accepted.tell()
    assert len(lines) == 1


async def test_what_was_accepted_before_the_stop_is_told_and_a_refusal_does_not_count(
    http: ClientSession, lines: list[dict[str, object]]
) -> None:
    async with served(create_public_app(CONFIG, Recorder(), Tally())) as url:
        body = meta.body(meta.text("wamid.A"), meta.text("wamid.B"))
        statuses = [await post(http, url, body) for _ in range(3)] + [await post(http, url, body, b"wrong")]
        assert statuses == [200, 200, 200, 403]
        assert not told(lines)
    (line,) = told(lines)
    assert (line["requests"], line["new"], line["duplicate"]) == (3, 2, 4)
    assert not [line for line in lines if line["level"] == "INFO" and line.get("route") == PATH]
