"""Os municípios que aparecem num texto, e o estado que se disse."""

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.sightings import hits, told_city


def seen(text: str) -> list[tuple[str, bool]]:
    reading = READER.read(text)
    return [(hit.place.label, hit.told) for hit in hits(reading, 0, len(reading.words))]


def test_the_longest_name_in_each_place_is_seen_with_the_state_that_was_said() -> None:
    assert seen("Londrina PR") == [("Londrina PR", True)]
    assert seen("PR - Londrina") == [("Londrina PR", True)]
    assert seen("sou de S. José dos Campos") == [("São José dos Campos SP", False)]
    assert seen("Campo Grande e Curitiba") == [("Campo Grande MS", False), ("Curitiba PR", False)]


def test_a_city_counts_as_told_only_with_its_state() -> None:
    assert told_city(READER.read("Rua Sergipe 10, Londrina - PR, 86010-000")) == "Londrina PR"
    assert told_city(READER.read("Rua Sergipe 10, Londrina")) == ""
