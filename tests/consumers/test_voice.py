"""Um áudio vira texto, ou se pede que a pessoa escreva: com a Graph e a API de verdade, em laço local."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
import pytest_asyncio
from aiohttp import web

from consumers.ai import ai_stage
from consumers.pipeline import AI, AUDIT_LANE
from consumers.plans import Outgoing, Pending
from consumers.stages import _limit_s
from consumers.voice import VoiceDesk, open_voice
from pyloto_stream.ai.notes import LONG, notes_of
from pyloto_stream.ai.openai_audio import open_transcriber
from pyloto_stream.ai.rules import understand
from pyloto_stream.ai.voice import BUDGET_S, most_bytes
from pyloto_stream.conversation.events import Media, MessageReceived
from pyloto_stream.conversation.records import Record, TranscriptRecord
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.conversation.understanding import Understanding
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.settings import Settings
from pyloto_stream.simulator.samples import OGG, PDF, voice_note
from pyloto_stream.streams.model import Plan, Turn
from tests.support.files import MEDIA_ID, Files, downloader, files_server, sha256
from tests.support.graph import NUMBER, answer, cut, refusal
from tests.support.streams import until
from tests.support.talk import PERSON, T0, Talk
from tests.support.transcription_server import (
    KEY,
    MODEL,
    Transcriptions,
    refusing,
    saying,
    transcription_server,
)

_record: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)
_outgoing = msgspec.json.Decoder(Outgoing)


class Booth:
    """Uma Graph com um áudio, quem o transcreve, e a mesa que liga os dois."""

    def __init__(self, files: Files, server: Transcriptions) -> None:
        self.files, self.server = files, server
        self.counted: list[str] = []
        self.serve(OGG)

    def serve(self, content: bytes) -> None:
        self.files.content, self.files.sha256 = content, sha256(content)

    @asynccontextmanager
    async def desk(self, *, max_seconds: float = 60, budget_s: float = 8.0) -> AsyncIterator[VoiceDesk]:
        transcriber = open_transcriber(self.server.url, KEY, MODEL)
        async with downloader(self.files.url, max_bytes=most_bytes(max_seconds)) as media:
            yield VoiceDesk(media, transcriber, max_seconds, budget_s=budget_s, count=self.counted.append)
        await transcriber.close()

    async def hear(
        self, *messages: MessageReceived, max_seconds: float = 60, budget_s: float = 8.0
    ) -> tuple[list[MessageReceived], list[TranscriptRecord]]:
        async with self.desk(max_seconds=max_seconds, budget_s=budget_s) as desk:
            return await desk.heard(messages, T0)

    async def unheard(self, budget_s: float = 8.0) -> str:
        """Um áudio que não se ouve fica como veio, e vira a nota de sempre; devolve o código contado."""
        note = audio()
        after, records = await self.hear(note, budget_s=budget_s)
        assert (after, records) == ([note], [])
        assert notes_of(after, stale=False) == ("audio",)
        return self.counted[-1]


@pytest_asyncio.fixture
async def booth() -> AsyncIterator[Booth]:
    async with files_server() as files, transcription_server() as server:
        yield Booth(files, server)


def audio(content: bytes = OGG, *, number: int = 1) -> MessageReceived:
    message = Talk().message("audio", text="")
    media = Media(MEDIA_ID, "audio/ogg; codecs=opus", sha256(content), voice=True)
    return msgspec.structs.replace(message, id=f"wamid.a{number}", media=media, phone_number_id=NUMBER)


async def test_a_voice_note_becomes_the_text_of_its_message(booth: Booth) -> None:
    note, typed = audio(), Talk().message(text="oi")
    (heard, same), (record,) = await booth.hear(note, typed)
    assert heard == msgspec.structs.replace(note, text=booth.server.text)
    assert same is typed
    assert notes_of([heard, same], stale=False) == ()
    assert (record.message_id, record.text, record.at_ms) == (note.id, booth.server.text, T0)
    assert PERSON not in record.id
    assert booth.counted == ["ok"]


async def test_what_leaves_is_the_audio_and_nothing_of_the_person(booth: Booth) -> None:
    note = msgspec.structs.replace(audio(), profile_name="Ana Souza")
    await booth.hear(note)
    (asked,) = booth.server.asked
    assert asked.audio == OGG
    assert not [word for word in (PERSON, "Ana", note.id, MEDIA_ID, NUMBER) if word in asked.raw]


async def test_the_notes_of_a_turn_are_heard_at_once_and_keep_their_order(booth: Booth) -> None:
    booth.server.slow = True
    notes = [audio(number=n) for n in range(3)]
    async with booth.desk() as desk, asyncio.timeout(10):
        hearing = asyncio.create_task(desk.heard(notes, T0))
        await until(lambda: booth.server.at_once == 3)
        booth.server.release.set()
        after, records = await hearing
    assert [message.id for message in after] == [record.message_id for record in records]
    assert len({record.id for record in records}) == 3


async def test_a_long_note_is_not_heard_and_says_so(booth: Booth) -> None:
    note = voice_note(61)
    booth.serve(note)
    (after,), records = await booth.hear(audio(note))
    assert (after.detail, after.text, records) == (LONG, "", [])
    assert notes_of([after], stale=False) == ("audio_long",)
    huge = OGG + bytes(most_bytes(1))
    booth.serve(huge)
    (after,), _ = await booth.hear(audio(huge), max_seconds=1)
    assert after.detail == LONG
    assert (booth.server.asked, booth.counted) == ([], [LONG, LONG])


async def test_a_note_that_fails_to_arrive_is_left_as_it_came(booth: Booth) -> None:
    booth.files.resolve = answer(400, refusal(100))
    assert await booth.unheard() == "media_gone"
    booth.files.resolve = None
    booth.files.file = cut(read_first=True)
    assert await booth.unheard()
    booth.files.file = None
    booth.serve(PDF)
    note = audio(PDF)
    assert await booth.hear(note) == ([note], [])
    assert booth.counted[-1] == "media_type_refused"
    assert booth.server.asked == []


async def test_a_note_that_cannot_be_transcribed_is_left_as_it_came(booth: Booth) -> None:
    booth.server.answer = refusing(500)
    assert await booth.unheard() == "unavailable"
    booth.server.answer = refusing(400)
    assert await booth.unheard() == "rejected"
    booth.server.answer = saying(b"not json")
    assert await booth.unheard() == "bad_answer"
    booth.server.answer = saying(b'{"text": "  "}')
    assert await booth.unheard() == "empty"
    booth.server.answer = saying(b'{"text": "Legendas pela comunidade Amara.org"}')
    assert await booth.unheard() == "empty"


async def test_the_budget_covers_download_and_transcription(booth: Booth) -> None:
    async with asyncio.timeout(5):
        booth.server.slow = True
        assert await booth.unheard(budget_s=0.3) == "timeout"

        async def never(_request: web.Request) -> web.StreamResponse:
            await booth.server.release.wait()
            return web.Response(status=500)

        booth.files.file = never
        assert await booth.unheard(budget_s=0.3)


async def test_one_failure_does_not_silence_the_others(booth: Booth) -> None:
    gone = msgspec.structs.replace(audio(number=2), media=Media("404", "audio/ogg"))
    after, records = await booth.hear(audio(number=1), gone, audio(number=3))
    assert [bool(message.text) for message in after] == [True, False, True]
    assert len(records) == 2


async def test_the_stage_answers_what_was_said_and_stores_it_redacted(booth: Booth) -> None:
    booth.server.text = "Quero ser entregador, meu cpf é 529.982.247-25"

    async def engine(state: ConversationState, messages: Sequence[MessageReceived]) -> Understanding:
        return understand(state, messages)

    session = Session(id="s", opened_at_ms=T0)
    state = ConversationState(session=session, reply_to=PERSON, phone_number_id=NUMBER)
    async with booth.desk() as desk:
        stage = ai_stage(SessionRules(), engine, hear=desk.heard)
        plan = await stage(_turn(state, audio()))  # type: ignore[misc]
    assert isinstance(plan, Plan)
    reply = _outgoing.decode(plan.payload or b"").reply
    assert TEXTS.audio not in reply.text
    assert "nome" in reply.text
    records = [_record.decode(fed.event) for fed in plan.feed if fed.lane == AUDIT_LANE.name]
    (heard,) = [record for record in records if isinstance(record, TranscriptRecord)]
    assert heard.text == "Quero ser entregador, meu cpf é [CPF]"
    assert not any(b"529.982" in fed.event for fed in plan.feed if fed.lane == AUDIT_LANE.name)


def test_the_stage_has_time_to_hear_and_then_to_ask_the_model() -> None:
    on = Settings(openai_enabled=True, openai_transcription_model=MODEL, openai_timeout_seconds=20.0)
    assert _limit_s(AI, on) > BUDGET_S + on.openai_timeout_seconds


async def test_the_desk_opens_only_with_a_model_that_hears(booth: Booth) -> None:
    off = Settings(openai_enabled=True)
    async with AsyncExitStack() as resources:
        assert open_voice(LiveSettings(off), Metrics(), resources) is None
        on = msgspec.structs.replace(off, openai_transcription_model=MODEL, openai_base_url=booth.server.url)
        silent = LiveSettings(msgspec.structs.replace(on, openai_enabled=False))
        assert open_voice(silent, Metrics(), resources) is None
        metrics = Metrics()
        on = msgspec.structs.replace(on, whatsapp_api_base_url=booth.files.url, media_max_bytes=10)
        desk = open_voice(LiveSettings(on), metrics, resources)
        assert desk is not None
        (after,), _ = await desk.heard([audio()], T0)
    assert after.detail == LONG  # vale o menor dos limites


def _turn(state: ConversationState, *messages: MessageReceived) -> Turn:
    return Turn(
        partition=0, entry_id="1-0", lane="turn", stage="ai", conversation="ana", number=26, events=b"[]",
        payload=msgspec.json.encode(Pending(list(messages))), mode="", failures=0, snoozes=0, now_ms=T0,
        state=msgspec.json.encode(state),
    )  # fmt: skip
