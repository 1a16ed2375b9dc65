from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered
from pyloto_stream.ai.rules import understand
from pyloto_stream.conversation.events import Location, MessageKind, MessageReceived
from pyloto_stream.conversation.flows import FIELDS, FLOWS, INTENTS
from pyloto_stream.conversation.intents import CHOOSE, CONTINUE
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.texts import COMMANDS, TOPICS
from pyloto_stream.conversation.understanding import Gesture, Note, Understanding
from tests.ai.words import VOCABULARY
from tests.support.hearing import said

MAX_FACT = 300

known_words = st.lists(st.sampled_from(VOCABULARY), max_size=40).map(" ".join)
texts = st.one_of(st.text(max_size=200), known_words, st.text("quero ésim?.!1,0\n", max_size=60))
choices = st.one_of(
    st.just(""),
    st.text(max_size=40),
    st.sampled_from([f"fact:{n}:{c.value}" for n, f in FIELDS.items() for c in f.choices]),
    st.sampled_from([f"intent:{intent}" for intent in INTENTS]),
    st.sampled_from(["do:yes", "do:no", "do:human", "do:", "fact:", "fact:name:x"]),
)
places = st.none() | st.builds(
    Location, latitude=st.floats(), longitude=st.floats(), name=texts, address=texts
)
messages = st.builds(
    MessageReceived,
    id=st.just("m"),
    kind=st.sampled_from(get_args(MessageKind)),
    phone_number_id=st.just("1"),
    reply_to=st.just("p"),
    sent_at_ms=st.just(1),
    accepted_at_ms=st.just(1),
    text=texts,
    choice=choices,
    location=places,
)
facts = st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(min_size=1, max_size=20), max_size=5)
sessions = st.builds(
    Session,
    id=st.just("s"),
    opened_at_ms=st.just(0),
    active=st.sampled_from(INTENTS),
    resolved=st.lists(st.sampled_from(INTENTS), max_size=2),
    facts=facts,
    asked=st.one_of(st.sampled_from([*FIELDS, CHOOSE, CONTINUE, ""]), st.text(max_size=5)),
)
states = st.builds(
    ConversationState, session=sessions, profile=st.fixed_dictionaries({}, optional={"name": st.just("Ana")})
)


def check(heard: Understanding) -> None:
    for name, value in [*heard.facts.items(), *heard.corrections.items()]:
        field = FIELDS[name]
        assert value.strip() == value != ""
        assert len(value) <= MAX_FACT
        options = {choice.value for choice in field.choices}
        if field.parser == "choice":
            assert value in options
        if field.parser == "choices":
            assert set(value.split(", ")) <= options
    assert all(0 <= score.confidence <= 1 and score.intent in INTENTS for score in heard.intents)
    assert len({score.intent for score in heard.intents}) == len(heard.intents)
    assert heard.gesture in get_args(Gesture)
    assert set(heard.notes) <= set(get_args(Note))
    assert heard.topic in {*TOPICS, ""}
    assert heard.command in {*COMMANDS, ""}
    assert heard.explicit is None or heard.explicit in FLOWS or heard.explicit in INTENTS
    assert set(heard.signals) <= {"urgency", "role", "location"}
    assert heard.engine == "rules"


@given(states, st.lists(messages, max_size=4))
@settings(max_examples=400, deadline=None)
def test_anything_in_any_state_gives_a_valid_understanding(
    state: ConversationState, burst: list[MessageReceived]
) -> None:
    check(understand(state, burst))


@given(states, st.lists(messages, max_size=3))
@settings(max_examples=60, deadline=None)
def test_the_same_turn_is_always_understood_the_same_way(
    state: ConversationState, burst: list[MessageReceived]
) -> None:
    assert understand(state, burst) == understand(state, burst)


HOSTILE = [
    "x" * 4096,
    "Londrina " * 512,
    "de " * 1365,
    "\u202e" + "anirdnoL" * 500,
    "Lon\u200bdri\u200dna " * 400,
    "🏍️🚗🚲👍" * 500,
    "a" + "\u0301" * 4095,
    "1.2.3.4.5,6.7," * 290,
    "R$ 1,2,3 a 4.5.6 mil e meio " * 140,
    "eu e mais " * 400,
    "até o fim do " * 300,
    "Ana da Ana de " * 290,
    "Ótica da Ótica de Santo " * 170,
    "*" * 4096,
    "na verdade " * 370,
    "\x00\x01\x1f " * 1000,
    "مرحبا שלום 你好 " * 250,
]


def test_hostile_text_is_read_by_every_field_asked_or_not() -> None:
    for text in HOSTILE:
        reading = READER.read(text)
        for name in FIELDS:
            for value in (answer(reading, name), volunteered(reading, name)):
                assert len(value) <= MAX_FACT
                assert value == value.strip()
    for text in HOSTILE:
        check(
            understand(ConversationState(session=Session(id="s", opened_at_ms=0, asked="city")), [said(text)])
        )
