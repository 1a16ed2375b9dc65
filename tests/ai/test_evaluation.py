from importlib import resources

import pytest

from pyloto_stream.ai.evaluation import Labelled, MalformedLineError, evaluate, intent_of, parse_dataset

SECRET = "meu cpf é 123"


def shipped(name: str) -> list[Labelled]:
    text = (resources.files("pyloto_stream.ai") / "data" / name).read_text(encoding="utf-8")
    return parse_dataset(text.splitlines())


def test_the_rules_get_the_lines_they_were_written_with() -> None:
    assert evaluate(shipped("intents.tsv")).accuracy >= 0.97


def test_the_rules_get_lines_they_never_saw() -> None:
    assert evaluate(shipped("intents_heldout.tsv")).accuracy >= 0.88


def test_every_intent_of_the_held_out_set_is_mostly_found() -> None:
    report = evaluate(shipped("intents_heldout.tsv"))
    assert len(report.intents) == 8
    assert min(intent.recall for intent in report.intents) >= 0.7


def test_no_line_is_in_both_sets() -> None:
    assert not {line.text for line in shipped("intents.tsv")} & {
        line.text for line in shipped("intents_heldout.tsv")
    }


def test_accuracy_precision_recall_and_confusion_are_counted() -> None:
    lines = [
        Labelled("CUSTOM_SOFTWARE", "a"),
        Labelled("CUSTOM_SOFTWARE", "b"),
        Labelled("INSTITUTIONAL", "c"),
    ]
    report = evaluate(lines, lambda text: "CUSTOM_SOFTWARE" if text in "ac" else "ENTRY_UNKNOWN")
    assert (report.total, report.correct, report.accuracy) == (3, 1, 0.3333)
    software = next(r for r in report.intents if r.intent == "CUSTOM_SOFTWARE")
    assert (software.precision, software.recall, software.f1, software.support) == (0.5, 0.5, 0.5, 2)
    unknown = next(r for r in report.intents if r.intent == "ENTRY_UNKNOWN")
    assert (unknown.precision, unknown.recall, unknown.support) == (0, 0, 0)
    assert report.confusion == {
        "CUSTOM_SOFTWARE": {"CUSTOM_SOFTWARE": 1, "ENTRY_UNKNOWN": 1},
        "INSTITUTIONAL": {"CUSTOM_SOFTWARE": 1},
    }


def test_an_empty_set_has_no_accuracy_and_no_division_by_zero() -> None:
    report = evaluate([])
    assert (report.total, report.accuracy, report.intents, report.confusion) == (0, 0.0, (), {})


def test_blank_lines_and_comments_are_skipped() -> None:
    assert parse_dataset(["", "# nota", "  ", "INSTITUTIONAL\to que é?\r\n"]) == [
        Labelled("INSTITUTIONAL", "o que é?")
    ]


@pytest.mark.parametrize(
    "line", [SECRET, f"NADA\t{SECRET}", "INSTITUTIONAL\t", "INSTITUTIONAL\t  ", f"\t{SECRET}"]
)
def test_a_malformed_line_is_named_by_number_and_never_by_its_text(line: str) -> None:
    with pytest.raises(MalformedLineError, match=r"^line 2: ") as caught:
        parse_dataset(["INSTITUTIONAL\to que é?", line])
    assert caught.value.number == 2
    assert "cpf" not in str(caught.value)


def test_below_the_threshold_the_intent_is_unknown() -> None:
    assert intent_of("oi") == "ENTRY_UNKNOWN"
    assert intent_of("quero ser entregador") == "PYLOTO_ENTREGA_DRIVER_SIGNUP"
