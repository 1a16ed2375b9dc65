"""Nenhum cliente sem destino: qualquer sequência de falas, prazos, falhas e mudanças de modo acaba bem."""

from typing import get_args

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from consumers.pipeline import AI, OUTBOUND, SESSION
from pyloto_stream.conversation import flows
from pyloto_stream.conversation.events import Event, MessageKind, OperatorActed
from pyloto_stream.conversation.flows import FIELDS
from pyloto_stream.conversation.forms import FORMS
from pyloto_stream.conversation.intents import MAX_INTENTS
from pyloto_stream.conversation.operators import ACTIONS, Act
from pyloto_stream.conversation.records import Intent, Mode
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.texts import COMMANDS, TOPICS
from pyloto_stream.conversation.understanding import Gesture, IntentScore, Note, Understanding
from tests.support.talk import Talk
from tests.support.talk_rules import check_turn, drain

INTENTS = st.sampled_from(flows.INTENTS)
VALUES = st.one_of(
    st.sampled_from(["segredo um", "segredo dois", "", "  "]),
    st.text(max_size=80).map(lambda text: "segredo " + text),
    st.integers(200, 3000).map(lambda size: "segredo " + "x" * size),
)
FACTS = st.dictionaries(st.sampled_from([*FIELDS, "location", "nobody_knows"]), VALUES, max_size=4)

SCORES = st.builds(IntentScore, INTENTS, st.sampled_from([0.3, 0.69, 0.7, 0.95]))
UNDERSTOOD = st.builds(
    Understanding,
    intents=st.lists(
        st.builds(IntentScore, INTENTS, st.sampled_from([0.3, 0.69, 0.7, 0.95])), max_size=3
    ).map(tuple),
    explicit=st.one_of(st.none(), st.none(), INTENTS),
    facts=FACTS,
    corrections=st.one_of(st.just({}), FACTS),
    declined=st.lists(st.sampled_from([*FIELDS]), max_size=2, unique=True).map(tuple),
    gesture=st.one_of(st.just(""), st.sampled_from(get_args(Gesture))),
    topic=st.one_of(st.just(""), st.sampled_from([*TOPICS, "no such topic"])),
    command=st.one_of(st.just(""), st.just(""), st.sampled_from([*COMMANDS, "/no_such"])),
    aside=st.booleans(),
    notes=st.lists(st.sampled_from(get_args(Note)), max_size=2, unique=True).map(tuple),
    signals=st.dictionaries(st.sampled_from(["urgency", "role"]), st.just("segredo"), max_size=2),
    engine=st.sampled_from(["rules", "model"]),
)
PLAIN = st.builds(Understanding, gesture=st.sampled_from(["", "yes", "no", "refuse", "back"]))
KINDS = st.one_of(st.just("text"), st.sampled_from(get_args(MessageKind)))
BURSTS = st.lists(KINDS, min_size=1, max_size=3)
AFTER_S = st.sampled_from([0, 1, 5, 60, 900, 1800, 3600, 7200, 90_000])


class Conversation(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.talk = Talk(SessionRules(flood_threshold=5, forms=frozenset(FORMS)))
        self.acts = 0

    @rule(understood=st.one_of(UNDERSTOOD, PLAIN), kinds=BURSTS, after=AFTER_S)
    def writes(self, understood: Understanding, kinds: list[MessageKind], after: int) -> None:
        talk = self.talk
        talk.wait(after)
        replies = len(talk.said)
        talk.turn([talk.message(kind) for kind in kinds], understood)
        assert len(talk.said) - replies <= 1

    @rule(intent=INTENTS, rest=st.lists(VALUES, min_size=1, max_size=8))
    def answers_in_a_row(self, intent: Intent, rest: list[str]) -> None:
        """Um fluxo bem respondido, que andanças ao acaso raramente completam."""
        talk = self.talk
        talk.wait(61)
        talk.hear(Understanding(explicit=intent), after_s=30)
        for value in rest:
            session = talk.state.session
            if session is None or session.asked not in FIELDS:
                return
            talk.hear(Understanding(facts={session.asked: value}), after_s=30)
            check_turn(talk)

    @rule(n=st.integers(3, 8), spread=st.sampled_from([0, 10, 3600]))
    def types_in_a_burst(self, n: int, spread: int) -> None:
        talk = self.talk
        sent = [talk.now_ms - i * spread * 1000 for i in range(n)]
        talk.turn([talk.message(sent_at_ms=at) for at in sent])

    @precondition(lambda self: bool(self.talk.timers))
    @rule()
    def says_nothing(self) -> None:
        self.talk.fire()

    @precondition(lambda self: bool(self.talk.timers))
    @rule(understood=UNDERSTOOD)
    def writes_just_as_a_timer_fires(self, understood: Understanding) -> None:
        """O prazo venceu, mas a mensagem chegou ao mesmo turno, antes ou depois dele."""
        self.talk.fire_with_message(understood)

    @rule(stage=st.sampled_from([SESSION, AI, OUTBOUND]), understood=UNDERSTOOD, more=st.booleans())
    def a_turn_is_buried(self, stage: str, understood: Understanding, more: bool) -> None:  # noqa: FBT001
        talk = self.talk
        talk.wait(30)
        notice = talk.fail([talk.message()], stage, understood)
        waiting: list[Event] = [talk.message()] if more else []
        talk.notice(notice, *waiting)

    @rule(mode=st.sampled_from(get_args(Mode)))
    def an_operator_sets_the_mode(self, mode: Mode) -> None:
        self.talk.mode = mode

    @rule(
        acts=st.lists(st.sampled_from([*ACTIONS]), min_size=1, max_size=3),
        said=st.sets(st.sampled_from(["before", "between", "after"])),
        understood=UNDERSTOOD,
    )
    def an_operator_acts(self, acts: list[Act], said: set[str], understood: Understanding) -> None:
        """Um ou mais atos num turno, com mensagens da pessoa antes, entre e depois deles."""
        talk = self.talk
        talk.wait(61)
        events: list[Event] = [talk.message()] if "before" in said else []
        for act in acts:
            self.acts += 1
            events.append(OperatorActed(str(self.acts), act, "bia", talk.now_ms))
            events += [talk.message()] if "between" in said else []
        replies = len(talk.said)
        talk.turn([*events, talk.message()] if "after" in said else events, understood)
        if acts[-1] in {"takeover", "pause"}:
            assert len(talk.said) == replies
            assert talk.mode == ("HUMAN" if acts[-1] == "takeover" else "PAUSED")

    @invariant()
    def every_promise_holds(self) -> None:
        check_turn(self.talk)
        session = self.talk.state.session
        assert session is None or len(session.detected) <= MAX_INTENTS

    def teardown(self) -> None:
        drain(self.talk)


Conversation.TestCase.settings = settings(
    max_examples=80,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestConversation = pytest.mark.timeout(120)(Conversation.TestCase)
