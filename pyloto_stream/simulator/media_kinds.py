"""Que arquivos a Meta aceita em cada tipo de mensagem, e até que tamanho?

Fonte: tabela "Supported media types" (2026), a tabela própria do simulador. Limite: fareja só o começo.
"""

MB = 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, tuple[int, frozenset[str]]] = {
    "audio": (16 * MB, frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"})),
    "document": (
        100 * MB,
        frozenset({
            "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint", f"{_OFFICE}wordprocessingml.document",
            f"{_OFFICE}spreadsheetml.sheet", f"{_OFFICE}presentationml.presentation",
        }),
    ),
    "image": (5 * MB, frozenset({"image/jpeg", "image/png"})),
    "sticker": (500 * 1024, frozenset({"image/webp"})),
    "video": (16 * MB, frozenset({"video/mp4", "video/3gpp"})),
}  # fmt: skip
"""Tipo de mensagem → (bytes, MIMEs). Figurinha animada até 500 KB; parada, 100 KB."""

MIMES = {mime: kind for kind, (_, mimes) in KINDS.items() for mime in mimes}

_HEADS: dict[str, tuple[tuple[int, bytes], ...]] = {
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image/webp": ((0, b"RIFF"), (8, b"WEBP")),
    "audio/ogg": ((0, b"OggS"),),
    "video/mp4": ((4, b"ftyp"),),
    "application/pdf": ((0, b"%PDF-"),),
}


def most_bytes(kind: str) -> int:
    """O maior arquivo desse tipo, em bytes."""
    return KINDS[kind][0]


def looks_like(mime: str, head: bytes) -> bool:
    """O começo do arquivo é o desse tipo? `True` para os que não têm começo conhecido."""
    marks = _HEADS.get(mime.partition(";")[0].strip(), ())
    return all(head[at : at + len(mark)] == mark for at, mark in marks)


def fits(kind: str, mime: str, size: int) -> bool:
    """Um arquivo desses pode ir numa mensagem de tipo `kind`? Documento leva qualquer tipo."""
    most, mimes = KINDS[kind]
    return size <= most and (kind == "document" or mime.partition(";")[0].strip() in mimes)
