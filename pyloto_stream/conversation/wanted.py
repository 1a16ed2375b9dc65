"""Que arquivo de uma mensagem se deve buscar? O documento JSON que viaja na faixa `media`.

Campos novos têm sempre valor padrão: trabalhadores de versões vizinhas convivem.
"""

import msgspec

from pyloto_stream.conversation.events import Media, MessageKind


class MediaWanted(msgspec.Struct, frozen=True, tag_field="event", tag="media", omit_defaults=True):
    """Um arquivo que veio na mensagem `message_id`, a buscar na Meta e guardar."""

    message_id: str
    kind: MessageKind
    phone_number_id: str
    media: Media
    sent_at_ms: int = 0
    correlation_id: str = ""
