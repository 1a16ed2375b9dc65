import re
from collections import Counter
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process

from pyloto_stream.ai.dataset import (
    SHIPPED,
    TRAINING_ONLY,
    Answer,
    Labelled,
    MalformedLineError,
    is_test,
    parse_answers,
    parse_dataset,
    part,
    read_dataset,
)
from pyloto_stream.ai.phrases import fold
from pyloto_stream.conversation.flows import INTENTS

SECRET = "meu cpf é 123"
DATA = read_dataset(SHIPPED)
TWIN = 90
"""Semelhança, em cem, a partir da qual duas frases são quase a mesma (a página do conjunto diz o mesmo)."""


def words(text: str) -> str:
    """O texto como se compara: só letras e números, ou ele mesmo se não os tem."""
    return " ".join(re.findall(r"\w+", fold(text))) or text.strip()


def test_the_set_that_ships_is_large_and_every_intent_is_in_it() -> None:
    counts = Counter(line.intent for line in DATA.lines)
    assert len(DATA.lines) >= 1200
    assert min(counts[intent] for intent in INTENTS) >= 120
    assert len(DATA.answers) >= 100


def test_nothing_is_in_both_sides_however_it_is_spelt() -> None:
    train, test = ({words(line.text) for line in part(DATA, side).lines} for side in ("train", "test"))
    assert train
    assert test
    assert train & test == set()


def test_no_message_is_there_twice() -> None:
    counts = Counter(words(line.text) for line in DATA.lines)
    assert [text for text, times in counts.items() if times > 1] == []


def test_three_in_ten_are_for_the_test_and_each_is_always_on_the_same_side() -> None:
    texts = [f"mensagem {n}" for n in range(2000)]
    assert 0.27 < sum(map(is_test, texts)) / 2000 < 0.33
    assert all(is_test(text) == is_test(text.upper().replace("M", "m")) for text in texts)
    both = part(DATA, "train"), part(DATA, "test")
    assert sum(len(side.lines) for side in both) == len(DATA.lines)
    assert sum(len(side.answers) for side in both) == len(DATA.answers)
    assert part(DATA, "all") == DATA


def test_what_the_engine_was_written_with_is_never_tested() -> None:
    tested = part(DATA, "test")
    homes = {line.home for line in tested.lines} | {answer.home for answer in tested.answers}
    assert homes.isdisjoint(TRAINING_ONLY)
    everywhere = {line.home for line in DATA.lines} | {answer.home for answer in DATA.answers}
    assert everywhere.issuperset(TRAINING_ONLY)


def test_no_line_that_teaches_almost_repeats_one_that_tests() -> None:
    tested = [fold(line.text) for line in part(DATA, "test").lines]
    for line in part(DATA, "train").lines:
        twin = process.extractOne(fold(line.text), tested, scorer=fuzz.ratio, score_cutoff=TWIN)
        assert twin is None, f"a line of {line.home} is a near twin of a tested one"


def test_blank_lines_and_comments_are_skipped_and_facts_are_read() -> None:
    rows = ["", "# nota", "  ", "INSTITUTIONAL\to que é?\r", 'CUSTOM_SOFTWARE\tsomos 8\t{"users": "8"}']
    assert parse_dataset(rows) == [
        Labelled("INSTITUTIONAL", "o que é?"),
        Labelled("CUSTOM_SOFTWARE", "somos 8", {"users": "8"}),
    ]


def test_an_answer_may_be_worth_nothing() -> None:
    assert parse_answers(["city\tLondrina\tLondrina PR", "city\tnão sei"]) == [
        Answer("city", "Londrina", "Londrina PR"),
        Answer("city", "não sei", ""),
    ]


@pytest.mark.parametrize(
    "line",
    [
        SECRET,
        f"NADA\t{SECRET}",
        "INSTITUTIONAL\t",
        "INSTITUTIONAL\t  ",
        f"\t{SECRET}",
        f"INSTITUTIONAL\t{SECRET}\t[1]",
        f'INSTITUTIONAL\t{SECRET}\t{{"cpf": "1"}}',
        f"INSTITUTIONAL\t{SECRET}\t{{}}\tx",
    ],
)
def test_a_malformed_line_is_named_by_number_and_never_by_its_text(line: str) -> None:
    with pytest.raises(MalformedLineError, match=r"^line 2: ") as caught:
        parse_dataset(["INSTITUTIONAL\to que é?", line])
    assert caught.value.number == 2
    assert "cpf é" not in str(caught.value)


@pytest.mark.parametrize("line", [SECRET, f"cor\t{SECRET}\tazul", "city\t \tx"])
def test_a_malformed_answer_is_named_by_number_and_never_by_its_text(line: str) -> None:
    with pytest.raises(MalformedLineError, match=r"^line 1: ") as caught:
        parse_answers([line])
    assert "cpf é" not in str(caught.value)


def test_in_a_folder_the_file_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("INSTITUTIONAL\to que é?\n", encoding="utf-8")
    (tmp_path / "answers.tsv").write_text("city\tLondrina\tLondrina PR\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("nada", encoding="utf-8")
    read = read_dataset(tmp_path)
    assert (len(read.lines), len(read.answers)) == (1, 1)
    (tmp_path / "b.tsv").write_text(f"\n{SECRET}\n", encoding="utf-8")
    with pytest.raises(MalformedLineError, match=r"^b.tsv: line 2: expected intent<TAB>text$"):
        read_dataset(tmp_path)
