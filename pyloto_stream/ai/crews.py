"""Que palavras contam gente? As que trazem um número, e uma pessoa por vez: "a moça do caixa", "eu", "Ivete".

Promete uma parcela só de quem é gente; quem fala não se conta quando só pede ou se apresenta.
"""

from pyloto_stream.ai.crew_counts import counted
from pyloto_stream.ai.crew_parts import Crew, Numbers
from pyloto_stream.ai.crew_words import (
    DETERMINERS,
    DOUBLE,
    EITHER,
    JOINS,
    KIN,
    OF,
    ONLY,
    PERSONS,
    WANTS,
    is_crew,
    is_person,
    is_use,
    opens,
)
from pyloto_stream.ai.lexicon import GIVEN, LEXICON
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import is_title

_MINE = frozenset(("minha", "meu", "a", "o", "nossa", "nosso", "um", "uma", "seu"))
_HERS = ("ela", "ele", "ia", "vai", "iria", "vao")
_PRESENTS = frozenset(("sou", "aqui", "nome", "chamo", "falo", "fala", "me", "chama"))
"""Antes de um nome, dizem que é o de quem fala."""
_SEEKS = frozenset(("preciso", "procuro", "busco", "contratar"))
_TO = frozenset(("pra", "para", "por"))
_BESIDES = frozenset(("alem", "fora"))
_ONE_OF = frozenset(("usuario", "usuaria", "pessoa", "login", "acesso", "licenca", "funcionaria"))
_ASKED = frozenset(
    ("pediu", "mandou", "falou", "disse", "sugeriu", "indicou", "exigiu", "comentou", "solicitou")
)
_TITLES = frozenset(("sr", "sra", "dr", "dra"))
_NOT_BEFORE = frozenset(("cada", "por", "que", "q"))
"""Duas palavras antes, dizem que não é outra pessoa ("cada médico um usuário", "o Osni, que é o dono")."""
NAMES = 3
"""Até quantas palavras tem o nome de quem se conta."""


def crew_at(reading: Reading, at: int, end: int, numbers: Numbers) -> Crew | None:
    """A parcela de gente que começa em `at`, se alguma começa."""
    word = reading.words[at]
    if at not in numbers and not opens(word.plain, word.text):
        return None
    return (
        _pronoun(reading, at, end, word.plain)
        or counted(reading, at, end, numbers)
        or _not_asking(reading, _single(reading, at, end), end)
    )


def _not_asking(reading: Reading, one: Crew | None, end: int) -> Crew | None:
    """A parcela `one`, se não é só de quem pediu que se pergunte ("a diretora Marlene pediu")."""
    after = _after_name(reading, one.end, end) if one is not None else end
    return None if after < end and reading.words[after].plain in _ASKED else one


def _pronoun(reading: Reading, at: int, end: int, plain: str) -> Crew | None:
    """Por exemplo: "eu", "eu, Genival", "ela", "além de mim"."""
    following = reading.words[at + 1] if at + 1 < end else None
    if plain == "eu":
        told = [word.plain for word in reading.words[at + 1 : min(end, at + 3)]]
        if told[:1] and (told[0] in WANTS or (told[0] in ("que", "q") and told[-1] in ("nao", "ainda"))):
            return None
        return Crew(1, 1, at, _after_name(reading, at + 1, end), person=True, counted=False, we=True)
    if plain == "mim":  # "pra mim e pro meu marido"
        told = [word.plain for word in reading.words[max(0, at - 1) : at + 2]]
        ours = len(told) == 3 and told[0] in _TO and told[2] in ("e", "mais")
        return Crew(1, 1, at, at + 1, person=True, counted=False, we=True) if ours else None
    if plain in ("ela", "ele"):
        if following is None:
            return Crew(1, 1, at, at + 1, person=True, counted=False)
        joined = following.text in JOINS or is_use(following.plain)
        return (
            Crew(1, 1, at, at + 1, person=True, counted=False) if joined or following.plain in _HERS else None
        )
    if plain in _BESIDES and following is not None:
        told = [word.plain for word in reading.words[at + 1 : at + 3]]
        size = 3 if told == ["de", "mim"] else 2 if told[0] in ("eu", "mim") else 0
        return Crew(1, 1, at, at + size, person=True, counted=False, we=True) if size else None
    return None


