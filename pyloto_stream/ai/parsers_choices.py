"""Qual das opções? Pelas palavras que a reconhecem, pelo título ou pelo número, como a pessoa digitar.

Promete só devolver valores que existem entre as opções.
"""

from collections.abc import Sequence

from pyloto_stream.ai.lexicon import FILLERS, LEXICON
from pyloto_stream.ai.phrases import BREAK, Match, fold
from pyloto_stream.ai.reading import Reading, Tag
from pyloto_stream.conversation.flows import FIELDS, Field

NEGATION_REACH = 3
_LAST = ("ultimo", "ultima")
_SAYS_ITEM = frozenset(("opcao", "numero", "item", "o", "a"))


def mentioned(reading: Reading, name: str, field: Field, start: int, end: int) -> list[str]:
    """Os valores de `field` citados em `[start, end)`, na ordem em que aparecem, sem os negados."""
    found = [
        m for m in reading.found("choice", name) if start <= m.start < end and not _discarded(reading, m)
    ]
    kept = [m for m in found if not any(_inside(m, other) for other in found)]
    known = {choice.value for choice in field.choices}
    return list(dict.fromkeys(m.payload.value for m in kept if m.payload.value in known))


def _inside(match: Match[Tag], other: Match[Tag]) -> bool:
    longer = other.end - other.start > match.end - match.start
    return longer and other.start <= match.start and match.end <= other.end


def _discarded(reading: Reading, match: Match[Tag]) -> bool:
    """Está negado ("não tenho moto") ou dentro de um cumprimento ("boa noite")?"""
    greeted = any(g.start <= match.start < g.end for g in reading.found("gesture", "greeting"))
    following = [word.text for word in reading.words[match.end : match.end + 2]]
    if following[:1] == ["nao"] and following[1:] == [BREAK]:  # "moto não, carro"
        return True
    before = range(max(0, match.start - NEGATION_REACH), match.start)
    return greeted or any(
        m.start in before and BREAK not in [w.text for w in reading.words[m.start : match.start]]
        for m in reading.found("mark", "negation")
    )


def one(reading: Reading, name: str, field: Field, start: int, end: int) -> str:
    """O valor citado; de dois diferentes não se escolhe nenhum, salvo se um texto livre também serve."""
    values = mentioned(reading, name, field, start, end)
    return "" if field.parser == "choice" and len(values) > 1 else next(iter(values), "")


def several(reading: Reading, name: str, field: Field, start: int, end: int) -> str:
    """Todos os valores citados, na ordem das opções; a opção que inclui tudo só vale sozinha."""
    values = mentioned(reading, name, field, start, end)
    chosen = [choice for choice in field.choices if choice.value in values]
    specific = [choice for choice in chosen if not choice.alone]
    return ", ".join(choice.value for choice in specific or chosen)


def alone(reading: Reading, name: str) -> bool:
    """O texto só cita opções de `name`, que aceita várias, e cita mais de uma?"""
    if FIELDS[name].parser != "choices":
        return False
    found = reading.found("choice", name)
    covered = {at for match in found for at in range(match.start, match.end)}
    rest = (word.text for at, word in enumerate(reading.words) if at not in covered)
    return len({m.payload.value for m in found}) > 1 and all(w == BREAK or w in FILLERS for w in rest)


def picked(reading: Reading, titles: Sequence[str]) -> int | None:
    """A posição da opção que o texto inteiro escolhe ("2", "a segunda", o título), ou `None`."""
    words = [word.text for word in reading.words if word.text != BREAK]
    left = [word for word in words if word not in FILLERS]
    for at, title in enumerate(titles):
        folded = fold(title).split()
        if words == folded or left == [word for word in folded if word not in FILLERS] != []:
            return at
    if len(left) != 1:
        return None
    number = _ordinal(left[0], len(titles), bare=len(words) == 1, item=bool(_SAYS_ITEM & set(words)))
    return number - 1 if number is not None and 1 <= number <= len(titles) else None


def _ordinal(word: str, count: int, *, bare: bool, item: bool) -> int | None:
    if word.isdecimal():
        return int(word) if len(word) <= 2 else None
    if not (bare or item):
        return None
    if word in _LAST:
        return count
    if word in LEXICON.ordinals:
        return LEXICON.ordinals[word] if item else None
    return LEXICON.numbers.get(word)
