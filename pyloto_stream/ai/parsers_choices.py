"""Qual das opções? Pelas palavras que a reconhecem, pelo título ou pelo número, como a pessoa digitar.

Promete só devolver valores que existem entre as opções.
"""

from collections.abc import Sequence

from pyloto_stream.ai.channels import FIELD as CHANNELS
from pyloto_stream.ai.channels import in_use
from pyloto_stream.ai.client_signs import has_firm, own
from pyloto_stream.ai.client_words import told_otherwise
from pyloto_stream.ai.lexicon import FILLERS, LEXICON, words
from pyloto_stream.ai.parsers_numbers import current_from
from pyloto_stream.ai.phrases import BREAK, Match, fold
from pyloto_stream.ai.reading import Reading, Tag
from pyloto_stream.ai.shift_mentions import FIELD as SHIFTS
from pyloto_stream.ai.shifts import free_shifts
from pyloto_stream.ai.trade_signs import best, sightings
from pyloto_stream.ai.trades import TRADES
from pyloto_stream.ai.vehicles import FIELD as VEHICLE
from pyloto_stream.ai.vehicles import chosen, cited
from pyloto_stream.conversation.flows import FIELDS, Field

NEGATION_REACH = 3
REACH = 5
"""Até quantas palavras depois de "só" a opção ainda é a única."""
_ONLY, _PREFERS, _BUSY = words("only"), words("prefers"), words("busy")
_TURNS = frozenset(("mas", "que", "pois", "porque"))
"""Viram a frase: o que vem depois é outra coisa."""
TITLE_WORDS = 12
"""Nenhum título tem mais: são, no máximo, 24 letras."""
_LAST = ("ultimo", "ultima")
_SAYS_ITEM = frozenset(("opcao", "numero", "item", "o", "a"))


def mentioned(reading: Reading, name: str, field: Field, start: int, end: int) -> list[str]:
    """Os valores de `field` citados em `[start, end)`, na ordem em que aparecem, sem os negados.

    Uma opção `alone` só vale se nenhuma outra foi citada.
    """
    if name == VEHICLE:
        return _vehicle(reading, start, end)
    if name == CHANNELS:
        used = in_use(reading, [m for m in reading.found("choice", name) if start <= m.start < end])
        now = current_from(reading, start, end) if len(used) > 1 else start
        return list(dict.fromkeys(m.payload.value for m in [m for m in used if m.start >= now] or used))
    if name in TRADES:
        return _trade(reading, name, field, start, end)
    found = [
        m for m in reading.found("choice", name) if start <= m.start < end and not _discarded(reading, m)
    ]
    business = next((choice.value for choice in field.choices if choice.business), "")
    if business:
        if (start, end) == (0, len(reading.words)) and (told := told_otherwise(reading, found, business)):
            return [told]
        others = reading.found("mark", "other_firm")
        found = own(
            reading, [m for m in found if not any(o.start <= m.start < o.end for o in others)], business
        )
        if not found and (start, end) == (0, len(reading.words)) and has_firm(reading):
            return [business]
    kept = [m for m in found if not any(_inside(m, other) for other in found)]
    known = {choice.value: choice.alone for choice in field.choices}
    meant = _meant(reading, kept, start, end, many=field.parser == "choices")
    values = [value for value in dict.fromkeys(m.payload.value for m in meant) if value in known]
    return [value for value in values if not known[value]] or values


def _vehicle(reading: Reading, start: int, end: int) -> list[str]:
    """O veículo com que se entregaria, entre os citados em `[start, end)`."""
    found = [m for m in cited(reading) if start <= m.start < end and not _discarded(reading, m)]
    values = chosen(reading, found)
    if len(values) < 2:
        return values
    meant = {m.payload.value for m in _meant(reading, found, start, end, many=False)}
    return [value for value in values if value in meant] or values


