"""Um número por dia, por semana ou por mês é o de costume, o de um dia só, o de outro, ou não é nenhum?

Promete decidir pelas palavras em volta dele na mesma frase; que número é e de quê é de `parsers_rates`.
"""

from itertools import pairwise

from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.numerals import Number
from pyloto_stream.ai.parsers_numbers import Amount
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

AROUND, NOT_IT, THINGS = 4, 8, 3
"""Até quantas palavras antes de um número, ou depois, dizem o que ele é."""
_TURNS = frozenset((BREAK, "mas", "porem", "enquanto", "fora"))
_USUAL, _ONCE, _EVENTS = words("usual"), words("once"), words("events_once")
_RELATIVES, _OURSELVES = words("relatives"), words("ourselves")
_APART = frozenset(("fora", "tirando"))
_IN_NAMES = frozenset(("tia", "tio"))
_SINGLE, _PLAIN_DAY = frozenset(("num", "numa", "naquele", "naquela", "nesse", "um")), words("plain_day")
_GUESSED = frozenset(("achei", "achava", "pensei", "pensava", "imaginei", "imaginava", "parecia", "meta"))
_ONLY, _HERE = frozenset(("so", "apenas")), frozenset(("aqui", "cidade", "perto", "regiao", "locais"))
_NEXT, _ON_SITE = frozenset(("lado", "esquina", "frente")), frozenset(("balcao", "salao", "mesa", "mesas"))
_WHO = frozenset(("quem", "que", "manda", "mandam", "faz", "fazem"))
_OWN = (["eu"], ["nos"], ["gente"], ["aqui"])
_WISHES = frozenset(("quero", "queria", "queremos", "queriamos", "gostaria", "pretendo", "pago", "pagamos"))
_CARRIES, _TRIPS = (
    frozenset(("em", "da", "dao", "dando", "viram")),
    frozenset(("entrega", "entregas", "corridas", "viagens", "saidas", "enderecos", "casas")),
)
_COPES = frozenset(("dou", "damos", "da", "dava", "dar"))


def of_another(reading: Reading, start: int, at: int) -> bool:
    """Quem faz é outra pessoa ("o vizinho manda 50 por dia")?"""
    said = [word.text for word in reading.words[start:at]]
    other = max((i for i, word in enumerate(said) if word in _RELATIVES), default=-1)
    if other > 0 and said[other] in _IN_NAMES and said[other - 1] in ("da", "do"):  # "salgados da tia Cida"
        return False
    for i in (i for i in range(3, len(said)) if said[i] in _NEXT):  # "o mercado do lado manda 200"
        if said[i - 1] in ("do", "da") and said[i - 3] in ("o", "a"):
            other = i
    since = said[other:]
    ours = not _OURSELVES.isdisjoint(since) or ("hoje", "sao") in pairwise(
        since
    )  # "a vizinha pediu e hoje são 20"
    return other >= 0 and not ours


def of_others(reading: Reading, start: int, at: int) -> bool:
    """Antes do número fala-se de quem quer que seja ("quem manda mil", "rede que manda mil")?"""
    said = [word.text for word in reading.words[max(start, at - AROUND) : at]]
    return not _WHO.isdisjoint(said) and _OURSELVES.isdisjoint(said)


def but_ours(reading: Reading, end: int, following: int) -> bool:
    """Depois do número de outro, diz-se o que é nosso ("tem quem mande mil, mas eu mando 3")?"""
    said = [word.text for word in reading.words[end:following] if word.text not in ("so", "a")]
    own = any(word == "mas" and said[i + 1 : i + 2] in _OWN for i, word in enumerate(said))
    return own and _WISHES.isdisjoint(said)


def in_trips(reading: Reading, previous: int, number: Number) -> bool:
    """É em quantas vezes sai o que se acaba de contar ("60 marmitas por dia, em 20 entregas")?"""
    said = [word.text for word in reading.words[max(0, number.start - 2) : number.end + 1]]
    led = any(word in _CARRIES for word in said[: number.start - max(0, number.start - 2)])
    return previous > 0 and led and number.end < len(reading.words) and said[-1] in _TRIPS


def on_site(reading: Reading, last: int) -> bool:
    """O que se conta é servido ali mesmo ("90 pessoas por dia no balcão")?"""
    said = [word.text for word in reading.words[last : last + NOT_IT]]
    said = said[: next((i for i, word in enumerate(said) if word in _TURNS or word == "e"), len(said))]
    return not _ON_SITE.isdisjoint(said)


def does(reading: Reading, number: Number) -> bool:
    """Quem fala diz que é o que faz ("o vizinho faz 100 por dia, eu faço 18")?"""
    before = [word.text for word in reading.words[max(0, number.start - 3) : number.start]]
    return before[:1] in (["eu"], ["nos"], ["gente"]) or before[1:2] in (["eu"], ["nos"], ["gente"])


def not_it(reading: Reading, start: int, at: int) -> bool:
    """É só o que se pensava, ou a quantas se dá conta ("achei que eram 100, deu 250")?"""
    before = [word.text for word in reading.words[max(start, at - NOT_IT) : at]]
    before = before[max((i + 1 for i, word in enumerate(before) if word == BREAK), default=0) :]
    if before[-1:] == ["nem"] or before[-2:] == ["nem", "uns"]:  # "nem 20 eu recebo, é 18"
        return True
    return not _GUESSED.isdisjoint(before) or (
        "conta" in before and "nao" not in before and not _COPES.isdisjoint(before)
    )


def is_usual(reading: Reading, start: int, amount: Amount, stop: int) -> bool:
    """Diz-se que é a quantidade de costume ("normal é 70", "fora isso são dez")?"""
    before = [word.text for word in reading.words[max(start, amount.low.start - AROUND) : amount.low.start]]
    after = [word.text for word in reading.words[amount.end : min(stop, amount.end + AROUND)]]
    after = after[: next((i for i, word in enumerate(after) if word in _TURNS), len(after))]
    first = reading.words[max(start, amount.low.start - AROUND - THINGS)].start
    if not _ONLY.isdisjoint(before[-2:]) and not _HERE.isdisjoint(after):  # "3 mil, mas só 600 são aqui"
        return True
    daily = "dia a dia" in reading.raw[first : reading.words[amount.low.start].start].lower()
    return daily or bool(_USUAL & {*before, *after}) or ("isso" in before and bool(_APART & {*before}))


def is_once(reading: Reading, start: int, amount: Amount, stop: int, *, usual: bool) -> bool:
    """Aconteceu num dia só, ou numa data?"""
    after = [word.text for word in reading.words[amount.end : min(stop, amount.end + AROUND + 1)]]
    single = any(
        word in _SINGLE
        and after[i + 1 : i + 2] in (["dia"], ["noite"])
        and not _PLAIN_DAY & {*after[i + 2 :]}
        for i, word in enumerate(after)
    )
    said = {word.text for word in reading.words[start : amount.low.start]} | {*after}
    return not usual and (single or bool(_EVENTS & said and _ONCE & said) or "ontem" in said)
