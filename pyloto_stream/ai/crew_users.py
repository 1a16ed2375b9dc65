"""O que em volta de um número diz que são os que usam? "60 fornecedores teriam login", "22 no total".

Promete olhar só as palavras em volta dele; a parcela é de `crew_counts`.
"""

from pyloto_stream.ai.crew_words import ANTECEDENT, LOGINS, ONLY, WITH_OTHERS, is_crew, is_use
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

REACH = 6
_HAVE = frozenset(("teriam", "terao", "teria", "tem", "terem", "tenham", "ganhariam"))
_SERVED = frozenset((
    "fornecedores", "clientes", "pacientes", "assinantes", "moradores", "parceiros", "familias",
))  # fmt: skip
_FOR = frozenset(("para", "pra", "a", "por"))
_SYSTEMS = frozenset(("portal", "app", "aplicativo", "sistema", "plataforma", "destinado", "destinada"))
_PLURAL = ("am", "ao", "em")
_IN_ALL = (["no", "total"], ["ao", "todo"], ["ao", "total"], ["no", "todo"])
_EVERYONE = frozenset(("mundo", "todos", "todas", "gente", "equipe", "time"))


def more_with_me(reading: Reading, at: int) -> bool:
    """Quem fala trabalha "com mais" os que se contam em `at`?"""
    if at < 2 or reading.words[at - 1].plain != "mais" or reading.words[at - 2].plain != "com":
        return False
    before = reading.words[max(0, at - REACH) : at - 2]
    return any(word.plain in WITH_OTHERS for word in before) and all(word.text != BREAK for word in before)


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


def use_there(reading: Reading, at: int) -> bool:
    """Depois do lugar, diz-se que usam ("tem 35 no pátio que usariam o sistema")?"""
    told = [word.plain for word in reading.words[at : at + 2]]
    told = told[1:] if told[:1] in (["que"], ["q"]) else told[:1]
    return bool(told) and is_use(told[0]) and told[0].endswith(_PLURAL)
