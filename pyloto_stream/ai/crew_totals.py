"""O total já foi dito? "Os três iam precisar", "comigo dá sete", "30 na matriz e 20 na filial, dá 50".

Promete o total só quando se fala de gente; o de dinheiro não é nenhum.
"""

from pyloto_stream.ai.crew_parts import Crew, Numbers, closed
from pyloto_stream.ai.crew_users import now_we_are, on_second_thought
from pyloto_stream.ai.crew_words import DETERMINERS, KIN, MONEY, is_person, is_use
from pyloto_stream.ai.numerals import Number
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

_TOTALS = frozenset(
    ("da", "total", "poe", "coloca", "seremos", "somando", "usando", "entao", "comigo", "logo")
)
_ALL = frozenset(("os", "as", "esses", "essas", "estes", "estas", "todos", "todas"))
_ARE = frozenset(("da", "sao", "somos", "fica", "ficam", "seriam", "uns", "umas"))
_ALONE = frozenset((
    "sozinho", "sozinha", "mim", "comigo", "meu", "minha", "ninguem", "ngm", "um", "uma", "unico", "unica",
    "monousuario", "deus",
))  # fmt: skip
"""O que pode dizer que um só usa."""
_WITH_ME = _ARE | {"e"} | DETERMINERS | KIN
"""Entre "comigo" e o número, dizem que ele é o de todos."""
_INCLUDING = frozenset(("incluindo", "contando", "incluso"))
_ING = ("ando", "endo", "indo")
_EVERYONE = frozenset(
    (
        "acessos",
        "logins",
        "senhas",
        "licencas",
        "pessoas",
        "pessoa",
        "funcionarios",
        "usuarios",
        "gente",
        "colaboradores",
        "cabecas",
    )
)
_SPEAKS = frozenset((
    "eu", "sou", "estou", "to", "trabalho", "faco", "toco", "vou", "cuido", "atendo", "fico", "uso", "atuo",
    "vivo", "mexo", "resolvo", "administro", "moro", "mim", "trampo",
))  # fmt: skip
_OTHERS = frozenset(
    ("que", "quero", "queria", "sistema", "app", "programa", "bot", "robo", "precisa", "preciso")
)


def total(
    reading: Reading, groups: list[list[Crew]], start: int, end: int, numbers: Numbers, *, asked: bool
) -> int:
    """O total que se disse, ou que começa uma lista ("somos 6: 4 e 2"); zero se nenhum."""
    listed = [one for crews in groups for one in crews]
    for number in numbers.values():
        if _with_speaker(reading, number, start, end):
            return round(number.value)
    for one in listed:
        if one.we and one.counted and now_we_are(reading, one, listed):
            return one.low
        if one.counted and (right := _corrected(reading, one, end, numbers)):
            return right
    if len(numbers) < 2 and not any(not one.counted for one in listed):
        return 0
    for number in reversed(list(numbers.values())):
        if (asked or listed) and _is_total(reading, number, start, end, listed, asked=asked):
            return round(number.value)
    return next(filter(None, (_opens_list(reading, crews) for crews in groups)), 0)


def _corrected(reading: Reading, one: Crew, end: int, numbers: Numbers) -> int:
    """O número que logo depois corrige o de `one` ("doze corretores, não, treze agora"); zero se nenhum."""
    if one.end >= end or reading.words[one.end].text != BREAK:
        return on_second_thought(reading, one, end, numbers)
    said = [word.text for word in reading.words[one.end + 1 : one.end + 3]]
    at = one.end + 2 + (said[1:] == [BREAK])
    number = numbers.get(at) if said[:1] == ["nao"] else None
    if number is not None and closed(reading, number.end, end):
        return round(number.value)
    return on_second_thought(reading, one, end, numbers)


def _opens_list(reading: Reading, crews: list[Crew]) -> int:
    """O número que a lista reparte, se o primeiro é de toda a gente."""
    first = crews[0]
    if len(crews) < 2 or not first.counted:
        return 0
    everyone = _EVERYONE & {word.plain for word in reading.words[first.start : first.end]}
    named = not any(one.counted for one in crews[1:]) and reading.words[first.end].plain.startswith(":")
    if everyone and named:  # "3 acessos: eu, contador e gerente"
        return first.low
    if first.low != sum(one.low for one in crews[1:]):
        return 0
    return first.low if first.we or everyone else 0


def _is_total(
    reading: Reading, number: Number, start: int, end: int, listed: list[Crew], *, asked: bool
) -> bool:
    """O número é o de todos os que se disseram?"""
    at = number.start
    before = [word.plain for word in reading.words[max(start, at - 2) : at]]
    if _of_money(reading, number, start, end) or "vem" in before:  # "ano que vem seremos 10"
        return False
    after = reading.words[number.end].plain if number.end < end else ""
    closed = number.end >= end or reading.words[number.end].text == BREAK
    person = not closed and is_person(after)
    told = any(one.counted and one.start <= at for one in listed)
    if before[-1:] and before[-1] in _TOTALS and (closed or person) and before[-1] != "comigo":
        earlier = [one for one in listed if one.end <= at]
        return asked or len(earlier) > 1 or any(one.counted for one in earlier)
    many = [one for one in listed if one.end <= at]
    verb = closed or is_use(after) or after in ("vao", "iam", "iriam", "precisam", "querem", "com")
    return bool(before[-1:] and before[-1] in _ALL and verb and len(many) > 1 and not told)


