"""O que a pessoa contou com as próprias palavras? Respostas abertas, guardadas como foram escritas.

Promete: sem cumprimentos nem perguntas sobre nós, com no máximo `MAX_TEXT` caracteres; vazio se nada informa.
"""

import re

from pyloto_stream.ai.gestures import asks_about_us
from pyloto_stream.ai.lexicon import EMPTY, GIVEN, words
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import is_title
from pyloto_stream.conversation.understanding import Gesture

MAX_TEXT, MAX_SHORT_TEXT = 300, 60
DIRECTING: tuple[Gesture, ...] = ("human", "erase", "cancel", "back", "menu", "refuse")
Span = tuple[int, int]
_EVADES = words("evades")
_PREDICATE = re.compile(r"^(?:é|eh|e|sou|somos|tenho|temos)\s+(?:de\s+)?(?:uma?\s+)?(?=\S{4})", re.IGNORECASE)
"""O que vem antes do que se diz ser: "é uma transportadora"."""


def text(reading: Reading) -> str:
    """As frases do texto que não são cumprimento nem pergunta sobre nós."""
    if reading.has("mark", "steer"):
        return ""
    asks, covered = asks_about_us(reading), _gestures(reading)
    spans = [
        (start, end)
        for start, end in reading.sentences()
        if not (asks and questions(reading, (start, end)))
        and not covered.issuperset(range(start, end))
        and not directs(reading, (start, end))
    ]
    if not any(_tells(reading, at) for start, end in spans for at in range(start, end) if at not in covered):
        return ""
    return _joined(reading, spans)[:MAX_TEXT].strip()


def short_text(reading: Reading) -> str:
    """Um texto aberto que cabe numa etiqueta e não é pergunta."""
    found = _PREDICATE.sub("", text(reading))
    evades = any(word.text in _EVADES for word in reading.words)
    fits = len(found) <= MAX_SHORT_TEXT and not evades and not reading.raw.rstrip().endswith("?")
    return found if fits else ""


def questions(reading: Reading, span: Span) -> bool:
    """`span` é uma pergunta, pela pontuação ou pelo começo?"""
    marked = span[1] < len(reading.words) and "?" in reading.words[span[1]].plain
    asks = any(m.start == span[0] for m in reading.found("mark", "question"))
    return marked or (asks and not presents(reading, span[0]))


def presents(reading: Reading, start: int) -> bool:
    """Quem fala se apresenta em `start` ("quem tá falando é a Michele"), em vez de perguntar quem é?"""
    leads = (m for m in reading.found("lead", "name_weak") if m.start == start and m.end < len(reading.words))
    return any(is_title(reading, m.end) or reading.words[m.end].plain in GIVEN for m in leads)


def directs(reading: Reading, span: Span) -> bool:
    """`span` conduz a conversa ("quero falar com um atendente"), em vez de responder?"""
    return any(span[0] <= m.start < span[1] for name in DIRECTING for m in reading.found("gesture", name))


def _gestures(reading: Reading) -> set[int]:
    """As palavras que são parte de um gesto (cumprimento, sim, não)."""
    found = (m for name in reading.names("gesture") for m in reading.found("gesture", name))
    return {at for match in found for at in range(match.start, match.end)}


def _tells(reading: Reading, at: int) -> bool:
    word = reading.words[at].plain
    return len(word) >= 3 and word.isalpha() and word not in EMPTY


def _joined(reading: Reading, spans: list[Span]) -> str:
    """Os trechos, na ordem; os vizinhos mantêm a pontuação entre eles."""
    pieces: list[Span] = []
    for start, end in spans:
        if pieces and pieces[-1][1] + 1 == start:
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    return " ".join(reading.original(*piece) for piece in pieces)
