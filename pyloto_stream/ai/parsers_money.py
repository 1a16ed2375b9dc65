"""De quem é o dinheiro de que se fala: o que a pessoa pode gastar, ou o preço e o gasto de outra coisa?

Promete dizer se um número é dinheiro e de quem, pela palavra mais próxima que o diz na mesma oração; um
número seguido do nome do que ele conta ("3 mil clientes") não é dinheiro.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from pyloto_stream.ai.crew_words import is_person
from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.money_clauses import AROUND, Around, around, forms
from pyloto_stream.ai.reading import Reading

Owner = Literal["", "ours", "theirs"]
SMALL, LARGE = 50, 1000
"""Abaixo de `SMALL`, só com a moeda; de `LARGE` em diante, quase só dinheiro se diz sem mais nada."""
MAX_ALONE = 5
_YEARS = range(1950, 2051)
_SCALES = frozenset(("mil", "k", "milhao", "milhoes", "barao", "baroes", "milzinho", "milzao"))
CEILINGS = frozenset(("teto", "limite", "maximo", "max"))
_DAILY = frozenset(("dia", "dias", "diario", "diarios", "semana", "semanais", "semanal", "noite", "hora"))
_PAID = frozenset(("pagamos", "gastamos"))
_REFUSED = frozenset(("da", "rola", "posso", "consigo", "quero", "pensar"))
_PASSES = frozenset(("passo", "passa", "passamos", "passar", "passou"))
_ASKED_FOR = frozenset(("orcamento", "orcado", "previsao"))
_MONTHLY = frozenset(("mes", "mensal", "mensais", "mensalmente", "mensalidade"))
_FOR_THIS = frozenset(("isso", "tenho", "temos"))
_OWNS = frozenset(("tenho", "temos", "tem", "chega", "chego", "chegamos"))
_FOLLOWERS = frozenset(("instagram", "insta", "tiktok", "face", "facebook", "youtube"))


_CURRENCY, _NOUNS = words("currency"), words("money_nouns")
_SPENDS, _THEIRS, _COUNTS = forms("money_spends"), forms("money_theirs"), forms("money_counts")
_HAS, _NOW, _QUOTED, _OTHERS = (
    words("money_has"), words("money_now"), words("money_quoted"), words("money_others"),
)  # fmt: skip
_BARE_AFTER, _PLANS = words("bare_after"), words("money_plans")
_WILLING = frozenset(("ate", "menos", "maximo", "max", "teto"))
_AGAINST, _BEYOND = frozenset(("nao", "nem")), frozenset(("acima", "alem"))
_UP_TO = frozenset(("ate", "menos"))
_NICKNAMES = ("entao", "entinha", "zao", "reais", "contos", "conto", "pila", "pilas", "0zinho")
_SELLS = frozenset(("vendo", "vendemos", "vende", "cobro", "cobramos"))
_ENTERS = frozenset(("entra", "entro", "entrar", "entramos"))
_WORTH = frozenset(("justo", "razoavel", "viavel"))
_BEFORE = frozenset(("antes", "antigamente", "la"))
_ON_THIS = frozenset(("nisso", "nisto", "nele", "nela"))


def owner(
    reading: Reading, start: int, end: int, value: float, *, asked: bool = False, alone: bool = True
) -> Owner:
    """De quem é o dinheiro do número em `[start, end)`; vazio se não é dinheiro."""
    said = around(reading, start, end, value)
    currency = bool(_CURRENCY & {*said.before[-1:], *said.after[:1]}) or _nicknamed(said)
    bare = asked or _bare(said, asked=asked)
    if not currency and (not bare or value < SMALL):
        return ""
    if _sold(said) or (not currency and _other_number(reading, start, end, said)):
        sales = value >= LARGE and _SELLS & {*said.before[-1:]}  # "vendo 5 mil por mês"
        return "theirs" if currency or sales else ""
    refused = _AGAINST & {*said.after[:1]} and _REFUSED & {*said.after[1:2]}  # "acima de 300 não dá"
    if (refused or _AGAINST & {*said.before}) and _BEYOND & {*said.before[-3:]}:  # "nem um centavo acima"
        return "ours"
    large = value >= LARGE or currency or _monthly(said)
    upto = bool(_UP_TO & {*said.before[-3:]}) and large
    for near in (said.before[::-1], said.after, [] if upto and alone else said.earlier[::-1]):
        found = "ours" if _would(near, said) else _nearest(near, said, large=large, asked=asked)
        if found == "counted":
            return "theirs" if currency else ""
        if found:
            return "theirs" if found == "theirs" else "ours"
    asking = end < len(reading.words) and "?" in reading.words[end].plain and AROUND.issuperset(said.before)
    lonely = len(said.before) + len(said.after) <= MAX_ALONE and value >= LARGE and not asking
    now = said.before == ["agora", "e"]  # "agora é 15 mil"
    lonely = lonely and alone and (now or said.before[-1:] != ["e"])  # "11, 14 e 19 mil"
    lonely = lonely and (value not in _YEARS or bool(_SCALES & {*said.own}))
    return "ours" if currency or asked or lonely or upto else ""


def _nicknamed(said: Around) -> bool:
    """É um nome que só o dinheiro tem ("trezentão", "cinquentinha")?"""
    return any(word.endswith(_NICKNAMES) for word in said.own)


def _other_number(reading: Reading, start: int, end: int, said: Around) -> bool:
    """É parte de "117/2027", ou conta gente ("somos 3800") ou coisas de nome feminino ("umas 2.500")?"""
    first, last = reading.words[start].start, reading.words[end - 1].end
    around = reading.raw[max(0, first - 2) : first], reading.raw[last : last + 2]
    slashed = any("/" in part and any(map(str.isdigit, part)) for part in around)
    feminine = any(word.endswith("entas") or word == "duas" for word in said.own)
    return slashed or feminine or said.before[-1:] in (["somos"], ["umas"])


def _sold(said: Around) -> bool:
    """É o preço do que se vende ("vendo bolo de 120 reais"), ou por cada coisa ("1500 pra cada cliente")?"""
    each = next((i for i, word in enumerate(said.after[:4]) if word == "cada"), -1)
    selling = said.before[-1:] in (["de"], ["a"], ["por"]) and _SELLS & {*said.before[-4:]}
    selling = selling or _SELLS & {*said.before[-1:]}
    return bool(selling) or (each >= 0 and said.after[each + 1 : each + 2] not in (["mes"], ["um"]))


def counts(word: str) -> bool:
    """`word`, depois de um número, diz que ele conta gente ou coisas, e não dinheiro?"""
    return is_person(word) or _COUNTS.accept(word)


def _nearest(
    row: Sequence[str], said: Around, *, large: bool, asked: bool
) -> Literal["", "ours", "theirs", "counted"]:
    """O que diz do número a mais próxima das palavras de `row`, da mais próxima para a mais longe."""
    for at, word in enumerate(row):
        if word in _NOW:
            return "theirs" if _of_today(word, said, asked=asked) else "ours"
        if _THEIRS.accept(word):
            return "theirs"
        if word in _PLANS:
            willing = _WILLING & {*said.before[-3:]} or any(
                _SPENDS.accept(w) or w in _HAS for w in (*row, *said.after)
            )
            willing = willing or ("eu", "pago") in pairwise(said.after)  # "mensalidade de 99 eu pago"
            return "ours" if willing else "theirs"
        if word in _NOUNS:
            quoted = _QUOTED & {*row[at + 1 : at + 6]} or (row[:at] and _QUOTED & {*row[:at]})
            return "theirs" if word in _ASKED_FOR and quoted else "ours"
        if _SPENDS.accept(word):
            return "ours"
        if word in _PASSES and "de" not in row[max(0, at - 1) : at] and "disso" not in row[at : at + 2]:
            continue
        if word in _HAS and (_spendable(said) if word in _OWNS and (_monthly(said) or not large) else large):
            return "ours"
        if _COUNTS.accept(word):
            return "ours" if large and _joins(row, at, said) else "counted"
    return ""


def _joins(row: Sequence[str], at: int, said: Around) -> bool:
    """É com quanto se entra ("meu sócio entra com 30 mil", "até 30 mil ele entra")?"""
    return row[at] in _ENTERS and ("com" in row[max(0, at - 2) : at] or bool(_UP_TO & {*said.before[-2:]}))


def _would(row: Sequence[str], said: Around) -> bool:
    """Depois do valor, diz-se que se pagaria, ou que vale a pena ("120 eu pagava", "350 por mês é justo")?"""
    if row is not said.after or not _monthly(said):
        return False
    told = set(pairwise(row))
    conditional = ("eu", "pagava") in told and not (_OTHERS | _BEFORE) & {*row}
    return conditional or ("se", "paga") in told or not _WORTH.isdisjoint(row)


def _monthly(said: Around) -> bool:
    return bool(_MONTHLY & {*said.after[:3], *said.before})


def _spendable(said: Around) -> bool:
    """Depois do valor por mês, diz-se que é para gastar ("tenho 400 por mês pra investir")?"""
    return any(_SPENDS.accept(word) or word in _NOUNS or word in _FOR_THIS for word in said.after)


def _of_today(word: str, said: Around, *, asked: bool) -> bool:
    """O que se diz com `word` ("pago 300") é o que se paga hoje a outro, e não o que se pagaria?"""
    around = {*said.before, *said.after}
    upto = bool({"ate", "maximo"} & {*said.before[-4:]})
    if word in _PAID and not upto and not _monthly(said) and not asked:
        return True
    if _ON_THIS & {*said.after}:  # "gasto uns 4 mil nisso"
        return False
    if "disso" in said.after and _PASSES & {*said.after}:  # "pago 500 e não queria passar disso"
        return False
    if around & _OTHERS or (word.endswith("ndo") and not upto):
        return True
    willing = upto or word in said.after or "se" in said.after
    return not (willing or asked or not said.after)


def _bare(said: Around, *, asked: bool) -> bool:
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
