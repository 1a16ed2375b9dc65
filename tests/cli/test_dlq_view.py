"""Um morto na tela: inteiro, sem quebrar o terminal, e sem o que a pessoa disse se não se pediu."""

import json

import msgspec
import pytest

from pyloto_stream.cli.dlq_view import age, list_rows, show_lines, whole
from tests.support.letters import SECRET, letter, token


@pytest.mark.parametrize(("body", "shown"), [
    ('{"a":"b"}', {"a": "b"}),
    ("not json", "not json"),
    ("\x1b[31mred", "\x1b[31mred"),
    ("[" * 10_000, "[" * 10_000),
    ('{"a":' * 5_000 + "1" + "}" * 5_000, '{"a":' * 5_000 + "1" + "}" * 5_000),
    ("[" * 900 + "]" * 900, None),
])  # fmt: skip
def test_any_webhook_is_shown_and_no_control_character_reaches_the_terminal(body: str, shown: object) -> None:
    document = whole(letter({"code": "not_json", "body": body}, "ingress"), content=True)
    content = json.loads(msgspec.json.encode(document))["content"]
    assert shown is None or content["body"] == shown
    assert all(
        character.isprintable() for line in "\n".join(show_lines(document)).splitlines() for character in line
    )


def test_bytes_that_are_no_text_are_shown_in_base64() -> None:
    dead = letter({"code": "not_json"}, "ingress")
    dead.fields["body"] = b"\xff\x00"
    assert whole(dead, content=True)["content"] == {"body": {"base64": "/wA="}}


def test_of_what_is_no_token_every_field_is_shown_when_asked() -> None:
    assert whole(letter({"code": "undecodable_token", "x": "y"}), content=True)["content"] == {"x": "y"}


@pytest.mark.parametrize("fields", [
    token("ana"), {"x": SECRET}, token("ana", message="a\x1b[31mb\nc"),
    token("ana", e="{", history="?", at="9" * 18),
])  # fmt: skip
def test_what_is_shown_unasked_is_printable_and_holds_nothing_said(fields: dict[str, str]) -> None:
    dead = letter(fields)
    lines = show_lines(whole(dead, content=False))
    _, rows = list_rows([dead], 0)
    shown = "".join([*lines, *(cell for row in rows for cell in row)])
    assert SECRET not in shown
    assert shown.isprintable()


def test_an_age_is_short_and_never_negative() -> None:
    assert [age(1000, 1000 + ms) for ms in (-5, 60_000, 7_200_000)] == ["0 s", "60 s", "2 h"]
