"""O juiz de cada tipo de envio: o que passa, o último valor que cabe e o campo que cada recusa nomeia."""

import pytest

from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.rules import Send, judge
from pyloto_stream.simulator.rules_media import MediaRef

Json = dict[str, object]


def send(kind: str, content: object, **envelope: object) -> Json:
    message: Json = {"messaging_product": "whatsapp", "to": "5511900000001", "type": kind, kind: content}
    return message | envelope


def interactive(kind: str, action: Json, **changes: object) -> Json:
    return send("interactive", {"type": kind, "body": {"text": "?"}, "action": action} | changes)


def flow(**changes: object) -> Json:
    parameters: Json = {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Abrir"}
    merged = {key: value for key, value in (parameters | changes).items() if value is not None}
    return interactive("flow", {"name": "flow", "parameters": merged})


def card(**changes: object) -> Json:
    return send("contacts", [{"name": {"formatted_name": "Zé", "first_name": "Zé"}} | changes])


def template(*components: object) -> Json:
    return send("template", {"name": "a", "language": {"code": "pt_BR"}, "components": list(components)})


def button(**changes: object) -> Json:
    payload = {"type": "payload", "payload": "x"}
    whole: Json = {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [payload]}
    return template(whole | changes)


LOCATION: Json = {"latitude": -25.4, "longitude": "-49.2"}
ACCEPTED = [
    send("image", {"id": "1", "caption": "x" * 1024}),
    send("video", {"link": "https://example.com/a.mp4"}),
    send("audio", {"id": "1", "voice": True}),
    send("document", {"id": "1", "filename": "a.pdf", "caption": "x"}),
    send("sticker", {"id": "1"}),
    send("location", LOCATION | {"name": "Praça", "address": "Rua XV"}),
    card(phones=[{"phone": "+5511900000001", "type": "CELL", "wa_id": "5511900000001"}]),
    card(emails=[{"email": "a@example.com"}], org={"company": "X"}, birthday="2000-01-01"),
    send("contacts", [{"name": {"formatted_name": "Z", "first_name": "Z"}}] * 257),
    send("reaction", {"message_id": "wamid.A", "emoji": "👍🏽"}),
    send("reaction", {"message_id": "wamid.A", "emoji": ""}),
    flow(),
    flow(flow_id=None, flow_name="cadastro", mode="draft", flow_token="t"),
    flow(flow_action="navigate", flow_action_payload={"screen": "A", "data": {"a": 1}}),
    flow(flow_action="data_exchange"),
    interactive("location_request_message", {"name": "send_location"}),
    interactive("address_message", {"name": "address_message", "parameters": {"country": "IN"}}),
    interactive("button", {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "A"}}]},
                header={"type": "image", "image": {"id": "9"}}),
    template(),
    template({"type": "header", "parameters": [{"type": "image", "image": {"id": "5"}}]}),
    template({"type": "BODY", "parameters": [{"type": "text", "text": "Ana", "parameter_name": "nome"}]}),
    button(),
    button(index=1, sub_type="FLOW", parameters=[{"type": "action", "action": {"flow_token": "t"}}]),
]  # fmt: skip

