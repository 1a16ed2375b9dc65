"""A empresa de que se fala é de outro? A loja onde se comprou, o concorrente, o sistema que se usa.

Promete olhar só a oração do nome e o que vem logo depois; se é um nome de empresa é de `titled_firms`.
"""

from collections.abc import Sequence
from itertools import pairwise

from pyloto_stream.ai.capitals import ARTICLES, OF, TELLING
from pyloto_stream.ai.lexicon import GIVEN, words
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

REACH = 8
OUR = frozenset(("minha", "meu", "nossa", "nosso"))
OWNERS = frozenset(
    ("dono", "dona", "proprietario", "proprietaria", "socio", "socia", "fundador", "fundadora", "ceo")
)
WANTS = words("company_wants")
_THEIRS, _FOLK, _MOVES, _BESIDE = (
    words(name) for name in ("company_theirs", "company_folk", "company_moves", "company_beside")
)
_BOUGHT = frozenset((("meu", "pedido"), ("minha", "encomenda"), ("minha", "compra")))
_RELATIVES = words("relatives") | words("family_folk")
_PLACED = frozenset(("no", "na", "pro", "pra", "para", "ate", "ao", "a"))
_HERE = frozenset(("aqui", "nossa", "nosso", "minha", "meu", "somos", "nos", "sou", "gente"))
"""Com eles, o lugar é o de quem fala."""
_RIVALS = frozenset((
    "concorrente", "vizinho", "vizinha", "cliente", "fornecedor", "fornecedora", "parceira", "parceiro",
))  # fmt: skip
_SYSTEMS = frozenset(("software", "sistema", "programa", "app", "aplicativo", "plataforma", "erp", "crm"))
_WAS = frozenset(("era", "eramos", "antiga", "antigo"))
"""Antes do nome, dizem que ele já não é esse ("era Gráfica Sete, agora…")."""
_BUYS = frozenset(("comprei", "compro", "compramos", "pedi", "peguei", "encomendei", "contratei"))
_HEARD, _OF_YOU = frozenset(("vi", "soube", "vimos")), frozenset(("voces", "que", "vcs", "q"))
_DID = frozenset(("fez", "fizeram", "desenvolveu", "indicou", "pagou", "cobrou", "gastou"))
_OF_PLACE, _OF_SPEAKER = OF | {"ao", "a"}, WANTS | {"aqui", "falando", BREAK}
_ASKS = (["e"], ["voces"], ["vcs"], ["ai"], ["esse"], ["este"], ["essa"], ["esta"])
_AREAS = frozenset(("area", "portal", "painel", "login", "atender", "responder", "avisar", "lembrar"))
_RIDES = frozenset(("faco", "rodo", "entrego", "trabalho", "trampo"))
_LINKED = frozenset(("com", "foi", "que", "pela", "pelo", "de"))


def clause_before(reading: Reading, at: int) -> list[str]:
    """As palavras da oração que acaba em `at`."""
    first = next((i + 1 for i in range(at - 1, -1, -1) if reading.words[i].text == BREAK), 0)
    return [word.plain for word in reading.words[first:at]]


def theirs(reading: Reading, at: int, stop: int) -> bool:
    """O nome `[at, stop)` é o da empresa de outro?"""
    clause = clause_before(reading, at)
    said = clause[-REACH:]
    if _WAS & {*said[-1:], *(said[-2:-1] if said[-1:] != [] and said[-1] in ARTICLES else ())}:
        return True
    after = [BREAK if word.text == BREAK else word.plain for word in reading.words[stop : stop + 3]]
    if said and (_bought(said) or _placed(said) or _of_relative(said) or _of_third(clause, after)):
        return True
    return (
        _does(said, after) or _asked(reading, said, stop) or _beside(reading, at) or _employs(reading, said)
    )


def _bought(said: Sequence[str]) -> bool:
    """É onde se comprou, quem indicou, com quem se concorre ("meu pedido da farmácia Drogamil")?"""
    told = {*said}
    told -= (
        {"cliente", "clientes"} if _AREAS & told else set()
    )  # "área do cliente", "atender os clientes da …"
    if _THEIRS & told and not OUR & {*said[-3:]}:
        return True
    if said[-1] == "tal" or said[-2:] == ["tal", "de"]:  # "um tal de Studio Bit"
        return True
    heard = bool(_HEARD & told and _OF_YOU & told)
    return heard or bool(_BOUGHT & {*pairwise(said)}) or "ele" in told or "ela" in told


