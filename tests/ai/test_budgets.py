from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered

SPENDABLE = [
    ("oito mil", "R$ 8.000"),
    ("meu teto é 15 mil", "R$ 15.000"),
    ("tenho 20k pra investir", "R$ 20.000"),
    ("entre vinte e vinte e cinco mil a gente fecha", "R$ 20.000 a R$ 25.000"),
    ("de 10 a 15 mil", "R$ 10.000 a R$ 15.000"),
    ("no máximo 5 mil reais", "R$ 5.000"),
    ("R$ 12.500,00", "R$ 12.500"),
    ("meio milhão é o que reservamos", "R$ 500.000"),
    ("1,5 milhão", "R$ 1.500.000"),
    ("um milhão e meio", "R$ 1.500.000"),
    ("só tenho milão", "R$ 1.000"),
    ("40 pau pra gastar", "R$ 40.000"),
    ("18 pau", "R$ 18.000"),
    ("6 conto", "R$ 6.000"),
    ("quinzão", "R$ 15.000"),
    ("700 conto", "R$ 700"),
    ("300 pila", "R$ 300"),
    ("uns mil e quinhentos", "R$ 1.500"),
    ("dois mil e quinhentos", "R$ 2.500"),
    ("3 mil e 500", "R$ 3.500"),
    ("2 mil e pouco", "R$ 2.000"),
    ("vendi a moto e sobrou 6 mil, é esse dinheiro que tenho", "R$ 6.000"),
    ("guardei 9 mil", "R$ 9.000"),
    ("juntei 10 mil e é o que tem", "R$ 10.000"),
    ("o patrão liberou 30 mil", "R$ 30.000"),
    ("a diretoria aprovou R$ 80.000,00", "R$ 80.000"),
    ("a verba é de 45 mil", "R$ 45.000"),
    ("não passa de 4 mil", "R$ 4.000"),
    ("nem um centavo acima de 14 mil", "R$ 14.000"),
    ("pago até 18 mil se entregar antes", "R$ 18.000"),
    ("tô pensando em algo na casa dos 20 mil", "R$ 20.000"),
    ("coisa de 8 a 10 mil", "R$ 8.000 a R$ 10.000"),
    ("orçamento: 25 mil", "R$ 25.000"),
    ("budget 50k", "R$ 50.000"),
    ("uns 3 mil, se ficar 3 e meio ainda encaro", "R$ 3.500"),
    ("2 mil à vista e mais 2 na entrega, total quatro", "R$ 4.000"),
    ("posso investir algo entre R$ 5 mil e R$ 8 mil", "R$ 5.000 a R$ 8.000"),
    ("tenho investidor com 120 mil", "R$ 120.000"),
    ("consigo dispor de uns 12 mil", "R$ 12.000"),
    ("um sistema que custe uns 700 reais", "R$ 700"),
    ("que caiba em R$ 1.800", "R$ 1.800"),
    ("quero gastar pouco, mil reais", "R$ 1.000"),
    ("o edital dá 60 mil", "R$ 60.000"),
    ("grana só 6 mil por enquanto", "R$ 6.000"),
    ("dispomos de duzentos mil reais", "R$ 200.000"),
    ("200 mil tá reservado", "R$ 200.000"),
    ("3 a 4k", "R$ 3.000 a R$ 4.000"),
    ("5000", "R$ 5.000"),
    ("5.000", "R$ 5.000"),
    ("até uns 2500", "R$ 2.500"),
    ("meus pais vão bancar uns 5 mil", "R$ 5.000"),
    ("três e quinhentos é o que tenho", "R$ 3.500"),
    ("dinheiro pouco viu, 2 mil no talo", "R$ 2.000"),
    ("a gente pensou em algo na casa dos 15 mil", "R$ 15.000"),
    ("posso pagar em 10x de 500", "R$ 5.000"),
    ("dou 3 parcelas de mil", "R$ 3.000"),
    ("acima de 8 mil não dá", "R$ 8.000"),
    ("meu limite é 900reais", "R$ 900"),
    ("pensei em investir 10 mil, mas conversamos e fechamos em 7", "R$ 7.000"),
    ("dependendo do preço, até 10k", "R$ 10.000"),
    ("temos 20 mil, no máximo 25 mil", "R$ 25.000"),
    ("tenho 5 mil, chego a 6 se precisar", "R$ 6.000"),
    ("quero gastar 8 mil, estourando 10", "R$ 10.000"),
    ("temos 20 mil, no máximo 3 meses", "R$ 20.000"),
    ("temos 20 mil, vou a 3 cidades por semana", "R$ 20.000"),
    ("minha sócia entra com 12 mil", "R$ 12.000"),
    ("posso pagar entre mil e dois mil", "R$ 1.000 a R$ 2.000"),
]
ONLY_ASKED = [
    ("ganhei um prêmio de 15 mil do Sebrae pra isso", "R$ 15.000"),
    ("10 mil parcelado em 10x", "R$ 10.000"),
]


