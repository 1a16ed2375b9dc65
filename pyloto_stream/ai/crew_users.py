"""O que em volta de um número diz que são os que usam? "60 fornecedores teriam login", "22 no total".

Promete olhar só as palavras em volta dele; a parcela é de `crew_counts`.
"""

from pyloto_stream.ai.crew_parts import Crew, Numbers, closed
from pyloto_stream.ai.crew_words import (
    ANTECEDENT,
    DEVICES,
    LOGINS,
    ONLY,
    PLACES,
    SITES,
    UNITS,
    WITH_OTHERS,
    is_crew,
    is_use,
    stem,
)
from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.numerals import Number
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

REACH, NEAR = 6, 7
_NEED = frozenset(("precisam", "precisariam", "vao", "iam", "iriam", "irao", "querem", "queriam"))
_NOT_USERS = PLACES | SITES | UNITS | words("uncounted") | words("customers")
_NOT_USERS |= {"empresas", "maquinas", "carros", "sistemas"}
_HAVE = frozenset(("teriam", "terao", "teria", "tem", "terem", "tenham", "ganhariam"))
_SERVED = frozenset((
    "fornecedores", "clientes", "pacientes", "assinantes", "moradores", "parceiros", "familias",
))  # fmt: skip
_FOR = frozenset(("para", "pra", "a", "por"))
_SYSTEMS = frozenset(("portal", "app", "aplicativo", "sistema", "plataforma", "destinado", "destinada"))
_WILL_BE = (
    ("vai", "ser"),
    ("vao", "ser"),
    ("melhor", "ser"),
    ("vai", "pra"),
    ("vai", "para"),
    ("mas", "sao"),
)
_NOW, _SINCE, _YEARS = (
    frozenset(("agora", "hoje")),
    frozenset(("de", "em", "desde", "ano")),
    range(1950, 2051),
)
_SERVES = frozenset(("atende", "atendo", "atendemos", "cuida", "cuido", "cuidamos", "recebe", "recebemos"))
_CUSTOMERS = words("customers") - {"pessoa", "pessoas", "gente"}
_THOUGHT = frozenset(("ia", "pensei", "pensava", "pedir", "pedi", "achei", "achava", "queria", "falei"))
_PLURAL = ("am", "ao", "em")
_IN_ALL = (["no", "total"], ["ao", "todo"], ["ao", "total"], ["no", "todo"])
_EVERYONE = frozenset(("mundo", "todos", "todas", "gente", "equipe", "time"))


def more_with_me(reading: Reading, at: int) -> bool:
    """Quem fala trabalha "com mais" os que se contam em `at`?"""
    if at < 2 or reading.words[at - 1].plain != "mais" or reading.words[at - 2].plain != "com":
        return False
    before = [
        word.plain if word.text != BREAK else BREAK for word in reading.words[max(0, at - REACH) : at - 2]
    ]
    said = max((i for i, plain in enumerate(before) if plain in WITH_OTHERS), default=-1)
    return said >= 0 and BREAK not in before[said:]


def in_all(reading: Reading, at: int, after: int) -> bool:
    """O número em `at` é o de todos de que se falava ("os corretores são autônomos, 22 no total")?"""
    if [word.plain for word in reading.words[after : after + 2]] not in _IN_ALL:
        return False
    if after + 2 < len(reading.words) and reading.words[after + 2].text != BREAK:
        return False
    said = range(max(0, at - ANTECEDENT), at)
    return any(is_crew(reading, i) or reading.words[i].plain in _EVERYONE for i in said)


def only_of(reading: Reading, at: int, after: int) -> bool:
    """Só uma parte usa ("só 5 dos 60 vão usar")?"""
    if at == 0 or reading.words[at - 1].plain not in ONLY:
        return False
    told = reading.words[after : after + 5]
    return told[0].plain in ("dos", "das") and any(is_use(word.plain) for word in told) if told else False


def served_at(reading: Reading, at: int, noun: int) -> bool:
    """O número em `at` é de quem não é da casa e usaria ("60 fornecedores teriam login")?"""
    told = [word.plain for word in reading.words[noun + 1 : noun + 4]]
    if told[:1] and told[0] in _HAVE:
        return any(word.removesuffix("s") in LOGINS for word in told[1:])
    if reading.words[noun].plain not in _SERVED:
        return False
    before = [word.plain for word in reading.words[max(0, at - 3) : at]]
    return bool(before) and before[-1] in _FOR and not _SYSTEMS.isdisjoint(before)


