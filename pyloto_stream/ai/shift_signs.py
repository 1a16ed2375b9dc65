"""O que cada palavra diz dos horários à volta: que estão livres, tomados, negados, ou que são de outra coisa?

Promete um sinal por palavra, com a negação já contada ("não posso", "não tenho aula").
"""

from collections.abc import Sequence

from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.shift_mentions import ANY_TIME, Mention
from pyloto_stream.ai.shift_words import (
    BUSY,
    FREE,
    JOBS,
    KNOWN,
    LIGHT,
    OTHER,
    PAIRS,
    WANTED,
    Pair,
    Sense,
)

Sign = tuple[int, Sense]
"""Onde está a palavra, e o que ela diz."""
NEGATION_REACH = 3
MIN_PAST = 4
"""Mais letras do que estas, e "ei" no fim: "mandei", "liguei" são o que já houve."""
_NOT = frozenset(("nao", "num", "nunca", "nem", "sem", "deixei", "parei"))
_ONE = frozenset(("um", "uma", "uns", "umas", "outro", "algum"))
_WORKED = frozenset(("trabalho", "trampo"))
_BY = frozenset(("de", "com", "nas", "fazendo"))
_RIDING = frozenset(("moto", "bike", "bicicleta", "carro", "entrega", "entregas"))
_FAMILY = frozenset((
    "filho", "filhos", "filha", "filhas", "crianca", "criancas", "menino", "meninos", "menina", "meninas",
    "bebe", "mae", "pai", "pais", "avo", "vo", "neto", "netos", "neta", "netas", "pequeno", "pequenos",
))  # fmt: skip
_OURS = (["com", "entrega"], ["com", "entregas"], ["de", "entregador"], ["de", "entrega"], ["de", "entregas"])
"""Depois de "trabalho", dizem que é o que se quer fazer conosco."""


def spoken(reading: Reading) -> list[str]:
    """As palavras, como se corrigiram; as que aqui dizem alguma coisa, como se digitaram."""
    return [word.plain if word.plain in KNOWN else word.text for word in reading.words]


def signs(reading: Reading, said: Sequence[str], found: Sequence[Mention]) -> list[Sign]:
    """Os sinais do texto, fora dos próprios horários citados."""
    covered = {
        at for m in found for at in range(m.start, m.end) if m.values != {ANY_TIME} or m.end - m.start > 1
    }
    told = ((at, _sign(reading, said, at, found)) for at in range(len(said)) if at not in covered)
    return [(at, sign) for at, sign in told if sign]


def _sign(reading: Reading, said: Sequence[str], at: int, found: Sequence[Mention]) -> Sense:
    """O que diz a palavra em `at`."""
    word = said[at]
    near = said[max(0, at - NEGATION_REACH) : at]
    near = near[max((i + 1 for i, w in enumerate(near) if w == BREAK), default=0) :]
    denied = not _NOT.isdisjoint(near)
    if word == "fico" and said[at + 1 : at + 2] == ["com"] and _minds(said[at + 2 : at + 5]):
        return "busy"
    if word in PAIRS:
        joins = word == "e" and reading.raw[reading.words[at].start] in "eE"  # a conjunção
        fitting = (pair for pair in PAIRS[word] if _fits(pair, said, at, found, denied=denied))
        pair = None if joins and reading.words[at].plain != "eh" else next(fitting, None)
        turned = pair is not None and denied and pair.sense == "free" and not pair.negated
        return "" if pair is None else "denied" if turned else pair.sense
    if word == "podia" and "agora" in said[at:]:  # "só podia de tarde, agora é de manhã"
        return "other"
    if word in FREE:
        return "denied" if denied else "free"
    if word in OTHER or (len(word) > MIN_PAST and word.endswith("ei")):
        return "other"
    if word in BUSY and "depois que" not in " ".join(near[-3:]):
        return _busy(said, at, found, denied=denied)
    after = said[at + 1] if at + 1 < len(said) else BREAK
    return "denied" if word == "nao" and after not in FREE | BUSY | LIGHT and after != BREAK else ""


def _minds(after: Sequence[str]) -> bool:
    """Fica-se com alguém de casa ("fico com os filhos"), e não com a moto do pai?"""
    return not _FAMILY.isdisjoint(after) and _RIDING.isdisjoint(after)


def _busy(said: Sequence[str], at: int, found: Sequence[Mention], *, denied: bool) -> Sense:
    """O que diz "trabalho" e o que mais toma o tempo: o que se procura, ou o que se nega, não o toma."""
    word = said[at]
    before = at - 2 if at > 1 and said[at - 1] in _ONE else at - 1
    if word in JOBS and ((before >= 0 and said[before] in WANTED) or said[at + 1 : at + 3] in _OURS):
        return ""
    if not denied:
        return "free" if word in _WORKED and _rides(said, at, found) else "busy"
    soon = any(at < mention.start < at + NEGATION_REACH for mention in found)
    return "denied" if word in _WORKED and soon else "free"


def _rides(said: Sequence[str], at: int, found: Sequence[Mention]) -> bool:
    """O trabalho em `at`, no horário que o segue, é o de entregar ("trabalho à noite de moto")?"""
    near = next((m for m in found if 0 < m.start - at < NEGATION_REACH), None)
    after = said[near.end : near.end + 2] if near is not None else []
    return len(after) > 1 and after[0] in _BY and after[1] in _RIDING


def _fits(pair: Pair, said: Sequence[str], at: int, found: Sequence[Mention], *, denied: bool) -> bool:
    """A regra `pair` vale para a palavra em `at`?"""
    before = said[at - 1] if at else BREAK
    after, second = [*said[at + 1 : at + 3], BREAK, BREAK][:2]
    asked = (
        (not pair.before or before in pair.before)
        and (not pair.after or after in pair.after)
        and (not pair.near or not pair.near.isdisjoint(said[max(0, at - NEGATION_REACH) : at]))
        and (denied or not pair.negated)
    )
    barred = before in pair.unless_before or after in pair.unless_after or second in pair.unless_second
    return asked and not barred and _placed(pair, said, at, found)


def _placed(pair: Pair, said: Sequence[str], at: int, found: Sequence[Mention]) -> bool:
    """Há um horário citado onde a regra o pede?"""
    match pair.place:
        case "ended":
            return any(mention.end in (at, at - 1) for mention in found)
        case "clock":
            return any(m.clock is not None and m.clock.opens is not None for m in found)
        case "clause":
            return any(BREAK not in said[min(at, m.start) : max(at, m.end)] for m in found)
        case _:
            return True
