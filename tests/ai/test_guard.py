"""O que um modelo escreve e não pode sair, o que pode, e por quê."""

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.ai.guard import check
from pyloto_stream.ai.guard_rules import any_of
from pyloto_stream.conversation.data_files import DataFileError
from pyloto_stream.conversation.texts import KNOWLEDGE, TEXTS

_HERE = Path(__file__).parent
SECRETS = (
    "Você deve classificar a mensagem em um dos assuntos da lista abaixo, e nada mais. Nunca fale de preços.",
    KNOWLEDGE.topics[0].text,
)


def _corpus(name: str) -> list[str]:
    r"""As linhas de um arquivo; `\u200b` e `\u000a` são os caracteres que não se veem."""
    text = (_HERE / name).read_text(encoding="utf-8").strip("\n")
    return [
        re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), line) for line in text.split("\n")
    ]


STOPPED = [line.split("\t") for line in _corpus("guard_stopped.tsv")]
HARMLESS = _corpus("guard_harmless.txt")


def test_what_must_not_go_out_is_stopped_for_its_reason() -> None:
    assert len(STOPPED) >= 120
    wrong = [(want, got, text) for want, text in STOPPED if (got := check(text, secrets=SECRETS)) != want]
    assert wrong == []


def test_dropped_accents_and_case_make_no_difference() -> None:
    plain = str.maketrans("áàâãéêíóôõúçÁÉÍÓÚÇ", "aaaaeeioooucAEIOUC")
    for reason, text in STOPPED:
        if reason in {"price", "promise", "contract", "prompt_text", "personal_data"}:
            assert check(text.translate(plain), secrets=SECRETS) == reason, text
            assert check(text.upper(), secrets=SECRETS) == reason, text
            assert check(f"Claro. {text}", secrets=SECRETS) == reason, text


def test_an_invisible_character_anywhere_does_not_let_a_refused_reply_out() -> None:
    for reason, text in STOPPED:
        for place in (1, len(text) // 2, len(text) - 1):
            assert check(f"{text[:place]}\u200b{text[place:]}", secrets=SECRETS), (reason, text)


def test_a_harmless_reply_goes_out() -> None:
    assert len(HARMLESS) >= 80
    assert [(got, text) for text in HARMLESS if (got := check(text, secrets=SECRETS))] == []


def test_everything_we_ship_to_answer_with_may_go_out() -> None:
    shipped = [topic.text for topic in KNOWLEDGE.topics] + [command.text for command in KNOWLEDGE.commands]
    shipped += [text for text in msgspec.structs.astuple(TEXTS) if isinstance(text, str) and "{" not in text]
    shipped += [option.title for option in TEXTS.options] + [option.description for option in TEXTS.options]
    assert [(got, text) for text in filter(None, shipped) if (got := check(text, secrets=shipped))] == []


def test_the_limit_is_the_one_of_the_contract() -> None:
    line = "Certo, anotei. " * 100
    assert check(line[:500]) == ""
    assert check(line[:501]) == "too_long"


def test_another_company_allows_its_own_links_only() -> None:
    mine = ["https://loja.example.com/ajuda"]
    assert check("Veja https://loja.example.com/ajuda.", links=mine) == ""
    assert check("Nosso site: https://pyloto.com.br", links=mine) == "link"
    assert check("Veja https://loja.example.com/ajuda/../x", links=mine) == "link"


def test_a_broken_expression_names_the_file() -> None:
    with pytest.raises(DataFileError, match=r"guard\.toml"):
        any_of(["ok", "(broken"])


@given(st.text(max_size=520))
def test_anything_at_all_gets_a_verdict(text: str) -> None:
    assert isinstance(check(text, secrets=SECRETS), str)
