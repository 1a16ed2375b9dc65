"""Como uma resposta do produto vira uma chamada à Graph API, pronta e conferida? Tradução pura, sem E/S."""

from collections.abc import Callable
from functools import partial

import msgspec

from consumers.plans import Outgoing, state_of
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.keys import reply_id as make_reply_id
from pyloto_stream.streams.model import Turn
from pyloto_stream.whatsapp.flows.sender import FlowSender
from pyloto_stream.whatsapp.messages import (
    Button,
    ButtonsMessage,
    ListMessage,
    LocationRequestMessage,
    Message,
    Row,
    Section,
    TextMessage,
)
from pyloto_stream.whatsapp.payloads import build
from pyloto_stream.whatsapp.validators import WhatsAppMessageValidator

_outgoing = msgspec.json.Decoder(Outgoing)
_validator = WhatsAppMessageValidator()


class Draft(msgspec.Struct, frozen=True):
    """Uma resposta pronta para envio: corpo da chamada e o que registrar dela.

    `kind` e `text` são o que se registra, se não são os da resposta.
    """

    reply_id: str
    body: bytes
    outgoing: Outgoing
    state: ConversationState
    kind: str = ""
    text: str = ""


def to_message(reply: Reply, offer: Callable[[Reply], Message] | None = None) -> Message:
    """Resposta do produto como mensagem do WhatsApp; `offer` faz a de um formulário.

    Raises:
        PermanentError: code `invalid_message`; um formulário sem quem o ofereça.
    """
    match reply.kind:
        case "text":
            return TextMessage(reply.text)
        case "buttons":
            return ButtonsMessage(reply.text, tuple(Button(c.id, c.title) for c in reply.choices))
        case "list":
            rows = tuple(Row(c.id, c.title, c.description) for c in reply.choices)
            return ListMessage(reply.text, reply.button, (Section(rows),))
        case "location":
            return LocationRequestMessage(reply.text)
        case "flow" if offer is not None:
            return offer(reply)
        case "flow":
            raise PermanentError("no form can be offered here", code="invalid_message")


def draft(turn: Turn, flows: FlowSender | None = None) -> Draft:
    """Lê a carga do turno e monta a chamada; pura. `flows` oferece os formulários publicados.

    Raises:
        PermanentError: code `undecodable_payload` ou `invalid_message` (nunca chega à Graph API).
    """
    try:
        outgoing = _outgoing.decode(turn.payload)
    except msgspec.MsgspecError as error:
        raise PermanentError("payload does not decode", code="undecodable_payload") from error
    state = state_of(turn)
    reply_id = make_reply_id(turn.partition, turn.conversation, turn.number, 0)
    if outgoing.late:  # esta resposta já não sai: quem faz o que sai no lugar dela é `WindowTemplate`
        return Draft(reply_id, b"", outgoing, state)
    message = to_message(outgoing.reply, None if flows is None else partial(_offer, turn, state, flows))
    _validator.check(message)
    return Draft(reply_id, build(message, to=state.reply_to, reply_id=reply_id), outgoing, state)


def _offer(turn: Turn, state: ConversationState, flows: FlowSender, reply: Reply) -> Message:
    """O formulário, com um token desta conversa e desta sessão; o prazo conta de agora, também ao repetir."""
    return flows.message(
        form=reply.form,
        body=reply.text,
        cta=reply.button,
        user_key=turn.conversation,
        session_id=state.session.id if state.session else "",
        now_ms=turn.now_ms,
    )
