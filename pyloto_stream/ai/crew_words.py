"""Com que palavras se fala de gente, e do que a rodeia? As listas e as terminações de quem faz alguma coisa.

Promete que `is_person` só diz sim de gente que se conta, e nunca de coisa que termina igual.
"""

from functools import lru_cache

from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.phrases import BREAK, REMEMBERED
from pyloto_stream.ai.reading import Reading

PERSONS, NOT_PERSONS = words("persons") | words("crew"), words("not_persons")
PLACES, COLLECTIVES, SHIFTS = words("crew_places"), words("crew_groups"), words("crew_shifts")
DEVICES, UNITS, SITES = words("crew_devices"), words("crew_units"), words("crew_sites")
LOOKS, WANTS = words("crew_looks"), words("crew_wants")
"""Quem fala também usa ("e eu vejo no pc"), ou só quer ou se apresenta ("e eu preciso de um sistema")."""
_SHOPS = words("firm_heads")
AGENTS = (
    "or", "ora", "eiro", "eira", "ista", "ante", "ente", "ario", "aria", "ologo", "ologa", "grafo", "grafa",
    "atra", "cuidador", "edico", "logo",
)  # fmt: skip
"""Terminações de quem faz alguma coisa."""
DETERMINERS = frozenset(
    ("a", "o", "um", "uma", "minha", "meu", "sua", "seu", "nossa", "nosso", "mais", "as", "os")
)
PLURAL = frozenset(
    ("os", "as", "meus", "minhas", "nossos", "nossas", "uns", "umas", "esses", "outros", "outras")
)
HEDGES = frozenset((
    "uns", "umas", "cerca", "de", "em", "torno", "mais", "menos", "ou", "hoje", "aproximadamente",
    "atualmente",
    "sao", "e", "eh", "somos", "da", "dao", "tem", "com", "total", "ate", "ja", "quase", "media", "entre",
    "que", BREAK,
))  # fmt: skip
"""O que há entre um papel e o número dele ("motoristas são uns 120", "Vendedores: 25")."""
TELLS = frozenset(("sao", "e", "eh", "uns", "umas", "com", "de", "em", "da", "entre", "tem", "possui", BREAK))
_WE_ARE = (
    "somos", "seremos", "gente e", "nos e", "nois e", "nos em", "gente em", "nos", "nois", "estamos", "tamo",
    "tamos", "ficamos", "ficamos com", "estamos com", "estamos em", "tamo em", "tamo com",
    "trabalhamos em", "somo", "semo", "nois semo", "nois somo", "nos somos", "viramos", "gente somos",
    "gente fica", "nos sao", "nois sao", "gente sao",
)  # fmt: skip
WE_ARE = tuple(sorted((tuple(lead.split()) for lead in _WE_ARE), key=len, reverse=True))
WE = frozenset(lead[0] for lead in WE_ARE)
QUALIFIES = frozenset((
    "pra", "para", "que", "entre", "e", "mas", "mais", "aqui", "ao", "so", "usando", "hoje", "agora", "no",
    "na", "nos", "nas", "em", "da", "do", "de", "dos", "das", "deles", "delas", "contando", "cada", "ja",
    "pessoas", "todos", "todas", "querem", "vao", "usam", "la", "ali", "comigo", "por", "ate", "ou", "ai",
    "ta", "esta", "nao", "num", "precisa", "precisam", "precisava", "quer", "queria", "tem", "trabalha",
    "trabalham", "vai", "anota", "anotam", "faz", "fazem", "fica", "ficam", "atende", "vive",
))  # fmt: skip
THEM = frozenset(("deles", "delas"))
JOINS = frozenset(("e", "mais", "que", "mesmo", "mesma", BREAK))
USES, OWNERS = (
    words("uses"),
    frozenset(
        (
            "socio",
            "socia",
            "fundador",
            "fundadora",
            "dono",
            "dona",
            "filho",
            "filha",
            "neto",
            "neta",
            "crianca",
        )
    ),
)
USE_STEMS = (
    "usar", "usem", "usam", "usando", "usari", "usuari", "mexer", "mexe", "mexi", "acess", "utiliz",
    "oper", "lanc", "preench", "digit", "alimenta", "apont", "logar", "loga", "enxerg", "baixari",
    "entrari", "anotar", "anotam", "registr", "acompanh",
)  # fmt: skip
EITHER = frozenset(("caixa", "caixas"))
"""Gente ou coisa: só contam junto de quem certamente é gente."""
OF = frozenset(("de", "do", "da", "dos", "das"))
IN = frozenset(("na", "no", "nas", "nos", "em", "do", "da", "de", "pra", "para"))
ARE = frozenset((
    "sao", "e", "eh", "dao", "da", "daria", "dariam", "seriam", "seria", "serao", "ficam", "fica", "ficariam",
    "restam", "sobram", "viraram", "era", "trabalham", "atendem",
))  # fmt: skip
LOGINS = frozenset(("login", "acesso", "usuario", "licenca", "senha"))
KIN = words("family_folk") | frozenset((
    "irmao", "irma", "tio", "tia", "sogro", "sogra", "cunhado", "cunhada", "primo", "prima", "genro", "nora",
))  # fmt: skip
ONLY = frozenset(("so", "somente", "apenas"))
_SPEAKERS = frozenset(("eu", "mim", "ela", "ele", "alem", "fora"))
NEEDS = frozenset(("precisamos", "preciso", "precisava", "precisaria", "queremos", "quero", "queria"))
BETWEEN = 3
ANTECEDENT = 12
"""Até quantas palavras antes de "são nove" está quem são."""
MIN_AGENT = 6
NEW = frozenset(("novos", "novas", "outros", "outras", "bons", "a", "de"))
ABOUT = frozenset((
    "em", "so", "uns", "umas", "apenas", "hoje", "por", "volta", "cerca", "de", "ate", "no", "ao", "total",
    "todo", "quase",
))  # fmt: skip
"""Entre quem se conta e o número, dizem que é mais ou menos."""
WITH_OTHERS = frozenset(("trabalho", "toco", "atendo", "fico", "cuido", "estou", "to", "divido", "moro"))
DOUBLE = frozenset(("casal", "dupla", "par"))
"""Dizem duas pessoas sem dizer o número."""
MONEY = frozenset(("mil", "reais", "real", "r", "rs", "conto", "contos", "pila", "pau", "k", "milhao"))

