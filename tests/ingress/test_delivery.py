import asyncio
import gzip
import io
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession

from ingress.app import create_public_app
from ingress.config import IngressConfig
from ingress.webhook import MAX_BODY
from pyloto_stream.errors import TransientError, UnavailableError
from pyloto_stream.streams.model import Item, Settlement, Unreadable
from pyloto_stream.whatsapp.signature import sign
from tests.support import webhooks as meta
from tests.support.bad_webhooks import BAD_BODIES
from tests.support.ingress import SECRET, Recorder, Tally, served

PATH = "/webhooks/whatsapp"
JSON = {"Content-Type": "application/json"}


def signed(body: bytes, **headers: str) -> dict[str, str]:
    return JSON | {"X-Hub-Signature-256": sign(SECRET, body)} | headers


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Streams]:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    yield reader, writer
    writer.close()
    await writer.wait_closed()


class TestTaken:
    async def test_signed_webhook_is_taken_with_exactly_200(
        self, url: str, http: ClientSession, recorder: Recorder, tally: Tally
    ) -> None:
        body = meta.body(meta.text(), statuses=[meta.status(biz_opaque_callback_data="v1.3.ab.0")])
        async with http.post(url + PATH, data=io.BytesIO(body), headers=signed(body)) as answer:
            assert (answer.status, await answer.read()) == (200, b"")
        assert [type(offer) for offer in recorder.offers] == [Item, Settlement]
        assert tally.updates == [("message", "new"), ("status", "new")]

    async def test_redelivery_is_taken_again_and_counted_as_duplicate(
        self, url: str, http: ClientSession, recorder: Recorder, tally: Tally
    ) -> None:
        body = meta.body(meta.text())
        for _ in range(2):
            async with http.post(url + PATH, data=io.BytesIO(body), headers=signed(body)) as answer:
                assert answer.status == 200
        assert len(recorder.offers) == 1
        assert tally.updates == [("message", "new"), ("message", "duplicate")]

    async def test_thousand_updates_in_one_body_are_all_offered(
        self, url: str, http: ClientSession, recorder: Recorder
    ) -> None:
        body, messages, statuses = meta.mixed(1000)
        async with http.post(url + PATH, data=io.BytesIO(body), headers=signed(body)) as answer:
            assert answer.status == 200
        assert len(recorder.offers) == len(messages) + len(statuses) == 1000

    async def test_charset_parameter_does_not_matter(self, url: str, http: ClientSession) -> None:
        body = meta.body(meta.text())
        headers = signed(body, **{"Content-Type": "application/json; charset=UTF-8"})
        async with http.post(url + PATH, data=io.BytesIO(body), headers=headers) as answer:
            assert answer.status == 200

    async def test_correlation_id_travels_with_the_event(
        self, url: str, http: ClientSession, recorder: Recorder
    ) -> None:
        body = meta.body(meta.text())
        headers = signed(body, **{"X-Correlation-ID": "trace-1"})
        async with http.post(url + PATH, data=io.BytesIO(body), headers=headers) as answer:
            assert answer.headers["X-Correlation-ID"] == "trace-1"
        (item,) = recorder.offers
        assert isinstance(item, Item)
        assert b'"correlation_id":"trace-1"' in item.event


class TestSignedButUnreadable:
    @pytest.mark.parametrize(("body", "reason"), BAD_BODIES)
    async def test_what_cannot_be_read_is_kept_and_answered_200(
        self, url: str, http: ClientSession, recorder: Recorder, tally: Tally, body: bytes, reason: str
    ) -> None:
        async with http.post(url + PATH, data=io.BytesIO(body), headers=signed(body)) as answer:
            assert answer.status == 200
        (kept,) = recorder.offers
        assert isinstance(kept, Unreadable)
        assert kept.reason == reason
        assert tally.updates == [("unreadable", "new")]

    async def test_one_bad_of_a_thousand_does_not_stop_the_others(
        self, url: str, http: ClientSession, recorder: Recorder
    ) -> None:
        good = [meta.text(f"wamid.{n}") for n in range(999)]
        body = meta.body(*good[:400], meta.text("wamid.BAD", text=None), *good[400:])
        async with http.post(url + PATH, data=io.BytesIO(body), headers=signed(body)) as answer:
            assert answer.status == 200
        assert sum(isinstance(offer, Item) for offer in recorder.offers) == 999
        assert [offer.reason for offer in recorder.offers if isinstance(offer, Unreadable)] == ["wrong_shape"]

    async def test_half_an_emoji_does_not_lose_the_message(
        self, url: str, http: ClientSession, recorder: Recorder
    ) -> None:
        body = meta.body(meta.text(body="Oi @@")).replace(b"@@", rb"\ud83d")
        async with http.post(url + PATH, data=io.BytesIO(body), headers=signed(body)) as answer:
            assert answer.status == 200
        (item,) = recorder.offers
        assert isinstance(item, Item)
        assert "Oi \ufffd".encode() in item.event

    async def test_reason_is_logged_and_the_content_is_not(
        self, url: str, http: ClientSession, lines: list[dict[str, object]]
    ) -> None:
        body = meta.body(meta.text(id=None, body="segredo"), meta.text(id=None, body="segredo"))
        async with http.post(url + PATH, data=io.BytesIO(body), headers=signed(body)) as answer:
            assert answer.status == 200
        (line,) = [line for line in lines if line["event"] == "webhook part kept unread"]
        assert (line["code"], line["count"]) == ("missing_id", 2)
        assert "segredo" not in str(lines)
        assert meta.PHONE not in str(lines)


