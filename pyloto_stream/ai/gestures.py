"""O que a pessoa faz na conversa, além de informar? Gestos, sinais, temas e escolhas da lista."""

from collections.abc import Sequence

from pyloto_stream.ai.lexicon import LEXICON, READER
from pyloto_stream.ai.parsers_choices import picked
from pyloto_stream.ai.phrases import Match
from pyloto_stream.ai.reading import Reading, Tag
from pyloto_stream.conversation.abuse import asks_by_tap
from pyloto_stream.conversation.dialogue import WANTS_PERSON
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.flow_files import Option
from pyloto_stream.conversation.flows import FIELDS
from pyloto_stream.conversation.intents import CHOOSE, CONTINUE
from pyloto_stream.conversation.state import Session
from pyloto_stream.conversation.texts import KNOWLEDGE, OPTIONS, TEXTS
from pyloto_stream.conversation.understanding import Gesture

UNSURE_IS_REFUSAL = ("budget", "deadline", "quantity")
"""Leitores em que "não sei" é uma resposta: o dado fica em branco."""
_STRONG: tuple[Gesture, ...] = ("erase", "human", "menu", "back")
"""Valem mais do que um sim ou um não."""
_SIGNS: tuple[tuple[str, str, Gesture], ...] = (
    ("gesture", "yes", "yes"),
    ("mark", "goes_on", "yes"),
    ("gesture", "no", "no"),
    ("gesture", "cancel", "no"),
    ("gesture", "refuse", "no"),
    ("mark", "stops", "no"),
)
"""O que, à pergunta se seguimos, é um sim ou um não."""


def gesture(reading: Reading, session: Session) -> Gesture:
    """O gesto mais forte do texto, na ordem de `lexicon.toml`; vazio se nenhum."""
    if session.asked == CONTINUE and (said := _yes_or_no(reading)):
        return said
    return next((name for name in LEXICON.gestures if reading.has("gesture", name)), "")


def _yes_or_no(reading: Reading) -> Gesture:
    """O primeiro sim ou não que se respondeu; nenhum se a pessoa hesita ou pede outra coisa."""
    if any(reading.has("gesture", name) for name in _STRONG):
        return ""
    at = picked(reading, (TEXTS.continue_yes, TEXTS.continue_no))
    if at is not None:
        return "yes" if at == 0 else "no"
    found = [(m, sign) for group, name, sign in _SIGNS for m in reading.found(group, name)]
    if _hesitates(reading, [m for m, _ in found]):
        return ""
    corrected = max((m.end for m in reading.found("mark", "correction")), default=0)
    last = [(m, sign) for m, sign in found if m.start >= corrected]  # "sim... quer dizer, não"
    return min(last or found, key=lambda one: (one[0].start, -one[0].end))[1] if found else ""


def _hesitates(reading: Reading, signs: Sequence[Match[Tag]]) -> bool:
    """Não sabe se segue? O que já se respondeu antes, ou que diz mais ("não tenho interesse"), vale mais."""
    doubts = [m for name in ("unsure", "hesitates") for m in reading.found("mark", name)]
    if "?" in reading.raw:
        return bool(doubts)
    return any(
        not any(s.start < d.start or (s.start == d.start and s.end > d.end) for s in signs) for d in doubts
    )


def wants_person(message: MessageReceived) -> bool:
    """A mensagem pede uma pessoa, por escrito ou pela lista?"""
    if message.choice:
        return asks_by_tap(message)
    return gesture(READER.read(message.text), Session(id="", opened_at_ms=0)) in WANTS_PERSON


def declines(reading: Reading, session: Session, value: str) -> bool:
    """A pessoa não sabe, ou não tem, o dado que se perguntou?"""
    field = FIELDS.get(session.asked)
    if field is None or value:
        return False
    if field.parser == "budget" and "?" not in reading.raw:
        denies = reading.has("mark", "negation") and not reading.has("mark", "lost")
        tells = not reading.has("mark", "question")
        return reading.has("mark", "no_budget") or (tells and (denies or reading.has("mark", "unsure")))
    if not field.critical and reading.has("gesture", "no"):
        return True
    return reading.has("mark", "unsure") and (field.parser in UNSURE_IS_REFUSAL or not field.critical)


def asks_about_us(reading: Reading) -> bool:
    """É uma pergunta sobre a Pyloto (e não uma resposta)?"""
    asks = "?" in reading.raw or reading.has("mark", "question")
    return asks and (reading.has("mark", "about_us") or reading.has("concept", "about"))


def topic(reading: Reading) -> str:
    """O tema perguntado: o primeiro do arquivo cujas frases aparecem; vazio se nenhum."""
    return next((topic.name for topic in KNOWLEDGE.topics if reading.has("topic", topic.name)), "")


def signals(reading: Reading) -> dict[str, str]:
    """Urgência e papel de quem decide."""
    found: dict[str, str] = {}
    if reading.has("mark", "urgency") and not reading.has("mark", "calm"):
        found["urgency"] = "sim"
    role = next(iter(reading.names("role")), "")
    return {**found, "role": role} if role else found


def picked_option(reading: Reading, session: Session) -> Option | None:
    """A linha da lista de assuntos escolhida por número ou título.

    O título vale sempre; o número, só enquanto a lista espera uma escolha.
    """
    at = picked(reading, [option.title for option in OPTIONS])
    if at is None:
        return None
    option = OPTIONS[at]
    by_title = picked(reading, (option.title,)) == 0 and not _is_number(reading)
    return option if by_title or session.asked == CHOOSE else None


def _is_number(reading: Reading) -> bool:
    return any(word.plain.isdecimal() or word.plain in LEXICON.ordinals for word in reading.words) or all(
        word.plain in LEXICON.numbers or not word.plain.isalpha() for word in reading.words
    )
