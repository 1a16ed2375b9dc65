"""Quem fala disse o nome sem que nada o anunciasse? "Ivonete Barros, Porto Velho", "kleber falando".

Promete: o nome ocupa a oração, ou abre a conversa e diz de que empresa é. O de outra pessoa ("minha filha,
Ana"), uma cidade ou uma loja não são o de quem fala.
"""

from pyloto_stream.ai.firms import is_firm
from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.municipalities import DOUBTFUL, exact
from pyloto_stream.ai.people_names import after_title, is_given, person_at
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import TITLES, Run, unmarked, written

TWO = 2
_OF = frozenset(("da", "do", "das", "dos", "na", "no", "de"))
_PRESENTS = frozenset(("aqui", "falando"))
_ANSWERS = frozenset(("tudo", "td", "blz", "beleza"))
"""Depois de "oi, Carlos,", dizem que é a quem se fala."""
_OTHERS = words("persons") | words("not_speaker")
_SELF = frozenset(("sou", "eu", "somos", "aqui", "contato", "responsavel", "nome"))


def signed(reading: Reading, start: int, end: int) -> str:
    """O nome que assina ou apresenta quem fala em `[start, end)`, ou vazio."""
    at = start
    while at < end:
        stop = next((i for i in range(at, end) if reading.words[i].text == BREAK), end)
        if stop > at and (found := _in_clause(reading, start, at, stop)):
            return found
        at = stop + 1
    return ""


def _in_clause(reading: Reading, start: int, at: int, stop: int) -> str:
    """O nome de quem fala na oração `[at, stop)`."""
    hello = max((m.end for m in reading.found("gesture", "greeting") if m.start == at), default=at)
    opens = not any(word.text == BREAK for word in reading.words[start:at]) or _greets(reading, start, at)
    first = min(hello, stop)
    first += first + 1 < stop and reading.words[first].plain == "eu"
    named = after_title(reading, first)
    run = person_at(reading, named, titled=named > first)
    if at >= TWO and reading.words[at - TWO].plain in TITLES:  # o resto de "meu chefe, o Dr. Plínio"
        return ""
    if run.end <= run.start or not unmarked(reading, *run) or _is_city(reading, run):
        return ""
    if hello > at and run.end == stop:  # "oi dona Cida, tem costela?"
        return ""
    return (
        written(reading, run) if _speaks(reading, run, (at, stop), opens=opens, titled=named > first) else ""
    )


def _speaks(reading: Reading, run: Run, clause: tuple[int, int], *, opens: bool, titled: bool) -> bool:
    """O que há em volta de `run` diz que é o nome de quem fala?"""
    at, stop = clause
    following = reading.words[run.end] if run.end < stop else None
    if following is None:
        sole = run.end - run.start < TWO and not titled
        return not _of_other(reading, at) and not (sole and _called(reading, stop))
    if following.plain in _PRESENTS:
        return True
    return opens and following.plain in _OF and run.end + 1 < stop and not _place(reading, run, stop)


def _greets(reading: Reading, start: int, at: int) -> bool:
    """Antes de `at` só há cumprimentos?"""
    greeted = {i for m in reading.found("gesture", "greeting") for i in range(m.start, m.end)}
    return all(i in greeted or reading.words[i].text == BREAK for i in range(start, at))


def _of_other(reading: Reading, at: int) -> bool:
    """A oração antes de `at` acaba em outra pessoa ("minha filha, Ana"), ou é outro nome de uma lista?"""
    before = at - TWO
    if before < 0:
        return False
    first = next((i + 1 for i in range(before, -1, -1) if reading.words[i].text == BREAK), 0)
    told = {word.plain for word in reading.words[first : before + 1]}
    other = reading.words[before].plain in _OTHERS and not told & _SELF
    return other or (is_given(reading, before) and first < before and not told & _SELF)


def _called(reading: Reading, stop: int) -> bool:
    """É a quem se fala, e não quem fala ("oi, Carlos, tudo bem?")?"""
    return stop + 1 < len(reading.words) and reading.words[stop + 1].plain in _ANSWERS


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
