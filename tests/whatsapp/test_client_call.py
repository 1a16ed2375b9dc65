import asyncio
import json
import traceback

import pytest
from aiohttp import web

from pyloto_stream.errors import PermanentError
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.graph_call import MAX_ANSWER_BYTES, Call
from pyloto_stream.whatsapp.graph_errors import (
    DependencyDownError,
    GraphError,
    GraphInDoubtError,
    GraphRefusedError,
    GraphTransientError,
    ThrottledError,
)
from pyloto_stream.whatsapp.graph_retry import ATTEMPTS
from tests.support import graph as meta
from tests.support.graph import Graph, Script, answer, refusal

GET = Call("GET", "1234", "media_resolve", query={"phone_number_id": meta.NUMBER}, number=meta.NUMBER)
POST = Call("POST", "1234/subscribed_apps", "subscribe", body=b'{"secret":"segredo"}')
DELETE = Call("DELETE", "1234", "media_delete")


async def fault_of(client: WhatsAppHttpClient, call: Call) -> GraphError:
    """A falha de `call`, sem segredo nem exceção encadeada."""
    with pytest.raises(GraphError) as caught:
        await client.call(call)
    error = caught.value
    assert (error.__cause__, error.__context__) == (None, None)
    told = f"{error} {error!r} {error.code} {vars(error)} {''.join(traceback.format_exception(error))}"
    assert not [secret for secret in (meta.SECRET, meta.PHONE, "segredo", meta.NUMBER) if secret in told]
    return error


def after(times: int, first: Script) -> Script:
    """Roteiro: `first` por `times` vezes, e então um JSON."""
    left = [times]

    async def script(request: web.Request) -> web.StreamResponse:
        left[0] -= 1
        return await first(request) if left[0] >= 0 else web.json_response({"ok": True})

    return script


async def test_a_call_returns_the_body_and_asks_what_it_was_told_to(
    graph: Graph, client: WhatsAppHttpClient
) -> None:
    seen: list[tuple[str, str, str | None, str, bytes]] = []

    async def script(request: web.Request) -> web.StreamResponse:
        agent = request.headers.get("User-Agent", "")
        seen.append(
            (
                request.method,
                request.path_qs,
                request.headers.get("Authorization"),
                agent,
                await request.read(),
            )
        )
        return web.json_response({"id": "9"})

    graph.script = script
    assert json.loads(await client.call(GET)) == {"id": "9"}
    form = Call("POST", "oauth/access_token", "token", form={"a": "b c"}, token="app|secret")
    await client.call(form)
    await client.call(POST)
    bearer = f"Bearer {meta.SECRET}"
    assert seen == [
        ("GET", f"/v24.0/1234?phone_number_id={meta.NUMBER}", bearer, "pyloto-stream", b""),
        ("POST", "/v24.0/oauth/access_token", "Bearer app|secret", "pyloto-stream", b"a=b+c"),
        ("POST", "/v24.0/1234/subscribed_apps", bearer, "pyloto-stream", POST.body),
    ]


@pytest.mark.parametrize("call", [GET, DELETE])
@pytest.mark.parametrize(
    "first",
    [
        answer(500, refusal(131000)),
        answer(400, refusal(2, transient=True)),
        answer(503, b"<html>"),
        meta.cut(read_first=True),
        meta.cut_in_answer(200),
    ],
)
async def test_what_may_be_repeated_is_tried_again_inside(
    graph: Graph, client: WhatsAppHttpClient, call: Call, first: Script
) -> None:
    graph.script = after(2, first)
    assert json.loads(await client.call(call)) == {"ok": True}


