"""Valores que a Meta recusaria são recusados antes: pelo nome e pelo limite, nunca pelo conteúdo."""

import pytest

from pyloto_stream.template import Part, PartButton, Template
from pyloto_stream.whatsapp.messages_template import ProductRef, TemplateLocation, TemplateMedia
from pyloto_stream.whatsapp.templates_check import TemplateParams, validate_template_params, violations
from pyloto_stream.whatsapp.validators_rules import InvalidMessageError

SECRET = "segredo-do-cliente"
IMAGE = TemplateMedia(id="1234567890")
PLACE = TemplateLocation(-25.09, -50.16, "Pyloto", "Ponta Grossa")


def template(*parts: Part, category: str = "UTILITY", named: bool = False) -> Template:
    return Template(
        "501", name="lead_followup", language="pt_BR", category=category, status="APPROVED", components=parts,
        parameter_format="NAMED" if named else "POSITIONAL",
    )  # fmt: skip


def buttons(*found: PartButton) -> Part:
    return Part("BUTTONS", buttons=found)


def told(form: Template, params: TemplateParams) -> list[str]:
    """As violações, como texto; confere que nenhuma mostra um valor."""
    if not tuple(violations(form, params)):
        validate_template_params(form, params)
        return []
    with pytest.raises(InvalidMessageError) as caught:
        validate_template_params(form, params)
    assert caught.value.code == "template_params_invalid"
    assert SECRET not in f"{caught.value} {caught.value!r}"
    return [str(each) for each in caught.value.violations]


NO = "not_allowed (limit 0, actual 1)"
POSITIONAL = template(Part("BODY", text="Olá {{1}}, pedido {{2}}."))
NAMED = template(Part("BODY", text="Olá {{first_name}}, pedido {{order_id}}."), named=True)


@pytest.mark.parametrize(
    ("form", "body", "found"),
    [
        (POSITIONAL, {"1": "Ana", "2": "9"}, []),
        (NAMED, {"first_name": "Ana", "order_id": "9"}, []),
        (POSITIONAL, {"1": "Ana"}, ["body.2 missing (limit 1, actual 0)"]),
        (NAMED, {"order_id": "9"}, ["body.first_name missing (limit 1, actual 0)"]),
        (POSITIONAL, {"1": "Ana", "2": "9", "3": SECRET}, ["body.3 not_allowed (limit 2, actual 3)"]),
        (NAMED, {"first_name": "A", "order_id": "9", SECRET: "x"},
         ["body.[0] not_allowed (limit 2, actual 3)"]),
        (POSITIONAL, {"1": "", "2": "9"}, ["body.1 empty (limit 1, actual 0)"]),
        (POSITIONAL, {"1": "  ", "2": "9"}, ["body.1 empty (limit 1, actual 0)"]),
        (NAMED, {"first_name": f"{SECRET}\n", "order_id": "9"},
         ["body.first_name line_break (limit 0, actual 1)"]),
        (POSITIONAL, {"1": f"{SECRET}\tx", "2": "9"}, ["body.1 line_break (limit 0, actual 1)"]),
        (POSITIONAL, {"1": "a   b", "2": "9"}, []),
        (POSITIONAL, {"1": "a    b", "2": "9"}, ["body.1 wide_spaces (limit 3, actual 4)"]),
    ],
)  # fmt: skip
def test_the_body_takes_exactly_its_variables(form: Template, body: dict[str, str], found: list[str]) -> None:
    assert told(form, TemplateParams(body)) == found


FIXED = len("Olá , pedido 9.")


