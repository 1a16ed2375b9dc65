import pytest

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered
from pyloto_stream.ai.parsers_choices import picked


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("vehicle", "moto", "Moto"),
        ("vehicle", "tenho uma bike", "Bicicleta"),
        ("vehicle", "não tenho moto, tenho carro", "Carro"),
        ("vehicle", "2", "Bicicleta"),
        ("vehicle", "quero a segunda", "Bicicleta"),
        ("vehicle", "a última", "Carro"),
        ("vehicle", "opção 3", "Carro"),
        ("vehicle", "9", ""),
        ("vehicle", "carro ou moto", ""),
        ("vehicle", "moto e carro", ""),
        ("vehicle", "avião", ""),
        ("vehicle", "gol g5", "Carro"),
        ("vehicle", "uma fazer 250", "Moto"),
        ("vehicle", "motorista", ""),
        ("vehicle", "tinha carro mas vendi, agora é moto", "Moto"),
        ("vehicle", "por enquanto só bicicleta, tô juntando pra moto", "Bicicleta"),
        ("vehicle", "tenho moto e bike mas prefiro entregar de moto", "Moto"),
        ("vehicle", "moto não, carro", "Carro"),
        ("availability", "só finde", "Fim de semana"),
        ("availability", "trabalho de dia então só noite", "Noite"),
        ("availability", "manhã não posso, só tarde", "Tarde"),
        ("availability", "de segunda a sexta, só de manhã", "Manhã, Dias úteis"),
        ("availability", "final de semana só, na semana trabalho registrado", "Fim de semana"),
        ("channels", "usava email mas agora é só whatsapp", "WhatsApp"),
        ("channels", "whatsapp e facebook, instagram ainda não", "WhatsApp, Messenger"),
        ("segment", "antes era mercado, agora virou farmácia", "Farmácia"),
        ("segment", "loja de sushi", "Restaurante"),
        ("segment", "é uma transportadora", "transportadora"),
        ("segment", "depois respondo", ""),
        ("client_type", "com CNPJ", "Empresa"),
        ("client_type", "MEI", "Empresa"),
        ("client_type", "câmara de vereadores, 30 funcionários", "Órgão público"),
        ("availability", "noites e fds", "Noite, Fim de semana"),
        ("availability", "todos os dias", "Horário livre"),
        ("availability", "todos os dias de noite", "Noite"),
        ("availability", "de dia", "Manhã, Tarde"),
        ("availability", "segunda a sexta", "Dias úteis"),
        ("availability", "dias úteis de noite", "Noite, Dias úteis"),
        ("availability", "bom dia", ""),
        ("availability", "boa noite", ""),
        ("availability", "boa noite, posso de manhã", "Manhã"),
        ("segment", "pizzaria", "Restaurante"),
        ("segment", "loja virtual", "E-commerce"),
        ("segment", "moda feminina", "Loja"),
        ("segment", "tudo pra noiva", "tudo pra noiva"),
        ("segment", "qual o prazo?", ""),
        ("segment", "oi", ""),
        ("channels", "whatsapp e insta", "WhatsApp, Instagram"),
        ("channels", "whats, insta e telefone", "WhatsApp, Instagram, Telefone"),
        ("client_type", "Pessoa física", "Pessoa física"),
    ],
)
def test_an_option_is_recognised_by_words_title_or_number(name: str, text: str, value: str) -> None:
    assert answer(READER.read(text), name) == value


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2", 1),
        ("quero o 2", 1),
        ("a primeira", 0),
        ("segunda", None),
        ("número dois", 1),
        ("a última", 2),
        ("Três", 2),
        ("quero dois sistemas", None),
        ("4", None),
        ("0", None),
        ("999", None),
        ("carro velho", 1),
        ("o carro velho por favor", 1),
        ("", None),
    ],
)
def test_a_pick_takes_the_whole_text(text: str, at: int | None) -> None:
    assert picked(READER.read(text), ("Moto", "Carro velho", "Bicicleta")) == at


def test_an_article_is_no_quantity() -> None:
    assert volunteered(READER.read("quero entregar, criar um cadastro"), "delivery_volume") == ""
    assert volunteered(READER.read("faço 1 entrega por dia"), "delivery_volume") == "1 por dia"
    assert volunteered(READER.read("só 1 usuário"), "users") == "1"


def test_the_channels_a_text_names_are_taken_unasked() -> None:
    assert volunteered(READER.read("atendemos pelo whatsapp e no face"), "channels") == "WhatsApp, Messenger"
    assert volunteered(READER.read("atendemos bem"), "channels") == ""


def test_kinds_hours_and_vehicles_are_known_by_the_names_people_give_them() -> None:
    said = {
        ("availability", "de quarta a sábado"): "Dias úteis",
        ("availability", "pra mim horário tanto faz"): "Horário livre",
        ("availability", "tenho aula de manhã, de tarde eu topo"): "Tarde",
        ("vehicle", "rodo com uma pulsar"): "Moto",
        ("vehicle", "tenho uma ebike nova"): "Bicicleta",
        ("vehicle", "uma ducato branca"): "Carro",
        ("vehicle", "sou motoboy há dez anos"): "",
        ("segment", "vendo cachorro quente na praça"): "Restaurante",
        ("segment", "a casa de carnes da família"): "Mercado",
        ("segment", "vendemos tudo pela shopee"): "E-commerce",
        ("channels", "atendo no zap e pelo fixo"): "WhatsApp, Telefone",
    }
    found = {(name, text): volunteered(READER.read(text), name) for name, text in said}
    assert found == said


def test_a_kind_that_is_no_option_is_kept_as_it_was_said() -> None:
    for text, kind in (
        ("somos a Gráfica Bom Traço, 8 entregas por dia", "gráfica"),
        ("clínica veterinária com exame todo dia pro laboratório", "clínica veterinária"),
        ("tenho uma farmácia do lado da lavanderia", "Farmácia"),
    ):
        assert volunteered(READER.read(text), "segment") == kind
