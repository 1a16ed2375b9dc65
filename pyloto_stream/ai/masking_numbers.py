"""Que números de um texto são de alguém: CPF, CNPJ, cartão, telefone ou CEP?

Lê grupos de algarismos vizinhos, separados por pouca coisa, e pergunta de cada janela de grupos o que ela é.
Promete tempo linear (uma janela tem no máximo `MOST` algarismos). Limite: preços, datas, horas e números de
pedido ficam; quem decide entre eles e um documento é o dígito verificador, a forma ou a palavra antes.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from stdnum import luhn
from stdnum.br import cnpj, cpf

from pyloto_stream.ai.masking_lexicon import AREA_CODES, said_before

MOST = 19
LEAST = 8
CONTEXT = 40
"""Quantos caracteres antes de um número se leem à procura de uma palavra que diga o que ele é."""

_GROUP = re.compile(r"[0-9]+")
_GAP = frozenset(" \n\t\r.,-/()_*|+:")
_MOST_GAP = 4
_CPF_SHAPE = re.compile(r"[0-9]{3}[.,][0-9]{3}[.,][0-9]{3}\s?[-/]\s?[0-9]{2}")
_CNPJ_SHAPE = re.compile(r"[0-9]{2}[.,][0-9]{3}[.,][0-9]{3}\s?/\s?[0-9]{4}\s?-\s?[0-9]{2}")
_CEP_SHAPE = re.compile(r"[0-9]{2}\.?[0-9]{3}\s?-\s?[0-9]{3}")
_CARD_SHAPE = re.compile(
    r"[0-9]+|[0-9]{4}(?:\W{1,3}[0-9]{4}){2,3}(?:\W{1,3}[0-9]{1,4})?|[0-9]{4}\W{1,3}[0-9]{6}\W{1,3}[0-9]{4,5}"
    r"|[0-9](?:\W{1,3}[0-9])+|[0-9]{2}(?:\W{1,3}[0-9]{2})+(?:\W{1,3}[0-9])?"
)
_LANDLINE_SHAPE = re.compile(
    r"(?:\+?55\W{0,3})?\(?0?\s?[0-9]{2}\s?\)?[\s.\-/]{0,3}[0-9]{4}[\s.\-]{0,3}[0-9]{4}|[0-9](?:\s[0-9])+"
)
_LOCAL_SHAPE = re.compile(r"9[0-9]{4}\s?-\s?[0-9]{4}|9\s[0-9]{4}[\s-]{1,3}[0-9]{4}")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")


class Number(NamedTuple):
    """Um número de alguém em `text[start:end]`; `value` são só os algarismos."""

    start: int
    end: int
    kind: str
    value: str


class _Window(NamedTuple):
    text: str
    start: int
    end: int
    digits: str
    before: str

    @property
    def written(self) -> str:
        return self.text[self.start : self.end]


def numbers_in(text: str, taken: bytearray) -> Iterator[Number]:
    """Os números de alguém em `text` (forma simples), na ordem, fora do que já está em `taken`."""
    groups = [(m.start(), m.end()) for m in _GROUP.finditer(text) if not taken[m.start()]]
    at = 0
    while at < len(groups):
        found = _longest_from(text, groups, at)
        if found is None:
            at += 1
            continue
        number, used = found
        yield number
        at += used


def _longest_from(text: str, groups: list[tuple[int, int]], at: int) -> tuple[Number, int] | None:
    """O melhor número que começa no grupo `at`, e quantos grupos ele toma."""
    start, end = groups[at]
    before = text[max(0, start - CONTEXT) : start]
    digits, last, windows = "", at, []
    while len(digits) + groups[last][1] - groups[last][0] <= MOST:
        end = groups[last][1]
        digits += text[groups[last][0] : end]
        if len(digits) >= LEAST:
            windows.append((_Window(text, start, end, digits, before), last - at + 1))
        last += 1
        if last == len(groups) or not _near(text, end, groups[last][0]):
            break
    best: tuple[int, Number, int] | None = None
    for window, used in windows:
        kind, weight = _kind(window)
        if kind and (best is None or weight > best[0]):
            begin = start - 1 if before.endswith(("+", "(")) and kind == "TELEFONE" else start
            begin -= begin < start and begin > 0 and text[begin] == "(" and text[begin - 1] == "+"
            best = (weight, Number(begin, window.end, kind, window.digits), used)
    return None if best is None else (best[1], best[2])


def _near(text: str, end: int, start: int) -> bool:
    gap = text[end:start]
    return len(gap) <= _MOST_GAP and _GAP.issuperset(gap)


def _kind(window: _Window) -> tuple[str, int]:
    """O que a janela é, e quanta certeza disso (maior ganha); vazio se nada."""
    size = len(window.digits)
    if size == 14 and _is_cnpj(window):
        return "CNPJ", 50
    if size == 11 and _is_cpf(window):
        return "CPF", 40
    if 13 <= size <= MOST and _is_card(window):
        return "CARTAO", 30 + (size in (15, 16))
    if 8 <= size <= 15 and _is_phone(window):
        return "TELEFONE", 20 + (size >= 12)
    if size == 8 and (said_before("CEP", window.before) or _is_cep(window)):
        return "CEP", 10
    return "", 0


def _is_cpf(window: _Window) -> bool:
    real = cpf.is_valid(window.digits) and len({*window.digits}) > 1
    if real or _CPF_SHAPE.fullmatch(window.written):
        return True
    return said_before("CPF", window.before)


def _is_cnpj(window: _Window) -> bool:
    if cnpj.is_valid(window.digits) or _CNPJ_SHAPE.fullmatch(window.written):
        return True
    return said_before("CNPJ", window.before)


def _is_card(window: _Window) -> bool:
    if window.digits[0] not in "23456" or not _CARD_SHAPE.fullmatch(window.written):
        return False
    said = len(window.digits) in (15, 16) and said_before("CARTAO", window.before)
    return bool(said) or luhn.is_valid(window.digits)


def _is_cep(window: _Window) -> bool:
    around = window.text[window.end : window.end + 2]
    return bool(_CEP_SHAPE.fullmatch(window.written)) and not re.match(r"[,-][0-9]", around)


def _is_phone(window: _Window) -> bool:
    digits, written = window.digits, window.written
    if window.before.endswith(("+", "+(")) and 10 <= len(digits) <= 15:
        return True
    if len(digits) <= 9:
        said = said_before("TELEFONE", window.before) and not {*",/:"} & {*written}
        return said or bool(_LOCAL_SHAPE.fullmatch(written))
    if _odd(window):
        return False
    national = _national(digits)
    if len(national) == 11:
        return national[2] == "9" and national[:2] in AREA_CODES
    if len(national) == 10 and national[:2] in AREA_CODES and national[2] in "2345":
        return bool(_LANDLINE_SHAPE.fullmatch(written)) or said_before("TELEFONE", window.before)
    return False


def _odd(window: _Window) -> bool:
    """Escrito como não se escreve um telefone: quantia, data, número de pedido."""
    written = window.written
    if {*",:"} & {*written} or written.count("/") > 1 or "/" in written[4:]:
        return True
    if window.before.rstrip().endswith("$") and _THOUSANDS.fullmatch(written):
        return True
    return written.isdigit() and said_before("ORDER", window.before)


def _national(digits: str) -> str:
    """DDD e número, sem o país, o zero e o código da operadora."""
    digits = digits.removeprefix("0055")
    if digits.startswith("55") and len(digits) in (12, 13):
        digits = digits[2:]
    if digits.startswith("550") and len(digits) == 14:
        digits = digits[3:]
    if digits.startswith("0") and len(digits) in (11, 12):
        return digits[1:]
    return digits[3:] if digits.startswith("0") and len(digits) in (13, 14) else digits
