"""Gente que se conta uma a uma, grupos que se somam, e números que não são de gente."""

import pytest

from pyloto_stream.ai.dataset import Answer, Labelled
from pyloto_stream.ai.listening import answer_to, facts_in_subject
from pyloto_stream.ai.parsers_people import is_person


@pytest.mark.parametrize(
    ("text", "users"),
    [
        ("eu, minha esposa e meu filho", "3"),
        ("5 vendedores e 2 gerentes", "7"),
        ("3 na recepção e 2 médicos", "5"),
        ("só a secretária e eu", "2"),
        ("uns vinte e poucos, põe 22", "22"),
        ("30 na matriz e 20 na filial, dá 50", "50"),
        ("entre 20 e 30", "20 a 30"),
        ("sozinho", "1"),
    ],
)
def test_who_will_use_it_is_added_up(text: str, users: str) -> None:
    assert answer_to(Answer("users", text, users)) == users


@pytest.mark.parametrize(
    ("text", "users"),
    [
        ("somos 6 sócios e 20 funcionários", "26"),
        ("vão usar eu, minha filha e a moça do caixa", "3"),
        ("um sistema de auditoria, 8 auditores", "8"),
        ("tenho 4 lojas e quero um sistema", ""),
        ("app pra cadastro de uns 500 produtos", ""),
    ],
)
def test_people_told_in_passing_are_counted_and_things_are_not(text: str, users: str) -> None:
    heard = facts_in_subject(Labelled("CUSTOM_SOFTWARE", text, {}))
    assert heard.get("users", "") == users


def test_people_are_told_from_things_that_end_alike() -> None:
    people, things = "auditores porteiro recepcionistas agente", "computadores formulários clientes banheiros"
    assert all(map(is_person, people.split()))
    assert not any(is_person(word.replace("á", "a")) for word in things.split())


@pytest.mark.parametrize(
    ("text", "users"),
    [
        ("os borracheiros são 7 e cada um anota num canto", "7"),
        ("Fiscais de campo: 31. Queremos um aplicativo de vistoria", "31"),
        ("sistema de escala, nossa equipe é de 19", "19"),
        ("quem vai usar: financeiro com 4, logística com 3", "7"),
        ("70 camareiras na temporada, 30 no normal", "30"),
        ("um app de ponto pra granja, os ordenhadores trabalham em turno, são uns 20 a 25", "20 a 25"),
        ("sou afinador de piano, trabalho sozinho e quero uma agenda", "1"),
        ("quero um sistema de estoque, a verba é de 25 mil", ""),
        ("app pra cidade de 9 mil habitantes", ""),
    ],
)
def test_a_crew_is_counted_however_its_number_is_told(text: str, users: str) -> None:
    heard = facts_in_subject(Labelled("CUSTOM_SOFTWARE", text, {}))
    assert heard.get("users", "") == users


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("tenho uma sapataria e preciso de um sistema", "Empresa"),
        ("um app pra nossa igreja", ""),
        ("falo do departamento de trânsito, queremos um sistema", "Órgão público"),
        ("o sistema é pro meu mestrado", "Pessoa física"),
        ("as outras duas empresas que procurei não sabiam fazer um app", ""),
    ],
)
def test_whose_system_it_is_comes_from_who_speaks(text: str, kind: str) -> None:
    heard = facts_in_subject(Labelled("CUSTOM_SOFTWARE", text, {}))
    assert heard.get("client_type", "") == kind
