"""Onde acaba um nome de empresa escrito em minúsculas? Na pontuação, num verbo, no lugar onde fica.

Promete olhar uma palavra por vez; se o que vem antes é um nome é de `lower_firms` e `firm_names`.
"""

import re
from collections.abc import Sequence

from pyloto_stream.ai.capitals import ARTICLES, OF
from pyloto_stream.ai.firms import is_head
from pyloto_stream.ai.lexicon import CONTINUES, GIVEN, LEXICON, PARTICLES, STATES, words
from pyloto_stream.ai.municipalities import MAX_PLACE_WORDS, begins, exact
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import dashed

SHORT = 3
_SPELLED = re.compile(r"\w(?:[-. ]+\w)*[-.]?").fullmatch
_ABOUT = frozenset(
    ("o", "a", "nome", "e", "da", "do", "dela", "dele", "empresa", "loja", "meio", "bem", "muito", "um")
)
_LOOKS = frozenset((
    "comprido", "grande", "longo", "diferente", "estranho", "simples", "curto", "complicado", "dificil",
    "facil", "bonito", "esquisito", "engracado", "pouco",
))  # fmt: skip
"""Dizem como é o nome, e não qual ("o nome é meio comprido…")."""
_STOPS = frozenset(
    (
        "em",
        "que",
        "na",
        "no",
        "nas",
        "nos",
        "com",
        "para",
        "pra",
        "aqui",
        "quero",
        "queria",
        "preciso",
        "e",
        "aq",
        "msm",
        "ai",
        "vivem",
        "n",
        "nao",
    )
)
_ENDS = _STOPS | (CONTINUES - PARTICLES) | words("company_wants") | words("verbs")
_COOKED = frozenset((
    "brasa", "chapa", "pedra", "telha", "lenha", "espeto", "bafo", "ponto", "roca", "pote", "cone", "palito",
    "panela", "balde", "tacho", "forno",
))  # fmt: skip
_THE = frozenset(("a", "o", "da", "do", "pela", "pelo"))
_WE_ARE = frozenset(("sou", "somos", "represento", "falo", "escrevo", "falamos"))
_OWNED = frozenset(("meu", "minha", "seu", "sua", "nosso", "nossa", "um", "uma", "mais"))
_DESCRIBES = tuple(words("company_describes"))
_VERBAL = tuple(words("verb_endings"))
_VERBAL_NAMES = words("company_not_verbs")
"""Acabam como verbos e fazem nomes ("bom sabor", "doce lar")."""


def ends_name(reading: Reading, at: int, stop: int, end: int) -> bool:
    """A palavra em `stop` já não é do nome em minúsculas que começa em `at`?"""
    word = reading.words[stop]
    if word.plain in ("na", "no") and stop + 1 < end and reading.words[stop + 1].plain in _COOKED:
        return False  # "churrascaria boi na brasa"
    if word.text == BREAK or word.plain in _ENDS or word.text in _STOPS or is_verb(word.plain):
        return True
    article = word.plain in ARTICLES and stop > at + 1
    number = word.plain in LEXICON.numbers or word.plain.isdigit()
    return article or number or dashed(reading, stop) or _city_at(reading, stop, end, own=stop - at > 2)


def no_name(raw: str, said: Sequence[str]) -> bool:
    """Só se soletra ("T-R-I-V-O") ou se diz como é o nome ("meio comprido")?"""
    looks = raw.islower() and not _LOOKS.isdisjoint(said) and (_LOOKS | _ABOUT).issuperset(said)
    return looks or _SPELLED(raw) is not None


def is_verb(plain: str) -> bool:
    """Tem a forma de um verbo ("aparecer", "responder", "usando", "explodiu")?"""
    return len(plain) > SHORT and plain.endswith(_VERBAL) and plain not in _VERBAL_NAMES


def _city_at(reading: Reading, at: int, end: int, *, own: bool) -> bool:
    """Diz-se em `at` de que cidade é ("de petrolina")? "Forno de barro" não o diz."""
    if reading.words[at].plain != "de":
        return begins(reading.words[at].plain) and _in_state(reading, at, end)
    if at + 1 >= end or not begins(reading.words[at + 1].plain):
        return False
    told = [word.plain for word in reading.words[at + 1 : min(end, at + 1 + MAX_PLACE_WORDS)]]
    places = [exact(told[:size]) for size in range(len(told), 0, -1)]
    return any(place is not None and (place.large or own) for place in places)


def _in_state(reading: Reading, at: int, end: int) -> bool:
    """É uma cidade e o seu estado ("sorveteria polo norte chapecó sc")?"""
    for stop in range(at + 1, min(at + 4, end)):
        state = STATES.get(reading.words[stop].plain, "")
        if state and exact([word.plain for word in reading.words[at:stop]], state) is not None:
            return True
    return False


def names_so(reading: Reading, at: int, body: Sequence[int], dull: Sequence[int]) -> bool:
    """Depois de "somos a" e do ramo em `at`, palavras comuns também são um nome ("livraria pé de letra")?"""
    if len(body) < 2 or body[0] in dull or len(dull) > 1 or reading.words[at - 1].plain not in _THE:
        return False
    lead = [word.plain for word in reading.words[max(at - 4, 0) : at - 1]]
    speaks = lead[-1:] != [] and (lead[-1] in _WE_ARE or lead[-2:] == ["aqui", "e"] or "sou" in lead)
    first, near = reading.words[at + 1].plain, {reading.words[i - 1].plain for i in body}
    return speaks and not (first.endswith(_DESCRIBES) or near & _OWNED or is_head(first))


def led_by_person(reading: Reading, at: int, stop: int) -> bool:
    """Começa em gente ("priscila da pri cosméticos"), ou acaba no que só se liga ao ramo ("… da padaria")?"""
    person = reading.words[at].plain in GIVEN and reading.words[at + 1].plain in ("da", "do")
    return person or reading.words[stop - 2].plain in OF
