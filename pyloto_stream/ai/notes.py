"""O que chegou e não se lê como texto? Áudios, arquivos, localizações e contatos viram notas."""

from collections.abc import Mapping, Sequence

from pyloto_stream.ai.masking import redact
from pyloto_stream.conversation.events import MessageKind, MessageReceived
from pyloto_stream.conversation.understanding import Note

LONG = "too_long"
"""`detail` de um áudio longo demais para ser ouvido (`consumers/voice.py`)."""
NOTE_OF: Mapping[MessageKind, Note] = {
    "audio": "audio",
    "image": "media",
    "video": "media",
    "document": "media",
    "location": "location",
    "contacts": "contacts",
}
MAX_PLACE = 120


def notes_of(messages: Sequence[MessageReceived], *, stale: bool, form: bool = False) -> tuple[Note, ...]:
    """Uma nota de cada tipo, na ordem de chegada; um áudio já transcrito (com texto) não é nota.

    `stale`: tocou-se numa opção antiga; `form`: veio um formulário que não se pôde conferir.
    """
    notes = [_note(m) for m in messages if m.kind in NOTE_OF and not (m.kind == "audio" and m.text)]
    if stale:
        notes.append("stale")
    if form:
        notes.append("form")
    return tuple(dict.fromkeys(notes))


def _note(message: MessageReceived) -> Note:
    long = message.kind == "audio" and message.detail == LONG
    return "audio_long" if long else NOTE_OF[message.kind]


def place_of(messages: Sequence[MessageReceived]) -> str:
    """O endereço da última localização enviada; vazio se nenhuma o traz."""
    places = [m.location for m in messages if m.location is not None]
    return next((p.address[:MAX_PLACE] for p in reversed(places) if p.address), "")


def location_signal(messages: Sequence[MessageReceived]) -> dict[str, str]:
    """A localização, para quem continua a conversa: endereço se há, senão as coordenadas."""
    places = [m.location for m in messages if m.location is not None]
    if not places:
        return {}
    last = places[-1]
    named = redact(", ".join(part for part in (last.name, last.address) if part))
    return {"location": named[:MAX_PLACE] or f"{last.latitude:.5f},{last.longitude:.5f}"}
