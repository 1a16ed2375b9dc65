"""O que se anota de cada mensagem recebida, antes de qualquer decisão?"""

from typing import get_args

from pyloto_stream.conversation.draft import Draft
from pyloto_stream.conversation.events import MessageKind, MessageReceived
from pyloto_stream.conversation.records import MessageRecord, stored_text
from pyloto_stream.conversation.step import SilenceTimer

ANSWERED: frozenset[MessageKind] = frozenset(
    ("text", "choice", "form", "audio", "image", "video", "document", "location", "contacts")
)
"""Tipos que recebem resposta e abrem sessão; os outros só ficam registrados (contrato, seção 7)."""
NOT_FROM_PERSON: frozenset[MessageKind] = frozenset(("reaction", "system", "edit", "revoke", "unknown"))
"""Não contam como mensagem da pessoa: não abrem a janela de 24 h da Meta nem se marcam como lidos."""
_CONTROL = {code: None for code in range(32) if chr(code) not in "\n\t"} | {127: None}


def cancelled_by(kind: MessageKind) -> tuple[str, ...]:
    """Os prazos que uma mensagem deste tipo desarma ao ser aceita: a pessoa não está em silêncio.

    Só os tipos que recebem resposta: quem trata a mensagem rearma, ou encerra a sessão. A devolução ao robô
    (`handoff_release`) não entra: a mensagem a adia, e quem sabe para quando é a sessão.
    """
    return get_args(SilenceTimer) if kind in ANSWERED else ()


def notice_inbound(draft: Draft, message: MessageReceived) -> None:
    """Registra a mensagem e atualiza para onde e até quando se pode responder.

    `reply_to` vale também para `system`: numa troca de número, é o identificador novo. A janela conta do
    instante que a Meta informa (da aceitação, se ela não o informa).
    """
    state, at_ms = draft.state, message.sent_at_ms or message.accepted_at_ms
    draft.records.append(
        MessageRecord(
            id=message.id,
            direction="in",
            actor="USER",
            at_ms=at_ms,
            type=message.kind,
            text=stored_text(message.text.translate(_CONTROL)),
            media_id=message.media.id if message.media else "",
        )
    )
    state.reply_to = message.reply_to or state.reply_to
    state.phone_number_id = message.phone_number_id or state.phone_number_id
    if message.kind not in NOT_FROM_PERSON:
        state.last_inbound_at_ms = max(state.last_inbound_at_ms, at_ms)
        state.last_inbound_id = message.id
