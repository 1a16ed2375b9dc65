"""Que cidade um texto diz? Um município reconhecido, no lugar da frase em que se diz onde se está.

Promete "Londrina PR" para um município, como quer que o tenham escrito; perguntada, aceita também um lugar
que não é município, como a pessoa o escreveu e só com o estado que ela disse. Nomes de gente e de empresas
que contêm o de uma cidade não são a cidade.
"""

from pyloto_stream.ai.lexicon import COMMON, PARTICLES, STATES
from pyloto_stream.ai.municipalities import DOUBTFUL, NOT_PLACES, Place, nearest
from pyloto_stream.ai.parsers_names import plausible
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import Run, is_title, known_phrase, run_at, starts, written
from pyloto_stream.ai.sightings import Hit, hits, state_after

_AND = frozenset(("e", "ou", "com"))
_IN = frozenset(("em", "im"))
_OF = frozenset(("de", "do", "da", "para", "pra", "ate"))
_AREA = frozenset(
    (
        "cidade",
        "municipio",
        "distrito",
        "centro",
        "zona",
        "regiao",
        "norte",
        "sul",
        "leste",
        "oeste",
        "bairro",
        "interior",
        "litoral",
        "grande",
        "metropolitana",
        "capital",
        "estado",
        "perto",
        "proximo",
        "lado",
        "aqui",
        "ali",
        "la",
        "mesmo",
        "de",
        "da",
        "do",
        "em",
        "no",
        "na",
        "ao",
    )
)
"""O que pode vir entre "moro" e o nome da cidade."""
_OF_STATE = frozenset(
    ("interior", "litoral", "sul", "norte", "oeste", "leste", "noroeste", "sudoeste", "estado")
)
"""Antes de "de São Paulo", dizem que se fala do estado."""
MAX_AREA = 4
SURE, LIKELY = 3, 2


def city(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """A cidade em `[start, end)`, e seu estado; sem pergunta, só com um sinal claro de que é onde se está."""
    leads = [at for at, sure in starts(reading, "city", start, end, asked=asked) if sure]
    found = [hit for hit in hits(reading, start, end) if not _elsewhere(reading, hit, asked=asked)]
    ranked = _ranked(reading, found, leads, start, end)
    best = max((strength for strength, _ in ranked), default=0)
    places = list(dict.fromkeys(hit.place.label for strength, hit in ranked if strength == best))
    if best >= LIKELY and (asked or len(places) == 1):
        return places[0]
    if best >= LIKELY:  # "em Niterói e São Gonçalo": não se sabe em qual
        return ""
    if best and asked:
        return places[0]
    return _unlisted(reading, start, end, leads, asked=asked)


def _elsewhere(reading: Reading, hit: Hit, *, asked: bool) -> bool:
    """É outro lugar? "Sul de Minas" é o estado; "Vale do Itajaí", a região; "vocês são de", o nosso."""
    before = [word.text for word in reading.words[max(hit.start - 4, 0) : hit.start]]
    if "nao" in before[-2:]:
        return True
    near = before[-2] if len(before) > 1 and before[-1] in ("de", "do", "da") else ""
    plain = " ".join(word.plain for word in reading.words[hit.start : hit.end])
    after = reading.words[hit.end].plain if hit.end < len(reading.words) else ""
    if plain in STATES and (after == "interior" or (near in _OF_STATE and before[-3:-2] != ["zona"])):
        return True
    return near in ("vale", "divisa") or (
        not asked and bool({"sao", "ficam"} & {*before}) and "voces" in before
    )


def _ranked(
    reading: Reading, found: list[Hit], leads: list[int], start: int, end: int
) -> list[tuple[int, Hit]]:
    """A força de cada município; o que vem depois de "e" vale o mesmo que o anterior."""
    ranked: list[tuple[int, Hit]] = []
    for hit in found:
        joined = ranked and hit.start - ranked[-1][1].end == 1 and reading.words[hit.start - 1].text in _AND
        strength = _strength(reading, hit, leads, start, end)
        ranked.append((max(strength, ranked[-1][0]) if joined else strength, hit))
    return ranked


def _strength(reading: Reading, hit: Hit, leads: list[int], start: int, end: int) -> int:
    """Quanto o lugar da frase diz que é onde a pessoa está, de 0 a `SURE + 2`."""
    if any(lead <= hit.start and _only_area(reading, lead, hit.start) for lead in leads):
        return SURE + 1 + hit.told
    plain = " ".join(word.plain for word in reading.words[hit.start : hit.end])
    if hit.told:
        return SURE
    if plain in STATES and len(plain) == 2:
        return 1
    before = reading.words[hit.start - 1].text if hit.start > start else BREAK
    titled = is_title(reading, hit.start)
    doubtful = plain in DOUBTFUL or plain in COMMON or known_phrase(reading, hit.start)
    if before in _IN and (titled or not doubtful):
        return SURE
    if doubtful:
        comma = before in _OF and (hit.start - 2 < start or reading.words[hit.start - 2].text == BREAK)
        return LIKELY if comma and titled else int(before in (BREAK, *_OF))
    alone = before == BREAK and (hit.end >= end or reading.words[hit.end].text == BREAK)
    likely = hit.place.large and len(plain) > 2 and (alone or before in _OF)
    return LIKELY if likely else 1


def _only_area(reading: Reading, start: int, end: int) -> bool:
    """Entre `start` e `end` só se diz a parte da cidade ("na zona leste de", "no bairro X, em")?"""
    return end - start <= MAX_AREA and all(reading.words[i].plain in _AREA for i in range(start, end))


def _unlisted(reading: Reading, start: int, end: int, leads: list[int], *, asked: bool) -> str:
    """Um nome com letras trocadas ou que não é município."""
    for lead in [*leads, start] if asked else leads:
        at = next((i for i in range(lead, end) if reading.words[i].plain not in _AREA), end)
        run = _before_state(reading, run_at(reading, at, end))
        uf, _ = state_after(reading, run.end, end) if run.end > run.start else ("", 0)
        words = [word.plain for word in reading.words[run.start : run.end]]
        if (
            not words
            or NOT_PLACES.issuperset(w for w in words if w not in PARTICLES)
            or " ".join(words) in STATES
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
