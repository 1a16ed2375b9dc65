"""Quem é da empresa faz o quê, e o que se quer para ela? "a equipe da Nova Era anota", "um app pra Vetor".

Promete olhar só as palavras em volta do nome em `at`; se ele é o de uma empresa é de `titled_firms`.
"""

import re
from collections.abc import Sequence

from pyloto_stream.ai.firms import is_famous
from pyloto_stream.ai.lexicon import GIVEN, READER, words
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

TWO = 2
_TEAMS, _THINGS, _DOES = (words(name) for name in ("company_teams", "company_things", "company_does"))
_IS = frozenset(("e", "ta", "esta", "anda", "vive", "fica"))
_OF = frozenset(("da", "do", "das", "dos", "na", "no"))
_WANTED = words("company_for") | {"portal", "plataforma", "automatizar", "orcamento"}
_SERVES = frozenset(("atender", "responder", "avisar", "lembrar"))
_MANY = frozenset(("socios", "socias", "donos", "donas", "proprietarios", "secretaria"))
_AROUND = frozenset((("a", "gente"), ("todo", "mundo"), ("o", "pessoal"), ("o", "povo"), ("cada", "um")))
_CAMEL = re.compile(r"[A-ZÀ-Ý](?<![^\W_].)[a-zà-ÿ]+[A-ZÀ-Ý]").search
"""A maiúscula vem antes da condição: são poucas as que se examinam."""
_SELF = frozenset(("aqui", "falando"))


def team_of(reading: Reading, at: int, before: Sequence[str]) -> bool:
    """A gente ou as coisas da empresa em `at` são as de quem fala ("o estoque da Prisma é uma bagunça")?"""
    if len(before) < TWO or before[-1] not in _OF:
        return False
    lead = before[-2]
    if lead in _MANY:
        return "sou" in before or "somos" in before
    if lead in _TEAMS:
        return _after(reading, at) in _DOES
    return lead in _THINGS and _after(reading, at) in _IS


def wanted_for(before: Sequence[str]) -> bool:
    """Pede-se alguma coisa para a empresa que vem a seguir ("queremos um app para a Vetor")?"""
    if before[-1] in _OF and before[-2:-1] == ["clientes"] and _SERVES & {*before}:
        return True
    led = before[-1] in ("a", "o") and before[-2:-1] in (["para"], ["pra"])
    if not led and before[-1] not in ("pra", "pro"):
        return False
    return bool(_WANTED & {*before[-3 - led : -1 - led]})


def around(reading: Reading, stop: int) -> bool:
    """Depois do nome que acaba em `stop`, fala-se de todos os de lá ("na Vetor todo mundo anota")?"""
    return tuple(word.plain for word in reading.words[stop : stop + TWO]) in _AROUND


def joined(reading: Reading, start: int, end: int) -> str:
    """O nome de duas palavras numa só, se abre a conversa ("AgroTec aqui", "TurisMais, passeio")."""
    camel = _CAMEL(reading.raw)
    if camel is None:
        return ""
    at = next((i for i in range(start, end) if reading.words[i].start == camel.start()), -1)
    if at < 0 or not _opens(reading, start, at) or READER.knows(reading.words[at].plain):
        return ""
    plain = reading.words[at].plain
    after = reading.words[at + 1] if at + 1 < len(reading.words) else None
    speaks = after is not None and (after.text == BREAK or after.plain in _SELF or after.plain in _DOES)
    other = plain in GIVEN or "pyloto" in plain or is_famous(reading, at, at + 1)
    asked = after is not None and "?" in after.plain
    return reading.original(at, at + 1) if speaks and not other and not asked else ""


def _opens(reading: Reading, start: int, at: int) -> bool:
    """Antes de `at` não há nada, ou só um cumprimento e um artigo?"""
    greeted = {i for m in reading.found("gesture", "greeting") for i in range(m.start, m.end)}
    first = at - (at > start and reading.words[at - 1].plain in ("a", "o"))
    return all(i in greeted or reading.words[i].text == BREAK for i in range(start, first))


def _after(reading: Reading, at: int) -> str:
    """A palavra que segue o nome em `at`."""
    stop = at + 1
    while stop < len(reading.words) and reading.original(stop, stop + 1)[:1].isupper():
        stop += 1
    return reading.words[stop].plain if stop < len(reading.words) else ""
