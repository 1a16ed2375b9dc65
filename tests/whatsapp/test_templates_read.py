"""A lista de modelos da Meta é lida com folga: de todo jeito que ela escreve, sai um valor só."""

import json

import pytest

from pyloto_stream.errors import TransientError
from pyloto_stream.template import Part, PartButton
from pyloto_stream.whatsapp.templates_read import read_page, variables

ACCOUNT = "200000000000001"


def listed(**fields: object) -> dict[str, object]:
    return {"id": "501", "name": "lead_followup", "language": "pt_BR", "status": "APPROVED", **fields}


def page(*items: object, **paging: object) -> bytes:
    return json.dumps({"data": items, "paging": paging} if paging else {"data": items}).encode()


def test_a_definition_becomes_a_template_with_its_parameters() -> None:
    components = [
        {"type": "header", "format": "text", "text": "Oi {{first_name}}",
         "example": {"header_text_named_params": [{"param_name": "first_name", "example": "Ana"}]}},
        {"type": "BODY", "text": "Olá {{first_name}}, {{ order }} e {{order}}",
         "example": {"body_text": [["x"]]}},
        {"type": "FOOTER", "text": "Pyloto"},
        {"type": "buttons", "buttons": [
            {"type": "quick_reply", "text": "Sim"},
            {"type": "URL", "text": "Abrir", "url": "https://example.com/{{1}}", "example": ["x"]}]},
    ]  # fmt: skip
    body = page(listed(id=501, category="utility", components=components, parameter_format="named",
                       quality_score={"score": "green", "date": 1}, rejected_reason="NONE"))  # fmt: skip
    (template,) = read_page(body, ACCOUNT).templates
    assert (template.id, template.account_id, template.category) == ("501", ACCOUNT, "UTILITY")
    assert (template.quality, template.parameter_format, template.rejected_reason) == ("GREEN", "NAMED", "")
    assert template.components == (
        Part("HEADER", "TEXT", "Oi {{first_name}}"),
        Part("BODY", text="Olá {{first_name}}, {{ order }} e {{order}}"),
        Part("FOOTER", text="Pyloto"),
        Part("BUTTONS", buttons=(
            PartButton("QUICK_REPLY", "Sim"), PartButton("URL", "Abrir", "https://example.com/{{1}}"))),
    )  # fmt: skip
    assert template.parameters == ("header.first_name", "body.first_name", "body.order", "buttons.1.1")


def test_what_the_list_leaves_out_has_a_default() -> None:
    (template,) = read_page(page(listed()), ACCOUNT).templates
    assert (template.parameter_format, template.quality, template.components) == ("POSITIONAL", "UNKNOWN", ())


def test_a_quality_may_be_a_word() -> None:
    (template,) = read_page(
        page(listed(quality_score="RED", rejected_reason="ABUSIVE_CONTENT")), ACCOUNT
    ).templates
    assert (template.quality, template.rejected_reason) == ("RED", "ABUSIVE_CONTENT")


def test_an_item_that_cannot_be_read_hides_no_other() -> None:
    found = read_page(page({"id": []}, listed(), "x"), ACCOUNT)
    assert ([template.id for template in found.templates], found.unread) == (["501"], 2)


@pytest.mark.parametrize(
    ("paging", "after"),
    [
        ({}, ""),
        ({"cursors": {"before": "a", "after": "b"}}, ""),
        ({"cursors": {"before": "a", "after": "b"}, "next": None}, ""),
        ({"cursors": {"before": "a", "after": "b"}, "next": "https://graph/?access_token=EAA"}, "b"),
        ({"next": "https://graph/?access_token=EAA"}, ""),
    ],
)
def test_only_a_next_page_moves_on_and_its_address_is_never_kept(
    paging: dict[str, object], after: str
) -> None:
    found = read_page(page(listed(), **paging), ACCOUNT)
    assert found.after == after
    assert "access_token" not in repr(found)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data": 1}', b"\xff"])
def test_what_is_no_list_is_told_and_may_be_asked_again(body: bytes) -> None:
    with pytest.raises(TransientError) as caught:
        read_page(body, ACCOUNT)
    assert caught.value.code == "unreadable_templates"


def test_variables_come_once_and_in_order() -> None:
    assert variables("{{2}} {{1}} {{2}} {{}} {1} {{a b}}") == ("2", "1")
