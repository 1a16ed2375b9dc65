"""As mesmas coisas ditas de outras maneiras, e as que só se parecem com elas."""

import pytest

from pyloto_stream.ai.asides import statements
from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered

CITIES = [
    ("aqui é da Granja Ovo Bom, em Bastos, temos 3 galpões", "Bastos SP"),
    ("sou de Granja", "Granja CE"),
    ("Secretaria de Saúde de Pombal", "Pombal PB"),
    ("sou de Saúde BA", "Saúde BA"),
    ("a nossa, Mãos de Araucária, de Guarapuava, recebe mensagem", "Guarapuava PR"),
    ("gerente da Rota Sul, de Rolândia. precisamos de app", "Rolândia PR"),
    ("a sede é em Curitiba mas a operação fica em Paranaguá", "Paranaguá PR"),
    ("matriz em São Paulo, mas quem vai usar é a filial de Sorocaba", "Sorocaba SP"),
]
NO_CITIES = [
    "aqui é da Granja Ovo Bom, temos 3 galpões",
    "somos da zona da mata mineira",
    "minha prima, de Ipatinga, indicou vocês",
    "meu concorrente, de Londrina, já usa",
    "temos um cliente, de Contagem, que pediu",
    "nosso fornecedor, de Joinville, mandou a peça errada",
]
CITY_ANSWERS = [
    ("juiz de fora, zona da mata mineira", "Juiz de Fora MG"),
    ("A matriz fica em Joinville e a operação toda em Blumenau", "Blumenau SC"),
]
NAMES = [
    ("fala chefe, Adriel na linha, cansei de trampar de garçom", "Adriel"),
    ("uai eu sou o geraldim, tenho uma strada veia", "Geraldim"),
    ("eu sou o dieguinho da moto", "Dieguinho"),
    ("ô gente, Lucimar da Confecções Trama Viva, a gente corta peça", "Lucimar"),
    ("A Telma da drogaria Mais Saúde falando.", "Telma"),
]
NO_NAMES = [
    "sou o vizinho da loja",
    "Produção na linha 3",
    "Pedido na linha de produção, precisamos controlar",
    "gente, Lucimar da Trama me indicou vocês",
    "quem fala é da Pyloto?",
]
NAME_ANSWERS = [
    ("quem tá falando é a Michele Lopes", "Michele Lopes"),
    ("pode anotar: Belarmino de Souza Couto", "Belarmino de Souza Couto"),
    ("quem tá falando?", ""),
]


def said(field: str, text: str) -> str:
    return volunteered(READER.read(text), field)


@pytest.mark.parametrize(("text", "city"), CITIES)
def test_a_city_is_where_the_business_is(text: str, city: str) -> None:
    assert said("city", text) == city


@pytest.mark.parametrize("text", NO_CITIES)
def test_the_city_of_others_or_in_a_name_is_none(text: str) -> None:
    assert said("city", text) == ""


@pytest.mark.parametrize(("text", "city"), CITY_ANSWERS)
def test_the_city_asked_for_is_that_of_the_operation(text: str, city: str) -> None:
    assert answer(READER.read(text), "city") == city


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_who_writes_says_the_name(text: str, name: str) -> None:
    assert said("name", text) == name


@pytest.mark.parametrize("text", NO_NAMES)
def test_what_is_not_the_name_of_who_writes_is_none(text: str) -> None:
    assert said("name", text) == ""


@pytest.mark.parametrize(("text", "name"), NAME_ANSWERS)
def test_the_name_asked_for_is_kept_whole(text: str, name: str) -> None:
    assert answer(statements(READER.read(text)), "name") == name
