"""As mesmas coisas ditas de outras maneiras, e as que só se parecem com elas."""

import pytest

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