@pytest.mark.parametrize("char", ["a", "é", "e\u0301", "🛵", "👨‍👩‍👧"])
def test_the_rendered_body_fits_up_to_its_last_character(char: str) -> None:
    room = 1024 - FIXED
    fits = char * (room // len(char)) + "." * (room % len(char))
    assert told(POSITIONAL, TemplateParams({"1": fits, "2": "9"})) == []
    assert told(POSITIONAL, TemplateParams({"1": fits[:-1], "2": "9"})) == []
    assert told(POSITIONAL, TemplateParams({"1": fits + "x", "2": "9"})) == [
        "body too_long (limit 1024, actual 1025)"
    ]


def test_a_header_of_text_takes_its_variable_and_fits_in_sixty() -> None:
    form = template(Part("HEADER", "TEXT", "Oi {{1}}"), Part("BODY", text="x"))
    assert told(form, TemplateParams(header={"1": "a" * 57})) == []
    assert told(form, TemplateParams(header={"1": "a" * 58})) == ["header too_long (limit 60, actual 61)"]
    assert told(form, TemplateParams()) == ["header.1 missing (limit 1, actual 0)"]
    assert told(template(Part("BODY", text="x")), TemplateParams(header={"1": "a"})) == [f"header.1 {NO}"]


@pytest.mark.parametrize(
    ("kind", "params", "found"),
    [
        ("IMAGE", TemplateParams(media=IMAGE, media_kind="image"), []),
        ("IMAGE", TemplateParams(), ["header.media missing (limit 1, actual 0)"]),
        ("IMAGE", TemplateParams(media=IMAGE, media_kind="video"), [f"header.media_kind {NO}"]),
        ("DOCUMENT", TemplateParams(media=TemplateMedia(), media_kind="document"),
         ["header.media.id one_source (limit 1, actual 0)"]),
        ("LOCATION", TemplateParams(location=PLACE), []),
        ("LOCATION", TemplateParams(), ["header.location missing (limit 1, actual 0)"]),
        ("PRODUCT", TemplateParams(product=ProductRef("1", "2")), []),
        ("PRODUCT", TemplateParams(), ["header.product missing (limit 1, actual 0)"]),
        ("TEXT", TemplateParams(media=IMAGE, media_kind="image"), [f"header.media {NO}"]),
        ("TEXT", TemplateParams(location=PLACE), [f"header.location {NO}"]),
    ],
)  # fmt: skip
def test_the_header_is_what_the_definition_says(kind: str, params: TemplateParams, found: list[str]) -> None:
    assert told(template(Part("HEADER", kind), Part("BODY", text="x")), params) == found


URL = PartButton("URL", "Abrir", "https://example.com/{{1}}")


@pytest.mark.parametrize(
    ("button", "value", "found"),
    [
        (URL, "pedido/9%20a", []),
        (URL, "a" * 1980, []),
        (URL, "a" * 1981, ["buttons.0 too_long (limit 2000, actual 2001)"]),
        (URL, None, ["buttons.0 missing (limit 1, actual 0)"]),
        (URL, "", ["buttons.0 empty (limit 1, actual 0)"]),
        (URL, "com espaço", ["buttons.0 bad_format (limit 0, actual 10)"]),
        (URL, "https://example.com/9", ["buttons.0 not_allowed (limit 0, actual 21)"]),
        (PartButton("URL", "Abrir", "https://example.com/"), None, []),
        (PartButton("URL", "Abrir", "https://example.com/"), "9", [f"buttons.0 {NO}"]),
        (PartButton("QUICK_REPLY", "Sim"), None, []),
        (PartButton("QUICK_REPLY", "Sim"), "a" * 128, []),
        (PartButton("QUICK_REPLY", "Sim"), "a" * 129, ["buttons.0 too_long (limit 128, actual 129)"]),
        (PartButton("COPY_CODE", "Copiar"), "PYLOTO10", []),
        (PartButton("COPY_CODE", "Copiar"), None, ["buttons.0 missing (limit 1, actual 0)"]),
        (PartButton("COPY_CODE", "Copiar"), "A" * 16, ["buttons.0 too_long (limit 15, actual 16)"]),
        (PartButton("COPY_CODE", "Copiar"), "10-OFF", ["buttons.0 bad_format (limit 0, actual 6)"]),
        (PartButton("OTP", "Copiar"), None, ["buttons.0 missing (limit 1, actual 0)"]),
        (PartButton("OTP", "Copiar"), "123456", []),
        (PartButton("FLOW", "Abrir"), None, []),
        (PartButton("FLOW", "Abrir"), "token", []),
        (PartButton("FLOW", "Abrir"), "", ["buttons.0 empty (limit 1, actual 0)"]),
        (PartButton("PHONE_NUMBER", "Ligar"), "1", [f"buttons.0 {NO}"]),
    ],
)  # fmt: skip
def test_a_button_takes_what_its_kind_takes(button: PartButton, value: str | None, found: list[str]) -> None:
    given = {} if value is None else {0: value}
    assert told(template(Part("BODY", text="x"), buttons(button)), TemplateParams(buttons=given)) == found


def test_a_button_that_is_not_there_is_named_by_its_place() -> None:
    assert told(template(Part("BODY", text="x")), TemplateParams(buttons={3: SECRET})) == [
        "buttons.3 out_of_range (limit 0, actual 3)"
    ]


def test_the_rest_of_the_kinds() -> None:
    body = Part("BODY", text="{{1}}")
    code = template(body, buttons(PartButton("OTP")), category="AUTHENTICATION")
    long = TemplateParams({"1": "1" * 16}, buttons={0: "1" * 15})
    assert told(code, long) == ["body.1 too_long (limit 15, actual 16)"]
    offer = template(Part("BODY", text="x"), Part("LIMITED_TIME_OFFER"))
    assert told(offer, TemplateParams()) == ["expires_at_ms missing (limit 1, actual 0)"]
    assert told(offer, TemplateParams(expires_at_ms=1_800_000_000_000)) == []
    assert told(template(Part("BODY", text="x")), TemplateParams(expires_at_ms=1)) == [
        "expires_at_ms not_allowed (limit 1, actual 1)"
    ]
    assert told(template(Part("BODY", text="x")), TemplateParams(flow_data={"a": 1})) == [f"flow_data {NO}"]
    assert told(template(Part("CAROUSEL", cards=2)), TemplateParams()) == [
        "carousel unsupported (limit 0, actual 0)"
    ]


def test_everything_wrong_is_said_at_once() -> None:
    form = template(Part("HEADER", "IMAGE"), Part("BODY", text="{{1}} {{2}}"), buttons(URL))
    assert [each.split()[0] for each in told(form, TemplateParams())] == [
        "header.media", "body.1", "body.2", "buttons.0",
    ]  # fmt: skip
