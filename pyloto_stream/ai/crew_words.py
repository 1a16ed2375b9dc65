"""Com que palavras se fala de gente, e do que a rodeia? As listas e as terminações de quem faz alguma coisa.

Promete que `is_person` só diz sim de gente que se conta, e nunca de coisa que termina igual.
"""

from functools import lru_cache

from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.phrases import BREAK, REMEMBERED
from pyloto_stream.ai.reading import Reading

PERSONS, NOT_PERSONS = words("persons") | words("crew"), words("not_persons")
PLACES, COLLECTIVES = words("crew_places"), words("crew_groups")
AGENTS = (
    "or", "ora", "eiro", "eira", "ista", "ante", "ente", "ario", "aria", "ologo", "ologa", "grafo", "grafa",
    "atra", "cuidador", "edico", "logo",
)  # fmt: skip
"""Terminações de quem faz alguma coisa."""
DETERMINERS = frozenset(
    ["a", "o", "um", "uma", "minha", "meu", "sua", "seu", "nossa", "nosso", "mais", "as", "os"]
)
PLURAL = frozenset(
    ["os", "as", "meus", "minhas", "nossos", "nossas", "uns", "umas", "esses", "outros", "outras"]
)
HEDGES = frozenset(
    [
        "uns",
        "umas",
        "cerca",
        "de",
        "em",
        "torno",
        "mais",
        "menos",
        "ou",
        "hoje",
        "aproximadamente",
        "atualmente",
        "sao",
        "e",
        "eh",
        "somos",
        "da",
        "dao",
        "tem",
        "com",
        "total",
        "ate",
        "ja",
        "quase",
        "media",
    ]
) | {BREAK}
"""O que há entre um papel e o número dele ("motoristas são uns 120", "Vendedores: 25")."""
TELLS = frozenset(["sao", "e", "eh", "uns", "umas", "com", "de", "em", "da"]) | {BREAK}
WE_ARE = tuple(
    tuple(lead.split())
    for lead in (
        [
            "somos",
            "seremos",
            "gente e",
            "nos e",
            "nois e",
            "nos em",
            "gente em",
            "nos",
            "nois",
            "estamos",
            "tamo",
            "tamos",
            "ficamos",
        ]
    )
)
WE = frozenset(lead[0] for lead in WE_ARE)
QUALIFIES = frozenset(
    [
        "pra",
        "para",
        "que",
        "entre",
        "e",
        "mas",
        "mais",
        "aqui",
        "ao",
        "so",
        "usando",
        "hoje",
        "agora",
        "no",
        "na",
        "nos",
        "nas",
        "em",
        "da",
        "do",
        "de",
        "dos",
        "das",
        "deles",
        "delas",
        "contando",
        "cada",
        "ja",
        "pessoas",
        "todos",
        "todas",
        "querem",
        "vao",
        "usam",
    ]
)
THEM = frozenset(["deles", "delas"])
JOINS = frozenset(["e", "mais"]) | {BREAK}
USES, OWNERS = words("uses"), frozenset(("socio", "socia", "fundador", "fundadora", "dono", "dona"))
EITHER = frozenset(["caixa", "caixas"])
"""Gente ou coisa: só contam junto de quem certamente é gente."""
OF = frozenset(["de", "do", "da", "dos", "das"])
IN = frozenset(["na", "no", "nas", "nos", "em", "do", "da", "de", "pra", "para"])
BETWEEN = 3
ANTECEDENT = 12
"""Até quantas palavras antes de "são nove" está quem são."""
MIN_AGENT = 6
NEW = frozenset(["novos", "novas", "outros", "outras", "bons", "a", "de"])
ABOUT = frozenset(["em", "so", "uns", "umas", "apenas", "hoje", "por", "volta", "cerca", "de", "ate"])
"""Entre quem se conta e o número, dizem que é mais ou menos."""


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
    if forms & NOT_PERSONS:
        return False
    return bool(forms & PERSONS) or (len(plain) >= MIN_AGENT and any(one.endswith(AGENTS) for one in forms))
