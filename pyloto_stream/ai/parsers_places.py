"""Que cidade um texto diz? Um município reconhecido, no lugar da frase em que se diz onde se está.

Promete "Londrina PR" para um município, como quer que o tenham escrito; perguntada, aceita também um lugar
que não é município, como a pessoa o escreveu e só com o estado que ela disse. Nomes de gente e de empresas
que contêm o de uma cidade não são a cidade.
"""

from collections.abc import Sequence

from pyloto_stream.ai.lexicon import PARTICLES, STATES
from pyloto_stream.ai.municipalities import NOT_PLACES, Place, exact, nearest
from pyloto_stream.ai.others_places import of_family, of_other
from pyloto_stream.ai.parsers_names import plausible
from pyloto_stream.ai.place_signs import LIKELY, NAMED, OTHER, Leads, area_ends, leads_in, strength
from pyloto_stream.ai.reading import Reading, Word
from pyloto_stream.ai.runs import Run, is_title, run_at, starts, written
from pyloto_stream.ai.sightings import Hit, hits, state_after

_AND = frozenset(("e", "ou", "com"))
_APART = 2
_NATIVE = frozenset((("sou", "de"), ("natural", "de"), ("somos", "de"), ("nasci", "em")))
_MOVED = frozenset(("mudou", "mudei", "mudamos", "mudaram", "mudando", "vim", "viemos", "veio"))
_LIVE = frozenset((
    "moro", "morando", "moramos", "morador", "moradora", "resido", "vivo", "vivendo", "to", "tou", "estou",
    "estamos", "mudei",
))  # fmt: skip
_SEATS, _TURNS = frozenset(("matriz", "sede")), frozenset(("mas", "so", "gente", "cuido", "daqui"))
_BESIDE = frozenset(
    ["lado", "perto", "pertinho", "vizinha", "vizinho", "colado", "colada", "entre", "proximo"]
)
"""Antes de uma cidade, dizem que se está ao lado dela."""


