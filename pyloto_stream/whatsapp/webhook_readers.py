"""Como se tira o conteúdo de uma mensagem, tipo por tipo?

Promete: um leitor para cada tipo documentado. Limite: o que o leitor não acha é `None`, e quem chama guarda.
"""

import re
from collections.abc import Callable, Sequence

import msgspec

from pyloto_stream.whatsapp import webhook_reply_structs as replies
from pyloto_stream.whatsapp import webhook_structs as wire
from pyloto_stream.whatsapp.identity import usable_id
from pyloto_stream.whatsapp.webhook_content import Card, Content, Media, MediaKind, Place
from pyloto_stream.whatsapp.webhook_forms import form_of

UNKNOWN = Content("unknown")
MAX_CARDS = 20
_MAX_CARD = 128
_OWN = "contact_request"
_WORD = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)
_MAX_PHONE = 32

Reader = Callable[[wire.InboundMessage], Content | None]


def content_of(message: wire.InboundMessage) -> Content | None:
    """Conteúdo de `message`; `None` se falta o que o seu `type` exige."""
    reader = _READERS.get(message.type or "")
    if reader is None:
        return UNKNOWN
    content, context = reader(message), message.context
    if content is None or context is None:
        return content
    product = context.referred_product
    return msgspec.structs.replace(
        content,
        context_id=content.context_id or usable_id(context.id),
        forwarded=context.forwarded is True or context.frequently_forwarded is True,
        product=usable_id(product.product_retailer_id) if product else "",
    )


def word(value: str | None) -> str:
    """Uma enumeração da Meta; vazia se não tem essa forma: pode trazer o que não se espera."""
    return value if value is not None and _WORD.fullmatch(value) else ""


def _text(message: wire.InboundMessage) -> Content | None:
    text = message.text
    return None if text is None or text.body is None else Content("text", text.body)


def _media(kind: MediaKind) -> Reader:
    def read(message: wire.InboundMessage) -> Content | None:
        part: wire.Media | None = getattr(message, kind)
        media_id = usable_id(part.id) if part else ""
        if part is None or not media_id:
            # sem arquivo e com erro: a pessoa mandou algo que a Meta não conseguiu receber (131052)
            failed = message.errors is not msgspec.UNSET
            return Content("unsupported", detail=f"{kind}_failed") if failed else None
        media = Media(
            media_id, part.mime_type or "", part.sha256 or "", part.filename or "", part.url or "",
            voice=part.voice is True, animated=part.animated is True,
        )  # fmt: skip
        return Content(kind, part.caption or "", media=media)

    return read


def _location(message: wire.InboundMessage) -> Content | None:
    spot = message.location
    if spot is None or spot.latitude is None or spot.longitude is None:
        return None
    place = Place(spot.latitude, spot.longitude, spot.name or "", spot.address or "")
    return Content("location", place=place)


def _contacts(message: wire.InboundMessage) -> Content | None:
    shown = (message.contacts or ())[:MAX_CARDS]
    return Content("contacts", cards=tuple(_card(card, message.origin) for card in shown))


def _card(card: wire.Card, origin: str | None) -> Card:
    name = (card.name.formatted_name or card.name.first_name or "") if card.name else ""
    own = (card.origin or origin) == _OWN
    return Card(name[:_MAX_CARD], _phone(card.phones or ()), own)


def _phone(phones: Sequence[wire.CardPhone]) -> str:
    """O primeiro telefone com conta no WhatsApp; senão, o primeiro como a pessoa o escreveu."""
    given = [phone.wa_id for phone in phones] + [phone.phone for phone in phones]
    return next((str(value)[:_MAX_PHONE] for value in given if value), "")


def _reaction(message: wire.InboundMessage) -> Content | None:
    reaction = message.reaction
    about = usable_id(reaction.message_id) if reaction else ""
    if reaction is None or not about:
        return None
    return Content("reaction", reaction.emoji or "", context_id=about)


def _interactive(message: wire.InboundMessage) -> Content | None:
    part = message.interactive
    if part is None:
        return None
    match part.type:
        case "button_reply":
            return _tap(part.button_reply)
        case "list_reply":
            return _tap(part.list_reply)
        case "nfm_reply":
            form = part.nfm_reply
            if form is None or form.response_json is None:
                return None
            return Content("form", form=form_of(form.response_json), detail=word(form.name))
        case "call_permission_reply":
            said = word(part.call_permission_reply.response) if part.call_permission_reply else ""
            return Content("unsupported", detail=f"call_permission_{said or 'reply'}")
        case "payment_method":
            return Content("unsupported", detail="payment_method")
    return UNKNOWN


def _tap(tap: replies.Tap | None) -> Content | None:
    choice = usable_choice(tap.id) if tap else ""
    return None if tap is None or not choice else Content("choice", tap.title or "", choice)


def usable_choice(value: replies.Id) -> str:
    """O id de uma opção, que é nosso e pode ter acentos; vazio se não veio."""
    return "" if value is None else str(value)


def _button(message: wire.InboundMessage) -> Content | None:
    button = message.button
    if button is None or not (button.payload or button.text):
        return None
    return Content("choice", button.text or "", button.payload or button.text or "")


def _edit(message: wire.InboundMessage) -> Content | None:
    edit = message.edit
    about = usable_id(edit.original_message_id) if edit else ""
    return None if edit is None or not about else Content("edit", _edited(edit.message), context_id=about)


def _edited(edited: wire.Edited | None) -> str:
    if edited is None:
        return ""
    body = edited.text.body if edited.text else None
    captions = (media.caption for media in (edited.image, edited.video, edited.document) if media)
    return body or next((caption for caption in captions if caption), "")


def _revoke(message: wire.InboundMessage) -> Content | None:
    about = usable_id(message.revoke.original_message_id) if message.revoke else ""
    return Content("revoke", context_id=about) if about else None


def _order(message: wire.InboundMessage) -> Content | None:
    order = message.order
    return None if order is None else Content("order", order.text or "", items=len(order.product_items or ()))


def _system(message: wire.InboundMessage) -> Content | None:
    # o texto (`body`) é da Meta, não da pessoa, e pode citar identificadores: não é lido
    return None if message.system is None else Content("system", detail=word(message.system.type))


def _unsupported(message: wire.InboundMessage) -> Content | None:
    told = word(message.unsupported.type) if message.unsupported else ""
    return Content("unsupported", detail=told or (message.type or ""))


_READERS: dict[str, Reader] = {
    "text": _text,
    "image": _media("image"),
    "video": _media("video"),
    "audio": _media("audio"),
    "document": _media("document"),
    "sticker": _media("sticker"),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "system": _system,
    "edit": _edit,
    "revoke": _revoke,
    "unsupported": _unsupported,
    "errors": _unsupported,
    "unknown": _unsupported,
    "request_welcome": _unsupported,
}
