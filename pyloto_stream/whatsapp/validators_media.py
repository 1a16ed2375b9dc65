"""A Meta aceitaria este arquivo com esta legenda? Imagem, vídeo, áudio, documento e figurinha.

Limite: não vê o arquivo; formato e tamanho (`limits.MEDIA_FORMATS`) são de quem o envia à Graph.
"""

from collections.abc import Iterator

from pyloto_stream.whatsapp import limits
from pyloto_stream.whatsapp.messages_media import DocumentMessage, ImageMessage, MediaMessage, VideoMessage
from pyloto_stream.whatsapp.validators_rules import Violation, source, text


class MediaMessageValidator:
    """Mensagens com arquivo: exatamente um de `id` e `link`, e legenda só onde existe."""

    def validate(self, message: MediaMessage) -> tuple[Violation, ...]:
        """Devolve as violações de `message`, na ordem dos campos; vazio se cabe."""
        return (*source("", message.id, message.link), *_words(message))


def _words(message: MediaMessage) -> Iterator[Violation]:
    # áudio e figurinha não têm legenda: os seus tipos nem têm o campo
    if isinstance(message, ImageMessage | VideoMessage | DocumentMessage):
        yield from text("caption", message.caption, limits.MEDIA_CAPTION, optional=True)
    if isinstance(message, DocumentMessage):
        yield from text("filename", message.filename, None, optional=True)
