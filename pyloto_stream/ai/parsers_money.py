"""De quem é o dinheiro de que se fala: o que a pessoa pode gastar, ou o preço e o gasto de outra coisa?

Promete dizer se um número é dinheiro e de quem, pela palavra mais próxima que o diz na mesma oração; um
número seguido do nome do que ele conta ("3 mil clientes") não é dinheiro.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pyloto_stream.ai.crew_words import is_person
from pyloto_stream.ai.lexicon import LEXICON, words
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

Owner = Literal["", "ours", "theirs"]
BEFORE, AFTER = 9, 16
"""Até quantas palavras, antes e depois do número, se procura quem o diz dinheiro."""
SMALL, LARGE = 50, 1000
"""Abaixo de `SMALL`, só com a moeda; de `LARGE` em diante, quase só dinheiro se diz sem mais nada."""
MAX_ALONE = 5
_YEARS = range(1950, 2051)
_SCALES = frozenset(("mil", "k", "milhao", "milhoes", "barao", "baroes", "milzinho", "milzao"))
CEILINGS = frozenset(("teto", "limite", "maximo", "max"))
_ROUND = frozenset(("e", "pouco", "poucos", "pouca", "poucas", "quebrado", "quebrados", "tanto", "tantos"))
_AROUND = words("around")
_DAILY = frozenset(("dia", "dias", "diario", "diarios", "semana", "semanais", "semanal", "noite", "hora"))
_PASSES = frozenset(("passo", "passa", "passamos", "passar", "passou"))
_ASKED_FOR = frozenset(("orcamento", "orcado", "previsao"))
_MONTHLY = frozenset(("mes", "mensal", "mensais", "mensalmente", "mensalidade"))
_FOR_THIS = frozenset(("isso", "tenho", "temos"))
_OWNS = frozenset(("tenho", "temos", "tem", "chega", "chego", "chegamos"))
_FOLLOWERS = frozenset(("instagram", "insta", "tiktok", "face", "facebook", "youtube"))


class Forms(NamedTuple):
    """Palavras inteiras e começos de palavras (`raiz*` nos dados)."""

    whole: frozenset[str]
    stems: tuple[str, ...]

    def accept(self, word: str) -> bool:
        """`word` é uma delas?"""
        return word in self.whole or (bool(self.stems) and word.startswith(self.stems))


def _forms(name: str) -> Forms:
    listed = words(name)
    stems = tuple(word[:-1] for word in listed if word.endswith("*"))
    return Forms(frozenset(word for word in listed if not word.endswith("*")), stems)


_CURRENCY, _NOUNS = words("currency"), words("money_nouns")
_SPENDS, _THEIRS, _COUNTS = _forms("money_spends"), _forms("money_theirs"), _forms("money_counts")
_HAS, _NOW, _QUOTED, _OTHERS = (
    words("money_has"), words("money_now"), words("money_quoted"), words("money_others"),
)  # fmt: skip
_BARE_AFTER = words("bare_after")


class _Said(NamedTuple):
    """O número e o que há à volta: a oração de antes, se o número abre a sua, e as palavras da sua."""

    earlier: Sequence[str]
    before: Sequence[str]
    after: Sequence[str]
    own: Sequence[str]
    value: float


def owner(reading: Reading, start: int, end: int, value: float, *, asked: bool = False) -> Owner:
    """De quem é o dinheiro do número em `[start, end)`; vazio se não é dinheiro."""
    said = _said(reading, start, end, value)
    currency = bool(_CURRENCY & {*said.before[-1:], *said.after[:1]})
    bare = asked or _bare(said, asked=asked)
    if not currency and (not bare or value < SMALL):
        return ""
    large = value >= LARGE or currency or _monthly(said)
    for near in (said.before[::-1], said.after, said.earlier[::-1]):
        found = _nearest(near, said, large=large, asked=asked)
        if found == "counted":
            return "theirs" if currency else ""
        if found:
            return "theirs" if found == "theirs" else "ours"
    alone = len(said.before) + len(said.after) <= MAX_ALONE and value >= LARGE
    upto = "ate" in said.before[-3:] and large
    return "ours" if currency or asked or alone or upto else ""


def counts(word: str) -> bool:
    """`word`, depois de um número, diz que ele conta gente ou coisas, e não dinheiro?"""
    return is_person(word) or _COUNTS.accept(word)


def _nearest(
    row: Sequence[str], said: _Said, *, large: bool, asked: bool
) -> Literal["", "ours", "theirs", "counted"]:
    """O que diz do número a mais próxima das palavras de `row`, da mais próxima para a mais longe."""
    for at, word in enumerate(row):
        if word in _NOW:
            return "theirs" if _of_today(word, said, asked=asked) else "ours"
        if _THEIRS.accept(word):
            return "theirs"
        if word in _NOUNS:
            return "theirs" if word in _ASKED_FOR and _QUOTED & {*row[at + 1 : at + 6]} else "ours"
        if _SPENDS.accept(word):
            return "ours"
        if word in _PASSES and "de" not in row[max(0, at - 1) : at] and "disso" not in row[at : at + 2]:
            continue
        if word in _HAS and (_spendable(said) if word in _OWNS and (_monthly(said) or not large) else large):
            return "ours"
        if _COUNTS.accept(word):
            return "counted"
    return ""


def _monthly(said: _Said) -> bool:
    return bool(_MONTHLY & {*said.after[:3]})


def _spendable(said: _Said) -> bool:
    """Depois do valor por mês, diz-se que é para gastar ("tenho 400 por mês pra investir")?"""
    return any(_SPENDS.accept(word) or word in _NOUNS or word in _FOR_THIS for word in said.after)


def _of_today(word: str, said: _Said, *, asked: bool) -> bool:
    """O que se diz com `word` ("pago 300") é o que se paga hoje a outro, e não o que se pagaria?"""
    around = {*said.before, *said.after}
    if "disso" in said.after and _PASSES & {*said.after}:  # "pago 500 e não queria passar disso"
        return False
    if around & _OTHERS or word.endswith("ndo"):
        return True
    willing = {"ate", "maximo"} & {*said.before[-4:]} or word in said.after or "se" in said.after
    return not (willing or asked or not said.after)


def _said(reading: Reading, start: int, end: int, value: float) -> _Said:
    spoken = [w.text if w.plain in LEXICON.short_forms or w.text == BREAK else w.plain for w in reading.words]
    at = end
    while at < min(len(spoken), end + 3) and spoken[at] in _ROUND and _rounds(spoken, at):
        at += 1
    before = _clause_before(spoken, start)
    opening = start - len(before) - 1
    crosses = opening > 0 and _AROUND.issuperset(before)
    crosses = crosses and (":" in reading.words[opening].plain or not reading.strong_break(opening))
    earlier = _clause_before(spoken, opening) if crosses else []
    return _Said(earlier, before, _after(reading, spoken, at), spoken[start:end], value)


def _rounds(spoken: Sequence[str], at: int) -> bool:
    """As palavras em `at` só arredondam o número ("e pouco")?"""
    return spoken[at] != "e" or (at + 1 < len(spoken) and spoken[at + 1] in _ROUND)


def _clause_before(spoken: Sequence[str], start: int) -> list[str]:
    """As palavras da oração antes de `start`."""
    first = start
    while first > max(0, start - BEFORE) and spoken[first - 1] != BREAK:
        first -= 1
    return list(spoken[first:start])


def _after(reading: Reading, spoken: Sequence[str], end: int) -> list[str]:
    """As palavras de depois na oração; na seguinte, se ela fala do número (", é o que dá")."""
    found: list[str] = []
    for at in range(end, min(len(spoken), end + AFTER)):
        if spoken[at] == BREAK and (reading.strong_break(at) or spoken[at + 1 : at + 2] != ["e"]):
            break
        if spoken[at] != BREAK:
            found.append(spoken[at])
    return found


def _bare(said: _Said, *, asked: bool) -> bool:
    """O número não conta a coisa que vem depois, nem é uma data, uma hora ou um ano?"""
    after, before = said.after, said.before
    scaled = bool(_SCALES & {*said.own}) or any(word.endswith(("k", "mil")) for word in said.own)
    if (
        said.value in _YEARS
        and not scaled
        and before[-1:]
        and before[-1] in ("de", "em", "desde", "ate", "ano")
    ):
        return False
    if _FOLLOWERS & {*after[:3]} and not asked:
        return False
    if _DAILY & {*after[:3]}:
        return False
    if after[:1] == ["de"] or after[:1] == ["do"]:
        return bool({*after[1:3]} & _NOUNS) or (after[:1] == ["do"] and scaled)
    return not after or after[0] in _BARE_AFTER or _SPENDS.accept(after[0]) or after[0] in _NOUNS