def they_use(reading: Reading, noun: int, end: int) -> bool:
    """Os que se contam, quem quer que sejam, usam ("os 19 guias precisam ver", "20 celulares usando")?"""
    plain = reading.words[noun].plain
    thing = plain not in DEVICES and not _NOT_USERS.isdisjoint((plain, stem(plain)))
    if thing or noun + 1 >= end or not plain.endswith("s"):
        return False
    told = [word.plain for word in reading.words[noun + 1 : min(end, noun + 4)]]
    told = told[told[0] in ("que", "q") :][:2]
    if told[:1] and told[0] in _NEED:
        return told[1:] == ["ver"] or (len(told) > 1 and _handles(told[1]))
    return bool(told) and _handles(told[0]) and told[0].endswith((*_PLURAL, "ndo"))


def _handles(plain: str) -> bool:
    """É o que só gente faz com um sistema ("usar", "mexer"), e não "entrar"?"""
    return is_use(plain) and not plain.startswith(("entr", "cadastr", "uso", "opera"))


def at_hand(reading: Reading, at: int, device: int, end: int) -> bool:
    """Depois do que se faz, diz-se em quantos aparelhos ("pra equipe lançar, uns vinte celulares")?"""
    first = at - (at > 0 and reading.words[at - 1].plain in ("uns", "umas"))
    shut = device + 1 >= end or reading.words[device + 1].text == BREAK
    if not shut or first == 0 or reading.words[first - 1].text != BREAK:
        return False
    return any(_handles(word.plain) for word in reading.words[max(0, first - NEAR) : first])


def use_there(reading: Reading, at: int) -> bool:
    """Depois do lugar, diz-se que usam ("tem 35 no pátio que usariam o sistema")?"""
    told = [word.plain for word in reading.words[at : at + 2]]
    told = told[1:] if told[:1] in (["que"], ["q"]) else told[:1]
    return bool(told) and is_use(told[0]) and told[0].endswith(_PLURAL)


def without_served(reading: Reading, crews: list[Crew]) -> list[Crew]:
    """As parcelas `crews` sem a dos que se atendem, nem o todo, se há outras ("dos 50, uns 15 usam")."""
    if len(crews) < 2:
        return crews
    ours = [one for one in crews if not (one.counted and (_served(reading, one) or _whole(reading, one)))]
    return ours if any(one.counted for one in ours) else crews


def _whole(reading: Reading, one: Crew) -> bool:
    """É de todos, dos quais só uma parte usa ("dos 50 funcionários, uns 15 vão mexer")?"""
    at = one.start
    opens = at > 0 and reading.words[at - 1].plain in ("dos", "das")
    return opens and (at == 1 or reading.words[at - 2].text == BREAK) and one.person


def _served(reading: Reading, one: Crew) -> bool:
    """Antes da parcela diz-se que é quem se atende?"""
    noun = reading.words[one.end - 1].plain
    before = [word.plain for word in reading.words[max(0, one.start - 2) : one.start]]
    return noun in _CUSTOMERS and not _SERVES.isdisjoint(before) and BREAK not in before


def now_we_are(reading: Reading, one: Crew, listed: list[Crew]) -> bool:
    """É quantos são agora, depois de quem era antes ("era eu e ele, agora com as quatro somos seis")?"""
    last = one is listed[-1] and len(listed) > 1 and one.low == one.high
    shut = one.end >= len(reading.words) or reading.words[one.end].text == BREAK
    if not (last and shut and reading.words[one.start].plain == "somos"):
        return False
    before = {word.plain for word in reading.words[max(0, one.start - ANTECEDENT) : one.start]}
    return not _NOW.isdisjoint(before) and any(one.low > other.high for other in listed[:-1])


def is_year(reading: Reading, number: Number) -> bool:
    """É o ano desde quando ("desde 2015 na oficina")?"""
    since = number.start and reading.words[number.start - 1].plain in _SINCE
    return bool(since) and number.value in _YEARS and reading.words[number.start].plain.isdecimal()


def on_second_thought(reading: Reading, one: Crew, end: int, numbers: Numbers) -> int:
    """O número que por fim vai ser ("ia pedir pra 5 usuários, mas vai ser pra 12"); zero se nenhum."""
    later = [number for at, number in numbers.items() if at > one.end] if len(numbers) > 1 else []
    if not later:
        return 0
    thought = {word.plain for word in reading.words[max(0, one.start - NEAR) : one.start]}
    if _THOUGHT.isdisjoint(thought):
        return 0
    for number in later:
        before = tuple(word.plain for word in reading.words[max(0, number.start - 3) : number.start])
        if (before[-2:] in _WILL_BE or before[:2] in _WILL_BE) and closed(reading, number.end, end):
            return round(number.value)
    return 0
