import pytest

from pyloto_stream.ai.phrases import BREAK, PhraseIndex, fold


def found(phrase: str, text: str) -> list[tuple[int, int]]:
    words = text.replace(",", f" {BREAK} ").split()
    return [(m.start, m.end) for m in PhraseIndex([(phrase, "x")]).find(words)]


@pytest.mark.parametrize(
    ("phrase", "text", "spans"),
    [
        ("moto", "tenho moto boa", [(1, 2)]),
        ("moto", "motoca", []),
        ("moto*", "motoca", [(0, 1)]),
        ("moto|bike", "bike e moto", [(0, 1), (2, 3)]),
        ("quero um? chatbot", "quero chatbot", [(0, 2)]),
        ("quero um? chatbot", "quero um chatbot", [(0, 3)]),
        ("quero .. entrega", "quero pedir uma boa entrega", [(0, 5)]),
        ("quero .. entrega", "quero a b c d entrega", []),
        ("quero .. entrega", "quero, entrega", []),
        ("^nao$", "nao", [(0, 1)]),
        ("^nao$", "nao quero", []),
        ("^nao$", "ola, nao, quero", [(2, 3)]),
        ("^oi", "digo oi", []),
        ("ia|inteligencia_artificial boa", "inteligencia artificial boa", [(0, 3)]),
        ("ia|inteligencia_artificial boa", "ia boa", [(0, 2)]),
    ],
)
def test_a_phrase_matches_exactly_what_its_language_says(
    phrase: str, text: str, spans: list[tuple[int, int]]
) -> None:
    assert found(phrase, text) == spans


@pytest.mark.parametrize("phrase", ["", ".. moto", "um? moto", "m* x", "moto!", "uma?|dois x", "ação"])
def test_a_malformed_phrase_is_refused_when_the_index_is_built(phrase: str) -> None:
    with pytest.raises(ValueError, match=r"phrase|stem|word"):
        PhraseIndex([(phrase, "x")])


def test_the_index_knows_its_words_and_what_begins_with_its_stems() -> None:
    index = PhraseIndex([("entreg* hoje", "x")])
    assert index.knows("hoje")
    assert index.knows("entregas")
    assert not index.knows("entregadro")
    assert not index.knows("ontem")


def test_folding_drops_case_and_accents() -> None:
    assert fold("São JOÃO ção") == "sao joao cao"
