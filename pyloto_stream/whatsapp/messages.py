"""Que mensagens sabemos enviar? Um valor tipado por tipo, ainda sem destinatário e sem o formato da Meta.

Promete: criar um valor nunca falha; `validators.py` diz se cabe na Meta e `payloads.py` o escreve. Campo
opcional vazio (`""`) quer dizer ausente. Cada família tem o seu módulo; quem envia importa só este. Limite:
catálogo, carrossel, pagamento e chamada não são do produto; grupos não são destinatários.
"""

from typing import Literal

import msgspec

from pyloto_stream.whatsapp.messages_contacts import (
    Contact,
    ContactAddress,
    ContactEmail,
    ContactName,
    ContactOrg,
    ContactPhone,
    ContactsMessage,
    ContactUrl,
)
from pyloto_stream.whatsapp.messages_interactive import (
    AddressMessage,
    Button,
    ButtonsMessage,
    CtaUrlMessage,
    FlowMessage,
    Header,
    InteractiveMessage,
    InteractiveType,
    ListMessage,
    LocationRequestMessage,
    MediaHeader,
    Row,
    SavedAddress,
    Section,
)
from pyloto_stream.whatsapp.messages_media import (
    AudioMessage,
    DocumentMessage,
    ImageMessage,
    MediaMessage,
    StickerMessage,
    VideoMessage,
)
from pyloto_stream.whatsapp.messages_template import (
    Currency,
    FlowAction,
    ProductRef,
    TemplateCard,
    TemplateComponent,
    TemplateLocation,
    TemplateMedia,
    TemplateMessage,
    TemplateParameter,
)

MessageType = Literal[
    "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "reaction",
    "interactive", "template",
]  # fmt: skip
"""O `type` do envelope da Meta; `InteractiveType` diz qual interativa."""


class TextMessage(msgspec.Struct, frozen=True):
    """Texto. `preview_url` pede a prévia do primeiro endereço do corpo."""

    body: str
    preview_url: bool = False


class LocationMessage(msgspec.Struct, frozen=True):
    """Um ponto no mapa, em graus decimais (WGS 84); `address` só com `name`."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class ReactionMessage(msgspec.Struct, frozen=True):
    """Um emoji sobre a mensagem `message_id`; `emoji` vazio retira a reação dada antes.

    Não cita mensagem (`context`) e só recebe o status `sent`.
    """

    message_id: str
    emoji: str = ""


class ReadReceipt(msgspec.Struct, frozen=True):
    """Marca como lida a mensagem recebida `message_id` e as anteriores da conversa.

    `typing` mostra "digitando" por até 25 s ou até a próxima mensagem nossa; a Meta não o separa da leitura.
    """

    message_id: str
    typing: bool = False


Message = (
    TextMessage
    | MediaMessage
    | LocationMessage
    | ContactsMessage
    | ReactionMessage
    | InteractiveMessage
    | TemplateMessage
)

__all__ = [
    "AddressMessage", "AudioMessage", "Button", "ButtonsMessage", "Contact", "ContactAddress", "ContactEmail",
    "ContactName", "ContactOrg", "ContactPhone", "ContactUrl", "ContactsMessage", "CtaUrlMessage", "Currency",
    "DocumentMessage", "FlowAction", "FlowMessage", "Header", "ImageMessage", "InteractiveMessage",
    "InteractiveType", "ListMessage", "LocationMessage", "LocationRequestMessage", "MediaHeader",
    "MediaMessage", "Message", "MessageType", "ProductRef", "ReactionMessage", "ReadReceipt", "Row",
    "SavedAddress", "Section", "StickerMessage", "TemplateCard", "TemplateComponent", "TemplateLocation",
    "TemplateMedia", "TemplateMessage", "TemplateParameter", "TextMessage", "VideoMessage",
]  # fmt: skip
