"""O JSON exato do envio de um modelo, escrito à mão a partir das páginas da Meta."""

import json

import pytest

from pyloto_stream.whatsapp.messages import TemplateComponent, TemplateMessage, TemplateParameter
from pyloto_stream.whatsapp.payloads import build
from tests.support.outbound_kinds import LINK, MEDIA_ID, TEMPLATES


def card(number: int) -> dict[str, object]:
    return {
        "card_index": number - 1,
        "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"id": MEDIA_ID}}]},
            {"type": "body", "parameters": [{"type": "text", "text": f"Oferta {number}"}]},
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "0",
                "parameters": [{"type": "payload", "payload": f"card:{number}"}],
            },
        ],
    }


def header(parameter: dict[str, object]) -> list[dict[str, object]]:
    return [{"type": "header", "parameters": [parameter]}]


COMPONENTS: dict[str, list[dict[str, object]]] = {
    "template positional": [
        {"type": "header", "parameters": [{"type": "text", "text": "Olá"}]},
        {
            "type": "body",
            "parameters": [
                {"type": "text", "text": "Ana"},
                {
                    "type": "currency",
                    "currency": {"fallback_value": "R$ 12,50", "code": "BRL", "amount_1000": 12500},
                },
                {"type": "date_time", "date_time": {"fallback_value": "5 de agosto"}},
            ],
        },
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "0",
            "parameters": [{"type": "payload", "payload": "opt:1"}],
        },
        {
            "type": "button",
            "sub_type": "url",
            "index": "1",
            "parameters": [{"type": "text", "text": "pedido/12"}],
        },
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "2",
            "parameters": [{"type": "coupon_code", "coupon_code": "FRETE10"}],
        },
        {
            "type": "button",
            "sub_type": "flow",
            "index": "3",
            "parameters": [
                {
                    "type": "action",
                    "action": {"flow_token": "token-1", "flow_action_data": {"name": "Ana"}},
                }
            ],
        },
    ],
    "template named": [
        {
            "type": "body",
            "parameters": [
                {"type": "text", "parameter_name": "first_name", "text": "Ana"},
                {"type": "text", "parameter_name": "order_id", "text": "12"},
            ],
        }
    ],
    "template image": header({"type": "image", "image": {"link": LINK}}),
    "template video": header({"type": "video", "video": {"id": MEDIA_ID}}),
    "template gif": header({"type": "gif", "gif": {"link": LINK}}),
    "template document": header({"type": "document", "document": {"id": MEDIA_ID, "filename": "nota.pdf"}}),
    "template location": header(
        {
            "type": "location",
            "location": {
                "latitude": -25.43,
                "longitude": -49.27,
                "name": "Pyloto",
                "address": "Rua Um, 10",
            },
        }
    ),
    "template product": header(
        {"type": "product", "product": {"product_retailer_id": "SKU1", "catalog_id": "CATALOG1"}}
    ),
    "template offer": [
        {
            "type": "limited_time_offer",
            "parameters": [
                {
                    "type": "limited_time_offer",
                    "limited_time_offer": {"expiration_time_ms": 1_790_000_000_000},
                }
            ],
        }
    ],
    "template carousel": [{"type": "carousel", "cards": [card(1), card(2)]}],
}


def content(message: TemplateMessage) -> dict[str, object]:
    body = json.loads(build(message, to="5541999990000", reply_id="r"))
    assert body["type"] == "template"
    assert isinstance(body["template"], dict)
    return body["template"]


def test_a_template_without_variables_has_no_components() -> None:
    assert content(TEMPLATES["template"]) == {"name": "lead_followup", "language": {"code": "pt_BR"}}


@pytest.mark.parametrize("name", COMPONENTS)
def test_each_part_and_each_kind_of_value(name: str) -> None:
    assert content(TEMPLATES[name]) == {
        "name": "lead_followup",
        "language": {"code": "pt_BR"},
        "components": COMPONENTS[name],
    }


def test_every_sample_is_compared() -> None:
    assert set(COMPONENTS) | {"template"} == set(TEMPLATES)


def test_a_value_that_is_missing_is_left_out_for_the_validator_to_tell() -> None:
    part = TemplateComponent("header", parameters=(TemplateParameter("image"),))
    sent = content(TemplateMessage("lead", "pt_BR", (part,)))
    assert sent["components"] == [{"type": "header", "parameters": [{"type": "image"}]}]
