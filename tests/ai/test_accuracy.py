"""Quanto as regras acertam no lado que ninguém olha; `PYLOTO_WRITE_DOCS=1` regrava a página que o diz."""

import os
import re
from functools import cache

from pyloto_stream.ai.dataset import SHIPPED, part, read_dataset
from pyloto_stream.ai.evaluation import FactsReport, Report, compare_facts, evaluate, heard_in
from pyloto_stream.ai.listening import answer_to, facts_in_subject, hear_first
from tests.support.repository import ROOT

PAGE = ROOT / "docs" / "ai.md"
BEGIN, END = "<!-- accuracy: generated -->\n", "<!-- /accuracy -->\n"
DATA = part(read_dataset(SHIPPED), "test")
INTENT_FLOOR = 0.90
FACTS_FLOOR = 0.86
ANSWERS_FLOOR = 0.86


@cache
def measured() -> Report:
    return evaluate(DATA.lines, [heard_in(hear_first(line.text)) for line in DATA.lines])


@cache
def facts() -> FactsReport:
    return compare_facts((line.facts, facts_in_subject(line)) for line in DATA.lines)


@cache
def answers() -> FactsReport:
    return compare_facts(({one.field: one.expected}, {one.field: answer_to(one)}) for one in DATA.answers)


def test_the_rules_understand_what_nobody_looked_at() -> None:
    assert measured().accuracy >= INTENT_FLOOR
    assert min(intent.recall for intent in measured().intents) >= 0.75


def test_the_rules_find_the_facts_that_are_there() -> None:
    assert facts().all.rate >= FACTS_FLOOR
    assert answers().all.rate >= ANSWERS_FLOOR


def test_confidence_above_the_threshold_means_something() -> None:
    report = measured()
    assert report.confident_precision >= 0.90
    assert report.confident >= 0.8


def section() -> str:
    """A parte gerada da página."""
    report = measured()
    rows = [
        f"| `{one.intent}` | {one.precision:.1%} | {one.recall:.1%} | {one.f1:.1%} | {one.support} |"
        for one in report.intents
    ]
    counted = [
        ("Facts of a first message (the intent still to be found)", report.facts.all),
        ("Facts, the subject known", facts().all),
        ("Answers to a question", answers().all),
    ]
    right = f"**{report.accuracy:.1%}** right ({report.correct} of {report.total})"
    sure = f"{report.confident:.1%} of the messages, {report.confident_precision:.1%} of them right"
    lines = [
        f"Intents: {right}. At a confidence of 0.7 or more: {sure}.",
        "",
        "| Intent | Precision | Recall | F1 | Messages |",
        "|---|---|---|---|---|",
        *rows,
        "",
        "| | Right | Expected | Rate | Wrong | Missed | Invented |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {name} | {c.right} | {c.expected} | {c.rate:.1%} | {c.wrong} | {c.missed} | {c.invented} |"
            for name, c in counted
        ),
    ]
    return "\n".join(lines) + "\n"


def test_the_page_says_what_is_measured() -> None:
    text = PAGE.read_text(encoding="utf-8")
    wanted = BEGIN + section() + END
    if os.environ.get("PYLOTO_WRITE_DOCS"):
        text = re.sub(f"{BEGIN}.*?{END}", lambda _: wanted, text, flags=re.DOTALL)
        PAGE.write_text(text, encoding="utf-8")
    assert wanted in text, "run with PYLOTO_WRITE_DOCS=1"
