"""Uma transcrição pedida a um servidor de verdade: o que vai, o que volta e o que falha."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from pyloto_stream.ai.openai_audio import MAX_BODY, OpenAITranscriber, open_transcriber
from pyloto_stream.ai.voice import TranscriptionError
from pyloto_stream.simulator.samples import OGG
from tests.support.graph import closed_port
from tests.support.transcription_server import (
    KEY,
    MODEL,
    Transcriptions,
    refusing,
    saying,
    transcription_server,
)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Transcriptions]:
    async with transcription_server() as server:
        yield server


@asynccontextmanager
async def listener(url: str, key: str = KEY) -> AsyncIterator[OpenAITranscriber]:
    transcriber = open_transcriber(url, key, MODEL)
    yield transcriber
    await transcriber.close()


async def code_of(url: str, key: str = KEY, timeout_s: float = 5.0) -> str:
    async with listener(url, key) as transcriber:
        with pytest.raises(TranscriptionError) as caught:
            await transcriber.transcribe(OGG, "audio/ogg", "audio.ogg", timeout_s)
    assert not [secret for secret in (KEY, url, "loja") if secret in f"{caught.value!r} {vars(caught.value)}"]
    return caught.value.code


async def test_the_file_goes_as_it_came_and_the_text_comes_back(server: Transcriptions) -> None:
    async with listener(server.url) as transcriber:
        text = await transcriber.transcribe(OGG, "audio/ogg", "audio.ogg", 5.0)
    assert text == server.text
    (asked,) = server.asked
    assert (asked.audio, asked.filename, asked.mime_type) == (OGG, "audio.ogg", "audio/ogg")
    assert asked.fields == {"model": MODEL, "language": "pt"}


async def test_each_refusal_has_its_code_and_is_asked_once(server: Transcriptions) -> None:
    codes = {500: "unavailable", 503: "unavailable", 429: "rate_limited", 404: "not_found", 400: "rejected"}
    for status, code in codes.items():
        server.asked.clear()
        server.answer = refusing(status)
        assert await code_of(server.url) == code
        assert len(server.asked) == 1


async def test_a_wrong_key_is_told_apart(server: Transcriptions) -> None:
    assert await code_of(server.url, key="sk-wrong") == "unauthorized"


async def test_what_is_not_an_answer_is_refused(server: Transcriptions) -> None:
    for body in (b"", b"{}", b"<html>", b'{"text": 1}', b'{"text": "\xff"}'):
        server.answer = saying(body)
        assert await code_of(server.url) == "bad_answer"
    server.answer = saying(b'{"text": "' + b"a" * MAX_BODY + b'"}')
    assert await code_of(server.url) == "too_large"


async def test_a_slow_server_and_an_absent_one_are_failures_in_time(server: Transcriptions) -> None:
    server.slow = True
    async with asyncio.timeout(5):
        assert await code_of(server.url, timeout_s=0.2) == "timeout"
        assert await code_of(f"http://127.0.0.1:{closed_port()}/v1") == "unavailable"
