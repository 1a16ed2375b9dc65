"""É outra pessoa que está nesse lugar? "uma amiga que tem loja em Salvador", "minha filha estuda em Alfenas".

Promete olhar só a oração da cidade; onde quem fala está é de `place_signs`.
"""

from pyloto_stream.ai.firms import TAILS, is_head
from pyloto_stream.ai.lexicon import STATES, words
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import dashed, is_title
from pyloto_stream.ai.sightings import Hit

REACH = 10
_PEOPLE = words("relatives") | words("place_others") | words("place_folk")
_OURSELVES, _SUBJECTS = words("place_ourselves"), words("place_subjects")
_SHOWN = frozenset(("sistema", "trabalho", "app", "funcionando", "escola", "site", "loja"))

_OTHERS, _TRIPS, _MONTHS = words("place_others"), words("place_trips"), words("months")
_OF_STATE = frozenset(
    ("interior", "litoral", "sul", "norte", "oeste", "leste", "noroeste", "sudoeste", "estado")
)
"""Antes de "de São Paulo", dizem que se fala do estado."""
_OPINIONS = words("place_opinions")
_OURS = frozenset(("sou", "somos"))
_FIRMS, _SOME = frozenset(("empresa", "agencia", "firma")), frozenset(("uma", "outra", "numa"))
_PAST = words("place_past")
_OF, _TO = frozenset(("de", "do", "da")), frozenset(("para", "pra", "ate"))
_CARE = frozenset((
    "secretaria", "municipal", "estadual", "posto", "unidade", "ministerio", "conselho", "plano", "area",
    "agente", "agentes",
))  # fmt: skip
"""Antes de "de saúde", dizem que não se fala do município."""


def of_other(reading: Reading, at: int) -> bool:
    """Quem está no lugar em `at` é outro, de quem se fala antes na mesma oração?"""
    said, who = _who(reading, at)
    if "vi" in said and _SHOWN & {*said}:
        return True
    if who < 0:
        return False
    stranger = "que" in said[who + 1 : who + 2]  # "uma amiga que tem loja em Salvador"
    family = any(is_head(word) for word in said)  # "minha sogra tem um salão em"
    return stranger or not family


def of_family(reading: Reading, at: int) -> bool:
    """É o lugar de um parente ("minha irmã tem um restaurante em Belém")?"""
    return _who(reading, at)[1] >= 0


def _who(reading: Reading, at: int) -> tuple[list[str], int]:
    """O que se diz na oração antes de `at`, e onde se fala de outra pessoa; -1 se de ninguém."""
    first = _clause(reading, at)
    if (
        first > 1
        and at - first == 1
        and reading.words[first].plain == "de"
        and not reading.strong_break(first - 1)
    ):
        first = _clause(reading, first - 1)  # "minha prima, de Ipatinga, indicou vocês"
    said = [word.plain for word in reading.words[max(first, at - REACH) : at]]
    who = next((i for i in range(len(said) - 1, -1, -1) if said[i] in _PEOPLE or said[i] in _OURSELVES), -1)
    if who > 1 and said[who - 1] == "a" and said[who - 2].startswith("candidat"):  # "candidatar a entregador"
        return said, -1
    if who < 0 or said[who] in _OURSELVES or not _SUBJECTS & {*said[max(who - 2, 0) : who]}:
        return said, -1
    return said, who


def _clause(reading: Reading, at: int) -> int:
    """Onde começa a oração que acaba em `at`."""
    return next((i + 1 for i in range(at - 1, -1, -1) if reading.words[i].text == BREAK), 0)


def elsewhere(reading: Reading, hit: Hit, *, asked: bool) -> bool:
    """É outro lugar? "Sul de Minas" é o estado; "Vale do Itajaí", a região; "vocês são de", o nosso."""
    before = [word.text for word in reading.words[max(hit.start - 4, 0) : hit.start]]
    if _in_firm(reading, hit):
        return True
    plain = " ".join(word.plain for word in reading.words[hit.start : hit.end])
    comma = hit.end < len(reading.words) and reading.words[hit.end].plain.strip() == ","
    comma = comma and hit.end + 2 < len(reading.words) and reading.words[hit.end + 2].plain.strip() == ","
    stop = hit.end + comma  # "em Londrina, não, a loja fica em Cambé"
    after = [word.plain for word in reading.words[stop : stop + 2]]
    denied = after[:1] in (["nao"], ["n"]) and (len(after) < 2 or _pauses(reading, stop + 1))
    if "nao" in since_break(before)[-2:] or denied or plain in _MONTHS:
        return True
    near = before[-2] if len(before) > 1 and before[-1] in _OF else ""
    if plain in STATES and (after[:1] == ["interior"] or (near in _OF_STATE and before[-3:-2] != ["zona"])):
        return True
    if (near == "zona" and plain.startswith("mata")) or (near in _CARE and plain == "saude"):
        return True
    theirs = near in _OTHERS or (near in _FIRMS and before[-3:-2] and before[-3] in _SOME)
    if near in ("vale", "divisa") or (theirs and not _OURS & {*before[:-2]}):
        return True
    return not asked and _told_by_others(reading, hit, before)


def _in_firm(reading: Reading, hit: Hit) -> bool:
    """É o começo do nome de uma empresa ("Lins Engenharia", "Granja Ovo Bom")?"""
    at = hit.end
    if hit.told or at >= len(reading.words) or not (is_title(reading, at) and is_title(reading, at - 1)):
        return False
    kind = at - hit.start == 1 and is_head(reading.words[hit.start].plain) and not dashed(reading, at)
    return kind or reading.words[at].plain in TAILS


def _pauses(reading: Reading, at: int) -> bool:
    """Há uma pausa em `at`, e não uma pergunta ("tem corrida em Marabá não?")?"""
    return reading.words[at].text == BREAK and "?" not in reading.words[at].plain


def since_break(before: list[str]) -> list[str]:
    """As palavras de `before` depois da última pausa, com ela."""
    return before[len(before) - before[::-1].index(BREAK) :] if BREAK in before else before


def _told_by_others(reading: Reading, hit: Hit, before: list[str]) -> bool:
    """Onde vocês ficam, onde nos recomendaram, ou para onde se viaja."""
    ours = bool({"sao", "ficam"} & {*before}) and "voces" in before
    told = {*since_break([word.text for word in reading.words[max(hit.start - 6, 0) : hit.start]])}
    trip = before[-1:] != [] and before[-1] in _TO and bool(_TRIPS & {*before})
    passed = bool(_PAST & {*since_break(before)[-3:]})
    return (
        ours
        or trip
        or passed
        or of_other(reading, hit.start)
        or bool(_OPINIONS & told)
        or {"vi", "voces"} <= told
    )
