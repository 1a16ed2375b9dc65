"""A empresa que se conhece pela gente dela, pelo que se quer para ela, ou pela forma do nome."""

import pytest

from pyloto_stream.ai.dataset import Labelled
from pyloto_stream.ai.listening import facts_in_subject


def told(text: str) -> str:
    return facts_in_subject(Labelled("CUSTOM_SOFTWARE", text, {})).get("company", "")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a equipe da Nova Era anota os pedidos no caderno", "Nova Era"),
        ("o estoque da Vetor é uma bagunça, precisamos de sistema", "Vetor"),
        ("Queremos um app para a Vetor", "Vetor"),
        ("na Vetor todo mundo anota no caderno", "Vetor"),
        ("sou um dos sócios da Vetor", "Vetor"),
        ("sou secretária na Clínica Bem Estar", "Clínica Bem Estar"),
        ("Oi, AgroTec aqui, queremos um sistema", "AgroTec"),
        ("Bella Massa aqui, queremos um sistema de pedidos", "Bella Massa"),
        ("a bravalab análises tem 20 químicos", "bravalab análises"),
        ("A Telma da drogaria Mais Saúde falando", "Mais Saúde"),
    ],
)
def test_a_firm_is_told_by_its_people_by_what_is_wanted_for_it_or_by_its_shape(text: str, name: str) -> None:
    assert told(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "a equipe da Vetor nos atendeu mal, quero trocar",
        "JavaScript aqui é o que usamos",
        "Quero um app para o WhatsApp",
        "moro em Vitória da Conquista e preciso de um sistema",
        "o gerente da padaria quer um app",
        "a maioria das lojas tem sistema",
    ],
)
def test_what_only_looks_like_it_names_none(text: str) -> None:
    assert told(text) == ""
