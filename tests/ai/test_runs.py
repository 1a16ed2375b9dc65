"""Onde um nome pode começar e acabar, e como se escreve."""

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.runs import Run, is_title, run_at, unmarked, written


def test_a_name_ends_at_a_common_word_and_never_with_a_particle() -> None:
    reading = READER.read("ana paula de moto")
    assert run_at(reading, 0, len(reading.words)) == Run(0, 2)
    assert run_at(reading, 3, len(reading.words)) == Run(3, 3)


def test_a_name_is_written_with_capitals_and_known_accents() -> None:
    reading = READER.read("jose da silva")
    assert written(reading, Run(0, 3)) == "José da Silva"
    assert written(READER.read("Ana McDonald"), Run(0, 2)) == "Ana McDonald"


def test_titles_and_symbols_are_seen() -> None:
    reading = READER.read("Ana {admin} JOSE")
    assert [is_title(reading, at) for at in (0, 2)] == [True, False]
    assert unmarked(READER.read("Ana Lima"), 0, 2)
    assert not unmarked(reading, 1, 2)
