import pytest
from msgspec import structs

from pyloto_stream.whatsapp.webhook import read
from pyloto_stream.whatsapp.webhook_content import Card, Content, Media, Place
from tests.support import webhooks as meta
from tests.support.webhooks import Json, Object

MEDIA: Object = {"id": "m1", "mime_type": "image/jpeg", "sha256": "abc=", "url": "https://x"}
KNOWN = Media("m1", "image/jpeg", "abc=", url="https://x")
MOVING = structs.replace(KNOWN, animated=True)


def content_of(message: Json) -> Content:
    batch = read(meta.body(message))
    assert batch.unreadable == []
    return batch.messages[0].content


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        ("text", {"body": ""}, Content("text")),
        ("image", MEDIA | {"caption": "veja"}, Content("image", "veja", media=KNOWN)),
        ("video", MEDIA, Content("video", media=KNOWN)),
        ("audio", MEDIA | {"voice": True}, Content("audio", media=structs.replace(KNOWN, voice=True))),
        (
            "sticker",
            MEDIA | {"animated": True},
            Content("sticker", media=structs.replace(KNOWN, animated=True)),
        ),
        (
            "document",
            MEDIA | {"filename": "a.pdf", "caption": None},
            Content("document", media=structs.replace(KNOWN, filename="a.pdf")),
        ),
        ("document", {"id": "m1"}, Content("document", media=Media("m1"))),
        (
            "location",
            {"latitude": -25.4, "longitude": -49, "name": "Casa", "address": "Rua X"},
            Content("location", place=Place(-25.4, -49.0, "Casa", "Rua X")),
        ),
        (
            "contacts",
            [{"name": {"formatted_name": "Bia"}, "phones": [{"phone": "+55 41"}]}, {}],
            Content("contacts", cards=(Card("Bia", "+55 41"), Card())),
        ),
        (
            "contacts",
            [{"phones": [{"phone": "1"}, {"wa_id": 5541}], "origin": "contact_request"}],
            Content("contacts", cards=(Card("", "5541", own=True),)),
        ),
        ("contacts", None, Content("contacts")),
        (
            "reaction",
            {"message_id": "wamid.Z", "emoji": "👍"},
            Content("reaction", "👍", context_id="wamid.Z"),
        ),
        ("reaction", {"message_id": "wamid.Z"}, Content("reaction", context_id="wamid.Z")),
        (
            "interactive",
            {"type": "button_reply", "button_reply": {"id": "b1", "title": "Sim"}},
            Content("choice", "Sim", "b1"),
        ),
        (
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "r1", "title": "SaaS", "description": "d"}},
            Content("choice", "SaaS", "r1"),
        ),
        (
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "[1]"}},
            Content("form", form={"response": "[1]"}, detail="flow"),
        ),
        (
            "interactive",
            {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}},
            Content("unsupported", detail="call_permission_accept"),
        ),
        (
            "interactive",
            {"type": "payment_method", "payment_method": {"last_four_digits": "1234"}},
            Content("unsupported", detail="payment_method"),
        ),
        ("button", {"payload": "p1", "text": "Quero"}, Content("choice", "Quero", "p1")),
        ("button", {"text": "Quero"}, Content("choice", "Quero", "Quero")),
        (
            "order",
            {"catalog_id": "c", "text": "2 caixas", "product_items": [{}, 1]},
            Content("order", "2 caixas", items=2),
        ),
        ("order", {}, Content("order")),
        (
            "edit",
            {"original_message_id": "wamid.Z", "message": {"type": "text", "text": {"body": "novo"}}},
            Content("edit", "novo", context_id="wamid.Z"),
        ),
        (
            "edit",
            {"original_message_id": "wamid.Z", "message": {"type": "image", "image": {"caption": "nova"}}},
            Content("edit", "nova", context_id="wamid.Z"),
        ),
        ("edit", {"original_message_id": "wamid.Z"}, Content("edit", context_id="wamid.Z")),
        ("revoke", {"original_message_id": "wamid.Z"}, Content("revoke", context_id="wamid.Z")),
        ("unsupported", {"type": "poll_creation"}, Content("unsupported", detail="poll_creation")),
        ("errors", None, Content("unsupported", detail="errors")),
        ("unknown", None, Content("unsupported", detail="unknown")),
        ("request_welcome", None, Content("unsupported", detail="request_welcome")),
    ],
)
def test_each_documented_type_has_its_content(kind: str, payload: Json, expected: Content) -> None:
    assert content_of(meta.typed(kind, payload)) == expected


def test_media_that_meta_could_not_fetch_is_unsupported() -> None:
    failed = meta.typed("image", None, errors=[{"code": 131052, "title": "Media download error"}])
    assert content_of(failed) == Content("unsupported", detail="image_failed")


def test_what_a_reaction_is_about_wins_over_what_it_quotes() -> None:
    reaction = meta.typed("reaction", {"message_id": "wamid.Z"}, context={"id": "wamid.Q"})
    assert content_of(reaction).context_id == "wamid.Z"


def test_tap_tells_which_menu_it_came_from() -> None:
    tap: Object = {"type": "button_reply", "button_reply": {"id": "b1", "title": "Sim"}}
    tapped = meta.typed("interactive", tap, context={"id": "wamid.MENU"})
    assert content_of(tapped) == Content("choice", "Sim", "b1", "wamid.MENU")


def test_forwarded_message_quotes_nothing() -> None:
    content = content_of(meta.text(context={"forwarded": True}))
    assert (content.context_id, content.forwarded) == ("", True)
    assert content_of(meta.text(context={"frequently_forwarded": True})).forwarded


def test_question_about_a_product_says_which() -> None:
    product: Object = {"catalog_id": "c", "product_retailer_id": 77}
    asked = meta.text(context={"from": meta.PHONE, "id": "wamid.Q", "referred_product": product})
    assert content_of(asked) == Content("text", "Oi", context_id="wamid.Q", product="77")


def test_text_of_a_number_change_is_not_read() -> None:
    system: Object = {"type": "user_changed_number", "body": "User 554199990000 changed to 554188880000"}
    assert content_of(meta.typed("system", system)) == Content("system", detail="user_changed_number")
