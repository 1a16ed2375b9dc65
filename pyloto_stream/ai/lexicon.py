"""Que palavras as regras conhecem? As dos dados de `ai`, e as opções e temas da conversa.

Promete: um arquivo malformado, uma frase inválida ou uma regra que cita um conceito inexistente falham ao
importar.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

import msgspec

from pyloto_stream.ai.phrases import PhraseIndex
from pyloto_stream.ai.reading import Reader, Tag
from pyloto_stream.conversation.data_files import DataFileError, load_toml
from pyloto_stream.conversation.flow_files import INTENTS, RECOGNITION, REMOVED
from pyloto_stream.conversation.flows import FIELDS
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.texts import KNOWLEDGE
from pyloto_stream.conversation.understanding import Gesture

PACKAGE = "pyloto_stream.ai"
Phrases = tuple[str, ...]
WORDS_SCORE = 0.85
"""A força das frases que um assunto diz bastarem para reconhecê-lo."""


class Lexicon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/lexicon.toml` (cada seção é explicada lá)."""

    gestures: dict[Gesture, Phrases]
    marks: dict[str, Phrases]
    roles: dict[str, Phrases]
    leads: dict[str, Phrases]
    short_forms: dict[str, str]
    emoji: dict[str, str]
    numbers: dict[str, int]
    ordinals: dict[str, int]
    states: dict[str, str]
    accents: dict[str, str]
    words: dict[str, str]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Todos os conceitos de `all` presentes e nenhum de `none`: a intenção ganha força `score`."""

    intent: Intent
    all: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    score: Annotated[float, msgspec.Meta(gt=0, lt=1)]
    none: tuple[str, ...] = ()


class IntentRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/intents.toml`."""

    concepts: dict[str, Phrases]
    rules: tuple[Rule, ...]


def _tagged() -> Iterator[tuple[str, Tag]]:
    """Cada frase conhecida com seu rótulo."""
    groups: dict[str, Mapping[str, Phrases]] = {
        "gesture": {str(name): phrases for name, phrases in LEXICON.gestures.items()},
        "mark": LEXICON.marks,
        "role": LEXICON.roles,
        "lead": LEXICON.leads,
        "concept": INTENT_RULES.concepts,
        "topic": {topic.name: topic.words for topic in KNOWLEDGE.topics},
        "hint": {name: field.hints for name, field in FIELDS.items()},
    }
    for group, named in groups.items():
        for name, phrases in named.items():
            for phrase in phrases:
                yield phrase, Tag(group, name)
    for name, field in FIELDS.items():
        for choice in field.choices:
            for phrase in choice.words:
                yield phrase, Tag("choice", name, choice.value)


def check_rules(rules: IntentRules, lexicon: Lexicon) -> IntentRules:
    """As próprias `rules`, se só citam conceitos, marcas e gestos que existem.

    Raises:
        DataFileError: alguma regra cita um conceito ou uma intenção que não existe.
    """
    names = {*rules.concepts, *lexicon.marks, *lexicon.gestures}
    cited = {name for rule in rules.rules for name in (*rule.all, *rule.none)}
    if unknown := cited - names:
        raise DataFileError("intents.toml", f"rules cite unknown concepts: {sorted(unknown)}")
    if unknown := {rule.intent for rule in rules.rules} - {*INTENTS}:
        raise DataFileError("intents.toml", f"rules of intents that no flow has: {sorted(unknown)}")
    return rules


def _with_flows(shipped: IntentRules) -> IntentRules:
    """As regras de `intents.toml` de assuntos que existem, e as que cada assunto traz no seu arquivo."""
    concepts = dict(shipped.concepts)
    rules = [rule for rule in shipped.rules if rule.intent not in REMOVED]
    for intent, own in RECOGNITION.items():
        concepts |= own.concepts
        rules += [Rule(intent, rule.all, rule.score, rule.none) for rule in own.rules]
        if own.words:
            concepts[f"subject {intent}"] = own.words
            rules.append(Rule(intent, (f"subject {intent}",), WORDS_SCORE))
    return IntentRules(concepts, tuple(rules))


LEXICON = load_toml(PACKAGE, "lexicon.toml", Lexicon)
INTENT_RULES = check_rules(_with_flows(load_toml(PACKAGE, "intents.toml", IntentRules)), LEXICON)
COMMON = frozenset(LEXICON.words["common"].split())
GIVEN = frozenset(LEXICON.words["given"].split())
SURNAMES = frozenset(LEXICON.words["surnames"].split())
PARTICLES = frozenset(LEXICON.words["particles"].split())
VAGUE = frozenset(LEXICON.words["vague"].split())
EMPTY = frozenset(LEXICON.words["empty"].split())
SENTENCE = frozenset(LEXICON.words["sentence"].split())
FILLERS = frozenset(LEXICON.words["fillers"].split())
CONTINUES = frozenset(LEXICON.words["continues"].split())
STATES = {**LEXICON.states, **{uf.lower(): uf for uf in LEXICON.states.values()}}
READER = Reader(
    PhraseIndex(_tagged()),
    LEXICON.short_forms,
    COMMON | GIVEN | LEXICON.numbers.keys() | {*LEXICON.words["well_spelled"].split()},
)


def words(name: str) -> frozenset[str]:
    """As palavras de `name`, na seção `words` do arquivo."""
    return frozenset(LEXICON.words[name].split())
