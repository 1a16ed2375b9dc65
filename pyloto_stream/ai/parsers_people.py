"""Quantas pessoas vão usar? As que se contam uma a uma, e os grupos que se somam, quando alguém os soma.

Promete um número só de gente; de grupos diferentes, o de quem usa, o de agora e o de sempre, nunca o de quem
não usa, o que era antes ou o do pico.
"""

from typing import NamedTuple

from pyloto_stream.ai.crew_lists import PEAKS, REACH, crew_groups
from pyloto_stream.ai.crew_parts import Crew, clause
from pyloto_stream.ai.crew_rates import per_place
from pyloto_stream.ai.crew_totals import by_oneself, total
from pyloto_stream.ai.crew_users import is_year, more_with_me, without_served
from pyloto_stream.ai.crew_words import LOOKS, ONLY, PLACES, is_person, is_use, stem
from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.numerals import Number, numbers_in
from pyloto_stream.ai.parsers_numbers import MAX_QUANTITY
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import is_title

__all__ = ["is_person", "people"]

_PAST = words("past") - {"comeco", "ia", "iam", "iamos"}
_FOR = frozenset(("pra", "para", "pro", "pros", "pras", "por", "pelos", "pelas"))
_WAS = _PAST | {"eramos", "anterior", "demiti", "sairam", "perdi"}
_NOW = frozenset(("agora", "hoje", "verdade", "vdd", "atualmente", "alias", "minto", "digo"))
_THEIRS = frozenset((
    "conhecido", "conhecida", "vizinho", "vizinha", "concorrente", "concorrentes", "salario", "pedi", "falei",
    "conversei", "cotei", "consultei", "procurei", "recuperar", "perdi",
))  # fmt: skip
"""O sistema, ou o dinheiro, de que se fala é de outro."""
_ADDS = frozenset(("e", "mais", "que", "pra", "para"))
_SOME_OF, _WE_SAY = (["dos"], ["das"]), (["somos"], ["sou"], ["seremos"], ["e"], ["pra"], ["para"], ["entre"])
_CAME = (["deu"], ["veio"], ["vieram"], ["foram"], ["teve"])
_ARE = (["sao"], ["e"], ["eh"])
_LATER = frozenset(("vem", "futuramente", "futuro", "chegar", "crescer", "dobrar"))
FAR, NEAR = 9, 6


class _Around(NamedTuple):
    """O que se diz em volta de um grupo, na mesma frase; `before` vem de trás para a frente."""

    before: list[str]
    inside: list[str]
    after: list[str]
    uses: bool
    only: bool
    asked: bool


