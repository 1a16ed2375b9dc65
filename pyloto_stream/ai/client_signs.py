"""Por quem se fala: por uma empresa, ou só se citou a de outro? E que empresa há onde não se disse "empresa"?

Promete: "igual ao da clínica", "a firma que fez meu site" e "somos uma equipe" não são a de quem fala; "na
salina", "meu patrão" e "nossa sede" são. Limite: não diz o nome dela (ver `parsers_companies.py`).
"""

from collections.abc import Sequence
from functools import lru_cache

from pyloto_stream.ai.client_others import MINE, of_another
from pyloto_stream.ai.crew_words import is_person
from pyloto_stream.ai.lexicon import LEXICON, words
from pyloto_stream.ai.name_tables import Seen
from pyloto_stream.ai.phrases import BREAK, REMEMBERED, Match
from pyloto_stream.ai.reading import Reading, Tag
from pyloto_stream.ai.trade_scene import Scene
from pyloto_stream.ai.trades import SECTIONS, TRADES, Trade, words_of

_SECTION = "segment"
_WORDS = words_of(SECTIONS[_SECTION])
_FIRMS = words("client_firms")
_BOSSES, _OURS, _GROUPS = words("client_bosses"), words("client_ours"), words("client_groups")
_NOT_FIRMS, _DONE = words("client_not_firms"), words("client_done")
_SELF = frozenset(("eu", "mim", "comigo"))
_MANY = frozenset(("pras", "pros", "das", "dos", "varias", "varios", "nas", "nos", "prefeituras"))
_HEADS = frozenset((
    "a", "o", "na", "no", "numa", "num", "da", "do", "minha", "meu", "nossa", "nosso", "uma", "um", "pra",
    "pro", "pequena", "pequeno", "essa", "esse",
))  # fmt: skip
_ENDINGS = ("aria", "eria")
_FREE = ("autonom", "fisic", "cnpj", "empresa", "firma", "freela", "cpf", "liberal", "conta", "mei", "tcc")
"""O que diz que quem trabalha não tem empresa; vale mais do que o ramo citado."""
_INDIVIDUAL = "Pessoa física"
_POSSESSED = MINE - {"aqui", "trabalho", "trabalhamos", "sou"}
_PRIVATE = frozenset(("hospital", "clinica", "escola", "colegio", "faculdade", "laboratorio", "creche"))
_WORK = frozenset(("trabalho", "sou", "somos", "falo", "aqui", "represento", "atuo"))
_AT = frozenset(("na", "no", "da", "do", "a", "o", "pela", "pelo"))
SHORTEST = 7
REST = 3


def own(reading: Reading, found: Sequence[Match[Tag]], business: str) -> list[Match[Tag]]:
    """As opções de `found` que são de quem fala; `business` é o valor de quem fala por uma empresa."""
    kept = [m for m in found if not (m.payload.value == business and _of_others(reading, m))]
    kept = [m for m in kept if not (_only_polite(reading, m) or _only_says(reading, m))]
    if not any(m.payload.value == business for m in kept):
        return kept
    if any(_works_in(reading, m) for m in kept if m.payload.value not in (business, _INDIVIDUAL)):
        kept = [m for m in kept if m.payload.value != business or _is_mine(reading, m)]
    firms = [m for m in kept if m.payload.value == business and _is_mine(reading, m)]
    mine = bool(firms)
    kept = [m for m in kept if m.payload.value in (business, _INDIVIDUAL) or not _beside(reading, m, firms)]
    return [
        m
        for m in kept
        if m.payload.value == business
        or not (_about_use(reading, m) or (mine and (_served(reading, m) or _of_life(reading, m))))
    ]


def has_firm(reading: Reading) -> bool:
    """Fala-se do próprio negócio pelo ramo, pelo patrão ou pelo que só uma empresa tem?"""
    return reading.once(_told)


def _told(reading: Reading) -> bool:
    if any(_signals(reading, at) for at in range(len(reading.words))):
        return True
    if reading.has("mark", "other_firm"):
        return False
    trades = TRADES[_SECTION].table
    said = trades.said(reading)
    scene = Scene(reading, _WORDS)
    return any(_is_own(reading, scene, one) for one in trades.seen(said))


def _signals(reading: Reading, at: int) -> bool:
    """A palavra em `at` diz que há uma empresa ("meu patrão", "nosso ERP", "na algodoeira")?"""
    word = reading.words[at]
    if not _may_signal(word.plain):
        return False
    before = reading.words[at - 1].plain if at else BREAK
    if word.plain in _BOSSES:
        after = reading.words[at + 1].plain if at + 1 < len(reading.words) else ""
        return before in ("meu", "minha", "nosso") or (before in ("o", "a") and after in _DONE)
    if word.plain in _OURS:
        return before in ("nosso", "nossa", "nossos", "nossas")
    known = word.plain in _FIRMS or word.plain.removesuffix("s") in _FIRMS
    shaped = len(word.plain) >= SHORTEST and word.plain.endswith(_ENDINGS) and word.plain not in _NOT_FIRMS
    if not (known or shaped) or (shaped and not known and before not in _HEADS - {"a", "o"}):
        return False
    alone = before in _HEADS or (known and (at == 0 or reading.words[at - 1].text == BREAK))
    return (alone or before in MINE) and not of_another(reading, at, at + 1)


