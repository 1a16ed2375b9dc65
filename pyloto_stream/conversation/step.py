"""O que uma decisão produz? Um valor que a etapa transforma em uma única gravação."""

from typing import Literal

import msgspec

from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.records import Mode, Record
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.wanted import MediaWanted

SilenceTimer = Literal["awaiting_user", "session_idle"]
"""Os prazos do silêncio da pessoa: um, e só um, enquanto há sessão aberta e ninguém trabalha nela."""


class TimerChange(msgspec.Struct, frozen=True):
    """Arma (`due_ms` > 0) ou desarma (`due_ms` == 0) o temporizador `name` da conversa."""

    name: SilenceTimer | Literal["handoff_release"]
    due_ms: int
    session_id: str = ""


class Step(msgspec.Struct):
    """Resultado de `session` ou de `ai`.

    `answer`: mensagens que a etapa `ai` deve responder (vazio: o turno não passa por ela).
    `reply`: o que enviar; `None` é silêncio. `mode`: novo modo da conversa; vale já ao gravar,
    menos o que cala o robô quando há `reply`: esse vale depois do envio. `wanted`: arquivos a buscar. `late`:
    a resposta (id de envio) que a janela fechada não deixou chegar; sai o modelo no lugar dela.
    """

    state: ConversationState
    answer: list[MessageReceived] = []
    reply: Reply | None = None
    records: list[Record] = []
    timers: list[TimerChange] = []
    mode: Mode | None = None
    wanted: list[MediaWanted] = []
    late: str = ""
