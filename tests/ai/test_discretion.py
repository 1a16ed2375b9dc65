"""Nenhum fato leva um documento, um contato ou uma chave de alguém, nem um pedaço deles."""

import msgspec

from pyloto_stream.ai.discretion import hush, hushed, named
from pyloto_stream.ai.parsers_text import MAX_TEXT
from pyloto_stream.ai.rules import understand
from pyloto_stream.conversation.flows import FIELDS, FLOWS
from pyloto_stream.conversation.forms import FORM
from pyloto_stream.conversation.understanding import Understanding
from tests.support.hearing import asking, said

CPF, CNPJ, PHONE, CARD = "529.982.247-25", "11.222.333/0001-81", "41 99999-8888", "4111 1111 1111 1111"
MAIL, PIX, CEP = "ana.souza@exemplo.com.br", "123e4567-e89b-42d3-a456-426614174000", "86010-000"
PERSONAL = {
    "[CPF]": CPF, "[CNPJ]": CNPJ, "[TELEFONE]": PHONE, "[CARTAO]": CARD, "[E-MAIL]": MAIL, "[PIX]": PIX,
    "[CEP]": CEP,
}  # fmt: skip


def heard(asked: str, *texts: str) -> Understanding:
    """O que as regras entendem, com discrição, de uma resposta a `asked`."""
    active = next(flow.intent for flow in FLOWS.values() if asked in flow.fields)
    messages = [said(text, number) for number, text in enumerate(texts)]
    return named(understand(asking(asked, active), hushed(messages)))


def facts(asked: str, *texts: str) -> dict[str, str]:
    found = heard(asked, *texts)
    return {**found.facts, **found.corrections}


def test_an_open_answer_keeps_its_words_and_the_name_of_what_was_hidden() -> None:
    for name, value in PERSONAL.items():
        kept = facts("current_problem", f"perco pedidos, isto é {value}, e o estoque some")
        assert kept["current_problem"] == f"perco pedidos, isto é {name}, e o estoque some"


def test_no_piece_of_a_personal_value_becomes_a_fact_of_any_field() -> None:
    for asked in {name for flow in FLOWS.values() for name in flow.fields}:
        for value in PERSONAL.values():
            for text in (value, f"é {value}", f"Padaria da Ana {value}", f"meu contato: {value} ok?"):
                for kept in facts(asked, text).values():
                    assert not any(char.isdigit() or char == "@" for char in kept), (asked, text, kept)
                    assert "souza" not in kept.casefold(), (asked, text, kept)


def test_what_is_only_a_personal_value_answers_nothing_and_is_asked_again() -> None:
    for asked in ("company", "current_problem", "name", "users"):
        for value in PERSONAL.values():
            assert facts(asked, value) == {}, (asked, value)


def test_a_number_in_two_messages_is_hidden_in_both() -> None:
    for parts in (("perco pedidos, cpf 529.982", "247-25"), ("perco tudo, fone 41", "99999", "8888")):
        kept = facts("current_problem", *parts)["current_problem"]
        assert not any(char.isdigit() for char in kept), kept


def test_a_number_where_a_long_answer_is_cut_leaves_nothing_behind() -> None:
    for length in range(MAX_TEXT - 30, MAX_TEXT + 2):
        for value in (CPF, MAIL, PHONE):
            long = ("perco pedidos " * 30)[:length].rstrip() + f" {value} e mais"
            kept = facts("current_problem", long)["current_problem"]
            assert not any(char.isdigit() or char == "@" for char in kept), kept
            assert "x0" not in kept


def test_ordinary_numbers_stay() -> None:
    assert facts("users", "somos 30 pessoas")["users"] == "30"
    assert facts("budget", "até R$ 15.000,00")["budget"] == "R$ 15.000"
    assert facts("current_problem", "o jogo acabou 2x0 pro papel")["current_problem"] == (
        "o jogo acabou 2x0 pro papel"
    )


def test_a_filled_form_is_read_with_the_same_discretion() -> None:
    form = {FORM: "custom_software", "current_problem": f"perco tudo, ligue {PHONE}", "users": "12"}
    message = msgspec.structs.replace(said(""), kind="form", form=form)
    found = named(understand(asking("", "CUSTOM_SOFTWARE"), hushed([message])))
    assert found.facts["current_problem"] == "perco tudo, ligue [TELEFONE]"
    assert found.facts["users"] == "12"


def test_who_writes_nothing_personal_is_read_as_written() -> None:
    messages = [
        said("oi, quero um site"),
        said("pra 10 pessoas", 1),
        said("@do:yes", 2),
    ]
    assert hushed(messages) == messages
    assert hush("") == ""
    assert set(FIELDS) >= {"current_problem", "company"}