def _after_name(reading: Reading, at: int, end: int) -> int:
    """Onde acaba o nome próprio que começa em `at`, se um começa."""
    stop = at
    if at < end and reading.words[at].plain in GIVEN:
        while stop < min(end, at + NAMES) and is_title(reading, stop):
            stop += 1
    return stop


def _single(reading: Reading, at: int, end: int) -> Crew | None:
    """Por exemplo: "A moça do caixa", "a minha filha", "o Zé", "um casal"; nunca "o remédio da minha mãe"."""
    stop = at
    while stop < min(end, at + 2) and reading.words[stop].plain in DETERMINERS:
        stop += 1
    before = reading.words[at - 1].plain if at else ""
    if (
        stop == at
        or stop >= end
        or reading.words[stop - 1].plain in ("os", "as")
        or before in OF
        or before in _SEEKS
        or before in ("cada", "por")
    ):
        return None
    if reading.words[stop].plain in EITHER and before.endswith(("r", "o", "a")):  # "ver o caixa"
        return None
    if at > 1 and reading.words[at - 2].plain in _NOT_BEFORE:
        return None
    said = reading.words[stop].plain
    if said in DOUBLE:
        return _pair(reading, at, stop, end)
    if said in _TITLES:
        stop += 1 + (stop + 1 < end and reading.words[stop + 1].text == BREAK)
        known = stop < end and is_title(reading, stop)
        return Crew(1, 1, at, stop + 1, person=True, counted=False) if known else None
    named = (
        is_title(reading, stop)
        and before not in _PRESENTS
        and (said in GIVEN or _with_another(reading, stop, end))
    )
    if said in _ONE_OF and reading.words[stop - 1].plain in ("um", "uma"):
        closed = (
            stop + 1 >= end or reading.words[stop + 1].text == BREAK or reading.words[stop + 1].plain in ONLY
        )
        if closed:  # "um usuário apenas"
            return Crew(1, 1, at, stop + 1, person=True, counted=True)
    single = is_person(said) and not (said.endswith("s") and not said.endswith("is"))
    if not (named or single):
        return None
    return Crew(1, 1, at, _after_name(reading, stop, end) if named else stop + 1, person=True, counted=False)


def _pair(reading: Reading, at: int, stop: int, end: int) -> Crew | None:
    """Duas pessoas sem número: "um casal", "um par de sócios"; nunca "um par de botas"."""
    of = stop + 2 < end and reading.words[stop + 1].plain in OF
    if of and (is_crew(reading, stop + 2) or reading.words[stop + 2].plain == "idosos"):
        return Crew(2, 2, at, stop + 3, person=True, counted=True)
    closed = not of and reading.words[stop].plain == "casal"
    return Crew(2, 2, at, stop + 1, person=True, counted=True, we=True) if closed else None


def _with_another(reading: Reading, at: int, end: int) -> bool:
    """Um nome que não se conhece, ao lado de outro ("a Ivete e o Jonas")?"""
    told = [word.plain for word in reading.words[at + 1 : min(end, at + 3)]]
    return told[:1] == ["e"] and told[1:] in (["a"], ["o"]) and at + 3 < end and is_title(reading, at + 3)


def in_list(reading: Reading, at: int, end: int) -> bool:
    """Quem não tem artigo nem número, no começo de uma lista ("diretor, coordenador e sete fiscais")?"""
    plain, after = reading.words[at].plain, at + 2
    if plain not in PERSONS or plain.endswith("s"):
        return False
    if after >= end or reading.words[at + 1].text not in (BREAK, "e"):
        return False
    follows = reading.words[after].plain
    return is_person(follows) or follows in LEXICON.numbers or follows.isdecimal()


def name_at(reading: Reading, at: int, end: int, *, any_name: bool = False) -> Crew | None:
    """Um nome próprio sem artigo, depois de uma pontuação ou de "e" ("Rita, Paulo e Duda vão usar")."""
    plain = reading.words[at].plain
    kin = plain in KIN or in_list(reading, at, end)  # "pai, tio e eu"
    if not any_name and not kin and plain not in GIVEN:
        return None
    before = reading.words[at - 1] if at else None
    if before is not None and not (before.text == BREAK or before.plain in ("e", "mais", "eh")):
        return None
    if not kin and not is_title(reading, at):
        return None
    return Crew(1, 1, at, max(at + 1, _after_name(reading, at, end)), person=True, counted=False)