def people(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """Quantas pessoas se contam em `[start, end)`, se há o que somar ou se o grupo é de gente."""
    numbers = {n.start: n for n in numbers_in(reading, start, end) if _counts(reading, n)}
    groups = [one for one in crew_groups(reading, start, end, numbers) if not _attends(reading, one)]
    groups = [without_served(reading, one) for one in groups]
    if numbers:
        if found := per_place(reading, start, end, numbers, asked=asked):
            return str(found)
        if found := total(reading, groups, start, end, numbers, asked=asked):
            return str(found)
    best, most = list[Crew](), 0.0
    for crews in groups:
        score = _score(crews, _around(reading, crews, start, end, asked=asked))
        if score > most:
            best, most = crews, score
    if not best:
        return "1" if by_oneself(reading, start, end) else ""
    only = _only_there(reading, best, end)
    return _told([only] if only else best, more=_speaker_too(reading, best, end))


def _attends(reading: Reading, crews: list[Crew]) -> bool:
    """É de quem a pessoa quer que a atenda ("quero falar com uma pessoa"), e não de quem vai usar?"""
    return any(match.start <= crews[0].start < match.end for match in reading.found("gesture", "human"))


def _counts(reading: Reading, number: Number) -> bool:
    """O número pode ser de gente? "Três Irmãos" é um nome."""
    if not 0 < number.value <= MAX_QUANTITY:
        return False
    named = (
        number.end < len(reading.words) and is_title(reading, number.start) and is_title(reading, number.end)
    )
    return not is_year(reading, number) and not (named and not reading.words[number.start].plain.isdecimal())


def _told(crews: list[Crew], *, more: int) -> str:
    last = crews[-1]
    if (
        last.we and last.counted and last.low == sum(one.low for one in crews[:-1])
    ):  # "eu e meu pai, nós dois"
        crews = [last]
    low, high = sum(one.low for one in crews) + more, sum(one.high for one in crews) + more
    return str(low) if low == high else f"{low} a {high}"


def _speaker_too(reading: Reading, crews: list[Crew], end: int) -> int:
    """Quem fala também usa ("…e eu vejo no pc"), sem estar entre os que contou?"""
    if any(one.we for one in crews) or not crews[0].counted:
        return 0
    first = crews[0].start
    if more_with_me(reading, first):  # "trabalho com mais duas meninas"
        return 1
    for at in range(crews[-1].end + 1, end - 1):
        if reading.strong_break(at):
            return 0
        if reading.words[at].plain == "eu" and reading.words[at + 1].plain in LOOKS:
            return int(reading.words[at - 1].text in _ADDS)
    return 0


def _only_there(reading: Reading, crews: list[Crew], end: int) -> Crew | None:
    """Das parcelas de lugares diferentes, a do único que usa ("mas o sistema é só pro escritório")."""
    if len(crews) < 2:
        return None
    if (part := crews[-1]).end < end and len(crews) == 2 and _part_uses(reading, *crews):
        return part
    for at in range(crews[-1].end, end - 2):
        if reading.words[at].plain in ONLY:
            after_only = {stem(word.plain) for word in reading.words[at + 1 : at + 4]}
            places = {word for word in after_only if word in PLACES or is_person(word)}
            for one, after in zip(crews, [*crews[1:], None], strict=True):
                stop = min(one.end + 2, after.start if after else end)
                if places & {stem(word.plain) for word in reading.words[one.start : stop]}:
                    return one
    return None


def _part_uses(reading: Reading, whole: Crew, part: Crew) -> bool:
    """De todos, só uma parte usa ("dos 60 funcionários, 5 vão usar")?"""
    apart = reading.words[part.start - 1].text == BREAK
    bare = apart and part.end - part.start == 1 and part.low < whole.low
    if not (bare and whole.counted and part.counted):
        return False
    return any(is_use(word.plain) for word in reading.words[part.end : part.end + 2])


def _around(reading: Reading, crews: list[Crew], start: int, end: int, *, asked: bool) -> _Around:
    first, last = crews[0].start, crews[-1].end
    after = clause(reading, last, min(end, last + FAR))
    before = clause(reading, first, max(start, first - FAR))
    inside = [word.plain for word in reading.words[first:last]]
    uses = any(map(is_use, (*after, *before, *inside)))
    ends = len(after) < 2 or not after[1].isalnum()
    only = bool(ONLY & {*before[:3]}) or (after[:1] != [] and after[0] in ONLY and ends)
    only = only or ("quem" in before and (uses or before[:1] in _ARE)) or "ninguem" in after[:3]
    return _Around(before, inside, after, uses, only, asked)


def _score(crews: list[Crew], told: _Around) -> float:
    """Quanto `crews` parece quem vai usar; zero se não é gente que se conta aqui."""
    if _unfit(crews, told):
        return 0
    before, after = told.before, told.after
    near = {*after[:REACH], *before[:REACH]}
    counted = any(one.counted for one in crews)
    score = 1.0 + all(one.person for one in crews) + counted - 2 * (len(crews) == 1 and not counted)
    score += 2 * told.uses + 2 * any(map(is_use, (*after[:REACH], *before[:NEAR], *told.inside)))
    score += 2 * told.only + 2 * _with_us(crews) + 2 * bool(_FOR & {*before[:2]})
    score += 2 * bool(_NOW & {*before[:REACH]}) - 2 * bool(PEAKS & near) - 2 * (before[:1] in _SOME_OF)
    score -= 3 * bool(_LATER & {*before[:2]})  # "ano que vem seremos 10"
    score += min(sum(one.low for one in crews), 99) / 1000
    was = _WAS & {*before[:REACH]} and not _NOW & {*before[:REACH]}
    return score * bool(told.uses and told.only) if was else max(score, 0.1)


def _with_us(crews: list[Crew]) -> bool:
    return crews[0].we or (len(crews) > 1 and crews[-1].we)


def _unfit(crews: list[Crew], told: _Around) -> bool:
    """Fala-se de gente sem dizer que é quem usa?"""
    role = told.uses and len(crews) > 1  # "12 externos, 8 internos, todos usuários"
    counted, with_us, asked = any(one.counted for one in crews), _with_us(crews), told.asked
    if (
        not (role or any(one.person for one in crews))
        or _THEIRS & {*told.before, *told.inside[:3]}
        or _past(told.after)
    ):
        return True
    if told.before[:1] in _CAME and not (told.uses or told.only or asked):  # "no show deu 3 mil pessoas"
        return True
    denied = told.after[:2] in (["que", "nao"], ["q", "nao"])
    if len(crews) == 1 and not counted and (denied or not (told.only and (told.uses or asked))):
        return True
    is_we = told.before[:1] in _WE_SAY
    if all(one.owner for one in crews) and not (told.uses or told.only or asked or with_us or is_we):
        return True
    between = told.inside[crews[0].end - crews[0].start : crews[-1].start - crews[0].start]
    apart = len(crews) == 2 and sum(map(str.isalnum, between)) >= REACH
    ours = (with_us and not apart) or told.uses or told.only or is_we
    whole = all(one.person for one in crews)
    return (not counted and not asked and not ours) or (len(crews) == 1 and asked and not whole)


def _past(after: list[str]) -> bool:
    """Diz-se o que fizeram, ou que são de outros ("três já tentaram", "dois vendedores de vocês")?"""
    return after[:2] == ["de", "voces"] or any(word.endswith(("aram", "eram", "iram")) for word in after[:2])
