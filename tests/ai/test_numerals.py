"""Números por extenso e em algarismos, como se digitam."""

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.numerals import numbers_in

SPELT = {
    "mil e quinhentos": [1500], "2,5 mil": [2500], "meio milhão": [500_000], "uma dúzia e meia": [18],
    "cento e vinte e três": [123], "5k": [5000], "5.000,00": [5000], "vinte e cinco mil": [25_000],
    "10 ou 12": [10, 12], "meia dúzia": [6],
}  # fmt: skip


def test_each_number_is_read_once_however_it_is_written() -> None:
    for text, values in SPELT.items():
        reading = READER.read(text)
        assert [number.value for number in numbers_in(reading, 0, len(reading.words))] == values, text


def test_articles_and_versions_are_no_numbers() -> None:
    for text in ("um monte de gente", "uma ideia", "versão 1.2.3"):
        reading = READER.read(text)
        assert not list(numbers_in(reading, 0, len(reading.words))), text
