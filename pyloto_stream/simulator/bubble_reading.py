"""Como uma mensagem da Meta vira balão? Lê o JSON que a empresa receberia ou mandaria, com folga.

Promete: nenhum JSON levanta erro aqui; o que não se sabe desenhar vira um balão `other` com o nome do tipo.
"""

from collections.abc import Mapping

import msgspec

from pyloto_stream.simulator.bubble_wire import File, Header, Interactive, Wire, present
from pyloto_stream.simulator.bubbles import MEDIA_KINDS, Bubble, Card, Media, MediaKind, Option, Place, Quote
from pyloto_stream.simulator.envelopes import Json

FILES = "/simulator/files/"
"""Onde a tela busca os arquivos que a Meta local guarda."""

_NOTICES = {
    "user_changed_number": "Você mudou de número. A Meta avisou a empresa.",
    "customer_changed_number": "Você mudou de número. A Meta avisou a empresa.",
    "user_changed_user_id": "O seu id mudou. A Meta avisou a empresa.",
    "customer_identity_changed": "A sua identidade mudou. A Meta avisou a empresa.",
}


def of_person(wamid: str, at_ms: int, message: Json) -> Bubble:
    """O balão de uma mensagem recebida da pessoa (um item de `messages[]`)."""
    bubble = Bubble(wamid, mine=True, at_ms=at_ms, kind="other", text=str(message.get("type", "")))
    try:
        found = msgspec.convert(message, Wire)
    except msgspec.ValidationError:  # mensagem crua, de propósito fora do comum
        return bubble
    bubble.forwarded = found.context.forwarded or found.context.frequently_forwarded
    bubble.quote = Quote(found.context.id) if found.context.id else None
    if found.system is not None:
        bubble.kind = "notice"
        bubble.text = _NOTICES.get(found.system.type, f"Aviso da Meta: {found.system.type}")
    elif found.button is not None:
        bubble.kind, bubble.text = "text", found.button.text
    elif found.order is not None:
        count = len(found.order.product_items)
        bubble.kind, bubble.text = "order", found.order.text or f"Pedido com {count} item(ns) do catálogo"
    elif found.interactive is not None:
        _answer(bubble, found.interactive)
    else:
        _common(bubble, found)
    return bubble


def of_business(wamid: str, at_ms: int, payload: Json) -> Bubble:
    """O balão de um envio já aceito pelo juiz; o texto de um modelo é posto por quem conhece o modelo."""
    bubble = Bubble(wamid, mine=False, at_ms=at_ms, kind="other", text=str(payload.get("type", "")))
    try:
        found = msgspec.convert(present(payload), Wire)
    except msgspec.ValidationError:
        return bubble
    bubble.quote = Quote(found.context.message_id) if found.context.message_id else None
    if found.template is not None:
        bubble.kind, bubble.text = "template", ""
        bubble.footer = f"Modelo {found.template.name}"
    elif found.interactive is not None:
        _offer(bubble, found.interactive)
    else:
        _common(bubble, found)
    return bubble


def media(kind: MediaKind, file: File) -> Media:
    """O arquivo de uma mensagem: o que a Meta local guarda, ou um endereço de fora."""
    url = FILES + file.id if file.id else file.link
    return Media(kind, url, file.mime_type, file.filename, voice=file.voice)


def _common(bubble: Bubble, found: Wire) -> None:
    """O que se escreve igual nos dois sentidos."""
    if found.text is not None:
        bubble.kind, bubble.text = "text", found.text.body
    elif found.location is not None:
        place = found.location
        bubble.kind, bubble.text = "location", ""
        bubble.place = Place(place.latitude, place.longitude, place.name, place.address)
    elif found.contacts:
        bubble.kind, bubble.text = "contacts", ""
        bubble.cards = tuple(
            Card(
                each.name.formatted_name or "Sem nome",
                tuple(line.phone or line.wa_id for line in each.phones),
            )
            for each in found.contacts
        )
    for kind in MEDIA_KINDS:
        file: File | None = getattr(found, kind)
        if file is not None:
            bubble.kind, bubble.text, bubble.media = "media", file.caption, media(kind, file)


def _answer(bubble: Bubble, inner: Interactive) -> None:
    tapped = inner.button_reply or inner.list_reply
    if tapped is not None:
        bubble.kind, bubble.text = "text", tapped.title
    elif inner.nfm_reply is not None:
        bubble.kind, bubble.header = "form", "Formulário enviado"
        bubble.text = _filled(inner.nfm_reply.response_json)
    else:
        bubble.text = inner.type or bubble.text


def _filled(response_json: str) -> str:
    try:
        return told_answers(msgspec.json.decode(response_json, type=Json), {})
    except msgspec.DecodeError:
        return ""


def told_answers(answers: Json, labels: Mapping[str, str]) -> str:
    """As respostas, uma por linha; o que é da máquina (`flow_token`) e o vazio ficam de fora."""
    told = {
        key: value for key, value in answers.items() if key != "flow_token" and value not in ("", None, [])
    }
    return "\n".join(
        f"{labels.get(key) or key.replace('_', ' ')}: {_words(value)}" for key, value in told.items()
    )


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    return str(value)


def _offer(bubble: Bubble, inner: Interactive) -> None:
    bubble.text, bubble.footer = inner.body.text, inner.footer.text
    bubble.header, bubble.media = inner.header.text, _header_media(inner.header)
    action = inner.action
    match inner.type:
        case "button":
            bubble.kind = "buttons"
            bubble.options = tuple(Option(button.reply.id, button.reply.title) for button in action.buttons)
        case "list":
            bubble.kind, bubble.button = "list", action.button
            bubble.options = tuple(
                Option(row.id, row.title, row.description, section.title)
                for section in action.sections
                for row in section.rows
            )
        case "cta_url":
            bubble.kind, bubble.url = "link", action.parameters.url
            bubble.button = action.parameters.display_text
        case "flow":
            bubble.kind, bubble.button = "flow", action.parameters.flow_cta or "Abrir formulário"
        case "location_request_message":
            bubble.kind, bubble.button = "ask_location", "Enviar localização"
        case _:
            bubble.kind, bubble.header = "other", bubble.header or bubble.text
            bubble.text = inner.type


def _header_media(header: Header) -> Media | None:
    if header.image is not None:
        return media("image", header.image)
    if header.video is not None:
        return media("video", header.video)
    return media("document", header.document) if header.document is not None else None
