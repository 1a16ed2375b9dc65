"""Quem fala disse o nome sem que nada o anunciasse? "Ivonete Barros, Porto Velho", "kleber falando".

Promete: o nome ocupa a oração, ou abre a conversa e diz de que empresa é. O de outra pessoa ("minha filha,
Ana"), uma cidade ou uma loja não são o de quem fala.
"""

import re

from pyloto_stream.ai.firms import is_firm, is_head
from pyloto_stream.ai.lexicon import COMMON, READER, words
from pyloto_stream.ai.municipalities import DOUBTFUL, exact
from pyloto_stream.ai.others_names import TWO, called, listed, of_other, of_title
from pyloto_stream.ai.people_names import after_title, person_at
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import Run, dashed, is_title, unmarked, written

_DASHED = re.compile(r" [-–—|/] |—").search
_OF = frozenset(("da", "do", "das", "dos", "na", "no", "de"))
_PRESENTS = frozenset(("aqui", "falando", "aki"))
_ON_LINE = frozenset(("area", "voz", "linha", "escuta"))
_CALLS = frozenset((
    "o", "oi", "ola", "fala", "salve", "bom", "boa", "dia", "tarde", "noite", "gente", "galera", "pessoal",
    "povo", "turma", "meu", "minha", "chefe", "chefia", "amigo", "amiga", "amigos", "moco", "moca", "mano",
    "uai", "senhores",
))  # fmt: skip
"""Chamam a quem se fala, antes de dizer quem se é ("ô gente, Lucimar da …")."""
_TOLD = frozenset(("indicou", "recomendou", "falou", "disse", "contou", "comentou", "passou", "mandou"))
"""É outro quem fez isto ("oi, Lucimar da Trama me indicou vocês")."""
_OFFICES = words("persons") | {"sindico", "sindica", "proprietario", "proprietaria", "presidente"}
_ME = frozenset(("eu", "mim", "comigo", "mesmo", "mesma"))
_CITIES = words("place_wordy")
_STREETS = frozenset(("rua", "avenida", "av", "travessa", "alameda", "rodovia"))
_JOINED = frozenset(("da", "do", "das", "dos", "de", "e", "aqui", "falando"))


def signed(reading: Reading, start: int, end: int) -> str:
    """O nome que assina ou apresenta quem fala em `[start, end)`, ou vazio."""
    found, cuts = "", _DASHED(reading.raw) is not None
    for first, last in reading.clauses():
        at, stop = max(first, start), min(last, end)
        if at < stop and (not found or _after_self(reading, at)):
            cut = next((i for i in range(at + 1, stop) if dashed(reading, i)), stop) if cuts else stop
            found = _in_clause(reading, start, at, cut) or found
    return found


def _in_clause(reading: Reading, start: int, at: int, stop: int) -> str:
    """O nome de quem fala na oração `[at, stop)`."""
    hello = max((m.end for m in reading.found("gesture", "greeting") if m.start == at), default=at)
    first = min(hello, stop)
    first += first + 1 < stop and reading.words[first].plain == "eu"
    led = first + 1 < stop and reading.words[first].text in ("a", "o")
    named = after_title(reading, first + led)
    run = person_at(reading, named, titled=named > first + led)
    if run.end <= run.start:
        run = _unlisted(reading, first + led, stop)
    if run.end <= run.start or of_title(reading, at):  # o resto de "meu chefe, o Dr. Plínio"
        return ""
    if not unmarked(reading, *run) or (_is_city(reading, run) and not _after_self(reading, at)):
        return ""
    if hello > at and run.end == stop and not led:  # "oi dona Cida, tem costela?"
        return ""
    speaks = _stands(reading, run, (at, stop), led=led, titled=named > first + led)
    if run.end < stop:
        speaks = _goes_on(reading, run, (at, stop), led=led, opens=_opens(reading, start, at))
    return written(reading, _without_city(reading, run)) if speaks else ""


def _without_city(reading: Reading, run: Run) -> Run:
    """Sem a cidade de onde se é ("Valdir de Lages")."""
    if run.end - run.start != TWO + 1 or reading.words[run.start + 1].plain != "de":
        return run
    city = exact([reading.words[run.end - 1].plain])
    return run._replace(end=run.start + 1) if city is not None and city.large else run


def _opens(reading: Reading, start: int, at: int) -> bool:
    """Antes de `at` não se disse nada, ou só se cumprimentou?"""
    return not any(word.text == BREAK for word in reading.words[start:at]) or _greets(reading, start, at)


