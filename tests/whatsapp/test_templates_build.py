"""Os valores de um envio viram os componentes da Meta: na ordem do modelo, e nada que não tenha variável."""

import msgspec
import pytest

from pyloto_stream.template import Part, PartButton, Template
from pyloto_stream.whatsapp.messages_template import (
    FlowAction,
    ProductRef,
    TemplateComponent,
    TemplateLocation,
    TemplateMedia,
    TemplateParameter,
)
from pyloto_stream.whatsapp.templates_build import template_message
from pyloto_stream.whatsapp.templates_check import TemplateParams, validate_template_params
from pyloto_stream.whatsapp.validators import WhatsAppMessageValidator

PLACE = TemplateLocation(-25.09, -50.16, "Pyloto", "Ponta Grossa")
FILE, PRODUCT = TemplateMedia(id="1234567890"), ProductRef("sku-1", "77")
AT_MS = 1_800_000_000_000


def template(*parts: Part, named: bool = False, parameters: tuple[str, ...] = ()) -> Template:
    return Template(
        "501", name="lead_followup", language="pt_BR", status="APPROVED", components=parts,
        parameters=parameters, parameter_format="NAMED" if named else "POSITIONAL",
    )  # fmt: skip


def built(form: Template, params: TemplateParams) -> tuple[TemplateComponent, ...]:
    """Os componentes; o que a definição aceita, o validador do envio também tem de aceitar."""
    validate_template_params(form, params)
    message = template_message(form, params)
    assert (message.name, message.language) == ("lead_followup", "pt_BR")
    assert WhatsAppMessageValidator().validate(message) == ()
    return message.components


def button(place: int, kind: str, given: TemplateParameter) -> TemplateComponent:
    fields = {"type": "button", "sub_type": kind, "index": place, "parameters": (given,)}
    return msgspec.convert(fields, TemplateComponent)


def test_nothing_is_sent_for_a_template_without_variables() -> None:
    buttons = Part("BUTTONS", buttons=(PartButton("QUICK_REPLY", "Sim"), PartButton("PHONE_NUMBER", "Ligar")))
    form = template(Part("HEADER", "TEXT", "Oi"), Part("BODY", text="x"), Part("FOOTER", text="y"), buttons)
    assert built(form, TemplateParams()) == ()


def test_positions_go_in_their_order_and_without_names() -> None:
    form = template(
        Part("BODY", text="{{2}} antes de {{1}} e {{10}}"), parameters=("body.2", "body.1", "body.10")
    )
    (body,) = built(form, TemplateParams({"10": "c", "2": "b", "1": "a"}))
    assert body == TemplateComponent(
        "body", parameters=tuple(TemplateParameter("text", word) for word in ("a", "b", "c"))
    )


def test_names_go_with_their_values() -> None:
    form = template(Part("HEADER", "TEXT", "Oi {{who}}"), Part("BODY", text="{{what}} e {{who}}"), named=True)
    header, body = built(form, TemplateParams({"who": "Ana", "what": "9"}, {"who": "Bia"}))
    assert header.parameters == (TemplateParameter("text", "Bia", "who"),)
    assert body.parameters == (
        TemplateParameter("text", "9", "what"),
        TemplateParameter("text", "Ana", "who"),
    )


def test_an_old_template_that_does_not_say_its_format_is_read_by_its_variables() -> None:
    form = template(Part("BODY", text="Oi {{who}}"), parameters=("body.who",))
    (body,) = built(form, TemplateParams({"who": "Ana"}))
    assert body.parameters == (TemplateParameter("text", "Ana", "who"),)


@pytest.mark.parametrize(
    ("kind", "params", "parameter"),
    [
        ("VIDEO", TemplateParams(media=FILE, media_kind="video"), TemplateParameter("video", media=FILE)),
        ("DOCUMENT", TemplateParams(media=FILE, media_kind="document"),
         TemplateParameter("document", media=FILE)),
        ("LOCATION", TemplateParams(location=PLACE), TemplateParameter("location", location=PLACE)),
        ("PRODUCT", TemplateParams(product=PRODUCT), TemplateParameter("product", product=PRODUCT)),
    ],
)  # fmt: skip
def test_a_header_that_is_no_text_takes_its_own_value(
    kind: str, params: TemplateParams, parameter: TemplateParameter
) -> None:
    (header,) = built(template(Part("HEADER", kind), Part("BODY", text="x")), params)
    assert header == TemplateComponent("header", parameters=(parameter,))


def test_every_button_keeps_its_place_and_kind() -> None:
    form = template(Part("BODY", text="x"), Part("BUTTONS", buttons=(
        PartButton("QUICK_REPLY", "Sim"), PartButton("QUICK_REPLY", "Não"), PartButton("COPY_CODE", "Copiar"),
        PartButton("FLOW", "Abrir"), PartButton("URL", "Ver", "https://example.com/{{1}}"),
    )))  # fmt: skip
    given = {1: "nao", 2: "PYLOTO10", 3: "token", 4: "p/9"}
    assert built(form, TemplateParams(buttons=given, flow_data={"city": "Ponta Grossa"})) == (
        button(1, "quick_reply", TemplateParameter("payload", "nao")),
        button(2, "copy_code", TemplateParameter("coupon_code", "PYLOTO10")),
        button(3, "flow", TemplateParameter("action", flow=FlowAction("token", {"city": "Ponta Grossa"}))),
        button(4, "url", TemplateParameter("text", "p/9")),
    )


def test_a_one_time_code_is_sent_as_meta_wants_it() -> None:
    form = template(Part("BODY", text="{{1}} é o seu código."), Part("BUTTONS", buttons=(PartButton("OTP"),)))
    _, code = built(form, TemplateParams({"1": "123456"}, buttons={0: "123456"}))
    assert code == button(0, "url", TemplateParameter("text", "123456"))


def test_an_offer_says_when_it_ends() -> None:
    form = template(Part("BODY", text="x"), Part("LIMITED_TIME_OFFER"))
    (offer,) = built(form, TemplateParams(expires_at_ms=AT_MS))
    given = TemplateParameter("limited_time_offer", expires_at_ms=AT_MS)
    assert offer == TemplateComponent("limited_time_offer", parameters=(given,))
