"""O que uma mensagem diz, de qualquer dos tipos da Meta? Um só valor pequeno, o mesmo para todos.

Promete: todo tipo documentado tem um `kind`; um desconhecido vira `unknown`; `None` é forma errada.
Limite: mídia, nomes e textos são o que o remetente declara; nada é conferido aqui.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from pyloto_stream.whatsapp import webhook_structs as wire

Kind = Literal[
    "text", "choice", "audio", "image", "video", "document", "sticker", "location", "contacts", "reaction",
    "form", "order", "system", "edit", "revoke", "unsupported", "unknown",
]  # fmt: skip
MediaKind = Literal["image", "video", "audio", "document", "sticker"]


class Media(msgspec.Struct, frozen=True, gc=False):
    """Mídia a baixar pelo `id`; `sha256` em base64, como veio."""

    id: str
    mime_type: str = ""
    sha256: str = ""
    filename: str = ""


class Place(msgspec.Struct, frozen=True, gc=False):
    """Localização, em graus decimais."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Content(msgspec.Struct, frozen=True, gc=False):
    """O conteúdo normalizado.

    `text`: corpo, legenda, título da opção, emoji da reação ou JSON do formulário. `choice`: id da opção.
    `context_id`: mensagem citada, reagida, editada ou removida.
    """

    kind: Kind
    text: str = ""
    choice: str = ""
    context_id: str = ""
    media: Media | None = None
    place: Place | None = None


UNSUPPORTED = Content("unsupported")
UNKNOWN = Content("unknown")
_MERE_RECORDS = {"call_permission_reply", "payment_method"}
"""Respostas interativas conhecidas que um atendimento por texto só registra."""


def content_of(message: wire.InboundMessage) -> Content | None:
    """Conteúdo de `message`; `None` se falta o que o seu `type` exige."""
    reader = _READERS.get(message.type or "")
    if reader is None:
        return UNKNOWN
    content = reader(message)
    cited = message.context.id if message.context else None
    if content is not None and cited and not content.context_id:
        return msgspec.structs.replace(content, context_id=cited)
    return content


def _text(message: wire.InboundMessage) -> Content | None:
    text = message.text
    return None if text is None or text.body is None else Content("text", text.body)


def _media(kind: MediaKind) -> Callable[[wire.InboundMessage], Content | None]:
    def read(message: wire.InboundMessage) -> Content | None:
        part: wire.Media | None = getattr(message, kind)
        if part is None or not part.id:
            # sem arquivo e com erro: a pessoa mandou algo que a Meta não conseguiu receber (131052)
            return None if message.errors is msgspec.UNSET else UNSUPPORTED
        media = Media(part.id, part.mime_type or "", part.sha256 or "", part.filename or "")
        return Content(kind, part.caption or "", media=media)

    return read


def _location(message: wire.InboundMessage) -> Content | None:
    spot = message.location
    if spot is None or spot.latitude is None or spot.longitude is None:
        return None
    place = Place(spot.latitude, spot.longitude, spot.name or "", spot.address or "")
    return Content("location", place=place)


def _reaction(message: wire.InboundMessage) -> Content | None:
    reaction = message.reaction
    if reaction is None or not reaction.message_id:
        return None
    return Content("reaction", reaction.emoji or "", context_id=reaction.message_id)


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
            return None if form is None or form.response_json is None else Content("form", form.response_json)
    return UNSUPPORTED if part.type in _MERE_RECORDS else UNKNOWN


def _tap(tap: wire.Tap | None) -> Content | None:
    return None if tap is None or not tap.id else Content("choice", tap.title or "", tap.id)


def _button(message: wire.InboundMessage) -> Content | None:
    button = message.button
    if button is None or not (button.payload or button.text):
        return None
    return Content("choice", button.text or "", button.payload or button.text or "")


def _edit(message: wire.InboundMessage) -> Content | None:
    edit = message.edit
    if edit is None or not edit.original_message_id:
        return None
    return Content("edit", _edited_text(edit.message), context_id=edit.original_message_id)


def _edited_text(edited: wire.Edited | None) -> str:
    if edited is None:
        return ""
    body = edited.text.body if edited.text else None
    captions = (media.caption for media in (edited.image, edited.video, edited.document) if media)
    return body or next((caption for caption in captions if caption), "")


def _revoke(message: wire.InboundMessage) -> Content | None:
    revoke = message.revoke
    if revoke is None or not revoke.original_message_id:
        return None
    return Content("revoke", context_id=revoke.original_message_id)


def _order(message: wire.InboundMessage) -> Content | None:
    return None if message.order is None else Content("order", message.order.text or "")


def _system(message: wire.InboundMessage) -> Content | None:
    # o texto é da Meta, não da pessoa, e pode citar identificadores: não é lido
    return None if message.system is None else Content("system")


_READERS: dict[str, Callable[[wire.InboundMessage], Content | None]] = {
    "text": _text,
    "image": _media("image"),
    "video": _media("video"),
    "audio": _media("audio"),
    "document": _media("document"),
    "sticker": _media("sticker"),
    "location": _location,
    "contacts": lambda _: Content("contacts"),
    "reaction": _reaction,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "system": _system,
    "edit": _edit,
    "revoke": _revoke,
    "unsupported": lambda _: UNSUPPORTED,
    "errors": lambda _: UNSUPPORTED,
    "unknown": lambda _: UNSUPPORTED,
    "request_welcome": lambda _: UNSUPPORTED,
}
