"""O sistema inteiro com quem ouve: uma nota de voz da Meta local é baixada, ouvida, respondida e guardada."""

import json
from pathlib import Path

from pyloto_stream.cli.local import local_system
from pyloto_stream.conversation.flows import FIELDS
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.simulator.samples import OGG, voice_note
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.local import local_settings
from tests.support.streams import until
from tests.support.transcription_server import KEY, MODEL, refusing, transcription_server

REPLY_S = 20.0


async def heard_texts(path: Path) -> list[str]:
    """O texto guardado de cada áudio; espera que algum tenha um."""
    documents = await SqliteDocuments.open(path)
    found: list[str] = []

    async def stored() -> bool:
        found.clear()
        conversations = ConversationStore(documents)
        for header in (await conversations.headers()).headers:
            page = await conversations.messages(header.user_key)
            found.extend(message.text for message in page.messages if message.type == "audio")
        return any(found)

    try:
        await until(stored)
    finally:
        await documents.close()
    return found


async def test_a_voice_note_is_answered_and_stored_as_what_it_says(tmp_path: Path) -> None:
    async with transcription_server() as server:
        server.text = "Oi, quero ser entregador, meu email é ana@exemplo.com.br"
        settings = local_settings(
            tmp_path, OPENAI_ENABLED="true", OPENAI_BASE_URL=server.url, OPENAI_API_KEY=KEY,
            OPENAI_MODEL="none", OPENAI_TRANSCRIPTION_MODEL=MODEL, VOICE_MAX_SECONDS="5", PAIR_INTERVAL="0",
        )  # fmt: skip
        async with local_system(settings) as local:
            person = local.simulator.person(fictional(1))
            replies = []
            for at, note in enumerate((OGG, voice_note(2), voice_note(6))):
                if at == 1:
                    server.answer = refusing(500)
                person.voice(note)
                replies.append(json.dumps((await person.reply(at, REPLY_S)).payload, ensure_ascii=False))
            assert FIELDS["name"].question in replies[0]
            assert TEXTS.audio in replies[1]
            assert TEXTS.audio_long in replies[2]
            assert [asked.audio for asked in server.asked] == [OGG, voice_note(2)]
            assert not [asked for asked in server.asked if fictional(1).key[-8:] in asked.raw]
            stored = await heard_texts(Path(local.settings.sqlite_path))
            assert sorted(stored) == ["", "", "Oi, quero ser entregador, meu email é [E-MAIL]"]
