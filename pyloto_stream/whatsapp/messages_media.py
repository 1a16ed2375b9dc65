"""Que arquivos sabemos enviar? Imagem, vídeo, áudio, documento e figurinha.

Promete: o arquivo vem por `id` (enviado antes à Graph, vale 30 dias) ou por `link` (a Meta o busca; origem
lenta é envio lento); exatamente um dos dois, e quem confere é o validador. Limite: formato e tamanho
são de quem envia o arquivo à Graph (`limits.MEDIA_FORMATS`).
"""

import msgspec


class ImageMessage(msgspec.Struct, frozen=True):
    """Imagem JPEG ou PNG, com legenda opcional."""

    id: str = ""
    link: str = ""
    caption: str = ""


class VideoMessage(msgspec.Struct, frozen=True):
    """Vídeo MP4 ou 3GPP (H.264 e AAC), com legenda opcional."""

    id: str = ""
    link: str = ""
    caption: str = ""


class AudioMessage(msgspec.Struct, frozen=True):
    """Áudio, sem legenda. `voice` mostra como mensagem de voz: só OGG/Opus de um canal."""

    id: str = ""
    link: str = ""
    voice: bool = False


class DocumentMessage(msgspec.Struct, frozen=True):
    """Documento; a extensão de `filename` escolhe o ícone."""

    id: str = ""
    link: str = ""
    caption: str = ""
    filename: str = ""


class StickerMessage(msgspec.Struct, frozen=True):
    """Figurinha WebP de 512 × 512, sem legenda."""

    id: str = ""
    link: str = ""


MediaMessage = ImageMessage | VideoMessage | AudioMessage | DocumentMessage | StickerMessage
