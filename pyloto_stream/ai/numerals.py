"""Que números há num texto? Em algarismos ou por extenso, com "mil", "k", dúzias e meios.

Promete achar cada número com as palavras de que é feito; artigos ("um monte", "uma ideia") não são números.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from pyloto_stream.ai.lexicon import LEXICON, VAGUE
from pyloto_stream.ai.phrases import REMEMBERED
from pyloto_stream.ai.reading import Reading

_SCALES = {
    "mil": 1000, "k": 1000, "milhao": 1_000_000, "milhoes": 1_000_000, "barao": 1000,
    "baroes": 1000, "milzinho": 1000,
}  # fmt: skip
_GROUPS = {"duzia": 12, "duzias": 12, "dezena": 10, "dezenas": 10, "centena": 100, "centenas": 100}
_ALONE = frozenset(("mil", "milzinho"))
"""Escalas que sozinhas já são um número."""
_SOME = frozenset(("pouco", "poucos", "tantos", "tanto", "quebrados"))
_HUNDREDS = frozenset(range(200, 1000, 100))
LOOK_AHEAD = 3
"""Até onde se olha depois de um número para saber se acabou ("trinta e poucos mil")."""
_HALVED = {"meia": frozenset(_GROUPS), "meio": frozenset(("cento",)), "mei": frozenset(("cento",))}
"""De que pode ser a metade: "meia dúzia", "meio cento"."""
_OPENING = frozenset(("duzia", "duzias", *_HALVED))
_DIGITS = re.compile(r"(\d{1,15}(?:[.,]\d{1,15}){0,5})(k|mil|x|º|reais|real|contos?|pilas?|zinho)?")


class Number(msgspec.Struct, frozen=True, gc=False):
    """Um número nas palavras `[start, end)`."""

    value: float
    start: int
    end: int


def numbers_in(reading: Reading, start: int, end: int) -> Iterator[Number]:
    """Os números de `[start, end)`, da esquerda para a direita."""
    free = start
    for at, number in reading.once(_numbers):
        if at >= end:
            return
        if at < free:
            continue
        if (number.end if number else at) + LOOK_AHEAD > end:  # o fim pode cortá-lo
            number = reading.once(_number_at, at, end)  # noqa: PLW2901
        if number is not None:
            yield number
            free = number.end


def _numbers(reading: Reading) -> tuple[tuple[int, Number | None], ...]:
    """O número que começa em cada palavra que pode começar um."""
    openings = [at for at, word in enumerate(reading.words) if _opens(word.text, word.plain)]
    return tuple((at, _number_at(reading, at, len(reading.words))) for at in openings)


@lru_cache(maxsize=REMEMBERED)
def _opens(text: str, plain: str) -> bool:
    """Uma palavra assim pode começar um número? Quase nenhuma pode, e saber isso custa pouco."""
    return text in LEXICON.numbers or text in _OPENING or plain in _ALONE or any(map(str.isdigit, plain))


def _number_at(reading: Reading, start: int, end: int) -> Number | None:
    if _vague(reading, start, end):
        return None
    total, current, at, used, closed = 0.0, 0.0, start, start, start
    while at < end:
        word = reading.words[at].text
        value = _value(reading, at)
        if grouped := _grouped(word, current, counting=used > start):
            current = grouped
        elif word in ("meia", "meio") and at > start and reading.words[at - 1].text == "e":
            total += _half(reading.words[at - 2].text)
        elif word == "meio" and at + 1 < end and reading.words[at + 1].text in _SCALES:
            current = 0.5
        elif value is not None and (current == 0 or _adds(reading, at, current, value)):
            current = value + (current * 1000 if value in _HUNDREDS and current < 20 else current)
        elif (scale := reading.words[at].plain) in _SCALES and (current or scale in _ALONE):
            if 0 < total < _SCALES[scale] * 1000:  # "entre mil e dois mil" são dois números
                current, used = 0.0, closed
                break
            total, current, closed = total + (current or 1) * _SCALES[scale], 0, at + 1
        elif not (word == "e" and used > start and at == used):
            break
        at += 1
        at += 2 * _some_thousands(reading, at, end)  # "trinta e poucos mil"
        used = at if word != "e" else used
    return Number(total + current, start, used) if used > start else None


def _grouped(word: str, current: float, *, counting: bool) -> float:
    """Quantos são com `word` depois de `current` ("três dúzias", "meio cento"); zero se ela não agrupa."""
    if word == "cento":
        return 50 if current == 0.5 else 0
    grouped = word in _GROUPS and (counting or word.startswith("duzia"))  # "uma dezena", não "dezenas de"
    return (current or 1) * _GROUPS[word] if grouped else 0


def _some_thousands(reading: Reading, at: int, end: int) -> bool:
    """Depois do número, "e poucos" ainda não chegou a "mil"?"""
    words = reading.words
    joined = at + 2 < end and words[at].text == "e"
    return joined and words[at + 1].text in _SOME and words[at + 2].plain in _SCALES


def _adds(reading: Reading, at: int, current: float, value: float) -> bool:
    """Por extenso soma-se ("vinte e cinco"); "30/06" são dois números."""
    digits = at and reading.words[at].plain.isdigit() and reading.words[at - 1].plain.isdigit()
    return not digits and (0 < value < _last_place(current) or _in_thousands(reading, at, current, value))


def _in_thousands(reading: Reading, at: int, current: float, value: float) -> bool:
    """É "três e quinhentos", que é 3.500?"""
    if value not in _HUNDREDS or current >= 20:
        return False
    words = reading.words
    spelt = not words[at - 2].plain.isdecimal() and words[at].plain.endswith("entos")
    return spelt and words[at - 1].text == "e" and words[max(0, at - 3)].text != "entre"


def _half(scale: str) -> float:
    """Metade do que veio antes, como em "uma dúzia e meia" e "3 e meio"."""
    if scale in _GROUPS or scale in _SCALES:
        return (_GROUPS.get(scale) or _SCALES[scale]) / 2
    return 0.5 if scale.isdecimal() or scale in LEXICON.numbers else 0


def _vague(reading: Reading, at: int, end: int) -> bool:
    """É "um monte", "uma ideia": artigo, não número?"""
    word = reading.words[at].text
    if word not in ("um", "uma"):
        return False
    return at + 1 < end and reading.words[at + 1].text in VAGUE


def _last_place(value: float) -> float:
    """Até onde se pode somar por extenso: depois de cem, menos de cem; depois de vinte, menos de dez."""
    if value >= 100 and value % 100 == 0:
        return 100
    return 10 if value >= 20 and value % 10 == 0 else 0


def _value(reading: Reading, at: int) -> float | None:
    word = reading.words[at]
    if word.text in _HALVED:
        following = reading.words[at + 1].text if at + 1 < len(reading.words) else ""
        return 0.5 if following in _HALVED[word.text] else None
    if word.text in LEXICON.numbers and not word.text.startswith("duzia"):
        return LEXICON.numbers[word.text]
    match = _DIGITS.fullmatch(reading.raw[word.start : word.end].lower())
    if match is None:
        return None
    decimal = _decimal(match[1])
    return None if decimal is None else decimal * (1000 if match[2] in ("k", "mil") else 1)


def _decimal(digits: str) -> float | None:
    """`5.000,00` e `5,5`: o ponto separa milhares; a vírgula, ou um ponto sem três casas, separa centavos."""
    whole, _, cents = digits.partition(",")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", whole):
        whole = whole.replace(".", "")
    head, _, tail = whole.partition(".")
    decimal = f"{head}.{tail or cents or 0}"
    return float(decimal) if re.fullmatch(r"\d+\.\d+", decimal) else None  # "1.2.3" não é um número
