"""A Meta aceitaria esta mensagem? Melhor saber antes da chamada, e com o nome do campo.

Promete: todas as violações de uma vez, cada uma com campo, regra, limite e tamanho, nunca com o conteúdo.
Cada família tem o seu módulo; quem envia importa só este. Limite: confere formato e tamanho (`limits.py`);
não vê políticas da Meta nem marcação em rótulos.
"""

from collections.abc import Iterator

from pyloto_stream.whatsapp import limits
from pyloto_stream.whatsapp.messages import (
    ContactsMessage,
    LocationMessage,
    MediaMessage,
    Message,
    ReactionMessage,
    TemplateMessage,
    TextMessage,
)
from pyloto_stream.whatsapp.validators_contacts import ContactsMessageValidator
from pyloto_stream.whatsapp.validators_emoji import is_one_emoji
from pyloto_stream.whatsapp.validators_interactive import InteractiveMessageValidator
from pyloto_stream.whatsapp.validators_media import MediaMessageValidator
from pyloto_stream.whatsapp.validators_rules import (
    InvalidMessageError,
    Rule,
    Violation,
    identifier,
    text,
)
from pyloto_stream.whatsapp.validators_template import TemplateMessageValidator


class TextMessageValidator:
    """Mensagens de texto."""

    def validate(self, message: TextMessage) -> tuple[Violation, ...]:
        """Devolve as violações de `message`, na ordem dos campos; vazio se cabe."""
        return tuple(text("body", message.body, limits.TEXT_BODY))


class LocationMessageValidator:
    """Pontos no mapa."""

    def validate(self, message: LocationMessage) -> tuple[Violation, ...]:
        """Devolve as violações de `message`, na ordem dos campos; vazio se cabe."""
        return (
            *_degrees("latitude", message.latitude, limits.LATITUDE),
            *_degrees("longitude", message.longitude, limits.LONGITUDE),
            *text("name", message.name, None, optional=True),
            *text("address", message.address, None, optional=True),
            *_named(message),
        )


class ReactionMessageValidator:
    """Reações: um emoji, ou nada para retirar."""

    def validate(self, message: ReactionMessage) -> tuple[Violation, ...]:
        """Devolve as violações de `message`, na ordem dos campos; vazio se cabe."""
        return (*identifier("message_id", message.message_id), *_emoji(message.emoji))


class WhatsAppMessageValidator:
    """Porta única: escolhe o validador pelo tipo da mensagem."""

    def __init__(self) -> None:
        self._text = TextMessageValidator()
        self._media = MediaMessageValidator()
        self._location = LocationMessageValidator()
        self._contacts = ContactsMessageValidator()
        self._reaction = ReactionMessageValidator()
        self._interactive = InteractiveMessageValidator()
        self._template = TemplateMessageValidator()

    def validate(self, message: Message) -> tuple[Violation, ...]:
        """Devolve as violações de `message`; vazio se a Meta a aceitaria."""
        if isinstance(message, TextMessage):
            return self._text.validate(message)
        if isinstance(message, MediaMessage):
            return self._media.validate(message)
        if isinstance(message, LocationMessage):
            return self._location.validate(message)
        if isinstance(message, ContactsMessage):
            return self._contacts.validate(message)
        if isinstance(message, ReactionMessage):
            return self._reaction.validate(message)
        if isinstance(message, TemplateMessage):
            return self._template.validate(message)
        return self._interactive.validate(message)

    def check(self, message: Message) -> None:
        """Confere `message`.

        Raises:
            InvalidMessageError: há violações; code `invalid_message`.
        """
        if violations := self.validate(message):
            raise InvalidMessageError(*violations)


def _degrees(field: str, value: float, limit: int) -> Iterator[Violation]:
    # o valor não vai na violação: é onde alguém está; NaN também cai aqui
    if not -limit <= value <= limit:
        yield Violation(field, "out_of_range", limit)


def _named(message: LocationMessage) -> Iterator[Violation]:
    # um endereço só é mostrado abaixo de um nome ("Location messages")
    if message.address and not message.name:
        yield Violation("name", "empty", 1, 0)


def _emoji(value: str) -> Iterator[Violation]:
    if value and not is_one_emoji(value):
        yield Violation("emoji", "not_one_emoji", 1, len(value))


__all__ = [
    "ContactsMessageValidator",
    "InteractiveMessageValidator",
    "InvalidMessageError",
    "LocationMessageValidator",
    "MediaMessageValidator",
    "ReactionMessageValidator",
    "Rule",
    "TemplateMessageValidator",
    "TextMessageValidator",
    "Violation",
    "WhatsAppMessageValidator",
]
