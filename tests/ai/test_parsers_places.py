import pytest

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("sou de Londrina", "Londrina PR"),
        ("sou do Rio de Janeiro RJ", "Rio de Janeiro RJ"),
        ("sou da Lapa PR", "Lapa PR"),
        ("curitiba pr", "Curitiba PR"),
        ("em São José dos Campos - SP", "São José dos Campos SP"),
        ("londrina, paraná", "Londrina PR"),
        ("Maringá/PR", "Maringá PR"),
        ("maringa no paraná", "Maringá PR"),
        ("sp", "São Paulo SP"),
        ("rio de janeiro", "Rio de Janeiro RJ"),
        ("belém pará", "Belém PA"),
        ("palmas to", "Palmas TO"),
        ("Palmas TO mesmo", "Palmas TO"),
        ("Moro no centro de Curitiba", "Curitiba PR"),
        ("Londrina Pr tenho moto", "Londrina PR"),
        ("campo grande mato grosso do sul", "Campo Grande MS"),
        ("feira de santana bahia", "Feira de Santana BA"),
        ("Brasília - DF", "Brasília DF"),
        ("aqui em floripa", "Florianópolis SC"),
        ("na cidade de Apucarana", "Apucarana PR"),
        ("Rio Grande RS", "Rio Grande RS"),
        ("londirna", "Londrina PR"),
        ("londirna pr", "Londrina PR"),
        ("S. José dos Campos", "São José dos Campos SP"),
        ("bh", "Belo Horizonte MG"),
        ("PR - Londrina", "Londrina PR"),
        ("Bom Jesus", "Bom Jesus"),
        ("bom jesus pi", "Bom Jesus PI"),
        ("Cascavel no Ceará", "Cascavel CE"),
        ("santos, litoral de sp", "Santos SP"),
        ("moro em São Carlos, interior de São Paulo", "São Carlos SP"),
        ("zona leste de são paulo", "São Paulo SP"),
        ("Jardim Bandeirantes, Londrina", "Londrina PR"),
        ("Copacabana, rio", "Rio de Janeiro RJ"),
        ("ponta grossa pr, bairro uvaranas", "Ponta Grossa PR"),
        ("Arapongas, trabalho em Londrina mas moro em Arapongas", "Arapongas PR"),
        ("Irerê", "Irerê"),
        ("irere pr", "Irere PR"),
        ("Distrito de Guaravera", "Guaravera"),
        ("Vitória", "Vitória ES"),
        ("Natal", "Natal RN"),
    ],
)
def test_a_city_is_read_with_its_state(text: str, city: str) -> None:
    assert answer(READER.read(text), "city") == city


@pytest.mark.parametrize(
    "text",
    [
        "sim",
        "qual?",
        "não sei",
        "12",
        "moto",
        "entregador",
        "volta",
        "{",
        "}",
        "{Itu}",
        "perto do centro",
        "paraná",
        "mato grosso",
        "quero saber quanto paga",
        "gosto muito de vocês todos",
        "",
        "bom dia",
        "Curitiba?",
        "aqui",
        "minha casa",
        "em casa mesmo",
        "perto do mercado",
        "interior de SP",
        "interior de são paulo",
        "sul de minas",
        "qualquer lugar",
        "na cidade",
        "outra cidade",
        "no brasil",
        "zona norte",
    ],
)
def test_what_is_not_a_city_is_refused(text: str) -> None:
    assert answer(READER.read(text), "city") == ""


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("oi, moro em londirna e tenho moto", "Londrina PR"),
        ("tenho uma pizzaria em Maringá", "Maringá PR"),
        ("a loja fica na zona leste de são paulo", "São Paulo SP"),
        ("minha hamburgueria fica no Capão, zona sul de SP", "São Paulo SP"),
        ("João, Londrina, moto, à noite", "Londrina PR"),
        ("loja de estofados de Arapongas, 4 por dia", "Arapongas PR"),
        ("sou corretora em Natal", "Natal RN"),
        ("Sou Nailton, de Imperatriz, pego de noite", "Imperatriz MA"),
        ("sou o Caio de Niterói", "Niterói RJ"),
        ("londrina/pr", "Londrina PR"),
        ("Londrina - Paraná", "Londrina PR"),
        ("sou do Recife", "Recife PE"),
    ],
)
def test_a_city_said_without_being_asked_is_taken(text: str, city: str) -> None:
    assert volunteered(READER.read(text), "city") == city


