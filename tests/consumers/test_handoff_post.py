"""O POST de uma entrega: assinado como o manual diz, e cada resposta tem um só destino."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web
from loguru import logger

from consumers.handoff_document import for_post, handoff_id
from consumers.handoff_post import DRAIN_BYTES, HandoffPost, signature
from pyloto_stream.errors import PermanentError, PylotoError, UnavailableError
from tests.support.crm import PATH, PHONE, SECRET, Crm, Script, answer, crm_server, ready, taught
from tests.support.graph import closed_port
from tests.support.records import USER

DOWN = (408, 425, 429, 500, 502, 503, 504)
REFUSED = (301, 302, 307, 308, 401, 403, 407)
BAD = (400, 404, 405, 409, 410, 413, 415, 422)
SHORT_S = 0.2


@pytest_asyncio.fixture
async def crm() -> AsyncIterator[Crm]:
    async with crm_server() as crm:
        yield crm


async def deliver(post: HandoffPost) -> PylotoError | None:
    try:
        await post.deliver(handoff_id(USER, ready()), for_post(USER, ready()))
    except (UnavailableError, PermanentError) as error:
        return error
    finally:
        await post.close()
    return None


async def test_it_arrives_signed_under_the_id_of_the_hand_off_with_the_phone(crm: Crm) -> None:
    counted: list[tuple[str, float]] = []
    assert await deliver(crm.post(count=lambda *each: counted.append(each))) is None
    (post,) = crm.posts
    assert (post.path, post.delivery, post.genuine) == (PATH, f"{USER}.s1:handoff", True)
    assert post.body["id"] == post.delivery
    assert post.body["profile"]["phone"] == PHONE
    assert [result for result, _ in counted] == ["posted"]


def test_the_manual_refuses_another_secret_another_body_and_an_old_request() -> None:
    genuine = taught("is_genuine", "is_genuine")
    now, old = str(int(time.time())), str(int(time.time()) - 600)

    def headers(stamp: str, body: bytes) -> dict[str, str]:
        return {
            "X-Pyloto-Timestamp": stamp, "X-Pyloto-Signature-256": signature(SECRET.encode(), stamp, body)
        }  # fmt: skip

    assert genuine(SECRET.encode(), headers(now, b"{}"), b"{}")
    assert not genuine(b"another", headers(now, b"{}"), b"{}")
    assert not genuine(SECRET.encode(), headers(now, b"{}"), b"{ }")
    assert not genuine(SECRET.encode(), headers(old, b"{}"), b"{}")
    assert not genuine(SECRET.encode(), headers(old, b"{}") | {"X-Pyloto-Timestamp": now}, b"{}")


@pytest.mark.parametrize(
    ("statuses", "kind", "code"),
    [
        ((200, 201, 202, 204), None, ""),
        (DOWN, UnavailableError, "handoff_http_{}"),
        (REFUSED, UnavailableError, "handoff_refused"),
        (BAD, PermanentError, "handoff_http_{}"),
    ],
)
async def test_each_status_has_one_destiny(
    crm: Crm, statuses: tuple[int, ...], kind: type[PylotoError] | None, code: str
) -> None:
    for status in statuses:
        crm.script = answer(status, Location=f"{crm.url}/elsewhere", **{"Retry-After": "7"})
        counted: list[str] = []
        error = await deliver(crm.post(count=lambda result, _s, seen=counted: seen.append(result)))
        assert (type(error) if error else None) is kind
        assert (error.code if error else "") == code.format(status)
        assert counted == [error.code if error else "posted"]
        if isinstance(error, UnavailableError) and error.code != "handoff_refused":
            assert error.retry_after_ms == 7000
    assert len(crm.posts) == len(statuses), "no redirect is followed"


async def hung(crm: Crm) -> HandoffPost:
    crm.script = crm.silence
    return crm.post(timeout_s=SHORT_S)


async def cut(crm: Crm) -> HandoffPost:
    crm.script = crm.hang_up
    return crm.post()


async def closed(_crm: Crm) -> HandoffPost:
    return HandoffPost(f"http://127.0.0.1:{closed_port()}/x", b"s")


async def plain(crm: Crm) -> HandoffPost:
    return HandoffPost(crm.url.replace("http", "https") + PATH, b"s")


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (hung, "handoff_timeout"),
        (cut, "handoff_cut"),
        (closed, "handoff_unreachable"),
        (plain, "handoff_tls"),
    ],
)
async def test_no_answer_is_an_outage_with_its_own_name_and_no_address_in_the_error(
    crm: Crm, how: Callable[[Crm], Awaitable[HandoffPost]], code: str
) -> None:
    post = await how(crm)
    error = await deliver(post)
    assert isinstance(error, UnavailableError)
    assert error.code == code
    chain = (error, error.__cause__, error.__context__)
    assert not any("path-secret" in str(each) or crm.url in str(each) for each in chain if each)
    assert "path-secret" not in repr(post)


async def test_after_a_lost_answer_the_same_id_comes_again(crm: Crm) -> None:
    crm.script = crm.hang_up
    assert await deliver(crm.post()) is not None
    crm.script = None
    assert await deliver(crm.post()) is None
    assert len(crm.ids) == 2
    assert len({*crm.ids}) == 1
    assert crm.posts[0].body == crm.posts[1].body


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(40):
        await response.write(b"x" * DRAIN_BYTES)
    return response


async def never_ends(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"x")
    assert request.transport is not None
    request.transport.close()
    return response


@pytest.mark.parametrize("script", [endless, never_ends])
async def test_a_2xx_counts_whatever_its_body_does(crm: Crm, script: Script) -> None:
    crm.script = script
    assert await deliver(crm.post()) is None


async def test_the_connection_is_used_again(crm: Crm) -> None:
    peers: set[object] = set()

    async def seen(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.Response(text="x" * 500)

    crm.script = seen
    post = crm.post()
    for number in range(3):
        await post.deliver(str(number), for_post(USER, ready(number)))
    await post.close()
    assert len(peers) == 1


async def test_a_refusal_is_told_once_with_the_host_and_nothing_of_the_secret(crm: Crm) -> None:
    lines: list[str] = []
    sink = logger.add(lambda line: lines.append(str(line)), format="{message} {extra}", level="WARNING")
    post = crm.post()
    try:
        for status in (401, 401, 403, 403):
            crm.script = answer(status)
            with pytest.raises(UnavailableError):
                await post.deliver("d", msgspec.json.encode({}))
    finally:
        await post.close()
        logger.remove(sink)
    assert len(lines) == 2
    assert all("HANDOFF_WEBHOOK_SECRET" in line and "127.0.0.1" in line for line in lines)
    assert not any(word in line for line in lines for word in (SECRET, "path-secret", "segredo"))