def _unlisted(reading: Reading, at: int, stop: int) -> Run:
    """Um nome que nenhuma lista tem, se quem fala diz que é o seu ("Jefão falando")."""
    presents = at + 1 < stop and reading.words[at + 1].plain in _PRESENTS and is_title(reading, at)
    if presents and reading.words[at + 1].plain != "falando" and (at == 0 or reading.strong_break(at - 1)):
        return Run(at, at)  # "Olha aqui": a maiúscula é do começo da frase
    on_line = (
        at + 3 == stop and reading.words[at + 1].plain == "na" and reading.words[at + 2].plain in _ON_LINE
    )
    presents = presents or (on_line and is_title(reading, at))
    plain = reading.words[at].plain if at < stop else ""
    owner = at + 1 == stop and is_title(reading, at) and _after_self(reading, at)
    if owner and not (is_firm(reading, at) or READER.knows(plain) or plain in COMMON):
        return Run(at, stop)
    fits = presents and not (is_firm(reading, at) or READER.knows(plain) or plain in COMMON)
    return Run(at, at + 1) if fits and exact([plain]) is None else Run(at, at)


def _after_self(reading: Reading, at: int) -> bool:
    """A oração antes de `at` acaba em quem fala ("falar comigo, Hamilton", "quem fez fui eu, a Jussara")?"""
    if at < TWO or reading.strong_break(at - 1):
        return False
    before = reading.words[at - TWO].plain
    if before in _ME:
        return True
    near = reading.words[max(at - TWO - 2, 0) : at - TWO]
    return before in _OFFICES and any(word.plain == "sou" for word in near)  # "sou a dona, Perpétua"


def _stands(reading: Reading, run: Run, clause: tuple[int, int], *, led: bool, titled: bool) -> bool:
    """O nome ocupa a oração: é a assinatura de quem fala?"""
    at, stop = clause
    if _after_self(reading, at):
        return True
    sole = run.end - run.start < TWO
    last = all(word.text == BREAK for word in reading.words[stop:])
    bracketed = stop < len(reading.words) and "(" in reading.words[stop].plain
    asked = led and stop < len(reading.words) and "?" in reading.words[stop].plain
    if asked or (bracketed and sole) or (led and not last) or listed(reading, run, clause):
        return False
    if sole and at > 0 and reading.words[run.start].plain in _CITIES:  # "…, Assis, …" é a cidade
        return False
    return not of_other(reading, at) and not (sole and not titled and called(reading, stop))


def _goes_on(reading: Reading, run: Run, clause: tuple[int, int], *, led: bool, opens: bool) -> bool:
    """O que segue o nome diz que é de quem fala ("Wellington aqui", "Cida da Papelaria Sol")?"""
    at, stop = clause
    following = reading.words[run.end].plain
    after = reading.words[run.end + 1].plain if run.end + 1 < stop else ""
    if following in _PRESENTS:
        return not (led and after in _OF)  # "a marina aqui de Angra quer"
    if (following in ("na", "no") and after in _ON_LINE) or (following == "por" and after in _PRESENTS):
        return True
    if following in _STREETS and run.end - run.start >= TWO:
        return True
    rest = reading.words[run.end + 1 : stop]
    if following not in _OF or not rest or _place(reading, run, stop) or any(w.plain in _TOLD for w in rest):
        return False
    if led:
        speaks = reading.words[stop - 1].plain in _PRESENTS  # "A Telma da drogaria Mais Saúde falando"
        told = all(
            is_title(reading, i) or plain in _JOINED or (speaks and is_head(plain))
            for i in range(run.end, stop)
            for plain in (reading.words[i].plain,)
        )
        return told and opens
    last = all(word.text == BREAK for word in reading.words[stop:])
    home = following == "de" and last and at > 0 and exact([word.plain for word in rest[:1]]) is not None
    return opens or (home and is_title(reading, run.start))


def _greets(reading: Reading, start: int, at: int) -> bool:
    """Antes de `at` só se cumprimentou ou chamou alguém?"""
    greeted = {i for m in reading.found("gesture", "greeting") for i in range(m.start, m.end)}
    return all(
        i in greeted or reading.words[i].text == BREAK or reading.words[i].plain in _CALLS
        for i in range(start, at)
    )


def _place(reading: Reading, run: Run, stop: int) -> bool:
    """O nome é o começo de um lugar ("Vitória da Conquista"), ou o de uma loja?"""
    told = [word.plain for word in reading.words[run.start : min(stop, run.end + 3)]]
    return any(exact(told[:size]) is not None for size in range(3, len(told) + 1)) or is_firm(
        reading, run.start
    )


def _is_city(reading: Reading, run: Run) -> bool:
    """É uma cidade conhecida que ninguém tem por nome?"""
    told = [word.plain for word in reading.words[run.start : run.end]]
    place = exact(told)
    return place is not None and place.large and " ".join(told) not in DOUBTFUL
