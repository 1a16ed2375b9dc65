"""O endpoint de Flows pela porta pública: os códigos que a Meta define, e nada do pedido no log."""

import asyncio
import time
from collections.abc import AsyncIterator
from io import BytesIO
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from ingress.app import create_public_app
from ingress.flows import FLOWS_PATH, flow_routes
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.settings import load
from pyloto_stream.whatsapp.flows.crypto import MAX_REQUEST
from pyloto_stream.whatsapp.signature import HEADER, sign
from tests.support.flows import NOW_MS, PEPPER, SECRET, Device, endpoint, private_pem, token_of
from tests.support.ingress import CONFIG, Recorder, Tally, served

ENVIRONMENT = {
    "WHATSAPP_WEBHOOK_SECRET": f"an-older-secret,{SECRET.decode()}",
    "PEPPER_SECRET": PEPPER.decode().replace(" ", "-"),
    "FLOW_TOKEN_TTL": "3600",
}


@pytest_asyncio.fixture
async def door(recorder: Recorder, tally: Tally) -> AsyncIterator[str]:
    pem = private_pem().decode().replace("\n", "\\n")
    settings = load({**ENVIRONMENT, "FLOW_PRIVATE_KEY": pem})
    app = create_public_app(CONFIG, recorder, tally, routes=flow_routes(settings, lambda: NOW_MS))
    async with served(app) as url:
        yield url + FLOWS_PATH


async def post(http: ClientSession, door: str, body: bytes, secret: bytes = SECRET) -> tuple[int, str, str]:
    async with http.post(door, data=BytesIO(body), headers={HEADER: sign(secret, body)}) as answer:
        return answer.status, answer.content_type, await answer.text()


async def test_a_ping_is_answered_with_the_encrypted_word(door: str, http: ClientSession) -> None:
    device = Device()
    status, kind, text = await post(http, door, device.body(version="3.0", action="ping"))
    assert (status, kind) == (200, "text/plain")
    assert device.opened(text) == {"data": {"status": "active"}}


@pytest.mark.parametrize("action", ["INIT", "data_exchange", "navigate"])
@pytest.mark.parametrize("field", ["error", "error_key"])
async def test_an_error_notice_is_acknowledged(
    door: str, http: ClientSession, action: str, field: str
) -> None:
    device = Device()
    body = device.body(action=action, screen="LIST", data={field: "x", "error_message": "y"})
    status, _, text = await post(http, door, body)
    assert (status, device.opened(text)) == (200, {"data": {"acknowledged": True}})


async def test_a_wrong_or_missing_signature_is_432(door: str, http: ClientSession) -> None:
    body = Device().body(action="ping")
    assert (await post(http, door, body, b"other"))[0] == 432
    async with http.post(door, data=body) as answer:
        assert (answer.status, await answer.text()) == (432, "")


async def test_what_does_not_open_is_421_with_no_word_of_why(door: str, http: ClientSession) -> None:
    for body in (Device(private_pem("old")).body(action="ping"), b"{}", b"", b"\xff"):
        assert (await post(http, door, body)) == (421, "text/plain", "")


@pytest.mark.parametrize("action", ["INIT", "data_exchange", "BACK", "other"])
@pytest.mark.parametrize(
    "token", [None, "", "unused", "p1.x.y", token_of(now_ms=NOW_MS - 3_600_000), token_of("gone")]
)
async def test_i18_a_token_that_is_no_longer_valid_is_427_in_plain_json(
    door: str, http: ClientSession, action: str, token: str | None
) -> None:
    status, kind, text = await post(http, door, Device().body(action=action, flow_token=token))
    assert (status, kind) == (427, "application/json")
    assert text == '{"error_msg":"' + TEXTS.form_expired + '"}'


async def test_a_signature_of_the_token_that_is_not_of_meta_is_432(door: str, http: ClientSession) -> None:
    body = Device().body(action="INIT", flow_token="t", flow_token_signature="a.b.c")
    assert (await post(http, door, body))[0] == 432


async def test_a_body_above_the_limit_is_413(door: str, http: ClientSession) -> None:
    assert (await post(http, door, b" " * (MAX_REQUEST + 1)))[0] == 413


async def test_health_says_whether_a_key_is_configured(
    door: str, http: ClientSession, recorder: Recorder, tally: Tally
) -> None:
    async with http.get(door) as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "active"})
    app = create_public_app(CONFIG, recorder, tally, routes=flow_routes(load({})))
    async with served(app) as url:
        async with http.get(url + FLOWS_PATH) as answer:
            assert (answer.status, await answer.json()) == (503, {"status": "not_configured"})
        assert (await post(http, url + FLOWS_PATH, Device().body(action="ping")))[0] == 421


async def test_nothing_of_a_request_reaches_the_log_or_the_queues(
    door: str, http: ClientSession, tally: Tally, recorder: Recorder, lines: list[dict[str, object]]
) -> None:
    token = token_of()
    body = Device().body(action="data_exchange", screen="ENTRY", flow_token=token, data={"name": "Zuleica"})
    await post(http, door, body)
    await post(http, door, body, b"other")
    assert tally.answered == [(FLOWS_PATH, 427), (FLOWS_PATH, 432)]
    assert recorder.offers == []
    shown = str(lines)
    assert len(lines) == 2
    assert not [secret for secret in ("Zuleica", token, token[:20], "data_exchange") if secret in shown]


def test_a_key_that_does_not_serve_stops_the_start() -> None:
    pem = private_pem("locked").decode()
    with pytest.raises(MisconfiguredError, match=r"^FLOW_PRIVATE_KEY_PASSPHRASE: does not open"):
        flow_routes(load({"FLOW_PRIVATE_KEY": pem, "FLOW_PRIVATE_KEY_PASSPHRASE": "wrong"}))


def test_our_own_time_is_far_below_fifty_milliseconds() -> None:
    """Tempo de CPU, com a chave anterior de uma rotação: o caso mais lento."""
    slow, device = endpoint(private_pem() + private_pem("old")), Device(private_pem("old"))
    spent = []
    body = device.body(action="data_exchange", screen="ENTRY", flow_token=token_of(), data={"name": "Ana"})
    signature = sign(SECRET, body)
    for _ in range(300):
        began = time.thread_time()
        assert slow.reply(body, signature, NOW_MS).status == 200
        spent.append(time.thread_time() - began)
    assert sorted(spent)[296] < 0.050


async def test_a_body_that_stops_coming_is_408(door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingress.flows.BODY_TIMEOUT_S", 0.05)
    where = urlsplit(door)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(b"POST /flows/data HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
    assert b" 408 " in await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    await writer.wait_closed()


async def test_a_body_without_a_length_is_cut_at_the_limit(door: str, http: ClientSession) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_REQUEST // 65536 + 2):
            yield b" " * 65536

    async with http.post(door, data=endless(), headers={HEADER: "sha256=0"}) as answer:
        assert answer.status == 413
