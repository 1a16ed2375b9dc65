"""O que fica registrado de cada turno? Os documentos JSON que viajam na faixa `audit`.

Cada registro traz um `id` determinístico (derivado do turno ou da mensagem): gravar duas vezes não duplica.
Textos são para os repositórios feitos para eles; registros de ação nunca trazem dados pessoais.
"""

from hashlib import blake2b
from typing import Annotated, Any, Literal

import msgspec

from pyloto_stream.conversation.person import LeadProfile, ProfileRecord

Outcome = Literal[
    "HANDOFF_HUMAN", "SELF_SERVE_INFO", "ROUTE_EXTERNAL", "SCHEDULED_FOLLOWUP", "AWAITING_USER",
    "DUPLICATE_OR_SPAM", "UNSUPPORTED", "FAILED_INTERNAL",
]  # fmt: skip
Intent = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{1,63}\Z")]
"""Uma intenção, pelo nome. Quais existem dizem os dados (`flow_files.INTENTS`)."""
Mode = Literal["BOT", "HUMAN", "PAUSED"]
OPERATOR = "OPERATOR:"
Actor = Annotated[
    str, msgspec.Meta(pattern=rf"^(?:USER|PYLOTO|HUMAN|SYSTEM|{OPERATOR}[A-Za-z0-9._@-]{{1,64}})\Z")
]
"""Quem fez. `OPERATOR:` e um nome: quem opera o sistema, na linha de comando."""

MAX_STORED_TEXT = 4000
CUT_MARK = "… [cortado]"


class MessageRecord(msgspec.Struct, frozen=True, tag_field="record", tag="message", omit_defaults=True):
    """Uma mensagem da conversa; vai para `conversations/{user_key}/messages/{id}`."""

    id: str
    direction: Literal["in", "out"]
    actor: Literal["USER", "PYLOTO", "HUMAN"]
    at_ms: int
    type: str
    text: str = ""
    intent: str = ""
    outcome: str = ""
    media_id: str = ""
    reply_id: str = ""
    """Nosso id de envio (só em `out`): casa com o status que a Meta devolve."""
    context_id: str = ""
    """A mensagem de que esta fala: a citada, a reagida, a editada ou a removida."""


class StatusRecord(msgspec.Struct, frozen=True, tag_field="record", tag="status", omit_defaults=True):
    """Status de entrega de uma mensagem nossa. `message_id` é o wamid."""

    id: str
    message_id: str
    status: str
    at_ms: int
    reply_id: str = ""
    error_code: int = 0
    category: str = ""
    pricing: str = ""
    """`category` (`service`, `utility`, …) e `pricing` (`regular`, …): o que a Meta cobra da mensagem."""


class ActionRecord(msgspec.Struct, frozen=True, tag_field="record", tag="action", omit_defaults=True):
    """Um fato auditável: entra na cadeia de hash da conversa. Sem dados pessoais.

    `reason` é um código curto, em maiúsculas; numa ação de operador, as palavras dele. `data` só leva
    enumerações, ids opacos e números.
    """

    id: str
    action: str
    at_ms: int
    actor: Actor
    reason: str = ""
    correlation_id: str = ""
    data: dict[str, str | int | float] = {}


class SessionRecord(msgspec.Struct, frozen=True, tag_field="record", tag="session", omit_defaults=True):
    """Sessão encerrada; vai para `sessions/{id}`."""

    id: str
    opened_at_ms: int
    closed_at_ms: int
    outcome: Outcome
    intents: tuple[str, ...] = ()
    facts: dict[str, str] = {}
    summary: str = ""
    prompt_version: str = ""
    """As instruções do modelo que entenderam a sessão; vazio se só as regras."""


class HandoffRecord(msgspec.Struct, frozen=True, tag_field="record", tag="handoff", omit_defaults=True):
    """A entrega a uma pessoa (`ConversationHandoff`); vai para `handoffs/{id}` com estado `OPEN`."""

    id: str
    session_id: str
    at_ms: int
    intent_primary: str
    intents_detected: tuple[str, ...] = ()
    resolved_intents: tuple[str, ...] = ()
    open_intents: tuple[str, ...] = ()
    summary: str = ""
    requirements: dict[str, Any] = {}
    deadline: str = ""
    routing: str = ""
    confidence: float = 0.0
    qualification_level: Literal["high", "medium", "low"] = "low"
    qualification_reasons: tuple[str, ...] = ()
    lead_score: int = 0


class HandoffReady(msgspec.Struct, frozen=True, omit_defaults=True):
    """Evento da faixa `handoff`: uma entrega a levar a quem a espera (fila do CRM e POST assinado)."""

    handoff: HandoffRecord
    profile: LeadProfile
    correlation_id: str = ""


class TranscriptRecord(msgspec.Struct, frozen=True, tag_field="record", tag="transcript", omit_defaults=True):
    """O que se ouviu num áudio; vira o texto da mensagem `message_id`, se ela ainda não tem um."""

    id: str
    message_id: str
    text: str
    at_ms: int


class MediaRecord(msgspec.Struct, frozen=True, tag_field="record", tag="media", omit_defaults=True):
    """Um arquivo recebido e guardado; vai para `media/{sha256}` e para a mensagem que o trouxe.

    `sha256` em hexadecimal; `mime_type` é o que se achou no conteúdo; `path`, o do repositório de objetos.
    """

    id: str
    message_id: str
    sha256: str
    mime_type: str
    size: int
    path: str
    at_ms: int
    kind: str = ""
    phone_number_id: str = ""
    whatsapp_media_id: str = ""


class ChannelRecord(msgspec.Struct, frozen=True, tag_field="record", tag="channel", omit_defaults=True):
    """O que a Meta diz da conta, de um número, de um modelo ou de um formulário: não é de conversa nenhuma.

    `field` é o campo do webhook; `event`, o que houve; `subject`, de quê (`template:123`, `flow:123`,
    `number:100…`, `account:200…`). `data` só leva enumerações, ids e números.
    """

    id: str
    field: str
    event: str
    subject: str
    at_ms: int
    account_id: str = ""
    data: dict[str, str | int | float] = {}


Record = (
    MessageRecord
    | StatusRecord
    | ActionRecord
    | SessionRecord
    | HandoffRecord
    | MediaRecord
    | ChannelRecord
    | TranscriptRecord
    | ProfileRecord
)


def stored_text(text: str) -> str:
    """Corta `text` em `MAX_STORED_TEXT` caracteres, com marca, para o histórico."""
    if len(text) <= MAX_STORED_TEXT:
        return text
    return text[: MAX_STORED_TEXT - len(CUT_MARK)] + CUT_MARK


def opaque(meta_id: str) -> str:
    """Resumo de um id da Meta, que pode conter o telefone em base64: 128 bits em hexadecimal."""
    return blake2b(meta_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