class TestRefused:
    @pytest.mark.parametrize(
        ("signature", "status"),
        [
            (None, 401),
            ("", 401),
            ("sha256=zz", 401),
            ("sha1=" + "0" * 40, 401),
            ("sha256=" + "0" * 64, 403),
            (sign(b"other", meta.body(meta.text())), 403),
        ],
    )
    async def test_without_a_valid_signature_nothing_is_taken(
        self, url: str, http: ClientSession, recorder: Recorder, signature: str | None, status: int
    ) -> None:
        headers = JSON if signature is None else JSON | {"X-Hub-Signature-256": signature}
        async with http.post(url + PATH, data=meta.body(meta.text()), headers=headers) as answer:
            assert answer.status == status
        assert recorder.offers == []

    async def test_signature_is_checked_before_the_content(self, url: str, http: ClientSession) -> None:
        async with http.post(url + PATH, data=b"x", headers={"Content-Type": "text/plain"}) as answer:
            assert answer.status == 401

    @pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
    async def test_other_content_types_are_refused(
        self, url: str, http: ClientSession, recorder: Recorder, content_type: str
    ) -> None:
        body = meta.body(meta.text())
        headers = signed(body, **{"Content-Type": content_type})
        async with http.post(url + PATH, data=io.BytesIO(body), headers=headers) as answer:
            assert answer.status == 415
        assert recorder.offers == []

    async def test_compressed_bodies_are_refused_and_never_expanded(
        self, url: str, http: ClientSession, recorder: Recorder
    ) -> None:
        body = gzip.compress(meta.body(meta.text()))
        headers = signed(body, **{"Content-Encoding": "gzip"})
        async with http.post(url + PATH, data=io.BytesIO(body), headers=headers) as answer:
            assert answer.status == 415
        assert recorder.offers == []

    async def test_exactly_four_mebibytes_pass(
        self, url: str, http: ClientSession, recorder: Recorder
    ) -> None:
        body = meta.body(meta.text()).ljust(MAX_BODY)
        async with http.post(url + PATH, data=io.BytesIO(body), headers=signed(body)) as answer:
            assert answer.status == 200
        assert len(recorder.offers) == 1

    async def test_one_byte_more_is_too_large(self, url: str, http: ClientSession) -> None:
        body = meta.body(meta.text()).ljust(MAX_BODY + 1)
        async with http.post(url + PATH, data=io.BytesIO(body), headers=signed(body)) as answer:
            assert answer.status == 413

    @pytest.mark.parametrize("excess", [1, 2, 100_000])
    async def test_too_large_without_announcing_it_is_too_large(
        self, url: str, http: ClientSession, recorder: Recorder, excess: int
    ) -> None:
        body = meta.body(meta.text()).ljust(MAX_BODY + excess)

        async def chunks() -> AsyncIterator[bytes]:
            for at in range(0, len(body), 65_536):
                yield body[at : at + 65_536]

        async with http.post(url + PATH, data=chunks(), headers=signed(body)) as answer:
            assert answer.status == 413
        assert recorder.offers == []

    async def test_signature_is_not_needed_only_where_development_says_so(
        self, http: ClientSession, recorder: Recorder, tally: Tally
    ) -> None:
        config = IngressConfig(verify_token="", webhook_secrets=(), pepper=b"p", require_signature=False)
        app, body = create_public_app(config, recorder, tally), meta.body(meta.text())
        async with served(app) as url, http.post(url + PATH, data=body, headers=JSON) as answer:
            assert answer.status == 200
        assert len(recorder.offers) == 1


