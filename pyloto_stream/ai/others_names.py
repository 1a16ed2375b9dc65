"""O nome dito é o de outra pessoa? O de uma lista, o de "minha filha, Ana", o de quem se cumprimenta.

Promete olhar só as orações vizinhas; se é o de quem fala é de `signatures`.
"""

from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.municipalities import exact
from pyloto_stream.ai.people_names import after_title, is_given, person_at
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import TITLES, Run

TWO = 2
_ANSWERS = frozenset(("tudo", "td", "blz", "beleza"))
"""Depois de "oi, Carlos,", dizem que é a quem se fala."""
_OTHERS = words("persons") | words("not_speaker")
_WHICH = frozenset(("anterior", "antigo", "antiga", "novo", "nova", "ex", "velho"))
_SELF = frozenset(("sou", "eu", "somos", "aqui", "contato", "responsavel", "nome"))
_LISTS = frozenset(
    (
        "equipe",
        "usar",
        "usam",
        "usuarios",
        "acessos",
        "acesso",
        "pessoal",
        "time",
        "turma",
        "socios",
        "funcionarios",
    )
)


def of_title(reading: Reading, at: int) -> bool:
    """O ponto antes de `at` é o de um título que não começa a oração ("meu chefe, o Dr. Plínio")?"""
    titled = at >= TWO and reading.words[at - TWO].plain in TITLES and reading.words[at - 1].plain == "."
    if not titled or at <= TWO:
        return False
    before = at - 3 - (reading.words[at - 3].text == BREAK)  # "Minha chefe, Dra. Quitéria"
    return reading.words[at - 3].text != BREAK or (before >= 0 and reading.words[before].plain in _OTHERS)


def listed(reading: Reading, run: Run, clause: tuple[int, int]) -> bool:
    """É um de vários nomes ("Equipe: Lia, Caco, Dinho")?"""
    at, stop = clause
    if at >= TWO and ":" in reading.words[at - 1].plain and reading.words[at - TWO].plain in _LISTS:
        return True
    before = next((i + 1 for i in range(at - TWO, -1, -1) if reading.words[i].text == BREAK), 0)
    return run.end - run.start < TWO and (
        (at >= TWO and _lone(reading, before, at - 1)) or _lone(reading, stop + 1, 0)
    )


def _lone(reading: Reading, at: int, stop: int) -> bool:
    """Há em `at` só um nome de gente, entre vírgulas (até `stop`, se dito)?"""
    if at >= len(reading.words) or (at > 0 and reading.strong_break(at - 1)):
        return False
    run = person_at(reading, after_title(reading, at))
    alone = run.end == stop if stop else run.end >= len(reading.words) or reading.words[run.end].text == BREAK
    return (
        run.end > run.start and alone and exact([word.plain for word in reading.words[slice(*run)]]) is None
    )


def of_other(reading: Reading, at: int) -> bool:
    """A oração antes de `at` acaba em outra pessoa ("minha filha, Ana"), ou é outro nome de uma lista?"""
    before = at - TWO
    if before < 0:
        return False
    first = next((i + 1 for i in range(before, -1, -1) if reading.words[i].text == BREAK), 0)
    told = {word.plain for word in reading.words[first : before + 1]}
    called_so = reading.words[before].plain in _OTHERS or (
        before > first
        and reading.words[before].plain in _WHICH
        and reading.words[before - 1].plain in _OTHERS
    )
    other = called_so and not told & _SELF
    return other or (is_given(reading, before) and first < before and not told & _SELF)


def called(reading: Reading, stop: int) -> bool:
    """É a quem se fala, e não quem fala ("oi, Carlos, tudo bem?")?"""
    return stop + 1 < len(reading.words) and reading.words[stop + 1].plain in _ANSWERS
