"""O que se ouve num áudio, e que áudios se ouvem?

`Transcriber` é o porto de quem ouve. Promete: a duração de um OGG/Opus vem do próprio arquivo, a dos outros
formatos se estima pelo tamanho, e nenhuma das duas levanta. Limite: um arquivo que mente sobre a duração é
contido pelo tamanho (`most_bytes`).
"""

import re
from typing import Protocol

import msgspec

from pyloto_stream.ai.masking_text import plain
from pyloto_stream.conversation.data_files import load_toml
from pyloto_stream.errors import PylotoError

OPUS_RATE = 48_000
"""Em OGG/Opus a posição conta amostras a 48 kHz, qualquer que seja a gravação (RFC 7845, seção 4)."""
BYTES_PER_S = 32_000
"""256 kbit/s: mais do que gasta qualquer gravação de voz; a do WhatsApp gasta uns 2 kB/s."""
MOST_BYTES = 16 * 1024 * 1024
"""O maior áudio que a Meta aceita."""
MAX_CHARS = 4096
BUDGET_S = 8.0
"""Para todos os áudios do turno, do download ao texto; o prazo do modelo conta depois."""

_PAGE, _HEAD = b"OggS", b"OpusHead"
_PAGE_BYTES = 27
_TYPICAL = {"audio/amr": 1_600, "audio/mpeg": 16_000, "audio/aac": 8_000, "audio/x-wav": 32_000}
_USUAL = 8_000
_EXTENSIONS = {
    "audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/x-m4a": "m4a", "audio/m4a": "m4a",
    "video/mp4": "m4a", "audio/aac": "aac", "audio/amr": "amr", "audio/x-wav": "wav", "audio/webm": "webm",
    "video/3gpp": "3gp", "audio/x-flac": "flac",
}  # fmt: skip


class TranscriptionError(PylotoError):
    """Não se ouviu: a pessoa é convidada a escrever. `code` diz por quê, e nada do que ela disse."""

    code = "transcription_failed"


class Transcriber(Protocol):
    """Quem ouve."""

    async def transcribe(self, audio: bytes, mime_type: str, filename: str, timeout_s: float) -> str:
        """O que se diz em `audio`; vazio se nada se entende.

        Raises:
            TranscriptionError: não houve resposta que se possa ler.
        """

    async def close(self) -> None:
        """Fecha as conexões."""


class _Phantoms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    phantoms: tuple[str, ...]


_PHANTOMS = frozenset(load_toml("pyloto_stream.ai", "voice.toml", _Phantoms).phantoms)


def most_bytes(max_seconds: float) -> int:
    """O maior arquivo que pode ter `max_seconds`."""
    return min(MOST_BYTES, int(max_seconds * BYTES_PER_S))


def filename_of(mime_type: str) -> str:
    """O nome com que se envia um áudio desse tipo: não diz de quem é; quem ouve escolhe o formato por ele."""
    return f"audio.{_EXTENSIONS.get(mime_type, 'ogg')}"


def seconds_of(audio: bytes, mime_type: str) -> float:
    """Quantos segundos tem `audio`."""
    exact = _opus_seconds(audio)
    return exact if exact is not None else len(audio) / _TYPICAL.get(mime_type, _USUAL)


def said(transcript: str) -> str:
    """O que vale de uma transcrição; vazio se é o que os modelos escrevem quando não há voz."""
    text = " ".join(transcript.split())[:MAX_CHARS]
    heard = " ".join(re.findall(r"[^\W_]+", plain(text).text))
    return "" if not heard or heard in _PHANTOMS else text


def _opus_seconds(audio: bytes) -> float | None:
    """Pela posição da última página que a diz; `None` se não é OGG/Opus, ou se a posição é impossível."""
    head = audio.find(_HEAD, 0, 512)
    if not audio.startswith(_PAGE) or head < 0 or len(audio) < head + 12:
        return None
    skipped = int.from_bytes(audio[head + 10 : head + 12], "little")
    end = len(audio)
    while (at := audio.rfind(_PAGE, 0, end)) >= 0:
        end = at
        position = int.from_bytes(audio[at + 6 : at + 14], "little", signed=True)
        if len(audio) >= at + _PAGE_BYTES and audio[at + 4] == 0 and position > 0:
            return max(0, position - skipped) / OPUS_RATE
    return None
