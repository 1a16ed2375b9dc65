import pytest

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("uns vinte", "20"),
        ("umas 300 por dia", "300 por dia"),
        ("meia dúzia", "6"),
        ("duas dúzias", "24"),
        ("20 a 30", "20 a 30"),
        ("entre 20 e 30", "20 a 30"),
        ("10-20", "10 a 20"),
        ("mais de 100", "mais de 100"),
        ("menos de 5", "menos de 5"),
        ("até 10", "10"),
        ("no máximo 8", "8"),
        ("1.500", "1500"),
        ("2 mil", "2000"),
        ("2k", "2000"),
        ("mil e quinhentos", "1500"),
        ("vinte e cinco", "25"),
        ("cento e vinte por mês", "120 por mês"),
        ("quarenta diárias", "40 por dia"),
        ("uma média de 40 por semana", "40 por semana"),
        ("De 10 a 30 por dia", "10 a 30 por dia"),
        ("Mais de 100 por dia", "mais de 100 por dia"),
        ("a segunda", "10 a 30 por dia"),
        ("2", "2"),
        ("estou começando", "estou começando"),
        ("uma dúzia e meia", "18"),
        ("mil e poucas", "1000"),
        ("uns 2k", "2000"),
        ("duzentas e cinquenta", "250"),
        ("setecentas e cinquenta por mês", "750 por mês"),
        ("2 mil por mes", "2000 por mês"),
        ("entre 20 e 30/dia", "20 a 30 por dia"),
        ("quinze ou vinte por dia", "15 a 20 por dia"),
        ("10 no dia e 30 no fds", "10 por dia e 30 no fim de semana"),
        ("8 p dia", "8 por dia"),
        ("por dia? umas 12", "12 por dia"),
        ("todo dia umas 70", "70 por dia"),
        ("50 semanais", "50 por semana"),
        ("era 50 por dia e agora tá em 80 por dia", "80 por dia"),
        ("100 por dia, não, 200 por dia", "200 por dia"),
        ("nenhuma ainda", "nenhuma ainda"),
    ],
)
def test_a_quantity_is_read_in_digits_and_words(text: str, value: str) -> None:
    assert answer(READER.read(text), "delivery_volume") == value


@pytest.mark.parametrize("text", ["muitas", "um monte", "41999887766", "não sei", "", "meia boca", "k", "e"])
def test_what_is_not_a_quantity_is_refused(text: str) -> None:
    assert answer(READER.read(text), "delivery_volume") == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("só eu", "1"),
        ("eu e minha esposa", "2"),
        ("só nós dois", "2"),
        ("eu e mais 3", "4"),
        ("seis garçons e eu", "7"),
        ("eram 10 mas contratamos, agora somos 14", "14"),
    ],
)
def test_who_answers_is_counted_too(text: str, value: str) -> None:
    assert answer(READER.read(text), "users") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5 mil", "R$ 5.000"),
        ("R$ 5.000,00", "R$ 5.000"),
        ("5,5 mil", "R$ 5.500"),
        ("10mil", "R$ 10.000"),
        ("entre 5 e 10 mil", "R$ 5.000 a R$ 10.000"),
        ("500 por mês", "R$ 500"),
        ("até 3000", "R$ 3.000"),
        ("um milhão", "R$ 1.000.000"),
        ("meio milhão", "R$ 500.000"),
        ("R$ 1.500,00", "R$ 1.500"),
        ("5k", "R$ 5.000"),
        ("uns 5 mil", "R$ 5.000"),
        ("entre 3 e 5 mil", "R$ 3.000 a R$ 5.000"),
        ("R$ 1.000 a R$ 1.500", "R$ 1.000 a R$ 1.500"),
        ("50 mil, talvez 60", "R$ 50.000 a R$ 60.000"),
        ("no máximo 800 por mês", "R$ 800"),
        ("700 conto", "R$ 700"),
        ("até 2 conto", "R$ 2.000"),
        ("ia gastar 5 mil mas posso chegar em 8 mil", "R$ 8.000"),
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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("preciso disso até o fim do ano", "até o fim do ano"),
        ("queria pra julho", "julho"),
        ("pra ontem kkk", "pra ontem"),
        ("em março, não, em abril", "em abril"),
        ("era pra março mas pode ser até maio", "até maio"),
        ("pode ser com calma, sem pressa", "sem pressa"),
        ("preciso pro dia 5 de março", "dia 5 de março"),
        ("até o dia 10, por favor", "até o dia 10"),
        ("até 15/12 tá bom", "até 15/12"),
        ("2 a 3 meses", "2 a 3 meses"),
        ("daqui uns 2 meses", "daqui 2 meses"),
        ("no segundo semestre", "no segundo semestre"),
        ("antes do natal", "antes do natal"),
        ("antes da safra", "antes da safra"),
        ("até sexta", "até sexta"),
        ("final de 2027", "final de 2027"),
    ],
)
def test_a_deadline_is_told_from_the_rest_of_the_sentence(text: str, value: str) -> None:
    assert answer(READER.read(text), "deadline") == value


@pytest.mark.parametrize(
    "text", ["banana", "não sei", "", "10", "sim", "não sei te dizer agora", "trabalho há 3 anos com isso"]
)
def test_what_is_not_a_deadline_is_refused(text: str) -> None:
    assert answer(READER.read(text), "deadline") == ""


def test_a_long_answer_keeps_only_the_deadline_in_it() -> None:
    text = "então a gente conversou aqui na empresa e todo mundo acha que em dezembro seria bom"
    assert answer(READER.read(text), "deadline") == "em dezembro"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("delivery_volume", "tenho uma pizzaria e faço 30 entregas por dia", "30 por dia"),
        ("delivery_volume", "tenho 2 lojas", ""),
        ("delivery_volume", "pago 300 por mês de aluguel e faço entregas", ""),
        ("budget", "tenho 8 mil clientes", ""),
        ("deadline", "uso há 3 anos, quero trocar agora", ""),
        ("deadline", "preciso urgente de um sistema", "urgente"),
        ("users", "um sistema para 15 funcionários", "15"),
        ("budget", "tenho orçamento de 8 mil", "R$ 8.000"),
        ("deadline", "preciso para dezembro", "dezembro"),
    ],
)
def test_an_unasked_number_needs_a_hint_beside_it(name: str, text: str, value: str) -> None:
    assert volunteered(READER.read(text), name) == value
