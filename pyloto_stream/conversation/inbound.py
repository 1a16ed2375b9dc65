"""O que se anota de cada mensagem recebida, antes de qualquer decisão?"""

import re
from typing import get_args

from pyloto_stream.conversation.draft import Draft
from pyloto_stream.conversation.events import MessageKind, MessageReceived, Referral
from pyloto_stream.conversation.records import MessageRecord, opaque, stored_text
from pyloto_stream.conversation.step import SilenceTimer
from pyloto_stream.conversation.wanted import MediaWanted

ANSWERED: frozenset[MessageKind] = frozenset(
    ("text", "choice", "form", "audio", "image", "video", "document", "location", "contacts")
)
"""Tipos que recebem resposta e abrem sessão; os outros só ficam registrados (contrato, seção 7)."""
NOT_FROM_PERSON: frozenset[MessageKind] = frozenset(("reaction", "system", "edit", "revoke", "unknown"))
"""Não contam como mensagem da pessoa: não abrem a janela de 24 h da Meta nem se marcam como lidos."""
FETCHED: frozenset[MessageKind] = frozenset(("audio", "image", "video", "document"))
"""Tipos cujo arquivo se guarda, em qualquer modo; figurinhas não."""
_SECOND_MS = 1000
_UNSHOWN = frozenset(("flow_token",))
_LONG_NUMBER = re.compile(r"\+?[0-9][0-9() .-]{5,}")
"""Um telefone no lugar do nome: é o que se vê num contato sem nome."""
_CONTROL = {code: None for code in range(32) if chr(code) not in "\n\t"} | {127: None}


_SILENCE: tuple[str, ...] = get_args(SilenceTimer)


def cancelled_by(kind: MessageKind) -> tuple[str, ...]:
    """Os prazos que uma mensagem deste tipo desarma ao ser aceita: a pessoa não está em silêncio.

    Só os tipos que recebem resposta: quem trata a mensagem rearma, ou encerra a sessão. A devolução ao robô
    (`handoff_release`) não entra: a mensagem a adia, e quem sabe para quando é a sessão.
    """
    return _SILENCE if kind in ANSWERED else ()


def notice_inbound(draft: Draft, message: MessageReceived) -> None:
    """Registra a mensagem e atualiza para onde e até quando se pode responder; pede os arquivos dela.

    `reply_to` vale também para `system`: numa troca de número, é o identificador novo. A janela conta do
    instante que a Meta informa (da aceitação, se ela não o informa). Com outro atendente automático na
    conversa, só se registra.
    """
    state, at_ms = draft.state, message.sent_at_ms or message.accepted_at_ms
    draft.records.append(
        MessageRecord(
            id=message.id,
            direction="in",
            actor="USER",
            at_ms=at_ms if message.standby else _in_order(draft, at_ms),
            type=message.kind,
            text=shown(described(message)),
            media_id=message.media.id if message.media else "",
            context_id=message.context_id,
        )
    )
    if message.standby:
        return
    heard_from(draft, message.reply_to, message.phone_number_id, at_ms)
    if message.kind not in NOT_FROM_PERSON:
        state.last_inbound_at_ms = max(state.last_inbound_at_ms, at_ms)
        state.last_inbound_id = message.id
    if message.media is not None and message.kind in FETCHED:
        draft.wanted.append(
            MediaWanted(
                message.id, message.kind, message.phone_number_id, message.media, at_ms,
                message.correlation_id,
            )
        )  # fmt: skip
    if message.referral is not None:
        _notice_referral(draft, message.id, message.referral)


def _in_order(draft: Draft, at_ms: int) -> int:
    """O instante com que se registra: a Meta só diz o segundo, e dentro dele vale a ordem em que chegaram."""
    state = draft.state
    if at_ms <= state.recorded_at_ms < at_ms + _SECOND_MS - 1 and not at_ms % _SECOND_MS:
        at_ms = state.recorded_at_ms + 1
    state.recorded_at_ms = max(state.recorded_at_ms, at_ms)
    return at_ms


def heard_from(draft: Draft, reply_to: str, phone_number_id: str, at_ms: int) -> None:
    """Para onde se responde: o identificador e o número nosso mais recentes, como vieram.

    Uma entrega atrasada não volta a pôr em uso um número que a pessoa deixou, e que já pode ser de outra.
    """
    state = draft.state
    if state.reply_to and at_ms < state.heard_at_ms:
        return
    state.heard_at_ms = at_ms
    state.reply_to = reply_to or state.reply_to
    state.phone_number_id = phone_number_id or state.phone_number_id


def shown(text: str) -> str:
    """Texto para o histórico: sem caracteres de controle, cortado com marca."""
    return stored_text(text.translate(_CONTROL))


def described(message: MessageReceived) -> str:
    """O que o histórico mostra da mensagem: o texto e, entre colchetes, o que não é texto. Sem telefones."""
    match message.kind:
        case "form":
            lines = [f"{name}: {value}" for name, value in message.form.items() if name not in _UNSHOWN]
        case "contacts":
            names = [_LONG_NUMBER.sub("…", card.name) for card in message.contacts if card.name]
            lines = [f"[contacts: {', '.join(names) or len(message.contacts)}]"]
        case "order":
            lines = [message.text, f"[order: {message.order_items}]"]
        case "system" | "unsupported":
            lines = [message.text, f"[{message.kind}: {message.detail}]" if message.detail else ""]
        case _:
            lines = [message.text]
    if message.product:
        lines.append(f"[product: {message.product}]")
    return "\n".join(line for line in lines if line)


def _notice_referral(draft: Draft, message_id: str, referral: Referral) -> None:
    data: dict[str, str | int | float] = {"source": referral.source, "source_id": referral.source_id}
    if referral.click_id:
        data["click"] = opaque(referral.click_id)
    draft.audit(f"{opaque(message_id)}:referral", "REFERRAL_RECEIVED", data=data)
