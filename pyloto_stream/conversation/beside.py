"""O que a sessão faz com o que acontece ao lado da conversa? Ecos, ligações, preferências, o que se perdeu.

Promete: tudo fica registrado; nada disto é entendido como fala da pessoa; o robô diz no máximo uma linha de
cada espécie por sessão. Pura.
"""

from pyloto_stream.conversation.draft import Draft
from pyloto_stream.conversation.endings import say
from pyloto_stream.conversation.events import (
    CallReceived,
    HumanReplied,
    MediaFailed,
    OperatorActed,
    PreferenceChanged,
    ReplyFailed,
)
from pyloto_stream.conversation.inbound import heard_from, shown
from pyloto_stream.conversation.lifecycle import arm, close_session, give_to_human, open_session
from pyloto_stream.conversation.operators import about_handoff, operator_acted
from pyloto_stream.conversation.records import MessageRecord, opaque
from pyloto_stream.conversation.texts import TEXTS

WINDOW_CLOSED = 131047
"""O código da Meta para o que se mandou fora das 24 horas (`whatsapp/error_codes.py`)."""

Aside = HumanReplied | CallReceived | PreferenceChanged | MediaFailed | ReplyFailed | OperatorActed


def happened_beside(draft: Draft, event: Aside) -> None:
    """Trata o que não é fala da pessoa, nem prazo, nem falha de um turno."""
    match event:
        case HumanReplied():
            human_replied(draft, event)
        case CallReceived():
            call_received(draft, event)
        case PreferenceChanged():
            preference_changed(draft, event)
        case MediaFailed():
            media_failed(draft, event)
        case ReplyFailed():
            reply_failed(draft, event)
        case OperatorActed():
            operator_acted(draft, event)


def human_replied(draft: Draft, echo: HumanReplied) -> None:
    """Alguém da empresa respondeu por fora: a conversa é dessa pessoa, e o que se ia responder não sai.

    Uma pausa continua pausa. Com outro atendente automático na conversa, só se registra.
    """
    draft.correlation_id = echo.correlation_id
    draft.records.append(
        MessageRecord(
            id=echo.id, direction="out", actor="HUMAN", at_ms=echo.at_ms, type=echo.kind,
            text=shown(echo.text), context_id=echo.context_id,
        )
    )  # fmt: skip
    if not echo.standby:
        if draft.mode == "BOT":
            draft.mode = draft.new_mode = "HUMAN"
        draft.answer.clear()
        draft.reply = None
        if draft.mode == "HUMAN":
            if draft.state.session is not None:
                close_session(draft, "HANDOFF_HUMAN", reason="TAKEOVER")
            give_to_human(draft)
    via = "STANDBY" if echo.standby else echo.via.upper()
    handoff = {} if echo.standby else about_handoff(draft)  # outro autômato não aceita uma entrega
    draft.audit(
        f"{opaque(echo.id)}:replied", "HUMAN_REPLIED", reason=via, data={"mode": draft.mode, **handoff}
    )  # fmt: skip


def call_received(draft: Draft, call: CallReceived) -> None:
    """A pessoa ligou: abre a janela de 24 h, e o robô diz, uma vez por sessão, que aqui só se escreve."""
    draft.correlation_id = call.correlation_id
    heard_from(draft, call.reply_to, call.phone_number_id, call.at_ms)
    state = draft.state
    state.last_inbound_at_ms = max(state.last_inbound_at_ms, call.at_ms)
    moment = call.status or "call"
    draft.audit(f"{opaque(call.id)}:{moment}", "CALL_RECEIVED", reason=moment.upper())
    quiet_until_ms = max(state.flood_until_ms, state.cooldown_until_ms if state.session is None else 0)
    if draft.mode != "BOT" or draft.now_ms < quiet_until_ms:
        return
    if state.session is None:
        open_session(draft)
        arm(draft)
    _say_once(draft, "call", TEXTS.call)


def preference_changed(draft: Draft, preference: PreferenceChanged) -> None:
    """A pessoa não quer mais, ou quer de novo, mensagens de marketing; vale a vontade mais nova."""
    state = draft.state
    if preference.at_ms >= state.marketing_changed_ms:
        state.marketing_opt_out = preference.marketing == "stop"
        state.marketing_changed_ms = preference.at_ms
    draft.audit(
        f"marketing:{preference.marketing}:{preference.at_ms:x}",
        "MARKETING_PREFERENCE",
        reason=preference.marketing.upper(),
    )


def media_failed(draft: Draft, failure: MediaFailed) -> None:
    """Um arquivo da pessoa se perdeu: pede-se de novo, uma vez por sessão, se o robô ainda a atende."""
    message = opaque(failure.message_id)
    draft.audit(
        f"{message}:media_failed", "MEDIA_FAILED", reason=failure.code.upper(),
        data={"message": message, "kind": failure.kind},
    )  # fmt: skip
    if draft.mode == "BOT" and draft.state.session is not None:
        _say_once(draft, "media", TEXTS.media_failed)


def reply_failed(draft: Draft, failure: ReplyFailed) -> None:
    """Uma resposta que parecia ter saído não chegou: fica o registro.

    Se a Meta diz que a janela estava fechada, vai o modelo no lugar dela; não se o robô já não atende, nem se
    a pessoa voltou a escrever depois disso.
    """
    draft.audit(
        f"{failure.reply_id}:failed:{failure.code}", "REPLY_FAILED", reason=f"GRAPH_{failure.code}",
        data={"reply": failure.reply_id},
    )  # fmt: skip
    state = draft.state
    came_back = state.last_inbound_at_ms > failure.at_ms
    if failure.code == WINDOW_CLOSED and draft.mode == "BOT" and state.reply_to and not came_back:
        draft.late = failure.reply_id


def _say_once(draft: Draft, topic: str, line: str) -> None:
    if topic not in draft.session.told and not draft.answer:  # havendo o que responder, só se responde
        draft.session.told.append(topic)
        draft.reply = say(line)