REFUSED: list[tuple[int, str, Json]] = [
    (131009, "image", send("image", {"id": "1", "link": "https://example.com"})),
    (131008, "image", send("image", {"caption": "x"})),
    (131009, "image.caption", send("image", {"id": "1", "caption": "x" * 1025})),
    (131009, "video.link", send("video", {"link": "file:///etc/passwd"})),
    (100, "audio", send("audio", {"id": "1", "caption": "x"})),
    (131009, "audio.voice", send("audio", {"id": "1", "voice": "sim"})),
    (100, "sticker", send("sticker", {"id": "1", "caption": "x"})),
    (131009, "document.filename", send("document", {"id": "1", "filename": "x" * 241})),
    (131009, "location.latitude", send("location", LOCATION | {"latitude": 90.5})),
    (131009, "location.latitude", send("location", LOCATION | {"latitude": "norte"})),
    (131009, "location.longitude", send("location", LOCATION | {"longitude": True})),
    (131008, "location.longitude", send("location", {"latitude": 1})),
    (131009, "location.address", send("location", LOCATION | {"address": "Rua"})),
    (131009, "contacts", send("contacts", [])),
    (131009, "contacts", send("contacts", [{"name": {"formatted_name": "Z", "first_name": "Z"}}] * 258)),
    (131008, "contacts[0].name", card(name={"formatted_name": "Zé"})),
    (131008, "contacts[0].name.formatted_name", card(name={"first_name": "Zé"})),
    (100, "contacts[0].phones[0]", card(phones=[{"number": "1"}])),
    (131008, "reaction.emoji", send("reaction", {"message_id": "wamid.A"})),
    (131009, "reaction.emoji", send("reaction", {"message_id": "wamid.A", "emoji": "ok"})),
    (100, "context", send("reaction", {"message_id": "a", "emoji": ""}, context={"message_id": "b"})),
    (131009, "parameters.flow_message_version", flow(flow_message_version="2")),
    (131009, "parameters", flow(flow_name="x")),
    (131009, "parameters", flow(flow_id=None)),
    (131009, "parameters.flow_cta", flow(flow_cta="x" * 21)),
    (131009, "parameters.flow_cta", flow(flow_cta="Abrir 🛵")),
    (131009, "parameters.flow_action", flow(flow_action="open")),
    (131009, "flow_action_payload", flow(flow_action="data_exchange", flow_action_payload={"screen": "A"})),
    (131009, "flow_action_payload.data", flow(flow_action_payload={"screen": "A", "data": {}})),
    (131009, "action.name", interactive("location_request_message", {"name": "location"})),
    (100, "header", interactive("location_request_message", {"name": "send_location"},
                                header={"type": "text", "text": "x"})),
    (131009, "country", interactive("address_message",
                                    {"name": "address_message", "parameters": {"country": "BR"}})),
    (131009, "header.type", interactive("list", {"button": "Ver", "sections": []},
                                        header={"type": "image", "image": {"id": "1"}})),
    (100, "header.image", interactive("cta_url", {}, header={"type": "image",
                                                             "image": {"id": "1", "caption": "x"}})),
    (131009, "components[0].type", template({"type": "corpo"})),
    (131009, "components[0].sub_type", button(sub_type="dance")),
    (131009, "components[0].index", button(index="10")),
    (131009, "components[0].index", button(index=None)),
    (131009, "parameters[0].type", template({"type": "body", "parameters": [{"type": "number"}]})),
    (131008, "parameters[0].text", template({"type": "body", "parameters": [{"type": "text"}]})),
    (131009, "parameters[0].coupon_code", template(
        {"type": "button", "sub_type": "copy_code", "index": "0",
         "parameters": [{"type": "coupon_code", "coupon_code": "x" * 21}]})),
]  # fmt: skip


@pytest.mark.parametrize("document", ACCEPTED, ids=lambda document: str(document)[-60:])
def test_what_meta_accepts_passes(document: Json) -> None:
    assert isinstance(judge(document), Send)


@pytest.mark.parametrize(("code", "field", "document"), REFUSED, ids=[f"{c}-{f}" for c, f, _ in REFUSED])
def test_what_meta_refuses_is_refused_naming_the_field(code: int, field: str, document: Json) -> None:
    with pytest.raises(RefusedCallError) as caught:
        judge(document)
    assert caught.value.code == code
    assert field in caught.value.details
    assert "xxx" not in caught.value.details


def test_the_files_of_a_message_are_known_wherever_they_are() -> None:
    sent = judge(ACCEPTED[17])
    assert isinstance(sent, Send)
    assert sent.media == (MediaRef("image", "9", "interactive.header.image"),)
    held = judge(ACCEPTED[19])
    assert isinstance(held, Send)
    assert held.media == (MediaRef("image", "5", "template.components[0].parameters[0].image"),)
