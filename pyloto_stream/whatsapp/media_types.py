"""De que tipo é um arquivo? Do que o conteúdo diz, nunca do que o remetente ou o servidor dizem.

Promete: puro; decide só com os primeiros `HEAD_BYTES`. Limite: olha assinaturas, não valida o arquivo; um
texto qualquer, até HTML ou SVG, é `text/plain`, para que ninguém o abra como página.
"""

import re

import filetype

HEAD_BYTES = 8192
OCTETS, TEXT = "application/octet-stream", "text/plain"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Contêiner dos .doc, .xls e .ppt antigos: qual deles, só o diretório interno diz."""
_3GP = re.compile(rb".{4}ftyp3g[egpr2]", re.DOTALL)
_EXECUTABLES = frozenset(
    {"application/x-msdownload", "application/x-executable", "application/vnd.microsoft.portable-executable"}
)
_SCRIPT = b"#!"
_AMR = b"#!AMR"

_FAMILIES = {
    "image": ("image/",),
    "sticker": ("image/webp",),
    "video": ("video/",),
    # a gravação em MP4 nem sempre se diz só de áudio
    "audio": ("audio/", "video/mp4", "video/3gpp"),
}


def sniff(head: bytes) -> str:
    """Tipo MIME do conteúdo que começa com `head`; `application/octet-stream` se não se reconhece."""
    if _3GP.match(head):
        return "video/3gpp"
    if head.startswith(_OLE):
        return "application/x-ole-storage"
    guessed: str | None = filetype.guess_mime(head) if head else None
    if guessed is not None:
        return guessed
    return TEXT if _is_text(head) else OCTETS


def acceptable(kind: str, mime_type: str, head: bytes = b"") -> bool:
    """O conteúdo serve para uma mensagem do tipo `kind`? Programas nunca; áudio e vídeo raros, sim."""
    if mime_type in _EXECUTABLES or (head.startswith(_SCRIPT) and not head.startswith(_AMR)):
        return False
    families = _FAMILIES.get(kind)
    if families is None:
        return True
    if mime_type == OCTETS:
        return kind in {"audio", "video"}  # codificações que a biblioteca não conhece
    return mime_type.startswith(families)


def _is_text(head: bytes) -> bool:
    """UTF-8 sem NUL; o fim pode ter sido cortado no meio de um caractere."""
    if not head or b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) == HEAD_BYTES and error.start >= len(head) - 3
    return True
