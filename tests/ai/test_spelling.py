import pytest

from pyloto_stream.ai.spelling import Speller

WORDS = Speller(["sistema", "entregador", "cadastro", "cadastra", "moto"], right={"sistemo"})


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("sistma", "sistema"),
        ("sisteema", "sistema"),
        ("sustema", "sistema"),
        ("entrgdor", "entrgdor"),  # duas letras erradas: não arrisca
        ("cadastre", "cadastre"),  # dois candidatos: não arrisca
        ("vistema", "vistema"),  # outra inicial
        ("mota", "mota"),  # curta demais
        ("sistemo", "sistemo"),  # certa como está
        ("sistema", "sistema"),
    ],
)
def test_only_a_long_word_with_one_candidate_is_corrected(typed: str, read: str) -> None:
    assert WORDS.correct(typed) == read
