"""De que espécie é um número escrito: CPF, CNPJ, cartão, telefone, CEP, ou de ninguém?

Promete custo fixo por número. Limite: preços, datas, horas e números de pedido ficam; quem decide entre eles
e um documento é o dígito verificador, a forma ou a palavra antes.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from stdnum import luhn
from stdnum.br import cnpj, cpf

from pyloto_stream.ai.masking_lexicon import AREA_CODES, said_before

_CPF = tuple(range(10, 1, -1))
_CNPJ = (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
"""Pesos do primeiro dígito verificador."""
MOST = 19
"""Algarismos do maior número que se procura: um cartão."""
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
_COUNTED = re.compile(
    r"\s{0,2}(?:por|ao|a|/)\s{0,2}(?:dia|semana|mes|hora|ano)\b|\s{1,2}(?:mensage|msg|conversa|pedido|client|atendiment)"
)
"""Depois de um número: ele conta alguma coisa ("no zap 1000-2000 por dia")."""
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")


class Window(NamedTuple):
    """Um número em `text[start:end]`; `before`: o que vem antes dele."""

    text: str
    start: int
    end: int
    digits: str
    before: str

    @property
    def written(self) -> str:
        """Como está escrito."""
        return self.text[self.start : self.end]


def kind_of(window: Window) -> tuple[str, int]:
    """O que a janela é, e quanta certeza disso (maior ganha); vazio se nada."""
    size = len(window.digits)
    if size == 14 and _named("CNPJ", window, _CNPJ_SHAPE, is_cnpj):
        return "CNPJ", 50
    if size == 11 and _named("CPF", window, _CPF_SHAPE, is_cpf):
        return "CPF", 40
    if 13 <= size <= MOST and _is_card(window):
        return "CARTAO", 30 + (size in (15, 16))
    if 8 <= size <= 15 and _is_phone(window):
        return "TELEFONE", 20 + (size >= 12)
    if size == 8 and (said_before("CEP", window.before) or _is_cep(window)):
        return "CEP", 10
    return "", 0


def _named(kind: str, window: Window, shape: re.Pattern[str], real: Callable[[str], bool]) -> bool:
    return real(window.digits) or bool(shape.fullmatch(window.written)) or said_before(kind, window.before)


def is_cpf(digits: str) -> bool:
    """Os onze algarismos são um CPF? Um só algarismo repetido não é."""
    return _verified(digits, _CPF) and digits != digits[0] * 11 and bool(cpf.is_valid(digits))


def is_cnpj(digits: str) -> bool:
    """Os catorze algarismos são um CNPJ?"""
    return _verified(digits, _CNPJ) and bool(cnpj.is_valid(digits))


def _verified(digits: str, weights: Sequence[int]) -> bool:
    """O primeiro dígito verificador confere? Quase todo número que não é documento para aqui."""
    total = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False))
    return -total % 11 % 10 == int(digits[len(weights)])


def _is_card(window: Window) -> bool:
    if window.digits[0] not in "23456" or not _CARD_SHAPE.fullmatch(window.written):
        return False
    said = len(window.digits) in (15, 16) and said_before("CARTAO", window.before)
    return bool(said) or bool(luhn.is_valid(window.digits))


def _is_cep(window: Window) -> bool:
    around = window.text[window.end : window.end + 2]
    return bool(_CEP_SHAPE.fullmatch(window.written)) and not re.match(r"[,-][0-9]", around)


def _is_phone(window: Window) -> bool:
    digits, written = window.digits, window.written
    if window.before.endswith(("+", "+(")) and 10 <= len(digits) <= 15:
        return True
    if len(digits) <= 9:
        if _COUNTED.match(window.text, window.end):
            return False
        said = said_before("TELEFONE", window.before) and not {*",/:"} & {*written}
        return said or bool(_LOCAL_SHAPE.fullmatch(written))
    line = national(digits)
    if not dialled(line) or _odd(window):
        return False
    told = len(line) == 11 or _LANDLINE_SHAPE.fullmatch(written)
    return bool(told) or said_before("TELEFONE", window.before)


def _odd(window: Window) -> bool:
    """Escrito como não se escreve um telefone: quantia, data, número de pedido."""
    written = window.written
    if {*",:"} & {*written} or written.count("/") > 1 or "/" in written[4:]:
        return True
    if window.before.rstrip().endswith("$") and _THOUSANDS.fullmatch(written):
        return True
    return written.isdigit() and said_before("ORDER", window.before)


def dialled(line: str) -> bool:
    """`line` (DDD e número) existe como celular ou como fixo?"""
    if len(line) not in (10, 11) or line[:2] not in AREA_CODES:
        return False
    return line[2] == "9" if len(line) == 11 else line[2] in "2345"


def national(digits: str) -> str:
    """DDD e número, sem o país, o zero e o código da operadora."""
    digits = digits.removeprefix("0055")
    if digits.startswith("55") and len(digits) in (12, 13):
        digits = digits[2:]
    if digits.startswith("550") and len(digits) == 14:
        digits = digits[3:]
    if digits.startswith("0") and len(digits) in (11, 12):
        return digits[1:]
    return digits[3:] if digits.startswith("0") and len(digits) in (13, 14) else digits