@pytest.mark.parametrize(
    ("script", "kind", "code"),
    [
        (answer(500, refusal(131000)), GraphTransientError, "graph_131000"),
        (answer(503, b"<html>"), DependencyDownError, "graph_http_503"),
        (answer(500, b""), GraphTransientError, "graph_http_500"),
        (meta.cut(read_first=False), DependencyDownError, "graph_unreachable"),
    ],
)
async def test_a_read_gives_up_after_its_tries(
    graph: Graph, client: WhatsAppHttpClient, script: Script, kind: type, code: str
) -> None:
    graph.script = script
    error = await fault_of(client, GET)
    assert type(error) is kind
    assert error.code == code
    dropped = script.__qualname__.startswith("cut")  # o aiohttp repete por si, uma vez, a leitura que caiu
    assert graph.attempts == ATTEMPTS * (2 if dropped else 1)


@pytest.mark.parametrize(
    ("script", "kind", "code"),
    [
        (answer(400, refusal(100)), GraphRefusedError, "graph_100"),
        (answer(404, b"gone"), GraphRefusedError, "graph_http_404"),
        (answer(401, refusal(190)), DependencyDownError, "graph_190"),
        (answer(400, refusal(4)), ThrottledError, "graph_4"),
        (answer(302, b"", {"Location": "http://127.0.0.1:1/"}), DependencyDownError, "graph_http_302"),
    ],
)
async def test_what_would_not_change_is_asked_once(
    graph: Graph, client: WhatsAppHttpClient, script: Script, kind: type, code: str
) -> None:
    graph.script = script
    error = await fault_of(client, GET)
    assert type(error) is kind
    assert error.code == code
    assert graph.attempts == 1


@pytest.mark.parametrize(
    "script",
    [answer(500, refusal(131000)), answer(500, b""), meta.cut(read_first=True), meta.cut_in_answer(200)],
)
async def test_a_post_whose_answer_was_lost_is_in_doubt_and_not_repeated(
    graph: Graph, client: WhatsAppHttpClient, script: Script
) -> None:
    graph.script = script
    assert type(await fault_of(client, POST)) is GraphInDoubtError
    assert graph.attempts == 1


async def test_a_post_that_never_connected_is_tried_again_and_then_unavailable() -> None:
    calls: list[int] = []
    client = WhatsAppHttpClient(
        f"http://127.0.0.1:{meta.closed_port()}",
        "v24.0",
        meta.SECRET,
        observe=lambda *call: calls.append(call[1]),
    )
    assert (await fault_of(client, POST)).code == "graph_unreachable"
    assert calls == [0] * ATTEMPTS
    await client.close()


async def test_a_wait_of_seconds_is_obeyed_and_a_longer_one_is_left_to_the_caller(
    graph: Graph, client: WhatsAppHttpClient
) -> None:
    graph.script = after(1, answer(429, b"", {"Retry-After": "1"}))
    started = asyncio.get_running_loop().time()
    await client.call(GET)
    assert asyncio.get_running_loop().time() - started >= 1
    graph.script = answer(400, refusal(80007), {"Retry-After": "30"})
    graph.attempts = 0
    error = await fault_of(client, GET)
    assert isinstance(error, ThrottledError)
    assert (error.retry_after_ms, graph.attempts) == (30_000, 1)


async def test_an_answer_above_the_cap_is_not_read_whole(graph: Graph, client: WhatsAppHttpClient) -> None:
    graph.script = answer(200, b" " * (MAX_ANSWER_BYTES + 1))
    assert type(await fault_of(client, DELETE)) is GraphTransientError


@pytest.mark.parametrize("path", ["", "../me", "1//2", "/1", "1?x=1", "1#", "a b", "%2e", "a/" * 9 + "a"])
async def test_an_impossible_path_is_refused_before_any_call(
    graph: Graph, client: WhatsAppHttpClient, path: str
) -> None:
    with pytest.raises(PermanentError) as caught:
        await client.call(Call("GET", path, "x"))
    assert caught.value.code == "invalid_graph_path"
    assert graph.attempts == 0


def test_nothing_of_a_call_but_its_name_is_shown() -> None:
    call = Call("POST", "55", "token", query={"s": "segredo"}, body=b"segredo", token="segredo")
    assert f"{call!r} {call}" == "<Call POST token> <Call POST token>"
