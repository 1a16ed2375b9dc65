"""A Meta aceitaria este arquivo na mensagem? `id` ou `link`, e nunca os dois.

Fontes: páginas "Image messages", "Video messages", "Audio messages", "Document messages" e "Sticker
messages" (2026). Limite: o conteúdo do `link` não é buscado.
"""

import msgspec

from pyloto_stream.simulator.node import Node
from pyloto_stream.simulator.refusal import RefusedCallError

CAPTION = 1024
_KEYS: dict[str, tuple[str, ...]] = {
    "image": ("id", "link", "caption"),
    "video": ("id", "link", "caption"),
    "audio": ("id", "link", "voice"),
    "document": ("id", "link", "caption", "filename"),
    "sticker": ("id", "link"),
}
MEDIA_KINDS = tuple(_KEYS)


class MediaRef(msgspec.Struct, frozen=True):
    """Um arquivo da conta usado num envio. `path` é o campo."""

    kind: str
    id: str
    path: str


def media(parent: Node, kind: str, refs: list[MediaRef], *, caption: bool = True) -> None:
    """Confere o objeto de um arquivo e anota o id usado em `refs`."""
    keys = tuple(key for key in _KEYS[kind] if caption or key != "caption")
    file = parent.node(kind, *keys)
    if file.has("id") == file.has("link"):
        code = 131009 if file.has("id") else 131008
        raise RefusedCallError(code, f"Param {file.path} must have exactly one of id and link.")
    if file.has("id"):
        refs.append(MediaRef(kind, file.text("id", 256), file.path))
    elif not file.text("link", 2048).startswith(("https://", "http://")):
        raise file.wrong("link", "must start with http:// or https://")
    file.optional("caption", CAPTION)
    file.optional("filename", 240)
    file.flag("voice")