def _with_speaker(reading: Reading, number: Number, start: int, end: int) -> bool:
    """O número já inclui quem fala ("comigo dá sete", "somos oito comigo", "3 funcionário comigo 4")?"""
    before = [word.plain for word in reading.words[max(start, number.start - 3) : number.start]]
    after = [word.plain for word in reading.words[number.end : min(end, number.end + 4)]]
    if after[:1] == ["comigo"] or after[:2] in (["contando", "comigo"], ["ja", "comigo"]):
        return True
    if {*after} & _INCLUDING and {*after} & {"eu", "comigo", "donos"}:  # "nove, incluindo eu"
        return True
    if before[-3:-1] == ["contando", "eu"]:  # "contando eu, nove pessoas"
        return True
    lead = [word.plain for word in reading.words[max(start, number.start - 5) : number.start]]
    since = lead[lead.index("comigo") + 1 :] if "comigo" in lead else ["?"]
    return _WITH_ME.issuperset(since) and not (after[:1] and after[0] in MONEY)


def _of_money(reading: Reading, number: Number, start: int, end: int) -> bool:
    """Na frase do número fala-se de dinheiro?"""
    first, last = next(span for span in reading.sentences() if span[0] <= number.start < span[1])
    return any(word.plain in MONEY for word in reading.words[max(first, start) : min(last, end)])


def by_oneself(reading: Reading, start: int, end: int) -> bool:
    """Quem fala diz que está só ("trabalho sozinho", "só pra mim", "ninguém mais mexe")?"""
    for at in range(start, end):
        plain = reading.words[at].plain
        if plain not in _ALONE:
            continue
        edge = at + 1 >= end or reading.words[at + 1].text == BREAK
        if plain in ("sozinho", "sozinha") and _speaks(reading, start, at, edge=edge):
            return True
        if plain in ("mim", "comigo", "meu", "minha") and _only_me(reading, start, at, end, edge=edge):
            return True
        if plain in ("ninguem", "ngm") and at + 1 < end and reading.words[at + 1].plain in ("mais", "alem"):
            return any(
                is_use(word.plain) or word.plain in ("abrir", "vai", "ve")
                for word in reading.words[at + 2 : at + 5]
            )
        if plain in ("um", "uma") and edge:  # "usuário só tem um"
            before = [word.plain for word in reading.words[max(start, at - 4) : at]]
            if before[-2:] == ["so", "tem"] and "usuario" in before:
                return True
        if plain in ("unico", "unica", "monousuario") and _the_only(reading, at, end):
            return True
        if plain == "deus" and [word.plain for word in reading.words[max(start, at - 2) : at]] == ["eu", "e"]:
            return reading.words[at + 1].plain != "nao" if at + 1 < end else True
    return False


def _the_only(reading: Reading, at: int, end: int) -> bool:
    """Um só é quem usa ("o único que usa é o encarregado", "usuário único")?"""
    near = [word.plain for word in reading.words[max(0, at - 1) : min(end, at + 3)]]
    return "monousuario" in near or "usuario" in near or (near[2:3] == ["que"] and any(map(is_use, near)))


def _speaks(reading: Reading, start: int, at: int, *, edge: bool) -> bool:
    """É quem fala que está sozinho, e não o programa que faz tudo?"""
    if edge and at > start and reading.words[at - 1].text == BREAK:
        return True
    for i in range(at - 1, max(start, at - 6) - 1, -1):
        word = reading.words[i]
        if word.text == BREAK or word.plain in _OTHERS:
            return False
        if word.plain in _SPEAKS and not word.plain.endswith(_ING):
            return True
    return False


def _only_me(reading: Reading, start: int, at: int, end: int, *, edge: bool) -> bool:
    """Por exemplo: "só pra mim", "só comigo", "só pra minha pessoa", "um programa só meu"."""
    told = [word.plain for word in reading.words[max(start, at - 2) : at]]
    plain = reading.words[at].plain
    following = reading.words[at + 1].plain if at + 1 < end else ""
    to_me = told in (["so", "pra"], ["so", "para"], ["apenas", "para"], ["somente", "para"])
    if plain == "mim":
        return to_me and edge
    if plain == "comigo":
        return told[-1:] == ["so"] and (edge or following == "mesmo")
    if following in ("pessoa", "uso"):
        return to_me
    things = {word.plain for word in reading.words[max(start, at - 3) : at - 1]}
    return plain == "meu" and edge and told[-1:] == ["so"] and bool({"programa", "sistema", "app"} & things)
