"""As palavras que as regras conhecem, para sortear textos que as exercitam."""

import re

from pyloto_stream.ai.lexicon import INTENT_RULES, LEXICON
from pyloto_stream.conversation.flows import FIELDS

_PHRASES = [
    phrase
    for group in (LEXICON.gestures, LEXICON.marks, LEXICON.roles, LEXICON.leads, INTENT_RULES.concepts)
    for phrases in group.values()
    for phrase in phrases
] + [word for field in FIELDS.values() for choice in field.choices for word in (*choice.words, choice.title)]

VOCABULARY = sorted(
    {word for phrase in _PHRASES for word in re.findall(r"\w+", phrase.replace("_", " "))}
    | {
        *LEXICON.numbers,
        *LEXICON.states,
        "10",
        "2k",
        "1.500",
        "15/12",
        ".",
        ",",
        "?",
        "-",
        "\n",
    }
)
