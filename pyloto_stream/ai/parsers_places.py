"""Que cidade um texto cita sem ter sido perguntada? A que vem com a sigla do estado: "moto em Maringá PR".

Promete só o que a sigla em maiúsculas confirma; o resto é de `parsers_names.city`.
"""

from pyloto_stream.ai.lexicon import LEXICON
from pyloto_stream.ai.parsers_names import MAX_NAME_WORDS, is_title, known_phrase, plausible, run_at, written
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

_BEFORE_PLACE = frozenset(("em", "de", "do", "da", "no", "na", "para", "pra"))


def place(reading: Reading, start: int, end: int) -> str:
    """A cidade que `[start, end)` cita com a sigla do estado depois de uma preposição ou no começo."""
    for at in range(start + 1, end):
        uf = reading.raw[reading.words[at].start : reading.words[at].end]
        if uf not in LEXICON.states.values():
            continue
        clause = next((i for i in range(at - 1, start - 1, -1) if reading.words[i].text == BREAK), start - 1)
        first = clause + 1 if clause + 1 < at else start  # a vírgula pode estar logo antes da sigla
        starts = [
            i + 1 for i in range(max(first, at - MAX_NAME_WORDS - 1), at) if _leads_to_place(reading, i)
        ]
        for begin in (*starts, first):
            run = run_at(reading, begin, end, states=True)
            named = run.state == uf and not known_phrase(reading, begin)
            if named and plausible(reading, run, end, sure=True):
                return f"{written(reading, run)} {uf}"
    return ""


def _leads_to_place(reading: Reading, at: int) -> bool:
    """A palavra em `at` anuncia um lugar, em vez de ligar um nome ("João da Silva")?"""
    word = reading.words[at].plain
    joins = word in ("do", "da") and at > 0 and is_title(reading, at - 1)
    return word in _BEFORE_PLACE and not joins