def _placed(said: Sequence[str]) -> bool:
    """É um lugar de que se traz ou a que se leva, ou perto do qual se está?"""
    if _HERE & {*said}:
        return False
    moved = said[-1] in _PLACED and _MOVES & {*said}
    return bool(moved or (said[-1] in _OF_PLACE and _BESIDE & {*said[-4:]}))


def _of_relative(said: Sequence[str]) -> bool:
    """É onde trabalha a família ("minha esposa é gerente da …"), ou alguém sem nome ("o rapaz da …")?"""
    kin = any(first in OUR and second in _RELATIVES for first, second in pairwise(said))
    if {"eu", "temos"} <= {*said}:  # "meu marido e eu temos a Casa da Linguiça"
        return False
    if kin and {"e", "trabalha", "trabalham"} & {*said} and not OWNERS & {*said}:
        return True
    return said[-1] in OF and said[-2:-1] != [] and said[-2] in _FOLK


def _of_third(said: Sequence[str], after: Sequence[str]) -> bool:
    """Fala-se de alguém de lá ("o Sérgio da Rota Boa faz pra mim")?"""
    if len(said) > TELLING + 1 and said[-1] in OF and said[-2] in GIVEN and said[-3] in ARTICLES:
        return said[-4] in _LINKED
    named = len(said) > TELLING and said[0] in ARTICLES and said[1] in GIVEN and said[2] in OF
    return named and bool(after) and after[0] not in _OF_SPEAKER


def _does(said: Sequence[str], after: Sequence[str]) -> bool:
    """O que a empresa fez, ou onde está, é de quem fala dela de fora ("fez nosso site", "aqui do bairro")?"""
    if after[:1] and after[0] in _DID:
        return True
    if (
        after[:1] == [BREAK] and after[1:2] and after[1] in _DID
    ):  # "uma padaria de lá, a Pão Bom, indicou vocês"
        return True
    if after[:1] == ["e"] and after[1:2] and after[1] in OUR and _RIVALS & {*after[2:]}:
        return True  # "a Casa Rosa é minha cliente"
    if after[:1] == ["abriu"] and {"aqui", "perto", "lado"} & {*after}:
        return True
    if after[:1] == ["onde"] and ("trabalho" in after or "trabalho" in said):
        return True
    return after[:2] == ["aqui", "do"] and after[2:] in (["bairro"], ["lado"])


def _asked(reading: Reading, said: Sequence[str], stop: int) -> bool:
    """Pergunta-se se é com ela que se fala ("é da Pizzaria Bambina?")?"""
    asks = stop < len(reading.words) and "?" in reading.words[stop].plain
    return asks and said[:1] in _ASKS


def _beside(reading: Reading, at: int) -> bool:
    """É o nome de um concorrente, ou do sistema, que se acaba de dizer ("outro software, o Gestor Fácil")?"""
    gap = at - 1 - (at > 1 and reading.words[at - 1].text in ARTICLES)
    if gap < 1 or reading.words[gap].text != BREAK or reading.words[gap].plain.strip() != ",":
        return False
    said = clause_before(reading, gap)
    if {"aqui", "sou", "somos"} & {*said[:2]} and said[-1] in _RIVALS:  # "aqui é concorrente, Frota Leve"
        return False
    return bool(_RIVALS & {*said[:3], *said[-2:]} or _SYSTEMS & {*said[-2:]} or _BUYS & {*said})


def _employs(reading: Reading, said: Sequence[str]) -> bool:
    """É onde trabalha quem quer ser entregador ("sou técnico no Hospital São Bento")?"""
    employed = said[-1:] in (["no"], ["na"]) and "sou" in said and not OWNERS & {*said}
    rides = said[-1:] != [] and said[-1] in _PLACED and bool(_RIDES & {*said})
    return (employed or rides) and reading.has("choice", "vehicle")
