"""O que se mede: contas certas, e a intenção que a conversa de fato tornaria ativa."""

from itertools import permutations, product

import pytest

from pyloto_stream.ai.dataset import Labelled
from pyloto_stream.ai.evaluation import Heard, active_of, compare_facts, evaluate, heard_in, judge
from pyloto_stream.ai.listening import hear_first
from pyloto_stream.conversation.dialogue import advance
from pyloto_stream.conversation.flows import INTENTS
from pyloto_stream.conversation.records import ActionRecord, Intent, SessionRecord
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.understanding import IntentScore, Understanding
from tests.support.hearing import asking

SOFTWARE, UNKNOWN = Heard("CUSTOM_SOFTWARE", 0.9, {}), Heard("ENTRY_UNKNOWN", 0.0, {})


def test_accuracy_precision_recall_and_confusion_are_counted() -> None:
    lines = [
        Labelled("CUSTOM_SOFTWARE", "a"),
        Labelled("CUSTOM_SOFTWARE", "b"),
        Labelled("INSTITUTIONAL", "c"),
    ]
    report = evaluate(lines, [SOFTWARE, UNKNOWN, SOFTWARE])
    assert (report.total, report.correct, report.accuracy) == (3, 1, 0.3333)
    software = next(r for r in report.intents if r.intent == "CUSTOM_SOFTWARE")
    assert (software.precision, software.recall, software.f1, software.support) == (0.5, 0.5, 0.5, 2)
    unknown = next(r for r in report.intents if r.intent == "ENTRY_UNKNOWN")
    assert (unknown.precision, unknown.recall, unknown.support) == (0, 0, 0)
    assert report.confusion == {
        "CUSTOM_SOFTWARE": {"CUSTOM_SOFTWARE": 1, "ENTRY_UNKNOWN": 1},
        "INSTITUTIONAL": {"CUSTOM_SOFTWARE": 1},
    }
    assert (report.confident, report.confident_precision) == (0.6667, 0.5)


def test_an_empty_set_has_no_accuracy_and_no_division_by_zero() -> None:
    report = evaluate([], [])
    assert (report.total, report.accuracy, report.intents, report.confusion) == (0, 0.0, (), {})
    assert (report.confident_precision, report.facts.all.rate, report.facts.fields) == (0.0, 0.0, ())


def test_facts_are_right_wrong_missed_or_invented() -> None:
    report = compare_facts(
        [
            ({"city": "São Paulo SP", "users": "8"}, {"city": "sao paulo - sp"}),
            ({"users": "8"}, {"users": "9", "name": "Ana", "features": "um texto livre"}),
            ({"name": "Rui"}, {"name": "Rui"}),
            ({}, {}),
        ]
    )
    whole = report.all
    assert (whole.expected, whole.right, whole.wrong, whole.missed, whole.invented) == (4, 2, 1, 1, 1)
    assert (whole.rate, whole.precision) == (0.5, 0.5)
    assert [(one.field, one.right) for one in report.fields] == [("city", 1), ("name", 1), ("users", 0)]


@pytest.mark.parametrize(
    ("expected", "found", "verdict"),
    [
        ("R$ 5.000", "r$ 5 000", "right"),
        ("São João", "sao joao", "right"),
        ("15", "150", "wrong"),
        ("15", "", "missed"),
        ("", "15", "invented"),
        ("", "", ""),
    ],
)
def test_a_fact_is_right_whatever_its_accents_and_punctuation(
    expected: str, found: str, verdict: str
) -> None:
    assert judge(expected, found) == verdict


@pytest.mark.parametrize(
    ("scores", "intent"),
    [
        ([("CUSTOM_SOFTWARE", 0.69)], "ENTRY_UNKNOWN"),
        ([("INSTITUTIONAL", 0.9), ("CUSTOM_SOFTWARE", 0.8)], "CUSTOM_SOFTWARE"),
        ([("CUSTOM_SOFTWARE", 0.9), ("PYLOTO_ENTREGA_REQUEST", 0.8)], "PYLOTO_ENTREGA_REQUEST"),
        ([("UNSUPPORTED", 0.9), ("INSTITUTIONAL", 0.8)], "INSTITUTIONAL"),
        ([("UNSUPPORTED", 0.9)], "UNSUPPORTED"),
        ([], "ENTRY_UNKNOWN"),
    ],
)
def test_what_counts_is_the_intent_the_conversation_would_make_active(
    scores: list[tuple[Intent, float]], intent: Intent
) -> None:
    assert active_of(Understanding(intents=tuple(IntentScore(*s) for s in scores)))[0] == intent


def made_active(heard: Understanding) -> Intent:
    """A intenção que a máquina de estados torna ativa, dita assim a primeira mensagem."""
    records = advance(asking(), heard, turn_id="t", now_ms=1, rules=SessionRules()).records
    chosen = [r.reason for r in records if isinstance(r, ActionRecord) and r.action == "INTENT_SET"]
    outside = any(isinstance(r, SessionRecord) and r.outcome == "UNSUPPORTED" for r in records)
    return chosen[-1] if chosen else "UNSUPPORTED" if outside else "ENTRY_UNKNOWN"


def test_it_is_the_one_that_the_state_machine_makes_active() -> None:
    for named in permutations(INTENTS, 2):
        for sure in product((0.69, 0.7, 0.95), repeat=2):
            scores = tuple(map(IntentScore, named, sure))
            heard = Understanding(intents=scores)
            assert active_of(heard)[0] == made_active(heard), scores


def test_a_message_is_heard_as_the_first_of_a_session() -> None:
    assert heard_in(hear_first("oi")).intent == "ENTRY_UNKNOWN"
    assert heard_in(hear_first("quero ser entregador")).intent == "PYLOTO_ENTREGA_DRIVER_SIGNUP"
