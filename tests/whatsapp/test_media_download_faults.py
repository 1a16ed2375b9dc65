import pytest
from aiohttp import web

from pyloto_stream.whatsapp.client import DependencyDownError, ThrottledError
from pyloto_stream.whatsapp.graph_errors import GraphTransientError
from pyloto_stream.whatsapp.media_errors import MediaTooLargeError
from tests.support.files import MAX_BYTES, PDF, Files, fault_of, sha256, source
from tests.support.graph import Script, answer, closed_port, cut, cut_in_answer, refusal


async def test_what_the_server_says_is_too_large_is_not_downloaded(files: Files) -> None:
    files.content = b"x" * (MAX_BYTES + 1)
    error = await fault_of(files, source())
    assert (type(error), error.code) == (MediaTooLargeError, "media_too_large")
    assert files.seen == []


async def test_a_declared_length_above_the_limit_is_refused_before_reading(files: Files) -> None:
    files.file = answer(200, PDF * 6)
    assert type(await fault_of(files, source(digest=sha256()))) is MediaTooLargeError


async def test_too_large_without_a_length_is_stopped_at_the_limit(files: Files) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        while True:
            await response.write(b"%PDF" * 16_384)
            sent += 65_536

    files.file = endless
    assert type(await fault_of(files, source(digest=sha256()))) is MediaTooLargeError
    assert sent < 20 * MAX_BYTES


async def test_a_truncated_file_is_to_be_repeated(files: Files) -> None:
    async def truncated(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(PDF))})
        await response.prepare(request)
        await response.write(PDF[:100_000])
        assert request.transport is not None
        request.transport.close()
        return response

    files.file = truncated
    error = await fault_of(files, source(digest=sha256()))
    assert (type(error), error.code) == (GraphTransientError, "media_cut")


async def test_a_slow_drip_ends_at_the_time_limit(files: Files) -> None:
    files.file = files.graph.drip
    error = await fault_of(files, source(digest=sha256()), timeout_s=0.4)
    assert (type(error), error.code) == (GraphTransientError, "media_cut")


@pytest.mark.parametrize(
    ("script", "kind", "code"),
    [
        (answer(500, b""), GraphTransientError, "graph_http_500"),
        (answer(503, b"<html>"), DependencyDownError, "graph_http_503"),
        (answer(429, b"", {"Retry-After": "7"}), ThrottledError, "graph_http_429"),
        (answer(204, b""), GraphTransientError, "media_odd_answer"),
        (cut(read_first=True), DependencyDownError, "graph_unreachable"),
        (cut_in_answer(200), GraphTransientError, "media_cut"),
    ],
)
async def test_a_trouble_of_the_server_is_not_of_the_file(
    files: Files, script: Script, kind: type, code: str
) -> None:
    files.file = script
    error = await fault_of(files, source(digest=sha256()))
    assert (type(error), error.code) == (kind, code)


async def test_a_bad_token_is_not_of_the_file_either(files: Files) -> None:
    files.resolve = answer(401, refusal(190))
    assert (await fault_of(files, source())).code == "graph_190"
    files.resolve, files.file = None, answer(401, b"")
    error = await fault_of(files, source())
    assert (type(error), error.code) == (DependencyDownError, "graph_http_401")


async def test_an_unreachable_graph_is_unavailable(files: Files) -> None:
    files.url = f"http://127.0.0.1:{closed_port()}"
    assert (await fault_of(files, source())).code == "graph_unreachable"
