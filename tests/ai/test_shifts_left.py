from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import volunteered

LEFT = [
    ("semana à noite, sexta inclusive", "Noite, Dias úteis"),
    ("semana que vem à noite", "Noite"),
    ("trampo das 8 às 17, posso depois disso e no fds", "Noite, Fim de semana"),
    ("domingo posso, de semana só à noite", "Noite, Fim de semana, Dias úteis"),
    ("de semana não dá, só sábado e domingo", "Fim de semana"),
    ("faz mais de semana que procuro, posso à noite", "Noite"),
    ("só de manhã, de tarde fico com minha mãe", "Manhã"),
    ("de manhã fico com o bebê, de tarde posso", "Tarde"),
    ("à tarde fico com a moto do meu pai", "Tarde"),
    ("só podia de tarde, mas mudou, agora é só de manhã", "Manhã"),
    ("eu podia de tarde, de noite também", "Tarde, Noite"),
    ("saio do serviço às 18h e posso rodar", "Noite"),
    ("fica parada quando chego do serviço lá pelas 18:30", "Noite"),
    ("largo do frigorífico 5 e meia da tarde e dali pra frente tô solto", "Noite"),
    ("faço corrida de bike só no sábado e domingo", "Fim de semana"),
    ("de carro, no horário que as crianças tão na escola, das 13 às 17", "Tarde"),
    ("durante o dia os menino tão na escola", "Manhã, Tarde"),
    ("pego serviço depois do almoço até umas 6 da tarde", "Tarde"),
    ("levo menino na escola e depois disso a manhã é toda minha", "Manhã"),
    ("trabalho qualquer dia e qualquer hora", "Horário livre"),
    ("pego serviço a hora que precisar", "Horário livre"),
    ("disponho de horários flexíveis", "Horário livre"),
    ("posso de segunda a sexta, só sábado e domingo que não", "Dias úteis"),
    ("menos de noite e menos de fim de semana", "Manhã, Tarde, Dias úteis"),
    ("quanto ganha um entregador que roda de noite?", ""),
]


def test_what_work_school_and_others_leave_is_free() -> None:
    heard = {text: volunteered(READER.read(text), "availability") for text, _ in LEFT}
    assert heard == dict(LEFT)