@lru_cache(maxsize=REMEMBERED)
def _may_signal(plain: str) -> bool:
    """Quase nenhuma palavra pode, e saber isso custa pouco."""
    listed = plain in _BOSSES or plain in _OURS or plain in _FIRMS or plain.removesuffix("s") in _FIRMS
    return listed or (len(plain) >= SHORTEST and plain.endswith(_ENDINGS))


def _is_own(reading: Reading, scene: Scene, one: Seen[Trade]) -> bool:
    """O ramo `one` é o de quem fala?"""
    if one.payload.kind not in ("kind", "own", "online") or (
        one.payload.takes and not scene.owned(one.start, one.end) and not scene.opens(one.start, one.end)
    ):
        return False
    last = reading.words[one.end - 1].plain
    if reading.words[one.start].plain in _NOT_FIRMS:
        return False
    if is_person(reading.words[one.start].plain) or is_person(last) or scene.of_rivals(one.start, one.end):
        return False
    if of_another(reading, one.start, one.end):
        return False
    several = one.start > 0 and reading.words[one.start - 1].plain in LEXICON.numbers  # "temos três postos"
    if scene.owned(one.start - several, one.end):
        return True
    before = reading.words[one.start - 1].plain if one.start else BREAK
    online = one.payload.kind == "online" or one.payload.value == "E-commerce"
    heads = before in _HEADS or one.start == 0 or reading.words[one.start - 1].text == BREAK
    return heads and not online


def _of_others(reading: Reading, match: Match[Tag]) -> bool:
    """É a empresa de outro, ou "somos uma equipe"?"""
    following = reading.words[match.end].plain if match.end < len(reading.words) else ""
    said = {word.text for word in reading.words[match.start : match.end]}
    if following in _GROUPS and said & {"somos", "sou"}:
        return True
    if said & _GROUPS and len(reading.words) > match.end + REST:  # "uma ong de cachorro precisa de um site"
        return True
    if reading.words[match.start].text in MINE:
        return False
    return of_another(reading, match.start, match.end)


def _is_mine(reading: Reading, match: Match[Tag]) -> bool:
    """Diz-se dela "minha", "temos", "somos"?"""
    return any(word.text in _POSSESSED for word in reading.words[max(0, match.start - 2) : match.end + 2])


def _works_in(reading: Reading, match: Match[Tag]) -> bool:
    """É onde trabalha quem fala ("trabalho na secretaria de saúde", "aqui da câmara")?"""
    before = [word.plain for word in reading.words[max(0, match.start - 2) : match.start]]
    return before[1:] != [] and before[0] in _WORK and before[1] in _AT


def _beside(reading: Reading, match: Match[Tag], firms: Sequence[Match[Tag]]) -> bool:
    """É um órgão que só se cita, longe das `firms` de quem fala ("a prefeitura abriu, e minha empresa")?"""
    far = all(m.start > match.end + REST or match.start > m.end + REST for m in firms)
    return bool(firms) and far and not (_works_in(reading, match) or _is_mine(reading, match))


def _of_life(reading: Reading, match: Match[Tag]) -> bool:
    """É da vida de quem fala ("minha dieta"), e não de quem trabalha por conta?"""
    told = [word.plain for word in reading.words[match.end : match.end + 2]]
    if told[:1] in (["do"], ["da"]) and told[1:] in (
        ["meu"],
        ["minha"],
    ):  # "nao é pra mim nao é pra firma do meu pai"
        return True
    return match.payload.value == _INDIVIDUAL and not any(
        word.text.startswith(_FREE) for word in reading.words[match.start : match.end]
    )


def _only_polite(reading: Reading, match: Match[Tag]) -> bool:
    """É "por favor" por extenso, que não abrevia nada?"""
    return [word.plain for word in reading.words[match.start : match.end]] == ["por", "favor"]


def _only_says(reading: Reading, match: Match[Tag]) -> bool:
    """Diz onde fica ("município de Unaí") ou como é ("hospital, particular"), e não por quem se fala?"""
    if match.end - match.start > 1 or not match.start:
        return False
    plain, before = reading.words[match.start].plain, reading.words[match.start - 1]
    if plain == "veterinaria" and before.plain == "sou":
        return True
    if plain == "municipio":
        return before.text == BREAK or before.plain == "no"
    near = reading.words[max(match.start - 5, 0) : match.start]
    return plain == "particular" and any(word.plain in _PRIVATE for word in near)


def _about_use(reading: Reading, match: Match[Tag]) -> bool:
    """Diz quem vai usar, e não por quem se fala ("só eu uso", "um app só pra mim")?"""
    said = {word.plain for word in reading.words[match.start : match.end]}
    return bool(said & _SELF)


def _served(reading: Reading, match: Match[Tag]) -> bool:
    """É o cliente de quem fala ("instala poste pras prefeituras")?"""
    return match.start > 0 and reading.words[match.start - 1].plain in _MANY