def _trade(reading: Reading, name: str, field: Field, start: int, end: int) -> list[str]:
    """O ramo de quem fala, entre os citados em `[start, end)`: uma opção, ou como a pessoa o disse."""
    told = [
        one
        for one in sightings(reading, name)
        if start <= one.match.start < end and not _discarded(reading, one.match)
    ]
    value = best(reading, name, told)
    options = {choice.value for choice in field.choices}
    return [value] if value and (value in options or not TRADES[name].is_option(value)) else []


def _meant(
    reading: Reading, found: list[Match[Tag]], start: int, end: int, *, many: bool
) -> list[Match[Tag]]:
    """De opções diferentes, as de agora, a única ("só à noite"), a preferida ou as que não estão tomadas."""
    if len({m.payload.value for m in found}) < 2:
        return found
    now = current_from(reading, start, end)
    current = [m for m in found if m.start >= now]
    if now > start and current:
        return current
    free = [m for m in found if not _busy(reading, m)]
    if many and free and len({m.payload.value for m in free}) < 2:  # "aula só de manhã, de tarde posso"
        return free
    for sign in (_ONLY, _PREFERS):
        after = [m for m in found if _said_before(reading, m, sign)]
        if after and len({m.payload.value for m in after}) < len({m.payload.value for m in found}):
            first, stop = after[0].start, _clause_end(reading, after[0].start, end)
            kept = many and sign is _ONLY  # "de segunda a sexta, só de manhã"
            before = [m for m in found if kept and m.start < first and not _busy(reading, m)]
            return [*before, *(m for m in found if first <= m.start < stop)]
    return free or found


def _said_before(reading: Reading, match: Match[Tag], chosen: frozenset[str]) -> bool:
    before = [word.text for word in reading.words[max(0, match.start - REACH) : match.start]]
    since = max((i + 1 for i, word in enumerate(before) if word == BREAK or word in _TURNS), default=0)
    return bool(chosen & {*before[since:]})


def _clause_end(reading: Reading, at: int, end: int) -> int:
    return next((i for i in range(at, end) if reading.words[i].text in (BREAK, *_TURNS)), end)


def _busy(reading: Reading, match: Match[Tag]) -> bool:
    """A pessoa diz que nessa hora faz outra coisa ("de manhã eu estudo", "sou vigia de noite")?"""
    stop = _clause_end(reading, match.end, len(reading.words))
    after = {word.text for word in reading.words[match.end : min(stop, match.end + NEGATION_REACH)]}
    before = [word.text for word in reading.words[max(0, match.start - NEGATION_REACH) : match.start]]
    since = max((i + 1 for i, word in enumerate(before) if word == BREAK or word in _TURNS), default=0)
    return bool(_BUSY & {*after, *before[since:]})


def _inside(match: Match[Tag], other: Match[Tag]) -> bool:
    longer = other.end - other.start > match.end - match.start
    return longer and other.start <= match.start and match.end <= other.end


def _discarded(reading: Reading, match: Match[Tag]) -> bool:
    """Está negado ("não tenho moto") ou dentro de um cumprimento ("boa noite")?"""
    greeted = any(g.start <= match.start < g.end for g in reading.found("gesture", "greeting"))
    following = [word.text for word in reading.words[match.end : match.end + 3]]
    denied = following[1:] if following[:1] == ["ainda"] else following
    if denied[:1] == ["nao"] and (denied[1:2] in ([BREAK], []) or denied[1] in ("posso", "tenho", "da")):
        return True  # "moto não, carro", "manhã não posso"
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
    values = reading.once(free_shifts) if name == SHIFTS else mentioned(reading, name, field, start, end)
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
    said = [word.text for word in reading.words if word.text != BREAK]
    left = [word for word in said if word not in FILLERS]
    for at, title in enumerate(titles if len(left) <= TITLE_WORDS else ()):
        folded = fold(title).split()
        if said == folded or left == [word for word in folded if word not in FILLERS] != []:
            return at
    if len(left) != 1:
        return None
    number = _ordinal(left[0], len(titles), bare=len(said) == 1, item=bool(_SAYS_ITEM & set(said)))
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
