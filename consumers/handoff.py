"""Como a entrega a uma pessoa chega ao CRM? A etapa da faixa `handoff`: uma fila que qualquer sistema lê.

Promete: cada entrega é publicada uma vez, no mesmo script que encerra o turno. Limite: quem lê a fila pode
ver uma entrada mais de uma vez (ver `docs/handoff.md`).
"""

import msgspec

from pyloto_stream.conversation.records import HandoffReady
from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.sessions import scoped_id
from pyloto_stream.streams.model import Handler, Plan, Published, Turn

OUTLET = "handoffs"
"""A fila de saída, em cada partição."""

_ready = msgspec.json.Decoder(list[HandoffReady])
_encode = msgspec.json.Encoder().encode


def publishing_stage() -> Handler:
    """Etapa `handoff` sem endereço a chamar: só publica; pura."""

    def handle(turn: Turn) -> Plan:
        return Plan(published=tuple(published(turn.conversation, ready) for ready in events_of(turn)))

    return handle


def events_of(turn: Turn) -> list[HandoffReady]:
    """As entregas do turno.

    Raises:
        PermanentError: code `undecodable_event`.
    """
    try:
        return _ready.decode(turn.events)
    except msgspec.MsgspecError as error:
        raise PermanentError("hand-off does not decode", code="undecodable_event") from error


def published(user_key: str, ready: HandoffReady) -> Published:
    """A entrada da fila."""
    return Published(OUTLET, scoped_id(user_key, ready.handoff.id), _encode(ready.handoff))
