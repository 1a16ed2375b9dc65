"""O que, num mesmo turno, corrige o que veio antes? "moro em Londrina", "na verdade é Curitiba", "*Curitiba".

Promete separar o que foi dito antes da última correção do que a traz, e dizer que dados ela muda; nada muda
sem um valor novo e diferente.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.conversation.flows import FIELDS

_STARRED = re.compile(r"^[ \t]*\*[ \t]*(?=\w)([^*\n]+)$|^[ \t]*(\w[^*\n]*?)\*[ \t]*$", re.MULTILINE)
"""Uma linha que começa ou acaba por um asterisco sozinho: "*Curitiba"."""
_ADDS = frozenset(("tambem", "junto", "ainda"))


class Amend(NamedTuple):
    """O que se disse antes da correção (vazio se nada) e o que ela traz."""

    before: Reading
    after: Reading


def amend_in(reading: Reading) -> Amend | None:
    """A última correção de `reading`; se "errei" vem no fim, corrige-se com o texto todo."""
    starred = list(_STARRED.finditer(reading.raw)) if "*" in reading.raw else []
    marks = reading.found("mark", "correction")
    if starred and (not marks or reading.words[marks[-1].start].start < starred[-1].start()):
        told = starred[-1][1] or starred[-1][2]
        return Amend(READER.read(reading.raw[: starred[-1].start()]), READER.read(told))
    if not marks:
        return None
    last = max(marks, key=lambda match: match.end)
    if all(word.text == BREAK for word in reading.words[last.end :]):
        return Amend(READER.read(""), reading)
    before = READER.read(reading.raw[: reading.words[last.start].start])
    return Amend(before, READER.read(reading.raw[reading.words[last.end].start :]))


def changed(amend: Amend, fields: Sequence[str], known: Mapping[str, str], asked: str) -> dict[str, str]:
    """Os dados ainda não sabidos que o turno disse e depois corrigiu, com o valor corrigido."""
    new = [name for name in fields if name not in known and FIELDS[name].parser != "text"]
    first = {name: value for name in new if (value := _said(amend.before, name, asked))}
    if not first or _ADDS & {word.text for word in amend.after.words}:
        return {}
    named = {name: value for name in first if (value := volunteered(amend.after, name))}
    if named:
        return {name: value for name, value in named.items() if value != first[name]}
    for name in sorted(first, key=lambda name: name != asked):
        free = FIELDS[name].parser in ("choice_or_text", "company", "name")
        value = answer(amend.after, name) if name == asked or not free else ""
        if value and value != first[name]:
            return {name: _same_period(first[name], value)}
    return {}


def _same_period(before: str, value: str) -> str:
    """O número corrigido, com o período do que corrige ("10 por dia… minto, 18")."""
    period = before.partition(" por ")[2]
    return f"{value} por {period}" if period and value.isdecimal() else value


def _said(before: Reading, name: str, asked: str) -> str:
    return answer(before, name) if name == asked else volunteered(before, name)
