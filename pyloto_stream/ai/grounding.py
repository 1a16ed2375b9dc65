"""O valor que o modelo diz ter ouvido é um dado do campo, e está no que a pessoa escreveu?

Promete: só valores que o leitor do próprio campo produz, na forma que ele dá; texto livre, com as palavras da
pessoa e de tamanho limitado. Vazio se não serve: nunca inventa.
"""

import re

from rapidfuzz.fuzz import ratio

from pyloto_stream.ai import parsers_choices as choices
from pyloto_stream.ai.lexicon import EMPTY, FILLERS, LEXICON, READER
from pyloto_stream.ai.parsers import answer
from pyloto_stream.ai.parsers_text import MAX_SHORT_TEXT, MAX_TEXT
from pyloto_stream.ai.phrases import BREAK, fold
from pyloto_stream.ai.reading import Reading
from pyloto_stream.conversation.flows import FIELDS, UNKNOWN, Field

ALIKE = 80.0
"""Semelhança, de 0 a 100, a partir da qual duas palavras são a mesma com outra grafia."""
MOSTLY = 0.7
"""Parte das palavras de um texto livre que a pessoa tem de ter escrito: o resto liga uma às outras."""
STEM = 5
_DIGITS = re.compile(r"\d+")


def canonical(name: str, value: str, said: Reading) -> str:
    """`value` na forma do campo `name`, se a pessoa o disse em `said`; vazio se não."""
    field, reading = FIELDS[name], READER.read(value)
    if not value.strip() or fold(value) == UNKNOWN or reading.has("mark", "steer"):
        return ""
    match field.parser:
        case "choice" | "choices" | "choice_or_text":
            return _chosen(name, field, value, reading) or _free(field, value, said, MAX_SHORT_TEXT)
        case "text":
            return _free(field, value, said, MAX_TEXT)
        case "name" | "city" | "company":
            return answer(reading, name) if _share(reading, said) == 1 else ""
        case _:
            return answer(reading, name) if _counted(value, said) else ""


def _chosen(name: str, field: Field, value: str, reading: Reading) -> str:
    """As opções que `value` nomeia."""
    named = {fold(piece) for piece in (value, *value.split(","))}
    exact = [c.value for c in field.choices if {fold(c.value), fold(c.title)} & {n.strip() for n in named}]
    if exact:
        return ", ".join(exact) if field.parser == "choices" else exact[0]
    whole = (0, len(reading.words))
    if field.parser == "choices":
        return choices.several(reading, name, field, *whole)
    return choices.one(reading, name, field, *whole)


def _free(field: Field, value: str, said: Reading, limit: int) -> str:
    """Texto livre, com as palavras da pessoa."""
    if field.parser not in ("text", "choice_or_text"):
        return ""
    text = " ".join(value.split())
    if len(text) > limit or not any(c.isalpha() for c in text):
        return ""
    grounded = _share(READER.read(text), said) >= MOSTLY and _counted(text, said)
    return text if grounded else ""


def _share(reading: Reading, said: Reading) -> float:
    """Que parte das palavras de conteúdo de `reading` a pessoa escreveu? Sem nenhuma, zero."""
    wanted = [w.plain for w in reading.words if len(w.plain) > 2 and w.plain not in EMPTY | FILLERS]
    wanted = [w for w in wanted if w != BREAK and not w.isdecimal()]
    heard = {form for word in said.words for form in (word.plain, word.text)}
    return sum(_heard(word, heard) for word in wanted) / len(wanted) if wanted else 0.0


def _heard(word: str, heard: set[str]) -> bool:
    return word in heard or any(
        ratio(word, other) >= ALIKE or (len(word) > STEM and other.startswith(word[:STEM])) for other in heard
    )


def _counted(value: str, said: Reading) -> bool:
    """Os algarismos de `value` estão no que a pessoa escreveu, em algarismos ou por extenso?"""
    wanted = _DIGITS.findall(value.replace(".", ""))
    if not wanted:
        return True
    digits = "".join(_DIGITS.findall(said.raw))
    spelled = any(word.plain in LEXICON.numbers for word in said.words)
    return spelled or all(number in digits for number in wanted)
