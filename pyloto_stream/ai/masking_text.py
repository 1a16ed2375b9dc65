"""Como procurar num texto escrito para esconder (dígitos de outros alfabetos, caracteres invisíveis)?

Promete uma forma simples (minúsculas, sem acento, algarismos ASCII, sem invisíveis) e de que caractere do
original veio cada caractere dela. Limite: letras parecidas de outros alfabetos ficam como são.
"""

import re
import unicodedata
from typing import NamedTuple

_GONE = "\u200b"
"""O que não se vê vira isto, e depois sai."""
_KEPT_CONTROLS = "\n\t\r"
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u180e")
_INVISIBLE = frozenset(("Cf", "Cc", "Mn", "Me"))
_OTHERS = {"\u2800": " ", "\u2212": "-", "\u3002": ".", "\u2022": ".", "\u00b7": ".", "\u30fb": "."}
_MOST_KNOWN = 8192
_FAST = re.compile(r"[\x20-\x7e\n\t\r]*")


class _Plain(dict[int, str]):
    """Tabela de `str.translate`, preenchida à medida que os caracteres aparecem; sempre um por um."""

    def __missing__(self, code: int) -> str:
        plain = _plain(chr(code))
        if len(self) < _MOST_KNOWN:
            self[code] = plain
        return plain


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if char in _KEPT_CONTROLS:
        return char
    if category in _INVISIBLE or char in _FILLERS:
        return _GONE
    if char in _OTHERS:
        return _OTHERS[char]
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    if category in {"Zs", "Zl", "Zp"}:
        return " "
    if category == "Pd":
        return "-"
    base = unicodedata.normalize("NFKD", char)
    first = base[0] if all(unicodedata.combining(rest) for rest in base[1:]) else char
    return first if len(first.lower()) == 1 else "\ufffd"


_TABLE = _Plain()


class Plain(NamedTuple):
    """`text` simples; `origin[i]` é onde está no original o caractere `i`; o último é o tamanho do original.

    `origin` é `None` se tudo está no mesmo lugar.
    """

    text: str
    origin: list[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """O trecho do original que deu `text[start:end]`, com o que há de invisível logo depois dele."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end]


def plain(text: str) -> Plain:
    """A forma simples de `text`. Nunca levanta; custo proporcional ao tamanho."""
    if _FAST.fullmatch(text):
        return Plain(text.lower(), None)
    simple = text.translate(_TABLE).lower()
    if _GONE not in simple:
        return Plain(simple, None)
    origin = [at for at, char in enumerate(simple) if char != _GONE]
    origin.append(len(text))
    return Plain(simple.replace(_GONE, ""), origin)
