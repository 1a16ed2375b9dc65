"""Recibos: a resposta espera por eles só um instante."""

import asyncio

import pytest
from aiohttp import web

from pyloto_stream.whatsapp.client import RECEIPT_TIMEOUT_S
from tests.support.desk import open_desk


@pytest.mark.parametrize("end", ["answered", "interrupted"])
async def test_a_receipt_that_tarries_neither_holds_the_reply_nor_is_given_up(
    redis_url: str, end: str
) -> None:
    asked, answered, go = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def script(request: web.Request) -> web.StreamResponse:
        await desk.graph.record(request)
        if len(desk.reads) > len(desk.sends):
            asked.set()
            await go.wait()
            answered.set()
            return web.json_response({"success": True})
        return await desk.script(request)

    async with open_desk(redis_url) as desk, asyncio.timeout(RECEIPT_TIMEOUT_S / 2):
        desk.graph.script = script
        deciding = asyncio.ensure_future(desk.run(await desk.take()))
        if end == "interrupted":
            await asked.wait()
            deciding.cancel()
            await asyncio.wait([deciding])
        else:
            await deciding
        assert (len(desk.sends), answered.is_set()) == (end == "answered", False)
        go.set()
        await answered.wait()