class TestNotTaken:
    @pytest.mark.parametrize(
        ("error", "retry_after"),
        [
            (UnavailableError(code="redis_unavailable"), "5"),
            (UnavailableError(code="backlog_full", retry_after_ms=30_000), "30"),
            (TransientError(code="memory_full", retry_after_ms=1), "1"),
            (TransientError(code="memory_full", retry_after_ms=1_001), "2"),
        ],
    )
    async def test_refusal_of_the_runtime_is_503_with_retry_after(
        self,
        url: str,
        http: ClientSession,
        recorder: Recorder,
        tally: Tally,
        error: TransientError,
        retry_after: str,
    ) -> None:
        recorder.error = error
        body = meta.body(meta.text())
        async with http.post(url + PATH, data=io.BytesIO(body), headers=signed(body)) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, retry_after)
            assert await answer.json() == {"error": error.code}
        assert tally.updates == []

    async def test_unreadable_bodies_are_refused_too_while_nothing_can_be_kept(
        self, url: str, http: ClientSession, recorder: Recorder
    ) -> None:
        recorder.error = UnavailableError(code="redis_unavailable")
        async with http.post(url + PATH, data=b"junk", headers=signed(b"junk")) as answer:
            assert answer.status == 503

    async def test_bug_is_500_and_logged_without_content(
        self, url: str, http: ClientSession, recorder: Recorder, lines: list[dict[str, object]]
    ) -> None:
        recorder.error = KeyError("554199990000 disse segredo")
        body = meta.body(meta.text())
        async with http.post(url + PATH, data=io.BytesIO(body), headers=signed(body)) as answer:
            assert (answer.status, await answer.json()) == (500, {"error": "internal"})
            assert "X-Correlation-ID" in answer.headers
        (line,) = [line for line in lines if line["level"] == "ERROR"]
        error = line["error"]
        assert isinstance(error, dict)
        assert error["type"] == "KeyError"
        assert str(error["frames"][-1]).startswith("ingress.py:")
        assert "segredo" not in str(lines)


class TestBrokenTransport:
    """Corpos que não terminam; `Expect` faz o servidor dizer que já está lendo."""

    HEAD = b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"

    async def test_body_that_stops_halfway_takes_nothing(
        self, url: str, http: ClientSession, recorder: Recorder, tally: Tally
    ) -> None:
        async with self._started(url, b"Content-Length: 100") as (reader, writer):
            writer.write(b"{")
            writer.write_eof()
            assert await reader.read() == b""
        async with http.get(url + "/health") as answer:
            assert answer.status == 200
        assert tally.answered == [(PATH, 400), ("/health", 200)]
        assert recorder.offers == []

    async def test_malformed_chunk_takes_nothing(
        self, url: str, recorder: Recorder, tally: Tally, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # o aiohttp não conta ao leitor do corpo que o trecho é inválido: quem o encerra é o prazo
        monkeypatch.setattr("ingress.webhook.BODY_TIMEOUT_S", 0.01)
        async with self._started(url, b"Transfer-Encoding: chunked") as (reader, writer):
            writer.write(b"zz\r\n{}\r\n")
            assert b" 408 " in await reader.readline()
        assert tally.answered == [(PATH, 408)]
        assert recorder.offers == []

    async def test_body_that_never_ends_is_given_up(
        self, url: str, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ingress.webhook.BODY_TIMEOUT_S", 0.01)
        async with self._started(url, b"Content-Length: 100") as (reader, writer):
            writer.write(b"{")
            assert b" 408 " in await reader.readline()
        assert recorder.offers == []

    @pytest.mark.parametrize(
        "request_head",
        [
            b"GET /segredo HTTP/1.1\r\nBad Header: 554199990000\r\n\r\n",
            b"FOO /<segredo> HTTP/1.1 554199990000\r\n\r\n",
            b"\x16\x03\x01segredo\r\n\r\n",
            b"GET /" + b"segredo" * 2000 + b" HTTP/1.1\r\n\r\n",
        ],
    )
    async def test_request_that_is_no_http_is_answered_and_logged_without_what_it_was(
        self, url: str, caplog: pytest.LogCaptureFixture, request_head: bytes
    ) -> None:
        caplog.set_level(logging.DEBUG, "ingress.http")
        async with connected(url) as (reader, writer):
            writer.write(request_head)
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        status, *lines = head.decode().splitlines()
        headers = dict(line.split(": ") for line in lines)
        assert " 400 " in status
        assert (headers["Server"], body) == ("pyloto-stream", b'{"error":"bad_request"}')
        assert len(headers["X-Correlation-ID"]) == 16
        (record,) = caplog.records
        assert (record.getMessage(), record.levelname) == ("malformed request refused", "DEBUG")
        assert record.exc_info is None

    @asynccontextmanager
    async def _started(self, url: str, header: bytes) -> AsyncIterator[Streams]:
        async with connected(url) as (reader, writer):
            writer.write(self.HEAD + header + b"\r\n\r\n")
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            yield reader, writer