@pytest.mark.parametrize(
    "text",
    [
        "Pizzaria Londrina",
        "Vitória Santos",
        "me chamo Vitória",
        "João Paulo",
        "Salvador",
        "sou a Mariana",
        "meu nome é Assis",
        "preciso antes do natal",
        "vocês são de Londrina?",
        "moro na divisa de Juazeiro BA com Petrolina",
        "entregas no Vale do Itajaí",
        "entrego em Niterói e São Gonçalo",
        "um sistema em expansão",
        "estou em dúvida",
        "fica no centro",
        "moro em apartamento",
        "sou do interior de São Paulo",
    ],
)
def test_names_that_contain_a_city_and_other_places_are_not_where_one_is(text: str) -> None:
    assert volunteered(READER.read(text), "city") == ""


def test_where_the_work_is_wins_over_where_one_lives_and_a_district_is_its_city() -> None:
    said = {
        "moro em Olinda mas quero rodar em Recife": "Recife PE",
        "vim de Bauru pra Marília mês passado, tenho moto": "Marília SP",
        "tenho um salão no Leblon": "Rio de Janeiro RJ",
        "minha oficina fica na asa sul": "Brasília DF",
        "papelaria na lapa rj": "Rio de Janeiro RJ",
        "sacolão do Zé, petrolina, 8 entregas": "Petrolina PE",
        "Mercearia da Nena — Ilhéus — 9 pedidos": "Ilhéus BA",
        "câmara de vereadores de picos, 12 servidores": "Picos PI",
        "tenho um mercadinho no crato": "Crato CE",
        "quero pedir um app. sou de santa maria rs e tenho loja": "Santa Maria RS",
        "olinda nao, recife": "Recife PE",
        "sou de Jequié mas tô morando em Salvador": "Salvador BA",
        "mano sou da zl de sp": "São Paulo SP",
        "moro em Poá": "Poá SP",
        "sou o Everton d contagem": "Contagem MG",
        "a gente mudou a sede de Natal pra Mossoró": "Mossoró RN",
        "nasci no Crato mas vim pequeno pra Osasco": "Osasco SP",
        "loja em Londrina, não, a loja fica em Cambé": "Cambé PR",
        "minha irmã tem um restaurante em Belém, o meu caso é uma papelaria em Macapá": "Macapá AP",
        "gostaria de me candidatar a entregador em Londrina.": "Londrina PR",
    }
    assert {text: volunteered(READER.read(text), "city") for text in said} == said


def test_a_city_of_others_is_not_the_city_of_who_writes() -> None:
    for text in (
        "meu primo de Uberaba usa um sistema parecido",
        "contratei uma empresa de Curitiba e não deu certo",
        "me indicaram vocês em Aracaju",
        "quanto custa a passagem pra Salvador?",
        "faço 18 anos em março",
        "tenho loja em Jataí e outra em Rio Verde",
        "falo em nome da Lins Engenharia",
    ):
        assert volunteered(READER.read(text), "city") == "", text


def test_the_state_said_afterwards_decides_between_cities_of_one_name() -> None:
    assert answer(READER.read("palmas, mas a do paraná"), "city") == "Palmas PR"
    assert answer(READER.read("cascavel"), "city") == "Cascavel"


@pytest.mark.parametrize(("asked", "text"), [("company", "Pizzaria Londrina"), ("name", "Vitória Santos")])
def test_a_name_that_contains_a_city_stays_a_name(asked: str, text: str) -> None:
    assert answer(READER.read(text), asked) == text
