"""Onde estão, num texto, os números de alguém? Grupos de algarismos vizinhos, separados por pouca coisa.

De cada grupo partem janelas de `LEAST` a `MOST` algarismos; uma conta de custo fixo diz quais delas podem ser
de alguém, e só dessas se pergunta a espécie (`masking_kinds.py`). Promete tempo linear, e pequeno: 4.096
caracteres quaisquer custam menos de 20 ms. Limite: o que passa de `MOST` algarismos fica.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from pyloto_stream.ai.masking_kinds import MOST, Window, dialled, is_cnpj, is_cpf, kind_of, national
from pyloto_stream.ai.masking_lexicon import AREA_CODES

LEAST = 8
CONTEXT = 40
"""Quantos caracteres antes de um número se leem à procura de uma palavra que diga o que ele é."""

_GROUP = re.compile(r"[0-9]+")
_GAP = frozenset(" \n\t\r.,-/()_*|+:")
_MOST_GAP = 4
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def _line_sizes(start: str) -> tuple[int, ...]:
    """Quantos algarismos pode ter um telefone cujos três primeiros são `start`."""
    if start[0] == "0":
        return (11, 12, 13, 14, 15)
    mobile = (11,) if start[2] == "9" else ()
    line = (10,) if start[2] in "2345" else mobile
    country = (12, 13, 14) if start[:2] == "55" else ()
    return (*line, *country) if start[:2] in AREA_CODES else ()


_LINES: Mapping[str, tuple[int, ...]] = {f"{start:03}": _line_sizes(f"{start:03}") for start in range(1000)}


class Number(NamedTuple):
    """Um número de alguém em `text[start:end]`; `value` são só os algarismos."""

    start: int
    end: int
    kind: str
    value: str


def numbers_in(text: str, taken: bytearray) -> Iterator[Number]:
    """Os números de alguém em `text` (forma simples), na ordem, fora do que já está em `taken`."""
    run: list[tuple[int, int]] = []
    for found in _GROUP.finditer(text):
        if taken[found.start()]:
            continue
        if run and not _near(text, run[-1][1], found.start()):
            yield from _Run(text, run).numbers()
            run = []
        run.append(found.span())
    if run:
        yield from _Run(text, run).numbers()


def _near(text: str, end: int, start: int) -> bool:
    return start - end <= _MOST_GAP and _GAP.issuperset(text[end:start])


class _Run:
    """Grupos seguidos, cada um perto do outro; `digits` são os algarismos de todos."""

    def __init__(self, text: str, groups: Sequence[tuple[int, int]]) -> None:
        self._text, self._groups = text, groups
        self._digits = "".join([text[start:end] for start, end in groups])
        self._begins = [0, *accumulate(end - start for start, end in groups)]
        """Quantos algarismos há antes de cada grupo."""
        self._last = {size: at for at, size in enumerate(self._begins[1:])}
        self._luhn = [_luhn_sums(self._digits, plain) for plain in (0, 1)]

    def numbers(self) -> Iterator[Number]:
        """Os números destes grupos, sem sobreposição."""
        at = 0
        while len(self._digits) - self._begins[at] >= LEAST:
            found = self._best_from(at)
            if found is not None:
                yield found[0]
            at = at + 1 if found is None else found[1]

    def _best_from(self, at: int) -> tuple[Number, int] | None:
        """O melhor número que começa no grupo `at`, e o grupo que vem depois dele."""
        best: tuple[int, Number, int] | None = None
        for size in self._sizes(at):
            last = self._last[self._begins[at] + size]
            window = self._window(at, last)
            kind, weight = kind_of(window)
            if kind and (best is None or weight > best[0]):
                begin = _with_sign(window) if kind == "TELEFONE" else window.start
                best = (weight, Number(begin, window.end, kind, window.digits), last + 1)
        return None if best is None else best[1:]

    def _window(self, at: int, last: int) -> Window:
        start, end = self._groups[at][0], self._groups[last][1]
        digits = self._digits[self._begins[at] : self._begins[last + 1]]
        return Window(self._text, start, end, digits, self._text[max(0, start - CONTEXT) : start])

    def _sizes(self, at: int) -> Iterable[int]:
        """De quantos algarismos pode ser um número que começa no grupo `at`, em ordem.

        Só o primeiro grupo pode ter antes uma palavra que o anuncie; os outros, só a forma ou uma conta.
        """
        begin, start = self._begins[at], self._groups[at][0]
        left = min(MOST, len(self._digits) - begin)
        if at == 0 or self._text[max(0, start - 2) : start].endswith(("+", "+(")):
            sizes: Iterable[int] = range(LEAST, left + 1)
        else:
            sizes = sorted({*self._lines(at, begin), *self._documents(at, begin), *self._cards(begin)})
        return [size for size in sizes if size <= left and begin + size in self._last]

    def _parts(self, at: int, size: int) -> int:
        """Em quantos grupos estão `size` algarismos a partir do grupo `at`; zero se acabam dentro de um."""
        return self._last.get(self._begins[at] + size, at - 1) - at + 1

    def _lines(self, at: int, begin: int) -> Iterator[int]:
        """Tamanhos de um telefone ou de um CEP."""
        if self._begins[min(at + 3, len(self._groups))] - begin >= LEAST:
            yield from (LEAST, LEAST + 1)
        spaced = self._text[self._groups[at][1] : self._groups[at][1] + 1].isspace()
        for size in _LINES.get(self._digits[begin : begin + 3], ()):
            line = national(self._digits[begin : begin + size])
            if dialled(line) and (len(line) == 11 or spaced or self._parts(at, size) <= 5):
                yield size

    def _documents(self, at: int, begin: int) -> Iterator[int]:
        """Tamanhos de um CPF ou de um CNPJ."""
        for size, parts, verified in ((11, 4, is_cpf), (14, 5, is_cnpj)):
            digits = self._digits[begin : begin + size]
            if len(digits) == size and (self._parts(at, size) == parts or verified(digits)):
                yield size

    def _cards(self, begin: int) -> Iterator[int]:
        """Tamanhos em que o dígito de Luhn confere."""
        if self._digits[begin] not in "23456":
            return
        for end in range(begin + 13, min(begin + MOST, len(self._digits)) + 1):
            sums = self._luhn[(end - 1) % 2]
            if (sums[end] - sums[begin]) % 10 == 0:
                yield end - begin


def _luhn_sums(digits: str, plain: int) -> list[int]:
    """Somas acumuladas em que só as posições da paridade `plain` não se dobram."""
    return [0, *accumulate(v if at % 2 == plain else _DOUBLED[v] for at, v in enumerate(map(int, digits)))]


def _with_sign(window: Window) -> int:
    """Onde começa um telefone, com o `+` e o parêntese que o abrem."""
    begin = window.start - 1 if window.before.endswith(("+", "(")) else window.start
    return begin - (window.before.endswith("+("))
