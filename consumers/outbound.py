"""Como a resposta chega uma vez só? Última etapa da faixa `turn`: livro de envios antes, Graph depois.

O modo e a janela de 24 horas são conferidos no momento do envio. Falha certa repete; dúvida espera o status da
Meta; fora da janela a resposta é descartada com registro. Limite: o do livro de envios (`streams/ledger.py`).
"""

from collections.abc import Callable
from typing import Protocol

import msgspec

from pyloto_stream.conversation.records import ActionRecord, MessageRecord, stored_text
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.errors import InDoubtError, PermanentError, TransientError, UnavailableError
from pyloto_stream.streams.keys import reply_id as make_reply_id
from pyloto_stream.streams.ledger import SendLedger
from pyloto_stream.streams.model import Handler, Outcome, Plan, Snooze, Turn
from pyloto_stream.whatsapp.client import DependencyDownError, Sent, ThrottledError, WindowClosedError
from pyloto_stream.whatsapp.messages import (
    Button,
    ButtonsMessage,
    ListMessage,
    ListRow,
    ListSection,
    OutboundMessage,
    TextMessage,
)
from pyloto_stream.whatsapp.payloads import build
from pyloto_stream.whatsapp.validators import WhatsAppMessageValidator

from consumers.plans import Outgoing, feed, state_of, turn_id

WINDOW_MS = (24 * 60 - 5) * 60_000
"""Janela de atendimento da Meta (24 h desde a última mensagem da pessoa) menos cinco minutos de margem."""

_outgoing = msgspec.json.Decoder(Outgoing)
