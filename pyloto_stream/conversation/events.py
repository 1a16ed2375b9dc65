"""O que pode acontecer a uma conversa? O pequeno conjunto próprio do produto, independente da Meta.

São estes os documentos JSON que viajam na faixa `turn`. Instantes em milissegundos desde a época Unix.
Campos novos têm sempre valor padrão: trabalhadores de versões vizinhas convivem.
"""

from typing import Literal

import msgspec

from pyloto_stream.conversation.records import Mode

MessageKind = Literal[
    "text", "choice", "audio", "image", "video", "document", "sticker", "location", "contacts", "reaction",
    "form", "order", "system", "edit", "revoke", "unsupported", "unknown",
]  # fmt: skip


class Media(msgspec.Struct, frozen=True, omit_defaults=True):
    """Mídia recebida, como o remetente a declarou (o conteúdo não foi verificado)."""

    id: str
    mime_type: str = ""
    sha256: str = ""
    filename: str = ""


class Location(msgspec.Struct, frozen=True, omit_defaults=True):
    """Localização compartilhada; graus decimais."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class MessageReceived(msgspec.Struct, frozen=True, tag_field="event", tag="message", omit_defaults=True):
    """A pessoa escreveu, tocou numa opção ou mandou algo.

    `text` é o que se lê (corpo, legenda ou título da opção tocada; vazio se nada há).
    `choice` é o id do botão ou da linha de lista tocada, exatamente como nós o enviamos.
    `reply_to` é o identificador recebido (dígitos do WhatsApp ou id de escopo de negócio): dado pessoal.
    """

    id: str
    kind: MessageKind
    phone_number_id: str
    reply_to: str
    sent_at_ms: int
    accepted_at_ms: int
    text: str = ""
    choice: str = ""
    profile_name: str = ""
    context_id: str = ""
    media: Media | None = None
    location: Location | None = None
    correlation_id: str = ""


class TimerFired(msgspec.Struct, frozen=True, tag_field="event", tag="timer"):
    """Um temporizador venceu. `session_id` diz a que sessão pertencia: de outra sessão, é ignorado."""

    name: Literal["awaiting_user", "session_idle", "handoff_release"]
    session_id: str
    due_ms: int


class TurnFailed(msgspec.Struct, frozen=True, tag_field="event", tag="failed", omit_defaults=True):
    """O turno anterior foi enterrado: a sessão termina em `FAILED_INTERNAL`, e a pessoa lê a linha neutra.

    `reply_to`, `phone_number_id` e `sent_at_ms` são da última mensagem daquele turno: se ele morreu na
    primeira etapa, o estado não os guardou. `mode` é o modo que a resposta perdida poria em vigor ao sair.
    `silent`: também o aviso se perdeu, e mais nada se diz.
    """

    stage: str
    code: str
    turn: int
    reply_to: str = ""
    phone_number_id: str = ""
    sent_at_ms: int = 0
    mode: Mode | None = None
    silent: bool = False


Event = MessageReceived | TimerFired | TurnFailed
