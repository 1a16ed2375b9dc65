"""Com que veículo a pessoa entregaria, entre os que cita? O que vai usar, e não o que vendeu nem o de outro.

Promete só um valor, e nenhum se dois servem igual. As palavras são dados (`data/vehicles.toml`).
"""

from collections.abc import Iterator, Sequence

import msgspec

from pyloto_stream.ai.lexicon import PACKAGE
from pyloto_stream.ai.name_tables import NameTable
from pyloto_stream.ai.phrases import BREAK, Match
from pyloto_stream.ai.reading import Reading, Tag
from pyloto_stream.conversation.data_files import load_toml

FIELD = "vehicle"
USED, HAD, ASKED, DOUBTFUL, NONE = 4, 3, 2, 1, 0
"""Quanto vale um veículo: o que se vai usar, o que se tem, o que só se pergunta, o que está com defeito."""
LOST_BACK, WORSE_AHEAD, PEOPLE_BACK = 4, 6, 7


class VehicleWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/vehicles.toml` (cada parte é explicada lá)."""

    names: dict[str, str]
    weak: dict[str, str]
    words: dict[str, str]


_DATA = load_toml(PACKAGE, "vehicles.toml", VehicleWords)
_WORDS = {name: frozenset(listed.split()) for name, listed in _DATA.words.items()}
_NAMES = [(name, (value, False)) for value, listed in _DATA.names.items() for name in listed.split()]
_WEAK = [(name, (value, True)) for value, listed in _DATA.weak.items() for name in listed.split()]
_NOT = [(name, ("", False)) for name in _DATA.words["not_names"].split()]
_TABLE: NameTable[tuple[str, bool]] = NameTable(
    [*_NAMES, *_WEAK, *_NOT], [name for name, _ in _NAMES if "_" not in name]
)


def cited(reading: Reading) -> list[Match[Tag]]:
    """Os veículos citados em `reading`, por posição: os da tabela, e as frases das opções."""
    found = list(_named(reading))
    covered = {at for match in found for at in range(match.start, match.end)}
    phrases = [m for m in reading.found("choice", FIELD) if not covered.intersection(range(m.start, m.end))]
    told = (match for match in (*found, *phrases) if match.payload.value)
    return sorted(told, key=lambda match: match.start)


def _named(reading: Reading) -> Iterator[Match[Tag]]:
    said = _TABLE.said(reading)
    for start, end, (value, weak) in _TABLE.seen(said):
        model = not weak or _is_model(reading, start, end)
        yield Match(start, end, Tag("choice", FIELD, value if model else ""))


def _is_model(reading: Reading, start: int, end: int) -> bool:
    """Uma palavra de todo dia é um modelo depois de "uma", "minha"; um número, se nada se conta com ele."""
    before = reading.words[start - 1].text if start else ""
    after = reading.words[end] if end < len(reading.words) else None
    if reading.words[start].text.isdecimal():
        alone = after is None or after.text == BREAK or after.plain in _WORDS["numeral_ends"]
        return before in _WORDS["counted"] and alone
    rides = before == "de" and start > 1 and reading.words[start - 2].text in _WORDS["uses"]
    return rides or before in _WORDS["determiners"]


def chosen(reading: Reading, found: Sequence[Match[Tag]]) -> list[str]:
    """O valor que mais vale entre os veículos `found`; mais de um, se valem igual."""
    ranked = [(rank(reading, match), match.payload.value) for match in found]
    best = max((r for r, _ in ranked), default=NONE)
    return list(dict.fromkeys(value for r, value in ranked if r == best)) if best else []


def rank(reading: Reading, match: Match[Tag]) -> int:
    """Quanto vale o veículo citado em `match`."""
    back = _clause_back(reading, match.start, PEOPLE_BACK)
    near, words = back[-LOST_BACK:], _WORDS
    if near and near[-1] in words["roles"] and reading.words[match.start].text in words["persons"]:
        return NONE
    if _of(back, words["people"]) or any(_not_now(near, words[name]) for name in ("lost", "wanting")):
        return NONE
    if _paper(near):
        return NONE
    if _of(back, words["family"]) or _not_now(near, words["past"]):
        return DOUBTFUL
    if _asked(reading, match):
        return ASKED
    ahead = _clause_ahead(reading, match.end)
    if words["worse"].intersection(ahead):
        return DOUBTFUL
    after = ahead[:2]
    used = (
        words["uses"].intersection(near) or words["insists"].intersection(after) or near[-2:] == ["e", "de"]
    )
    return USED if used else HAD


def _not_now(near: Sequence[str], among: frozenset[str]) -> bool:
    """Vendeu, ou só quer ter, sem nada depois que diga que é com esse que vai?"""
    at = max((i for i, word in enumerate(near) if word in among), default=-1)
    return at >= 0 and not _WORDS["uses"].intersection(near[at + 1 :]) - _WORDS["insists"]


def _paper(near: Sequence[str]) -> bool:
    """É só de que a carteira é ("habilitação de moto")?"""
    at = max((i for i, word in enumerate(near) if word in _WORDS["papers"]), default=-1)
    return (
        at >= 0
        and near[-1] in ("de", "da", "do", "pra", "para")
        and _WORDS["of_papers"].issuperset(near[at + 1 :])
    )


def _of(back: Sequence[str], people: frozenset[str]) -> bool:
    """É de um deles ("meu primo tem moto", "ele de moto")?"""
    who = max((i for i, word in enumerate(back) if word in people), default=-1)
    if who < 0:
        return False
    since = back[who + 1 :]
    return bool(_WORDS["theirs"].intersection(since)) and not _WORDS["mine"].intersection(since)


def _asked(reading: Reading, match: Match[Tag]) -> bool:
    """Só se pergunta se serve ("aceitam carro?"), sem dizer que se tem um?"""
    for start, end in reading.sentences():
        if start <= match.start < end:
            asks = end < len(reading.words) and "?" in reading.words[end].plain
            before = {word.text for word in reading.words[start : match.start]}
            return asks and bool(_WORDS["asking"] & before) and not (_WORDS["owning"] & before)
    return False


def _clause_back(reading: Reading, start: int, reach: int) -> list[str]:
    """As palavras antes de `start`, na ordem, desde a última pausa."""
    words = [word.text for word in reading.words[max(0, start - reach) : start]]
    since = max((i + 1 for i, word in enumerate(words) if word == BREAK), default=0)
    since = max(
        (i for i in range(since + 1, len(words)) if words[i - 1] == "e" and words[i] in _WORDS["joined"]),
        default=since,
    )
    return words[since:]


def _clause_ahead(reading: Reading, end: int) -> list[str]:
    words = [word.text for word in reading.words[end : end + WORSE_AHEAD]]
    stops = (i for i, word in enumerate(words) if word in (BREAK, "mas", "entao"))
    return words[: next(stops, len(words))]
