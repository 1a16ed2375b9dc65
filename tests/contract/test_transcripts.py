"""O que se ouviu num áudio, gravado na mensagem que o trouxe, em qualquer banco."""

from itertools import permutations

import msgspec
import pytest

from pyloto_stream.conversation.records import MessageRecord, Record, TranscriptRecord
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.messages import message_path
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.trail import AuditTrail
from tests.support.records import T0, USER, inbound

VOICE: MessageRecord = msgspec.structs.replace(inbound(1), type="audio", text="")
HEARD = TranscriptRecord("transcript:1", VOICE.id, "quero uma entrega", T0 + 5)


async def text_after(documents: Documents, *turns: list[Record]) -> str:
    trail = AuditTrail(documents)
    for turn in turns:
        await trail.record(USER, turn, None)
    message = await ConversationStore(documents).message(USER, VOICE.id)
    assert message is not None
    return message.text


async def test_a_voice_note_shows_what_was_heard(documents: Documents) -> None:
    assert await text_after(documents, [VOICE], [HEARD]) == HEARD.text


async def test_note_and_transcript_may_come_in_one_turn(documents: Documents) -> None:
    assert await text_after(documents, [VOICE, HEARD]) == HEARD.text


async def test_the_first_transcript_stays(documents: Documents) -> None:
    again = msgspec.structs.replace(HEARD, text="quero uma entrevista")
    assert await text_after(documents, [VOICE], [HEARD, again], [again], [VOICE, again]) == HEARD.text


async def test_a_text_that_is_there_is_not_replaced(documents: Documents) -> None:
    typed = msgspec.structs.replace(VOICE, text="legenda")
    assert await text_after(documents, [typed], [HEARD]) == "legenda"


@pytest.mark.parametrize("order", [*permutations(range(3))])
async def test_what_was_revoked_does_not_come_back_as_a_transcript(
    documents: Documents, order: tuple[int, ...]
) -> None:
    revoke = msgspec.structs.replace(inbound(2), type="revoke", text="", context_id=VOICE.id)
    turns: list[list[Record]] = [[VOICE], [HEARD], [revoke]]
    assert await text_after(documents, *(turns[at] for at in order)) == ""
    stored = await documents.get(message_path(USER, VOICE.id))
    assert stored is not None
    assert stored.data["text"] == ""


async def test_a_transcript_is_stored_without_control_characters_and_cut(documents: Documents) -> None:
    long = msgspec.structs.replace(HEARD, text="a\0" + "b" * 5000)
    text = await text_after(documents, [VOICE], [long])
    assert text.startswith("ab")
    assert len(text) == 4000
