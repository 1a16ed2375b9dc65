"""O que a pessoa pergunta no meio de uma coleta, e o que afirma? Uma pergunta nunca vira um dado.

Promete separar as orações que perguntam das outras. Uma ou duas palavras com "?" ("moto?") são uma resposta
dita com dúvida, e não uma pergunta.
"""

from collections.abc import Iterator

from pyloto_stream.ai.gestures import asks_about_us, topic
from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers_text import Span, presents
from pyloto_stream.ai.reading import Reading

DETAILS = "details"
"""Tema que responde à pergunta que não se reconhece."""
SIGNUP_TOPICS = ("earnings", "signup", DETAILS)
PLAIN_QUESTION = 4
"""Palavras a partir das quais uma oração com "?" é pergunta, comece como começar."""


def asked_in(reading: Reading) -> list[Span]:
    """As orações que perguntam."""
    about = asks_about_us(reading) or topic(reading) in SIGNUP_TOPICS
    return [span for span in reading.clauses() if _asks(reading, span, about=about)]


def statements(reading: Reading) -> Reading:
    """O mesmo texto sem as orações que perguntam."""
    asked = asked_in(reading)
    return READER.read("".join(_kept(reading, asked)).rstrip(" ,;:")) if asked else reading


def _kept(reading: Reading, asked: list[Span]) -> Iterator[str]:
    at = 0
    for start, end in asked:
        yield reading.raw[at : reading.words[start].start]
        at = reading.words[end].end if end < len(reading.words) else len(reading.raw)
    yield reading.raw[at:]


def _asks(reading: Reading, span: Span, *, about: bool) -> bool:
    start, end = span
    if any(m.start == start for m in reading.found("gesture", "greeting")):
        return False
    if about and any(m.start == start for m in reading.found("mark", "question")):
        return not presents(reading, start)
    ends = next((at for at in range(end, len(reading.words)) if reading.strong_break(at)), None)
    if ends is None or "?" not in reading.words[ends].plain:
        return False
    first = max((at + 1 for at in range(start) if reading.strong_break(at)), default=0)
    if any(first <= m.start < end for m in reading.found("mark", "asks")):
        return True
    return ends == end and (end - start >= PLAIN_QUESTION or _on_topic(reading, span))


def _on_topic(reading: Reading, span: Span) -> bool:
    found = (m.start for name in SIGNUP_TOPICS for m in reading.found("topic", name))
    return any(span[0] <= at < span[1] for at in found)
