"""Como se juntam o que as regras entenderam e o que o modelo entendeu? Campo a campo.

Promete: escolhas explícitas, toques, formulários, comandos e os gestos fortes das regras valem sempre; do
modelo só entra o que se confere; o que ele não dá, ou de que não tem certeza, vem das regras. Pura.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from pyloto_stream.ai.decision import Decision
from pyloto_stream.ai.facts import OPEN
from pyloto_stream.ai.forms import read_forms
from pyloto_stream.ai.grounding import canonical
from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import volunteered
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.rules import PROFILE_FIELDS
from pyloto_stream.ai.taps import read_taps
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.flows import FIELDS, FLOWS, INTENTS, SUBJECTS, UNKNOWN, known
from pyloto_stream.conversation.intents import CONFIDENT, in_progress
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.texts import TOPICS
from pyloto_stream.conversation.understanding import Gesture, IntentScore, Understanding

ENGINE = "model"
STRONG: frozenset[Gesture] = frozenset(("human", "erase", "cancel", "spam"))
"""Gestos que, ditos pelas regras, ninguém desdiz; ditos pelo modelo, pedem certeza."""


class Dropped(NamedTuple):
    """Algo do modelo que não se aproveitou: que parte, e por quê (enumerações)."""

    part: str
    reason: str


class Turn(NamedTuple):
    """O que se sabe do turno: `said` é o que a pessoa escreveu agora; `earlier`, o que já tinha escrito."""

    state: ConversationState
    session: Session
    messages: Sequence[MessageReceived]
    said: str
    earlier: str = ""


def merge(ruled: Understanding, decision: Decision, turn: Turn) -> tuple[Understanding, list[Dropped]]:
    """O entendimento do turno, sem a resposta proposta (quem a confere é `orchestrator.py`)."""
    sure, dropped = decision.confidence >= CONFIDENT, list[Dropped]()
    collecting = in_progress(turn.session)
    aside = decision.aside and turn.session.asked in FIELDS and collecting if sure else ruled.aside
    intents = _intents(ruled, decision, aside=aside)
    if intents is ruled.intents:
        dropped.append(Dropped("intents", "unsure" if decision.intents else "absent"))
    gesture = _gesture(ruled, decision, turn, sure=sure)
    found = _facts(decision, turn, _wanted(turn.session, intents, ruled.explicit), dropped)
    facts, corrections = _kept(ruled, found, turn, aside=aside and sure)
    topic = decision.topic if sure and decision.topic in TOPICS else ruled.topic
    merged = msgspec.structs.replace(
        ruled,
        intents=intents,
        facts=facts,
        corrections=corrections,
        gesture=gesture,
        topic="" if collecting and not aside else topic,
        aside=aside,
        engine=ENGINE,
        kind=decision.kind if sure else "",
    )
    return merged, dropped


def _intents(ruled: Understanding, decision: Decision, *, aside: bool) -> tuple[IntentScore, ...]:
    """Os assuntos do modelo, se ele tem certeza de algum; senão os das regras."""
    scores: dict[Intent, float] = {}
    for heard in decision.intents:
        subject = SUBJECTS.get(heard.intent)
        if heard.intent not in INTENTS or (aside and subject and subject.ends == "SELF_SERVE_INFO"):
            continue  # uma pergunta no meio da coleta não é outro assunto
        scores.setdefault(heard.intent, min(heard.confidence, decision.confidence))
    if all(confidence < CONFIDENT for confidence in scores.values()):
        return ruled.intents
    return tuple(IntentScore(intent, confidence) for intent, confidence in scores.items())


def _gesture(ruled: Understanding, decision: Decision, turn: Turn, *, sure: bool) -> Gesture:
    taps = read_taps(turn.state, turn.session, (m.choice for m in turn.messages if m.choice))
    if ruled.gesture in STRONG or (taps.gesture and taps.gesture == ruled.gesture):
        return ruled.gesture
    if not sure or not decision.gesture:
        return ruled.gesture
    leaves = decision.gesture == "cancel"
    return ruled.gesture if leaves and (ruled.explicit or ruled.command) else decision.gesture


def _wanted(session: Session, intents: Iterable[IntentScore], explicit: Intent | None) -> tuple[str, ...]:
    """Os campos que interessam: os do assunto em andamento, os dos que começam agora e os do perfil."""
    starting = [score.intent for score in intents if score.confidence >= CONFIDENT]
    if in_progress(session):
        starting = [session.active]
    if explicit is not None:
        starting = [explicit]
    fields = [name for intent in starting if intent in FLOWS for name in FLOWS[intent].fields]
    return tuple(dict.fromkeys((*fields, *PROFILE_FIELDS)))


class _Found(NamedTuple):
    """Os dados do modelo, conferidos; `wanted` são os campos que interessavam."""

    facts: dict[str, str]
    corrections: dict[str, str]
    wanted: tuple[str, ...]
    reading: Reading


def _facts(decision: Decision, turn: Turn, wanted: tuple[str, ...], dropped: list[Dropped]) -> _Found:
    reading, past = READER.read(turn.said), READER.read(f"{turn.said}\n{turn.earlier}")
    found = _Found({}, {}, wanted, reading)
    already = {name: value for name, value in known(turn.state).items() if value != UNKNOWN}
    if reading.has("mark", "steer"):  # quem tenta conduzir o robô não informou nada
        return found
    for heard in decision.facts:
        if heard.field not in wanted:
            dropped.append(Dropped("facts", "unwanted"))
        elif not (value := canonical(heard.field, heard.value, past)):
            dropped.append(Dropped("facts", "ungrounded"))
        elif already.get(heard.field, value) != value:
            if heard.correction:
                found.corrections[heard.field] = value
            else:
                dropped.append(Dropped("facts", "known"))
        else:
            found.facts[heard.field] = value
    return found


def _kept(
    ruled: Understanding, found: _Found, turn: Turn, *, aside: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """Os dados do turno: os firmes (toques, formulários), os do modelo, e os das regras onde ele calou."""
    firm = _firm(turn)
    theirs = {**found.facts, **found.corrections}
    taken = {value.casefold() for value in theirs.values()}

    def mine(facts: Mapping[str, str]) -> dict[str, str]:
        return {
            name: value
            for name, value in facts.items()
            if name in firm or not _displaced(name, value, theirs, taken, turn.session.asked, aside=aside)
        }

    gaps = {} if in_progress(turn.session) else _volunteered(found, {*ruled.facts, *theirs})
    model = {name: value for name, value in found.facts.items() if name not in firm}
    corrected = {name: value for name, value in found.corrections.items() if name not in firm}
    return {**gaps, **mine(ruled.facts), **model}, {**mine(ruled.corrections), **corrected}


def _displaced(
    name: str, value: str, theirs: Mapping[str, str], taken: set[str], asked: str, *, aside: bool
) -> bool:
    """O modelo mostrou que este dado das regras é de outro campo, ou é uma pergunta?"""
    open_field = FIELDS[name].parser in (*OPEN, "name", "city")
    if name in theirs or not open_field:
        return False
    return value.casefold() in taken or (aside and name == asked)


def _firm(turn: Turn) -> set[str]:
    """Os campos que a pessoa tocou ou preencheu num formulário: ninguém os relê."""
    taps = read_taps(turn.state, turn.session, (m.choice for m in turn.messages if m.choice))
    form = read_forms(turn.session, turn.messages)
    return {*taps.facts, *taps.corrections, *form.facts, *form.corrections}


def _volunteered(found: _Found, already: set[str]) -> dict[str, str]:
    """O que as regras colhem para um assunto que só o modelo percebeu."""
    named = {name: volunteered(found.reading, name) for name in found.wanted if name not in already}
    return {name: value for name, value in named.items() if value}
