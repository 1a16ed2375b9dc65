import pytest

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("uns vinte", "cerca de 20"),
        ("umas 300 por dia", "cerca de 300 por dia"),
        ("meia dúzia", "6"),
        ("duas dúzias", "24"),
        ("20 a 30", "20 a 30"),
        ("entre 20 e 30", "20 a 30"),
        ("10-20", "10 a 20"),
        ("mais de 100", "mais de 100"),
        ("menos de 5", "menos de 5"),
        ("até 10", "até 10"),
        ("no máximo 8", "até 8"),
        ("1.500", "1500"),
        ("2 mil", "2000"),
        ("2k", "2000"),
        ("mil e quinhentos", "1500"),
        ("vinte e cinco", "25"),
        ("cento e vinte por mês", "120 por mês"),
        ("quarenta diárias", "40 por dia"),
        ("uma média de 40 por semana", "cerca de 40 por semana"),
        ("De 10 a 30 por dia", "10 a 30 por dia"),
        ("Mais de 100 por dia", "mais de 100 por dia"),
        ("a segunda", "10 a 30 por dia"),
        ("2", "2"),
        ("estou começando", "estou começando"),
        ("nenhuma ainda", "nenhuma ainda"),
    ],
)
def test_a_quantity_is_read_in_digits_and_words(text: str, value: str) -> None:
    assert answer(READER.read(text), "delivery_volume") == value


@pytest.mark.parametrize("text", ["muitas", "um monte", "41999887766", "não sei", "", "meia boca", "k", "e"])
def test_what_is_not_a_quantity_is_refused(text: str) -> None:
    assert answer(READER.read(text), "delivery_volume") == ""


def test_one_person_alone_is_one_user() -> None:
    assert answer(READER.read("só eu"), "users") == "1"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5 mil", "R$ 5.000"),
        ("R$ 5.000,00", "R$ 5.000"),
        ("5,5 mil", "R$ 5.500"),
        ("10mil", "R$ 10.000"),
        ("entre 5 e 10 mil", "R$ 5.000 a R$ 10.000"),
        ("500 por mês", "R$ 500 por mês"),
        ("até 3000", "até R$ 3.000"),
        ("um milhão", "R$ 1.000.000"),
        ("de 5 a 10", "de 5 a 10"),
        ("não sei", ""),
        ("depende", ""),
    ],
)
def test_a_budget_is_read_in_reais(text: str, value: str) -> None:
    assert answer(READER.read(text), "budget") == value


@pytest.mark.parametrize(
    "text",
    [
        "em 3 meses",
        "sem pressa",
        "o quanto antes",
        "dezembro",
        "15/12",
        "dia 10",
        "semana que vem",
        "pra ontem",
        "até o fim do ano",
        "2 semanas",
        "um mês",
        "em 90 dias",
    ],
)
def test_a_deadline_keeps_the_persons_words(text: str) -> None:
    assert answer(READER.read(text), "deadline") == text


@pytest.mark.parametrize("text", ["banana", "não sei", "", "10", "sim"])
def test_what_is_not_a_deadline_is_refused(text: str) -> None:
    assert answer(READER.read(text), "deadline") == ""


def test_a_long_answer_keeps_only_the_deadline_in_it() -> None:
    text = "então a gente conversou aqui na empresa e todo mundo acha que em dezembro seria bom"
    assert answer(READER.read(text), "deadline") == "dezembro"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("delivery_volume", "tenho uma pizzaria e faço 30 entregas por dia", "30 por dia"),
        ("delivery_volume", "tenho 2 lojas", ""),
        ("users", "um sistema para 15 funcionários", "15"),
        ("budget", "tenho orçamento de 8 mil", "R$ 8.000"),
        ("deadline", "preciso para dezembro", "preciso para dezembro"),
    ],
)
def test_an_unasked_number_needs_a_hint_beside_it(name: str, text: str, value: str) -> None:
    assert volunteered(READER.read(text), name) == value
