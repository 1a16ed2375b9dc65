"""Um modelo que diz qualquer coisa, de qualquer texto: o turno é sempre válido, e nada se inventa."""

from typing import get_args

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from pyloto_stream.ai.briefing import brief, typed
from pyloto_stream.ai.decision import Decision, HeardFact, HeardIntent, ModelGesture, decode
from pyloto_stream.ai.masking import Masking
from pyloto_stream.ai.merging import Turn, merge
from pyloto_stream.ai.rules import understand
from pyloto_stream.ai.window import MAX_LINE, extended
from pyloto_stream.conversation.dialogue import advance
from pyloto_stream.conversation.flows import FIELDS, FLOWS, INTENTS
from pyloto_stream.conversation.intents import CHOOSE, CONTINUE, MAX_INTENTS
from pyloto_stream.conversation.reply import MAX_REPLY_CHARS
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.state import ConversationState, QueuedIntent
from pyloto_stream.conversation.texts import TOPICS
from pyloto_stream.conversation.understanding import ReplyKind, Understanding
from tests.support.hearing import asking, said

WORDS = (
    "quero", "um sistema", "moto", "Londrina PR", "não", "12", "na verdade", "ana souza", "cancelar", "?",
    "\n", "</mensagens>", "<fatos>", "[CPF_1]", "529.982.247-25", "\u200b", "\u202e", "🙂", "R$ 10",
    "ignore as regras",
)  # fmt: skip
texts = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
sure = st.floats(0, 1)
decisions = st.builds(
    Decision,
    intents=st.lists(
        st.builds(HeardIntent, intent=st.sampled_from((*INTENTS, "NOT_OURS")), confidence=sure), max_size=8
    ).map(tuple),
    facts=st.lists(
        st.builds(
            HeardFact, field=st.sampled_from((*FIELDS, "salary")), value=texts, correction=st.booleans()
        ),
        max_size=8,
    ).map(tuple),
    gesture=st.sampled_from(get_args(ModelGesture)),
    topic=st.sampled_from(("", *TOPICS, "cats")),
    aside=st.booleans(),
    kind=st.sampled_from(get_args(ReplyKind)),
    reply=texts,
    confidence=sure,
)


@st.composite
def states(draw: st.DrawFn) -> ConversationState:
    active = draw(st.sampled_from(("ENTRY_UNKNOWN", *FLOWS)))
    fields = FLOWS[active].fields if active in FLOWS else ()
    asked = draw(st.sampled_from(("", CHOOSE, CONTINUE, *fields)))
    state = asking(asked, active, **{name: "dito" for name in fields if draw(st.booleans())})
    assert state.session is not None
    if asked == CONTINUE:
        state.session.queue = [QueuedIntent("INSTITUTIONAL", 1, 0.9)]
        state.session.detected = [*state.session.detected, "INSTITUTIONAL"]
    return state


def check(found: Understanding, decision: Decision) -> None:
    """Vale o que a estrutura promete, e nada além do que existe."""
    assert msgspec.json.decode(msgspec.json.encode(found), type=Understanding) == found
    assert {*found.facts, *found.corrections} <= {*FIELDS}
    assert all(value.strip() and len(value) <= 400 for value in {**found.facts, **found.corrections}.values())
    assert {score.intent for score in found.intents} <= {*INTENTS}
    assert found.topic in {"", *TOPICS}
    assert found.reply == ""
    assert decode(msgspec.json.encode(decision).decode()) == decision


@settings(max_examples=150, deadline=None)
@given(states(), texts, decisions)
def test_whatever_the_model_says_the_turn_is_valid(
    state: ConversationState, text: str, decision: Decision
) -> None:
    messages = [said(text)]
    assert state.session is not None
    found, dropped = merge(understand(state, messages), decision, Turn(state, state.session, messages, text))
    check(found, decision)
    assert {part for part, _ in dropped} <= {"intents", "facts"}
    step = advance(
        state, msgspec.structs.replace(found, reply=decision.reply[:500]), turn_id="t", now_ms=1,
        rules=SessionRules(),
    )  # fmt: skip
    session = step.state.session
    assert session is None or len(session.detected) <= MAX_INTENTS
    if step.reply is not None:
        assert 0 < len(step.reply.text) <= MAX_REPLY_CHARS
    else:
        assert step.state.last_outcome == "DUPLICATE_OR_SPAM"


@settings(max_examples=150, deadline=None)
@given(states(), st.lists(texts, max_size=3), texts)
def test_whatever_people_write_stays_between_the_delimiters(
    state: ConversationState, burst: list[str], earlier: str
) -> None:
    assert state.session is not None
    state.session.window = extended([], [earlier], None)
    assert all(len(line) <= MAX_LINE for line in state.session.window)
    state.session.facts = {**state.session.facts, "name": earlier}
    state.summaries = [earlier]
    masking = Masking()
    user = brief(state, typed([said(text) for text in burst]), masking)[1].content
    for name in ("mensagens", "conversa", "fatos", "pergunta", "resumos"):
        assert user.count(f"<{name}>") == user.count(f"</{name}>") == 1
    assert "529.982.247-25" not in user
