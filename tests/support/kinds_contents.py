"""O conteúdo de uma mensagem de cada tipo, e o que pode acompanhá-la. Ids inventados."""

from tests.support.webhooks import Json, Object

_MEDIA: Object = {
    "id": "1003383421387256",
    "mime_type": "image/jpeg",
    "sha256": "OCdXXwvhTCUbmTk5gJNXFcRvHQ8y3kNQ6a4xJPbL9dU=",
    "url": "https://lookaside.example/media?mid=1003383421387256",
}
_CARD: Object = {
    "name": {"formatted_name": "Bia Lima", "first_name": "Bia"},
    "phones": [{"phone": "+55 41 3333-4444", "wa_id": "554133334444", "type": "WORK"}],
    "emails": [{"email": "bia@example.com"}],
}
_ORDER: Object = {
    "catalog_id": "194836987003835",
    "text": "entregar de manhã",
    "product_items": [{"product_retailer_id": "sku-1", "quantity": 2, "item_price": 10.5, "currency": "BRL"}],
}
_AD: Object = {
    "source_url": "https://fb.me/3cr4Wqqkv",
    "source_id": "120226305854810726",
    "source_type": "ad",
    "headline": "Conheça a Pyloto",
    "body": "Fale conosco",
    "media_type": "image",
    "image_url": "https://scontent.example/x",
    "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ-QTwRiyYHAFDLMNDBH0CD3qpjd0PZDs",
    "welcome_message": {"text": "Oi!"},
}
_FORM: Object = {
    "name": "flow",
    "body": "Sent",
    "response_json": '{"flow_token":"t-81","city":"Curitiba","photos":[{"id":"1","file_name":"a.jpg"}]}',
}
TARGET = "wamid.HBgMTARGET"

CONTENTS: dict[str, tuple[str, Json]] = {
    "text": ("text", {"body": "Olá 👋"}),
    "image": ("image", {**_MEDIA, "caption": "olha"}),
    "video": ("video", {**_MEDIA, "mime_type": "video/mp4"}),
    "audio": ("audio", {**_MEDIA, "mime_type": "audio/mpeg", "voice": False}),
    "voice": ("audio", {**_MEDIA, "mime_type": "audio/ogg; codecs=opus", "voice": True}),
    "document": ("document", {**_MEDIA, "mime_type": "application/pdf", "filename": "cotação.pdf"}),
    "sticker": ("sticker", {**_MEDIA, "mime_type": "image/webp", "animated": True}),
    "location": ("location", {"latitude": -25.43, "longitude": -49.27, "name": "Praça", "address": "Rua X"}),
    "contacts": ("contacts", [_CARD]),
    "contact_request": ("contacts", [{**_CARD, "origin": "contact_request"}]),
    "reaction": ("reaction", {"message_id": TARGET, "emoji": "👍"}),
    "reaction_removed": ("reaction", {"message_id": TARGET}),
    "button_reply": ("interactive", {"type": "button_reply", "button_reply": {"id": "b1", "title": "Sim"}}),
    "list_reply": (
        "interactive",
        {"type": "list_reply", "list_reply": {"id": "r1", "title": "SaaS", "description": "d"}},
    ),
    "nfm_reply": ("interactive", {"type": "nfm_reply", "nfm_reply": _FORM}),
    "address_reply": (
        "interactive",
        {
            "type": "nfm_reply",
            "nfm_reply": {"name": "address_message", "response_json": '{"values":{"city":"X"}}'},
        },
    ),
    "call_permission_reply": (
        "interactive",
        {
            "type": "call_permission_reply",
            "call_permission_reply": {"response": "accept", "is_permanent": True},
        },
    ),
    "payment_method": (
        "interactive",
        {
            "type": "payment_method",
            "payment_method": {"payment_method": "offsite_card_pay", "credential_id": "c"},
        },
    ),
    "button": ("button", {"payload": "p1", "text": "Quero"}),
    "order": ("order", _ORDER),
    "edit": ("edit", {"original_message_id": TARGET, "message": {"type": "text", "text": {"body": "novo"}}}),
    "revoke": ("revoke", {"original_message_id": TARGET}),
    "unsupported": ("unsupported", {"type": "poll_creation"}),
    "request_welcome": ("request_welcome", None),
    "errors": ("errors", [{"code": 131051, "title": "Message type unknown"}]),
    "unknown": ("unknown", None),
}
"""`type` e conteúdo de cada mensagem."""

EXTRAS: dict[str, Object] = {
    "quoted": {"context": {"from": "554130000000", "id": TARGET}},
    "forwarded": {"context": {"forwarded": True}},
    "product_enquiry": {
        "context": {
            "from": "554130000000",
            "id": TARGET,
            "referred_product": {"catalog_id": "1", "product_retailer_id": "sku-1"},
        },
    },
    "referral": {"referral": _AD},
    "group": {"group_id": "120363025246125486"},
}
"""O que pode acompanhar uma mensagem de texto."""
