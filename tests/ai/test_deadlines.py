from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered

WANTED = [
    ("precisamos disso rodando em março", "em março"),
    ("queria pra ontem", "pra ontem"),
    ("quero isso pronto antes do inverno", "antes do inverno"),
    ("quero acabar com essa digitação neste semestre", "neste semestre"),
    ("preciso em 15 dias úteis", "em 15 dias úteis"),
    ("o ideal é ter pronto até dezembro", "até dezembro"),
    ("dá pra ficar pronto em 30 dias?", "em 30 dias"),
    ("prazo: 60 dias", "60 dias"),
    ("tenho três meses pra entregar isso", "três meses"),
    ("precisava que em junho já estivesse de pé", "em junho"),
    ("queria pra semana que vem, então digamos pra daqui a três meses", "daqui a três meses"),
    ("preciso disso na primeira semana de abril", "na primeira semana de abril"),
    ("pronto na última semana do mês", "na última semana do mês"),
    ("pra abril ou maio", "abril ou maio"),
    ("sem pressa nenhuma", "sem pressa"),
    ("não tenho pressa", "não tenho pressa"),
    ("quero lançar no segundo semestre", "no segundo semestre"),
    ("até o natal", "até o natal"),
    ("antes do carnaval", "antes do carnaval"),
    ("pra semana que vem", "semana que vem"),
    ("no máximo mês que vem", "mês que vem"),
    ("o quanto antes", "o quanto antes"),
    ("é urgente", "urgente"),
    ("urgentíssimo", "urgentíssimo"),
    ("em até 90 dias", "em até 90 dias"),
    ("daqui a dois meses", "daqui a dois meses"),
    ("dentro de 45 dias", "dentro de 45 dias"),
    ("até dia 15", "até dia 15"),
    ("até 10/12", "até 10/12"),
    ("para 20 de novembro", "20 de novembro"),
    ("primeira quinzena de abril", "primeira quinzena de abril"),
    ("ano que vem", "ano que vem"),
    ("só em 2027", "em 2027"),
    ("até o fim do mês", "até o fim do mês"),
    ("final de setembro", "final de setembro"),
    ("começo do ano que vem", "começo do ano que vem"),
    ("no primeiro trimestre", "no primeiro trimestre"),
    ("virada do ano", "virada do ano"),
    ("antes das eleições", "antes das eleições"),
    ("inauguro dia 5 de junho e preciso do app pronto", "dia 5 de junho"),
    ("a estreia é em agosto, então o sistema tem que estar pronto", "em agosto"),
    ("temos até julho", "até julho"),
    ("coisa de 4 meses", "4 meses"),
    ("entre 2 e 3 meses", "entre 2 e 3 meses"),
    ("uns 40 dias tá bom", "40 dias"),
    ("assim que der", "assim que der"),
    ("o mais rápido possível", "o mais rápido possível"),
    ("imediato", "imediato"),
    ("pra já", "pra já"),
    ("próximo semestre", "próximo semestre"),
    ("quanto mais rápido melhor", "quanto mais rápido melhor"),
    ("até a Páscoa", "até a Páscoa"),
    ("até o começo das aulas", "até o começo das aulas"),
    ("na volta às aulas", "na volta às aulas"),
    ("até o dia das mães", "até o dia das mães"),
    ("de preferência ainda esse mês", "ainda esse mês"),
    ("ainda este ano", "ainda este ano"),
    ("até o fim do primeiro semestre de 2027", "até o fim do primeiro semestre de 2027"),
    ("prazo máximo de 4 semanas", "4 semanas"),
    ("deadline 15/11", "15/11"),
    ("em meados de maio", "em meados de maio"),
    ("no verão", "no verão"),
    ("antes da alta temporada", "antes da alta temporada"),
    ("até a black friday", "até a black friday"),
    ("quinze dias, não mais que isso", "quinze dias"),
    ("não tem correria", "não tem correria"),
    ("curto prazo", "curto prazo"),
    ("lá pra junho", "junho"),
    ("lá pelo meio do ano", "meio do ano"),
    ("fica pra fevereiro", "fevereiro"),
    ("em 6 meses no ar", "em 6 meses"),
    ("sexta que vem", "sexta que vem"),
    ("até segunda", "até segunda"),
    ("antes do fim do ano fiscal", "antes do fim do ano fiscal"),
    ("a feira é em abril e o app tem que estar pronto pra ela", "em abril"),
    ("2 anos de prazo", "2 anos"),
]


def test_a_deadline_is_heard_however_it_is_said() -> None:
    heard = {text: volunteered(READER.read(f"quero um sistema, {text}"), "deadline") for text, _ in WANTED}
    assert heard == dict(WANTED)


OTHER_DATES = [
    "comecei a empresa em março do ano passado",
    "estamos no mercado há 3 anos",
    "o antigo fornecedor prometeu em 30 dias e não entregou",
    "trabalho de segunda a sexta",
    "faço 30 pedidos por dia",
    "abrimos em 2015",
    "em quanto tempo vocês entregam?",
    "calcula prazo de 15 dias úteis",
    "os clientes parcelam em 10 meses",
    "tenho 25 anos",
    "meu contrato de 12 meses acabou",
    "agendar vistoria para o dia seguinte",
    "o sistema tem que avisar 5 dias antes do vencimento",
    "no natal eu vendo muito",
    "garantia de 90 dias nos produtos",
    "fechamos o mês no vermelho",
    "conheci vocês em maio",
    "relatório no fim do mês",
    "tive 10 mil downloads em 1 mês",
]


def test_a_date_of_something_else_is_no_deadline() -> None:
    for text in OTHER_DATES:
        assert volunteered(READER.read(text), "deadline") == "", text


def test_a_date_says_more_than_having_no_hurry_or_than_what_happens_then() -> None:
    for text, value in (
        ("pode ser pra safra de 2027, sem correria", "safra de 2027"),
        ("o mais tardar final de setembro, com calma antes disso", "final de setembro"),
        ("é para novembro, na inauguração da filial", "novembro"),
        ("preciso em no máximo 60 dias", "em 60 dias"),
    ):
        assert answer(READER.read(text), "deadline") == value, text