_OPENERS = DETERMINERS | PLURAL | ARE | WE | PLACES | SHIFTS | COLLECTIVES | EITHER | _SPEAKERS | NEEDS


def is_owner(plain: str) -> bool:
    """A palavra diz quem é dono ("sócias")?"""
    return plain.removesuffix("s").removesuffix("e") in OWNERS


def is_crew(reading: Reading, at: int) -> bool:
    """A palavra em `at`, como foi digitada ou como se lê, é gente?"""
    word = reading.words[at]
    return is_person(word.plain) or (word.text != word.plain and word.text in PERSONS)


@lru_cache(maxsize=REMEMBERED)
def is_person(plain: str) -> bool:
    """A palavra diz gente, por si ou pela terminação ("auditores")?"""
    forms = {plain, plain.removesuffix("s"), plain.removesuffix("es")}
    if plain.endswith("oes"):
        forms.add(f"{plain[:-3]}ao")
    if plain.endswith("ais"):
        forms.add(f"{plain[:-2]}l")
    if forms & NOT_PERSONS or (plain.endswith(("aria", "arias")) and not forms.isdisjoint(_SHOPS)):
        return False
    return bool(forms & PERSONS) or (len(plain) >= MIN_AGENT and any(one.endswith(AGENTS) for one in forms))


@lru_cache(maxsize=REMEMBERED)
def opens(plain: str, text: str) -> bool:
    """Uma palavra assim pode começar uma parcela de gente? Quase nenhuma pode, e saber isso custa pouco."""
    return plain in _OPENERS or is_person(plain) or text in PERSONS or is_use(plain)


@lru_cache(maxsize=REMEMBERED)
def is_use(plain: str) -> bool:
    """A palavra diz que alguém usa ("mexeriam", "acessando")?"""
    return plain in USES or plain.startswith(USE_STEMS)


@lru_cache(maxsize=REMEMBERED)
def stem(plain: str) -> str:
    """A palavra sem a marca do plural ("setores", "setor")."""
    for plural, single in (("oes", "ao"), ("res", "r"), ("ns", "m"), ("s", "")):
        if plain.endswith(plural) and len(plain) > len(plural) + 1:
            return plain.removesuffix(plural) + single
    return plain
