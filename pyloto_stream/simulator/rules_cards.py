"""A Meta aceitaria este lugar, estes contatos, esta reação, este modelo? A forma dos tipos sem arquivo.

Fontes: páginas "Location messages", "Contacts messages", "Reaction messages", "Template messages" e
"Media card carousel templates" (2026).
"""

from pyloto_stream.simulator.node import Node
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.rules_media import MediaRef, media

_NAME = ("formatted_name", "first_name", "last_name", "middle_name", "suffix", "prefix")
_CARD = ("name", "phones", "emails", "addresses", "org", "urls", "birthday")
_LISTS: dict[str, tuple[str, ...]] = {
    "phones": ("phone", "type", "wa_id"),
    "emails": ("email", "type"),
    "addresses": ("street", "city", "state", "zip", "country", "country_code", "type"),
    "urls": ("url", "type"),
}
_PARAMETER = (
    "type", "text", "parameter_name", "payload", "image", "video", "document", "gif", "location", "currency",
    "date_time", "coupon_code", "action", "limited_time_offer", "product", "catalog_id", "expiration_time_ms",
)  # fmt: skip
_SUB_TYPES = ("quick_reply", "url", "flow", "copy_code", "catalog", "mpm", "order_details", "voice_call")


def location(node: Node) -> None:
    """Confere `location`."""
    node.number("latitude", -90, 90)
    node.number("longitude", -180, 180)
    node.optional("name", 1000)
    node.optional("address", 1000)
    if node.has("name") != node.has("address") and node.has("address"):
        raise node.wrong("address", "is shown only with name")


def contacts(root: Node) -> None:
    """Confere `contacts`."""
    for card in root.nodes("contacts", 257, *_CARD):
        name = card.node("name", *_NAME)
        name.text("formatted_name", 1024)
        if not any(name.has(part) for part in _NAME[1:]):
            raise RefusedCallError(131008, f"The parameter {name.path} needs one more part of the name.")
        for key, keys in _LISTS.items():
            if card.has(key) and card.fields[key] != []:  # clientes em uso mandam listas vazias
                for item in card.nodes(key, 50, *keys):
                    for each in keys:
                        item.optional(each, 2048)
        if card.has("org"):
            card.node("org", "company", "department", "title")
        card.optional("birthday", 10)


def reaction(node: Node) -> None:
    """Confere `reaction`; emoji vazio tira a reação."""
    node.text("message_id", 256)
    if "emoji" not in node.fields:
        raise RefusedCallError(131008, f"The parameter {node.path}.emoji is required.")
    emoji = node.text("emoji", 32, least=0)
    if emoji and (emoji.isascii() or emoji.strip() != emoji):
        raise node.wrong("emoji", "must be one emoji")


def template(node: Node, refs: list[MediaRef]) -> None:
    """Confere a forma de `template`; a definição é de `template_use.py`."""
    node.text("name", 512)
    node.node("language", "code", "policy").text("code", 16)
    if node.has("components") and node.fields["components"] != []:
        _components(node, refs)


def _components(node: Node, refs: list[MediaRef]) -> None:
    for component in node.nodes("components", 16, "type", "sub_type", "index", "parameters", "cards"):
        kind = component.text("type", 32).lower()
        if kind not in ("header", "body", "button", "footer", "limited_time_offer", "carousel"):
            raise component.wrong("type", "is not a component")
        if kind == "carousel":
            _carousel(component, refs)
            continue
        if component.has("cards"):
            raise component.wrong("cards", f"does not belong to type {kind}")
        if kind == "button":
            if component.text("sub_type", 32).lower() not in _SUB_TYPES:
                raise component.wrong("sub_type", "is not a kind of button")
            _index(component)
        if component.has("parameters") and component.fields["parameters"] != []:
            for parameter in component.nodes("parameters", 100, *_PARAMETER):
                _parameter(parameter, refs)


def _carousel(carousel: Node, refs: list[MediaRef]) -> None:
    cards = carousel.nodes("cards", 10, "card_index", "components")
    if len(cards) < 2:
        raise carousel.wrong("cards", "must have between 2 and 10 items")
    for place, card in enumerate(cards):
        if card.fields.get("card_index") != place:
            raise card.wrong("card_index", "must be the position of the card")
        _components(card, refs)


def _index(component: Node) -> None:
    index = component.fields.get("index")
    text = str(index) if isinstance(index, int) and not isinstance(index, bool) else index
    if not isinstance(text, str) or text not in {str(number) for number in range(10)}:
        raise component.wrong("index", "must be the position of a button, from 0 to 9")


def _parameter(parameter: Node, refs: list[MediaRef]) -> None:
    kind = parameter.text("type", 32).lower()
    match kind:
        case "image" | "video" | "document":
            media(parameter, kind, refs, caption=False)
        case "location":
            location(parameter.node("location", "latitude", "longitude", "name", "address"))
        case "payload":
            parameter.text("payload", 256)
        case "coupon_code":
            parameter.text("coupon_code", 20)
        case "action":
            parameter.node("action", "flow_token", "flow_action_data", "thumbnail_product_retailer_id")
        case "text" | "currency" | "date_time" | "gif" | "limited_time_offer" | "product":
            if kind not in parameter.fields:
                raise RefusedCallError(131008, f"The parameter {parameter.path}.{kind} is required.")
        case _:
            raise parameter.wrong("type", "is not a kind of parameter")
