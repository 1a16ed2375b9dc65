"""Duas grafias soam igual? Cada nome vira a grafia mais simples do seu som, em português do Brasil.

Promete que "Goyania" e "goiania", "xapeco" e "chapeco" ficam iguais; recebe só letras sem acento, minúsculas,
e pode receber muitos nomes de uma vez, um por linha.
"""

import re

_SOUNDS = tuple(
    (re.compile(written), heard)
    for written, heard in (
        ("ph", "f"), ("th", "t"), ("ch|sh", "x"), ("c(?=[eiy])", "s"), ("qu(?=[eiy])", "k"), ("[cq]", "k"),
        ("g(?=[eiy])", "j"), ("h", ""), ("y", "i"), ("w", "v"), ("z", "s"), ("n(?=[pb])", "m"),
        (r"([a-z])\1", r"\1"),
    )
)  # fmt: skip


def sound_of(name: str) -> str:
    """`name` na grafia mais simples do seu som."""
    for written, heard in _SOUNDS:
        name = written.sub(heard, name)
    return name
