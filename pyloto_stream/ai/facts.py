"""Que dados o texto traz? A resposta ao que se perguntou, o que veio junto e o que se corrige.

Promete só campos do fluxo. Um dado já conhecido só muda se a pessoa disser que o corrige.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pyloto_stream.ai import parsers_choices as choices
from pyloto_stream.ai.amends import Amend, changed
from pyloto_stream.ai.lexicon import READER, words
from pyloto_stream.ai.parsers import answer, volunteered
from pyloto_stream.ai.phrases import fold
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.sightings import told_city
from pyloto_stream.conversation.flows import FIELDS

OPEN = ("text", "choice_or_text", "company")
"""Leitores que aceitam quase tudo: não servem para adivinhar o que uma correção corrige."""
NOT_FIRMS = words("client_groups")
"""Quem não é empresa, ainda que tenha nome ("Associação dos Pescadores")."""


GROUPS = frozenset(
    ("associacao", "ong", "igreja", "paroquia", "sindicato", "condominio", "federacao", "predio")
)
"""Ditos logo antes do nome, dizem que ele não é de empresa."""
NEAR = 4


class Found(NamedTuple):
    """`facts` preenche lacunas; `corrections` substitui."""

    facts: dict[str, str]
    corrections: dict[str, str]


def find_facts(
    reading: Reading, amend: Amend | None, fields: Sequence[str], known: Mapping[str, str], asked: str
) -> Found:
    """Lê os campos `fields` em `reading`; `amend` é a correção que há nele, se há.

    Um dado conhecido que a pessoa repete igual também vem: não muda nada, mas não é silêncio.
    """
    said = {name: value for name in fields if name != asked and (value := volunteered(reading, name))}
    said |= _speaks_for(reading, said, fields, asked)
    corrections = _corrections(amend.after, fields, known, asked) if amend is not None else {}
    facts = {name: value for name, value in said.items() if known.get(name, value) == value}
    if asked in fields and (not corrections or asked not in known):
        value = _asked(reading, asked, said, corrections)
        if value:  # um texto aberto é a resposta ao que se perguntou, e só a isso
            owned = {
                n
                for n, v in facts.items()
                if FIELDS[n].parser == FIELDS[asked].parser == "text" and v in value
            }
            facts = {**{n: v for n, v in facts.items() if n not in owned}, asked: value}
            facts = {n: v for n, v in facts.items() if n == asked or v != value or FIELDS[n].parser != "name"}
            if FIELDS[asked].parser == "name":
                facts = _outside_name(reading, facts, value)
    if amend is not None:
        facts |= changed(amend, fields, known, asked)
    answered = asked in facts and FIELDS[asked].parser == "text"
    return Found(facts, corrections if answered else {**_grown(said, known), **corrections})


def _speaks_for(
    reading: Reading, said: Mapping[str, str], fields: Sequence[str], asked: str
) -> dict[str, str]:
    """Quem diz o nome da empresa fala por uma: a opção que só uma empresa escolhe."""
    firm = next((said[name] for name in said if FIELDS[name].parser == "company"), "")
    if not firm or not {*fold(firm).split()}.isdisjoint(NOT_FIRMS):
        return {}
    near = fold(reading.raw.partition(firm)[0]).split()[-NEAR:]
    if not GROUPS.isdisjoint(near):  # "a associação de catadores Mãos Limpas", "o prédio é o Solar"
        return {}
    empty = [name for name in fields if name not in said and name != asked and FIELDS[name].volunteer]
    return {name: choice.value for name in empty for choice in FIELDS[name].choices if choice.business}


def _grown(said: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """As respostas múltiplas que agora incluem mais do que se sabia ("whats", depois "whats e insta")."""
    several = (name for name in said if name in known and FIELDS[name].parser == "choices")
    return {n: said[n] for n in several if {*known[n].split(", ")} < {*said[n].split(", ")}}


def _outside_name(reading: Reading, facts: Mapping[str, str], name: str) -> dict[str, str]:
    """Sem o que só estava no nome: "Domingos Sábio" não diz em que dias trabalha."""
    rest = READER.read(reading.raw.replace(name, " ", 1))
    return {n: v for n, v in facts.items() if not FIELDS[n].choices or volunteered(rest, n) == v}


def _asked(reading: Reading, asked: str, said: Mapping[str, str], corrections: Mapping[str, str]) -> str:
    """A resposta à pergunta feita; um texto aberto não leva o que só corrigia outro campo."""
    parser = FIELDS[asked].parser
    if corrections and parser in (*OPEN, "name", "city"):
        return volunteered(reading, asked)
    value = answer(reading, asked)
    if parser in OPEN and any(choices.alone(reading, name) for name in said):
        return ""
    places = {said[name] for name in said if FIELDS[name].parser in _owners(parser)}
    return "" if parser in ("name", "city", *OPEN) and value in places else value


def _owners(parser: str) -> tuple[str, ...]:
    """Os leitores cujo achado não responde a um campo de `parser`: o nome de quem fala pode ser o da loja."""
    return ("city",) if parser == "company" else ("name", "city")


def _corrections(
    after: Reading, fields: Sequence[str], known: Mapping[str, str], asked: str
) -> dict[str, str]:
    told = dict(_told(after, fields, known))
    new = any(volunteered(after, name) for name in fields if name not in known and name != asked)
    if (
        told
        or new
        or (asked in fields and FIELDS[asked].parser not in (*OPEN, "name", "city") and answer(after, asked))
    ):
        return told
    for name in reversed([n for n in known if n in fields and n != asked and FIELDS[n].parser not in OPEN]):
        value = answer(after, name)
        if value and value != known[name]:
            return {name: value}
    return {}


def _told(after: Reading, fields: Sequence[str], known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Os campos conhecidos que o texto nomeia, com um valor novo."""
    for name in fields:
        value = volunteered(after, name) if name in known else ""
        if value and value != known[name]:
            yield name, value


def city_of_address(address: str) -> str:
    """A cidade de um endereço escrito, se traz a sigla do estado ("… , Londrina - PR, 86010-000")."""
    return told_city(READER.read(address)) if address else ""
