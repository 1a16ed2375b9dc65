"""Que valor pode ser rótulo de uma métrica? Só o que tem forma de nome: nunca um dado pessoal."""

import re

OTHER = "other"
_LABEL = re.compile(r"(?!.*[0-9]{7})[A-Za-z0-9_./{}:-]{1,64}", re.ASCII)


def label(value: str | int) -> str:
    """O rótulo, ou `other` se não tem forma de rótulo: nada com cara de telefone nem de texto passa."""
    text = str(value)
    return text if _LABEL.fullmatch(text) else OTHER
