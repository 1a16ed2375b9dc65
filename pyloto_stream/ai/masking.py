"""Como mostrar um texto a um modelo, e guardá-lo no histórico, sem os documentos e contatos de ninguém?

Promete: nunca levanta, custa tempo linear, só troca o que acha e deixa o resto como está; as marcas de um
`Masking` só as desfaz ele mesmo, e o que a pessoa digita com cara de marca não vale nada. Limite: nomes e
endereços ficam; o que só o sentido revela também.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from pyloto_stream.ai.masking_numbers import Number, numbers_in
from pyloto_stream.ai.masking_text import Plain, plain
from pyloto_stream.ai.masking_words import (
    emails_in,
    lettered_cnpjs_in,
    named_keys_in,
    plates_in,
    random_keys_in,
)

KINDS = ("CPF", "CNPJ", "E-MAIL", "TELEFONE", "CARTAO", "PIX", "CEP", "PLACA")
TYPED = "TEXTO"
"""O que a pessoa digitou com cara de marca."""
ELSEWHERE = "…"
"""O que fica no lugar do fim de um dado que começou na mensagem anterior."""

_NOTHING = re.compile(r"[^0-9@]*")
_SPOKEN = re.compile(r"arroba|pix|\(at\)|\[at\]")
_MARK = re.compile(rf"\[\s{{0,2}}({'|'.join((*KINDS, TYPED))})_([0-9]{{1,6}})\s{{0,2}}\]", re.IGNORECASE)
_ANY_MARK = re.compile(
    rf"\[\s{{0,2}}(?:{'|'.join((*KINDS, TYPED))})(?:_[0-9]{{1,6}})?\s{{0,2}}\]", re.IGNORECASE
)


class _Piece(NamedTuple):
    """Um trecho do original a trocar."""

    start: int
    end: int
    kind: str
    value: str


class Masking:
    """As marcas de um turno: o mesmo valor, escrito como for, tem sempre a mesma marca.

    `found` diz de cada marca o que a pessoa escreveu (na primeira vez).
    """

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._marks: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    def mask(self, text: str) -> str:
        """`text` com uma marca (`[CPF_1]`) no lugar de cada dado pessoal."""
        pieces = _pieces(text, marks=True)
        return _replaced(text, [(piece, self._mark(piece, text)) for piece in pieces])

    def unmask(self, text: str) -> str:
        """`text` com os dados de volta; uma marca que este `Masking` não deu fica como está."""
        return _MARK.sub(lambda mark: self.found.get(_name(mark[1], mark[2]), mark[0]), text)

    def _mark(self, piece: _Piece, text: str) -> str:
        key = (piece.kind, piece.value)
        if key not in self._marks:
            self._counts[piece.kind] = self._counts.get(piece.kind, 0) + 1
            mark = _name(piece.kind, str(self._counts[piece.kind]))
            self._marks[key] = mark
            self.found[mark] = text[piece.start : piece.end]
        return self._marks[key]


def redact(text: str) -> str:
    """`text` para o histórico: cada dado pessoal vira o nome do que era (`[CPF]`), sem volta."""
    return swapped(text, "[{}]".format)


def redact_all(texts: Sequence[str]) -> list[str]:
    """Como `redact`, das mensagens de uma rajada lidas juntas ("529.982", "247-25")."""
    return swapped_all(texts, "[{}]".format)


def swapped(text: str, instead: Callable[[str], str]) -> str:
    """`text` com `instead` da espécie (uma de `KINDS`) no lugar de cada dado pessoal."""
    return _replaced(text, [(piece, instead(piece.kind)) for piece in _personal(text)])


def swapped_all(texts: Sequence[str], instead: Callable[[str], str]) -> list[str]:
    """Como `swapped`; o que começa numa mensagem e acaba noutra troca-se na primeira."""
    out, joined = [*texts], "\n".join(texts)
    begins = [0, *accumulate(len(text) + 1 for text in texts)]
    for piece in reversed(_personal(joined)):
        first, last = (bisect_right(begins, at) - 1 for at in (piece.start, piece.end - 1))
        rest = out[last][piece.end - begins[last] :]
        before = out[first][: piece.start - begins[first]]
        if first == last:
            out[first] = before + instead(piece.kind) + rest
            continue
        out[first : last + 1] = [
            before + instead(piece.kind),
            *[ELSEWHERE] * (last - first - 1),
            ELSEWHERE + rest,
        ]
    return out


def personal(text: str) -> bool:
    """Há em `text` um dado pessoal, ou uma marca no lugar de um?"""
    return bool(_personal(text)) or _ANY_MARK.search(plain(text).text) is not None


def _name(kind: str, number: str) -> str:
    return f"[{kind.upper()}_{int(number)}]"


@lru_cache(maxsize=64)  # de uma mensagem pergunta-se ao guardar, ao entender e ao responder
def _personal(text: str) -> tuple[_Piece, ...]:
    """O que trocar em `text`, sem as marcas."""
    return tuple(_pieces(text, marks=False))


def _pieces(text: str, *, marks: bool) -> list[_Piece]:
    """O que trocar em `text`, em ordem e sem sobreposição; `marks`: também o que parece uma marca."""
    simple = Plain(text.lower(), None) if text.isascii() and _NOTHING.fullmatch(text) else plain(text)
    if _NOTHING.fullmatch(simple.text) and not _SPOKEN.search(simple.text):
        return []
    taken = bytearray(len(simple.text))
    pieces: list[_Piece] = []

    def take(start: int, end: int, kind: str, value: str) -> None:
        if 1 in taken[start:end]:
            return
        taken[start:end] = b"\x01" * (end - start)
        pieces.append(_Piece(*simple.span(start, end), kind, value))

    for mark in _MARK.finditer(simple.text):
        if marks:
            take(*mark.span(), TYPED, text[slice(*simple.span(*mark.span()))])
        else:
            taken[mark.start() : mark.end()] = b"\x01" * (mark.end() - mark.start())
    for found in _words(simple.text):
        take(*found)
    for found in [*numbers_in(simple.text, taken), *plates_in(simple.text), *named_keys_in(simple.text)]:
        take(*found)
    return sorted(pieces)


def _words(text: str) -> list[Number]:
    return [*emails_in(text), *random_keys_in(text), *lettered_cnpjs_in(text)]


def _replaced(text: str, swaps: list[tuple[_Piece, str]]) -> str:
    out: list[str] = []
    at = 0
    for piece, instead in swaps:
        out += (text[at : piece.start], instead)
        at = piece.end
    return "".join((*out, text[at:])) if out else text
