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
    url: str = ""
    """Endereço que veio no webhook; vale 5 minutos."""
    voice: bool = False
    """Gravada na hora (nota de voz), e não um arquivo."""
    animated: bool = False


class Location(msgspec.Struct, frozen=True, omit_defaults=True):
    """Localização compartilhada; graus decimais."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class ContactCard(msgspec.Struct, frozen=True, omit_defaults=True):
    """Um contato que a pessoa mostrou. `own`: ela respondeu ao pedido do próprio número. Dado pessoal."""

    name: str = ""
    phone: str = ""
    own: bool = False


class Referral(msgspec.Struct, frozen=True, omit_defaults=True):
    """De que anúncio ou publicação a pessoa veio (`source` é `ad` ou `post`)."""

    source: str
    source_id: str = ""
    headline: str = ""
    click_id: str = ""


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
    form: dict[str, str] = {}
    """Resposta de um formulário: campo e valor, como vieram; `flow_token` é um deles. Entrada de usuário."""
    contacts: tuple[ContactCard, ...] = ()
    referral: Referral | None = None
    order_items: int = 0
    forwarded: bool = False
    standby: bool = False
    """Quem tem a conversa é outro atendente automático, da própria Meta: só se registra."""
    detail: str = ""
    """O subtipo que a Meta diz (do aviso, do que ela não entrega, do formulário); só enumerações."""
    product: str = ""
    """Código do produto do catálogo de que a pessoa fala."""


class HumanReplied(msgspec.Struct, frozen=True, tag_field="event", tag="human", omit_defaults=True):
    """Alguém da empresa respondeu por fora do sistema (eco): a conversa passa a ser dessa pessoa.

    `via`: `business_app` (aplicativo WhatsApp Business) ou `other_app` (outro sistema no mesmo número).
    `standby`: quem tem a conversa é outro atendente automático, talvez o autor da resposta: só se registra.
    """

    id: str
    kind: MessageKind
    at_ms: int
    via: Literal["business_app", "other_app"] = "business_app"
    text: str = ""
    context_id: str = ""
    correlation_id: str = ""
    standby: bool = False


class OperatorActed(msgspec.Struct, frozen=True, tag_field="event", tag="operator", omit_defaults=True):
    """Alguém que opera o sistema agiu na conversa: assumiu, pausou, devolveu ao bot ou encerrou.

    O modo já vale desde que o evento entrou; `operator` é o nome de quem agiu (`records.Actor`), `reason`, as
    palavras dele.
    """

    id: str
    action: Literal["takeover", "pause", "release", "close"]
    operator: str
    at_ms: int
    reason: str = ""


class CallReceived(msgspec.Struct, frozen=True, tag_field="event", tag="call", omit_defaults=True):
    """A pessoa ligou: abre a janela de 24 h, e quem atende só escreve.

    `status`: o momento da ligação (`connect`, `terminate`, `terminate_completed`, …).
    """

    id: str
    phone_number_id: str
    reply_to: str
    at_ms: int
    status: str = ""
    correlation_id: str = ""


class PreferenceChanged(msgspec.Struct, frozen=True, tag_field="event", tag="preference", omit_defaults=True):
    """A pessoa pediu para parar, ou voltar, a receber mensagens de marketing."""

    marketing: Literal["stop", "resume"]
    at_ms: int


class MediaFailed(msgspec.Struct, frozen=True, tag_field="event", tag="media_failed", omit_defaults=True):
    """Um arquivo que a pessoa mandou não pôde ser guardado; `code` diz por quê (`media_gone`, …)."""

    message_id: str
    kind: MessageKind
    code: str


class ReplyFailed(msgspec.Struct, frozen=True, tag_field="event", tag="reply_failed", omit_defaults=True):
    """A Meta aceitou uma resposta nossa e depois disse, num status, que não a entrega.

    `reply_id` é o nosso id de envio; `code`, o erro da Meta; `at_ms`, quando ela o disse.
    """

    reply_id: str
    code: int
    at_ms: int


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


Event = (
    MessageReceived | TimerFired | TurnFailed | HumanReplied | CallReceived | PreferenceChanged | MediaFailed
    | ReplyFailed | OperatorActed
)  # fmt: skip