def city(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """A cidade em `[start, end)`, e seu estado; sem pergunta, só com um sinal claro de que é onde se está."""
    sure = [at for at, clear in starts(reading, "city", start, end, asked=asked) if clear]
    ranked = _ranked(reading, leads_in(reading, start, end, sure), start, end, asked=asked)
    best = max((force for force, _ in ranked), default=OTHER)
    first = next((hit for force, hit in ranked if force == best), None)
    places = {hit.place.label for force, hit in ranked if force == best}
    if first is not None and (best >= LIKELY or (best >= NAMED and asked)):
        return _in_state(reading, first) if asked or len(places) == 1 else ""  # "em Niterói e São Gonçalo"
    return _unlisted(reading, start, end, sure, asked=asked)


def _ranked(reading: Reading, leads: Leads, start: int, end: int, *, asked: bool) -> list[tuple[int, Hit]]:
    """A força de cada município; o que vem depois de "e" vale o mesmo que o anterior."""
    ranked: list[tuple[int, Hit]] = []
    for hit in hits(reading, start, end):
        force = strength(reading, hit, leads, start, end, asked=asked)
        if force == OTHER:
            continue
        between = [word.text for word in reading.words[ranked[-1][1].end : hit.start]] if ranked else []
        joined = between[:1] != [] and between[0] in _AND and between[1:] in ([], ["em"], ["outra", "em"])
        if joined:
            force = max(force, ranked[-1][0])
            ranked[-1] = force, ranked[-1][1]
        ranked.append((force, hit))
    if len(ranked) > 1:
        ranked = _without_district(reading, ranked)
    if len({hit.place.label for _, hit in ranked}) > 1:
        ranked = _without_birthplace(reading, ranked)
        ranked = [(force, hit) for force, hit in ranked if not _beside(reading, hit)]
        ranked = _without_seat(reading, ranked)
    return ranked


def _without_seat(reading: Reading, ranked: list[tuple[int, Hit]]) -> list[tuple[int, Hit]]:
    """Sem a cidade da matriz, se se diz onde é a operação ("matriz em Betim, mas a filial de Ipatinga")."""
    seat = [one for one in ranked if _SEATS & {word.plain for word in _before(reading, one[1], 4)}]
    if not seat or len(seat) == len(ranked):
        return ranked
    since = max(hit.end for _, hit in seat)
    others = [one for one in ranked if one not in seat and one[1].start > since]
    said = {word.plain for word in reading.words[since : others[-1][1].start]} if others else set()
    works = "filial" in said and _TURNS & said
    return [(max(force, LIKELY), hit) for force, hit in others] if "operacao" in said or works else ranked


def _without_district(reading: Reading, ranked: list[tuple[int, Hit]]) -> list[tuple[int, Hit]]:
    """Sem o bairro de nome de cidade pequena que a cidade grande segue ("em Boa Viagem, no Recife")."""
    kept: list[tuple[int, Hit]] = []
    for force, hit in ranked:
        if kept and not kept[-1][1].told and not kept[-1][1].place.large and hit.place.large:
            between = [word.plain for word in reading.words[kept[-1][1].end : hit.start]]
            beside = between == [","] or (
                between[-1:] != [] and between[-1] in ("no", "na", "em", "do", "de")
            )
            if beside and len(between) <= _APART:
                kept.append((max(force, kept.pop()[0]), hit))
                continue
        kept.append((force, hit))
    return kept


def _without_birthplace(reading: Reading, ranked: list[tuple[int, Hit]]) -> list[tuple[int, Hit]]:
    """Sem a cidade dos parentes, nem a de que se é, se se diz em que outra se mora ("mas tô em Salvador")."""
    ranked = [
        one for one, after in zip(ranked, [*ranked[1:], None], strict=True) if not _left(reading, one, after)
    ]
    ours = [one for one in ranked if not of_family(reading, one[1].start)]
    ranked = ours or ranked
    live = [hit for _, hit in ranked if _LIVE & {word.plain for word in _before(reading, hit, 3)}]
    if not live:
        return ranked
    pairs = [tuple(word.plain for word in _before(reading, hit, 2)) for _, hit in ranked]
    return [one for one, pair in zip(ranked, pairs, strict=True) if one[1] in live or pair not in _NATIVE]


def _left(reading: Reading, one: tuple[int, Hit], after: tuple[int, Hit] | None) -> bool:
    """É de onde se mudou ("mudou a sede de Natal pra Mossoró")?"""
    between = [word.plain for word in reading.words[one[1].end : after[1].start]] if after else []
    return between in (["pra"], ["para"]) and bool(
        _MOVED & {word.plain for word in _before(reading, one[1], 6)}
    )


def _before(reading: Reading, hit: Hit, reach: int) -> Sequence[Word]:
    return reading.words[max(hit.start - reach, 0) : hit.start]


def _beside(reading: Reading, hit: Hit) -> bool:
    """É a cidade ao lado ("Petrolina, do lado de Juazeiro")?"""
    return any(word.text in _BESIDE for word in reading.words[max(hit.start - 2, 0) : hit.start])


def _in_state(reading: Reading, hit: Hit) -> str:
    """A cidade, no estado que se diz noutro lugar da frase ("Palmas, mas a do Paraná")."""
    if not hit.told:
        words = [word.plain for word in reading.words[hit.start : hit.end]]
        if not hit.place.state and any(word.plain == "abc" for word in reading.words):
            return (exact(words, "SP") or hit.place).label
        for at in range(hit.end, len(reading.words) - 1):
            if reading.words[at].plain not in ("do", "da", "de", "no", "na"):
                continue
            uf, _ = state_after(reading, at + 1, len(reading.words))
            if uf and (place := exact(words, uf)):
                return place.label
    return hit.place.label


def _unlisted(reading: Reading, start: int, end: int, leads: list[int], *, asked: bool) -> str:
    """Um nome com letras trocadas ou que não é município."""
    for lead in [*leads, start] if asked else leads:
        at = area_ends(reading, lead, end)
        if not asked and of_other(reading, at):
            continue
        run = _before_state(reading, run_at(reading, at, end))
        uf, _ = state_after(reading, run.end, end) if run.end > run.start else ("", 0)
        words = [word.plain for word in reading.words[run.start : run.end]]
        if (
            not words
            or NOT_PLACES.issuperset(w for w in words if w not in PARTICLES)
            or " ".join(words) in STATES
            or (words[0] == "mata" and reading.words[run.start - 2].plain == "zona")
        ):
            continue
        sure = lead in leads or bool(uf)
        if not plausible(reading, run, end, sure=sure) or words[0] in NOT_PLACES:
            continue
        if near := _near(words, uf):
            return near.label
        if asked or uf or is_title(reading, run.start):
            return f"{written(reading, run)} {uf}".rstrip()
    return ""


def _before_state(reading: Reading, run: Run) -> Run:
    """O nome sem a sigla que o termina."""
    last = reading.words[run.end - 1].plain if run.end - run.start > 1 else ""
    return run._replace(end=run.end - 1) if last in STATES else run


def _near(words: list[str], uf: str) -> Place | None:
    """O município de nome parecido: o das palavras todas, ou do começo delas."""
    for size in range(len(words), 0, -1):
        if words[size - 1] not in PARTICLES and (near := nearest(words[:size], uf)):
            return near
        if size == len(words) and len(words) > 4:
            break
    return None
