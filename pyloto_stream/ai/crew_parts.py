"""Como se guarda uma parcela de gente, e até onde vai o número dela?

Promete o intervalo inteiro ("10 a 15", "35/40") e dizer se depois dele vem o nome de outra coisa.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pyloto_stream.ai.crew_words import QUALIFIES, is_use
from pyloto_stream.ai.numerals import Number
from pyloto_stream.ai.parsers_numbers import MAX_QUANTITY, range_in
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

Numbers = Mapping[int, Number]


class Crew(NamedTuple):
    """Uma parcela nas palavras `[start, end)`; `person`: diz que é gente; `counted`: tem número."""

    low: int
    high: int
    start: int
    end: int
    person: bool
    counted: bool
    we: bool = False
    """É quem fala que se conta ("somos em seis", "eu")."""
    owner: bool = False
    """São os donos, que podem não ser todos."""


def reach_of(reading: Reading, number: Number, end: int) -> tuple[int, int, int]:
    """O número, ou o intervalo que ele começa, e onde acaba; de "cresceu de 5 pra 22", o de agora."""
    low = round(number.value)
    vague = [word.plain for word in reading.words[number.end : min(end, number.end + 2)]]
    if vague[:1] == ["e"] and vague[1:] and vague[1].startswith(("pouc", "tant")):  # "sessenta e poucos"
        return low, low, number.end + 2
    after = reading.words[number.end] if number.end < end else None
    if (
        after is not None and after.plain.isdecimal() and reading.raw[after.start - 1] == "/"
    ):  # "35/40 usuários"
        return low, int(after.plain), number.end + 1
    first, last = range_in(reading, number.start, min(end, number.end + 4), MAX_QUANTITY) or (None, None)
    if first is None or first.start != number.start or last is None:
        return low, low, number.end
    return low, round(last.value), last.end


def closed(reading: Reading, at: int, end: int) -> bool:
    """Depois do número em `at` não vem o nome de outra coisa?"""
    if at >= end or reading.words[at].text == BREAK:
        return True
    word = reading.words[at]
    return word.text in QUALIFIES or word.plain in QUALIFIES or is_use(word.plain)


def clause(reading: Reading, at: int, limit: int) -> list[str]:
    """As palavras de `at` até `limit`, para a frente ou para trás, sem passar do fim da frase."""
    steps = range(at, limit) if limit >= at else range(at - 1, limit - 1, -1)
    told = list[str]()
    for i in steps:
        if reading.strong_break(i) or (limit >= at and reading.words[i].plain == "mas"):
            break
        told.append(reading.words[i].plain)
    return told
