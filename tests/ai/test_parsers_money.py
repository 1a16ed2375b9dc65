"""De quem é o dinheiro, qual é o volume de costume, e que data é um prazo, quando ninguém perguntou."""

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered

BUDGETS = {
    "quero um sistema de estoque, meu limite é 9 mil": "R$ 9.000",
    "não posso gastar mais que 4 mil nisso": "R$ 4.000",
    "o teto aprovado pelo conselho foi de cinquenta mil reais": "R$ 50.000",
    "juntei 6 mil pra isso": "R$ 6.000",
    "meu budget é entre 20k e 30k": "R$ 20.000 a R$ 30.000",
    "gasto hoje 700 numa ferramenta e quero gastar no máximo 400": "R$ 400",
    "meu patrão autorizou trezentão por mês": "R$ 300",
    "me cobraram 12 mil num site e não entregaram": "",
    "temos 3 mil produtos cadastrados e 12 lojas": "",
    "perdemos 5 mil reais por mês com erro de estoque": "",
    "comprei um sistema por 900 reais e é horrível": "",
}
VOLUMES = {
    "nosso pico é de 300 por dia, mas a média fica em 120": "120 por dia",
    "saem uns 15 pedidos por noite": "15 por dia",
    "sexta e sábado dá 50, nos outros dias umas 20 por dia": "20 por dia",
    "farmácia, 35/dia": "35 por dia",
    "todo santo dia são 25 quentinhas pra entregar": "25 por dia",
    "45 entregas todo domingo": "45 por semana",
    "meu vizinho manda 50 por dia": "",
    "no natal mandei 400 cestas num dia": "",
    "quero 2 motoboys fixos, 5 horas por dia": "",
    "entrego em 40 minutos": "",
}
DEADLINES = {
    "Prazo: 30/11/2026": "30/11/2026",
    "o sistema roda até 30/06": "até 30/06",
    "temos 90 dias": "90 dias",
    "o ideal seria lançar antes do dia das mães": "antes do dia das mães",
    "precisa rodar antes das eleições": "antes das eleições",
    "dá pra fazer até o São João?": "até o São João",
    "quero em uns 45 dias": "em 45 dias",
    "faz 6 meses que procuro um sistema": "",
    "todo fim de mês é um sufoco": "",
    "vocês entregam em 30 dias?": "",
    "assinam contrato antes de ver a ideia?": "",
    "hoje é tudo no papel": "",
}


def test_a_number_is_a_budget_only_if_it_is_what_the_person_can_spend() -> None:
    for text, value in BUDGETS.items():
        assert volunteered(READER.read(text), "budget") == value, text


def test_the_usual_number_wins_and_what_is_no_volume_is_left_out() -> None:
    for text, value in VOLUMES.items():
        assert volunteered(READER.read(text), "delivery_volume") == value, text


def test_a_date_is_a_deadline_only_if_it_is_told_as_one() -> None:
    for text, value in DEADLINES.items():
        assert volunteered(READER.read(text), "deadline") == value, text


def test_a_corrected_number_keeps_the_thousands_of_the_first() -> None:
    assert answer(READER.read("R$ 22 mil. Não, 24"), "budget") == "R$ 24.000"
    assert answer(READER.read("3 mil, no aperto 4, mas 4 é o teto"), "budget") == "R$ 4.000"
    assert answer(READER.read("o outro me cobrou 40 mil e sumiu"), "budget") == ""


def test_what_happened_once_is_no_volume_even_when_asked() -> None:
    assert answer(READER.read("no dia das mães fiz 140"), "delivery_volume") == ""
    assert answer(READER.read("ontem foram 300, mas o comum é 90 por dia"), "delivery_volume") == "90 por dia"
