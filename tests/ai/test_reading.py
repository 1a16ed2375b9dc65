from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import MAX_CHARS, MAX_WORDS


def words(text: str) -> list[str]:
    return [word.text for word in READER.read(text).words]


def test_short_forms_open_and_accents_fold() -> None:
    assert words("Vc é daqui? tb qro") == ["voce", "e", "daqui", BREAK, "tambem", "quero"]


def test_stretched_letters_and_typos_are_read() -> None:
    assert words("oiiiii sistma") == ["oi", "sistema"]


def test_punctuation_in_a_row_is_one_break_and_none_opens_a_text() -> None:
    assert words("... oi !!! ?? tchau") == ["oi", BREAK, "tchau"]


def test_the_original_text_of_words_keeps_case_and_accents() -> None:
    reading = READER.read("sou a  Ana\nJúlia, de Itu")
    assert reading.original(0, 3) == "sou a Ana"
    assert reading.original(2, 5) == "Ana Júlia"
    assert reading.original(2, 2) == ""


def test_clauses_end_at_any_punctuation_and_sentences_at_the_strong_ones() -> None:
    reading = READER.read("oi, Ana. tudo bem")
    assert list(reading.clauses()) == [(0, 1), (2, 3), (4, 6)]
    assert list(reading.sentences()) == [(0, 3), (4, 6)]


def test_a_number_with_separators_is_one_word() -> None:
    assert len(READER.read("1.500,00").words) == 1


def test_a_huge_text_is_cut_at_the_word_limit() -> None:
    assert len(READER.read("oi tchau " * 5000).words) == MAX_WORDS


def test_what_passes_the_character_limit_is_not_read() -> None:
    assert words("?" * MAX_CHARS + " oi") == []


def test_what_folds_to_nothing_is_not_a_word() -> None:
    assert words("привет 你好 ²") in ([], ["2"])
