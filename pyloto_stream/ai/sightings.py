"""Que municípios aparecem num texto, e com que estado? O nome mais longo em cada lugar.

Promete só achar; se é ali que a pessoa está é de `parsers_places`.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pyloto_stream.ai.lexicon import COMMON, PARTICLES, STATES
from pyloto_stream.ai.municipalities import (
    CAPITALS,
    DISTRICTS,
    MAX_PLACE_WORDS,
    SHORT_FORMS,
    Place,
    begins,
    exact,
    known_sizes,
)
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import unmarked

_CITY_TOO = frozenset(("paulo", "janeiro", "sp", "rj", "df"))
"""Terminam o nome de um estado que é também o de sua capital."""
_STATES_BEGIN = frozenset(name.split(" ")[0] for name in STATES)
"""As palavras por que começa o nome ou a sigla de um estado: quase nenhuma."""
_DOUBTFUL_STATES = COMMON | {"se", "al", "ap", "am"}
"""Siglas que, em minúsculas, costumam ser outra palavra."""
_WORDS_TOO = frozenset(("se", "to", "al", "pa", "es"))
"""As que, mesmo depois de uma cidade, costumam ser outra palavra."""


class Hit(NamedTuple):
    """Um município nas palavras `[start, end)`; `end` inclui o estado, se dito."""

    start: int
    end: int
    place: Place
    told: bool


def hits(reading: Reading, start: int, end: int) -> Iterator[Hit]:
    """Os municípios de `[start, end)`, o nome mais longo em cada lugar, sem sobreposição."""
    free = start
    for at in reading.once(_beginnings):
        hit = _hit_at(reading, at, end) if free <= at < end else None
        if hit is not None:
            yield hit
            free = hit.end


def _beginnings(reading: Reading) -> tuple[int, ...]:
    """As palavras por que algum município começa."""
    return tuple(at for at, word in enumerate(reading.words) if begins(word.plain))


def _hit_at(reading: Reading, at: int, end: int) -> Hit | None:
    words, ends = _window(reading, at, end)
    sizes = known_sizes(words)
    if not sizes:
        return None
    longest = min(4, len(words)) if words[0] in _STATES_BEGIN else 0
    state_name = next((size for size in range(longest, 0, -1) if " ".join(words[:size]) in STATES), 0)
    for size in sizes:
        if words[size - 1] in PARTICLES or (len(words[0]) <= 2 and size == 1 and words[0] in SHORT_FORMS):
            continue
        known = exact(words[:size]) if size >= state_name else None
        if size == 1 and words[0] == "poa" and reading.original(at, at + 1).lower() == "poá":
            known = exact(words[:1], "SP")
        if known is None or not unmarked(reading, at, ends[size - 1]):
            continue
        place, stop = _with_state(reading, words[:size], known, (at, ends[size - 1], end))
        if place is not None or " ".join(words[:size]) not in STATES or words[size - 1] in _CITY_TOO:
            return Hit(at, stop, place or known, told=place is not None)
    return None


def _with_state(
    reading: Reading, words: list[str], known: Place, where: tuple[int, int, int]
) -> tuple[Place | None, int]:
    """O município `words` no estado dito depois (ou antes) dele; `None` se nenhum foi dito."""
    at, stop, end = where
    if stop < end and reading.words[stop].plain == "capital" and not words[0].isdigit():
        named = (exact(words, state) for state in CAPITALS)
        if capital := next((place for place in named if place and place.name == CAPITALS[place.state]), None):
            return capital, stop + 1
    uf, after = state_after(reading, stop, end)
    if not uf and stop < end:  # "santa maria rs semana que vem": a sigla decide entre os de mesmo nome
        letters = reading.words[stop].plain
        doubtful = letters in _WORDS_TOO or len(letters) != 2
        told = None if doubtful or known.state else exact(words, STATES.get(letters, "") or "-")
        if told is not None:
            return told, stop + 1
    if uf:
        place = exact(words, uf)
        said = reading.original(after - 1, after)
        if place is None and " ".join(words) in DISTRICTS and uf in CAPITALS:  # "Lapa RJ", "Gama DF"
            return Place(CAPITALS[uf], uf, large=True), after
        if place is None and (said.isupper() or len(said) > 2):  # o estado é o que a pessoa disse
            place = Place(known.name, uf)
        return (place, after) if place else (None, stop)
    before = _state_before(reading, at)
    return (exact(words, before), stop) if before else (None, stop)


def told_city(reading: Reading) -> str:
    """A última cidade de `reading` dita com a sigla do estado."""
    told = [hit for hit in hits(reading, 0, len(reading.words)) if hit.told]
    return told[-1].place.label if told else ""


def _window(reading: Reading, at: int, end: int) -> tuple[list[str], list[int]]:
    """As palavras seguidas a partir de `at` e onde cada uma acaba; o ponto de "S. José" não as separa."""
    words: list[str] = []
    ends: list[int] = []
    for i in range(at, min(end, at + MAX_PLACE_WORDS + 2)):
        word = reading.words[i]
        if word.text == BREAK:
            if word.plain.strip() != "." or not words or words[-1] not in SHORT_FORMS:
                break
            continue
        if i > at and word.start == reading.words[i - 1].start:
            continue  # a mesma palavra, aberta em duas
        words.append(word.plain)
        ends.append(i + 1)
    return words[:MAX_PLACE_WORDS], ends[:MAX_PLACE_WORDS]


def state_after(reading: Reading, at: int, end: int) -> tuple[str, int]:
    """O estado nomeado em `at`, e onde acaba (também depois de vírgula, "no" ou "estado de")."""
    while at < end and (
        reading.words[at].text == BREAK
        or reading.words[at].plain in ("no", "na", "do", "da", "de", "estado", "interior")
    ):
        at += 1
    for size in (4, 3, 2, 1) if at < end and reading.words[at].plain in _STATES_BEGIN else ():
        words = reading.words[at : min(at + size, end)]
        uf = STATES.get(" ".join(word.plain for word in words)) if len(words) == size else None
        if uf is None:
            continue
        raw = reading.original(at, at + size)
        doubtful = words[0].plain in _DOUBTFUL_STATES
        if not doubtful or raw == uf or raw.lower() == "pará" or at + size == end:
            return uf, at + size
    return "", at


def _state_before(reading: Reading, at: int) -> str:
    """O estado dito logo antes do nome ("PR - Londrina")."""
    at -= 1
    if at > 0 and reading.words[at].text == BREAK:
        at -= 1
    return (
        STATES.get(reading.words[at].plain, "") if at >= 0 and reading.original(at, at + 1).isupper() else ""
    )