def test_a_budget_is_heard_however_it_is_said() -> None:
    heard = {text: volunteered(READER.read(f"quero um sistema, {text}"), "budget") for text, _ in SPENDABLE}
    assert heard == dict(SPENDABLE)


def test_the_answer_about_the_budget_is_understood_in_the_same_words() -> None:
    asked = dict(SPENDABLE + ONLY_ASKED)
    assert {text: answer(READER.read(text), "budget") for text in asked} == asked


OTHER_MONEY = [
    "vi por 3 mil no concorrente",
    "o orçamento que me passaram em outra empresa foi 50 mil",
    "faturamos 200 mil por mês",
    "o último programador me cobrou 4 mil e sumiu",
    "cobro 80 reais a consulta",
    "temos 3 mil clientes",
    "perdi 10 mil com um freelancer",
    "vendo bolo de 120 reais",
    "meu aluguel é 2 mil",
    "processo 117/2027",
    "tenho 2 mil alunos",
    "o sistema atual custa 900 por mês",
    "pago 300 reais de mensalidade hoje",
    "quanto fica? 5 mil? 10 mil?",
    "ticket médio de 250 reais",
    "gasto 400 com planilha e contador",
    "vendo 15 mil por mês",
    "entram 20 mil pedidos por mês",
    "quanto fica? uns 10 mil?",
]


def test_the_money_of_something_else_is_no_budget() -> None:
    for text in OTHER_MONEY:
        assert volunteered(READER.read(text), "budget") == "", text


def test_the_thousand_already_said_is_not_repeated() -> None:
    for text, value in (
        ("um amigo falou que sai por 3 mil, outro falou 50. eu tenho 7. e aí?", "R$ 7.000"),
        ("ela entra com 2 e eu com 3 mil, total 5", "R$ 5.000"),
        ("são uns 3 mil, se ficar 3 e meio eu ainda encaro", "R$ 3.500"),
    ):
        assert volunteered(READER.read(text), "budget") == value, text


def test_what_one_would_pay_by_month_is_not_counted_in_thousands() -> None:
    assert answer(READER.read("50 conto"), "monthly_budget") == "R$ 50"
    assert answer(READER.read("50 conto"), "budget") == "R$ 50.000"


def test_what_one_would_pay_by_month_is_told_after_the_sum() -> None:
    for text, value in (
        ("100 por mês eu pagava fácil", "R$ 100"),
        ("350 por mês eu acho justo", "R$ 350"),
        ("300 por mês se paga sozinho", "R$ 300"),
        ("tenho 3600 pro ano, dá 300 por mês", "R$ 300"),
        ("200 por mês eu pagava no outro", ""),
        ("100 por mês eu pagava antes", ""),
        ("120 clientes por mês eu acho razoável", ""),
        ("a verba anual é 12 mil", ""),
        ("vendo 5 mil por mês", ""),
    ):
        assert volunteered(READER.read(text), "monthly_budget") == value, text
