"""Quem fala, e o bot pode responder? Abre, retoma e encerra sessões; cuida de modo, prazos e abuso.

Promete: toda mensagem recebida fica registrada; uma sessão tem um só desfecho; em `HUMAN` e `PAUSED` o bot se
cala. Pura: instantes, modo e identificadores vêm de quem chama. O que a pessoa quis dizer é da etapa `ai`.
"""

from collections.abc import Callable, Sequence

from pyloto_stream.conversation.abuse import asks_by_tap, cooling_down, flooded
from pyloto_stream.conversation.beside import happened_beside
from pyloto_stream.conversation.draft import Draft
from pyloto_stream.conversation.endings import has_lead, say
from pyloto_stream.conversation.events import (
    CallReceived,
    Event,
    MediaFailed,
    MessageReceived,
    ReplyFailed,
    TimerFired,
    TurnFailed,
)
from pyloto_stream.conversation.flows import gave_facts
from pyloto_stream.conversation.handoff import session_summary
from pyloto_stream.conversation.inbound import ANSWERED, heard_from, notice_inbound
from pyloto_stream.conversation.lifecycle import (
    arm,
    arm_release,
    close_session,
    disarm,
    give_to_human,
    open_session,
)
from pyloto_stream.conversation.notice import introduce
from pyloto_stream.conversation.operators import about_handoff
from pyloto_stream.conversation.records import Mode
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.step import Step
from pyloto_stream.conversation.texts import TEXTS

__all__ = ["SessionManager", "SessionRules"]


class SessionManager:
    """As regras de sessão (contrato, seções 2, 6 e 7) com os limites `rules`.

    `wants_person` diz se uma mensagem pede uma pessoa: só isso fura o descanso após `ROUTE_EXTERNAL`.
    """

    def __init__(
        self, rules: SessionRules, wants_person: Callable[[MessageReceived], bool] = asks_by_tap
    ) -> None:
        self.rules = rules
        self._wants_person = wants_person

    def open_turn(
        self, state: ConversationState, events: Sequence[Event], *, mode: Mode, turn_id: str, now_ms: int
    ) -> Step:
        """Trata os eventos de um turno, em ordem, e diz o que a etapa `ai` deve responder.

        Uma linha própria (inundação, falha, prazo) só é dita se nada há a responder.
        """
        draft = Draft(state, turn_id=turn_id, now_ms=now_ms, rules=self.rules, mode=mode)
        for event in sorted(events, key=_place):
            match event:
                case MessageReceived():
                    _message(draft, event, self._wants_person)
                case TimerFired(name="handoff_release"):
                    _release(draft, event)
                case TimerFired():
                    _timeout(draft, event)
                case TurnFailed():
                    _failed(draft, event)
                case _:
                    happened_beside(draft, event)
        if any(isinstance(event, CallReceived) for event in events):
            introduce(draft)
        return draft.step()


def _place(event: Event) -> int:
    """A vez de um evento no turno: a falha é de um turno anterior; uma linha avulsa só vale sem respostas."""
    if isinstance(event, TurnFailed):
        return 0
    return 2 if isinstance(event, CallReceived | MediaFailed | ReplyFailed) else 1


def _message(draft: Draft, message: MessageReceived, wants_person: Callable[[MessageReceived], bool]) -> None:
    draft.correlation_id = message.correlation_id
    notice_inbound(draft, message)
    if message.standby:
        return
    if message.kind == "revoke":
        _unsay(draft, message.context_id)
    if draft.mode == "HUMAN":
        _stay_silent(draft)
        return
    if message.kind not in ANSWERED:
        return
    # a aceitação desarmou o prazo do silêncio (`cancelled_by`): a sessão que fica aberta tem de ter outro
    if draft.mode == "PAUSED":
        if draft.state.session is not None:
            arm(draft)
        return
    if flooded(draft, message) or cooling_down(draft, message, wants_person):
        return
    if draft.state.session is None:
        open_session(draft)
    disarm(draft)
    draft.answer.append(message)


def _unsay(draft: Draft, message_id: str) -> None:
    """O que a pessoa apagou antes de ser respondido não se lê nem se busca."""
    draft.wanted = [wanted for wanted in draft.wanted if wanted.message_id != message_id]
    left = [message for message in draft.answer if message.id != message_id]
    if len(left) < len(draft.answer) and not left and draft.state.session is not None:
        arm(draft)
    draft.answer = left


def _stay_silent(draft: Draft) -> None:
    """Uma pessoa tem a conversa: a sessão do bot, se há, termina; sinal de vida adia a devolução."""
    if draft.state.session is not None:
        close_session(draft, "HANDOFF_HUMAN", reason="TAKEOVER")
    arm_release(draft, draft.now_ms + draft.rules.handoff_release_after_s * 1000)


def _release(draft: Draft, timer: TimerFired) -> None:
    """Passou o prazo sem atividade: a conversa volta ao bot. Um disparo atrasado demais é rearmado."""
    if draft.mode != "HUMAN":
        return
    state = draft.state
    quiet_since = max(state.last_inbound_at_ms, state.closed_at_ms, state.attended_at_ms)
    due_ms = quiet_since + draft.rules.handoff_release_after_s * 1000
    if timer.due_ms < due_ms and draft.now_ms < due_ms:
        arm_release(draft, due_ms)
        return
    draft.mode = draft.new_mode = "BOT"
    draft.audit(
        f"{draft.turn_id}:released", "HANDOFF_RELEASED", reason="NO_ACTIVITY",
        data={"mode": "BOT", **about_handoff(draft)},
    )  # fmt: skip


def _timeout(draft: Draft, timer: TimerFired) -> None:
    """Silêncio da pessoa. De outra sessão, ou de um prazo já cancelado, é ignorado."""
    session = draft.state.session
    if session is None or session.id != timer.session_id or session.timer_due_ms != timer.due_ms:
        return
    session.timer_due_ms = 0
    if draft.mode == "HUMAN":
        _stay_silent(draft)
        return
    line, may_speak = "", draft.mode == "BOT"
    if timer.name == "session_idle":
        outcome_reason = "SESSION_IDLE"
    else:
        outcome_reason = "AWAITING_TIMEOUT"
        draft.audit(f"{session.id}:abandoned", "SESSION_ABANDONED", data={"asked": session.asked})
    if has_lead(session):
        line = TEXTS.handoff.format(summary=session_summary(draft.state, session))
        close_session(draft, "HANDOFF_HUMAN", reason=outcome_reason)
    elif gave_facts(session.facts):
        line = TEXTS.followup_timeout
        close_session(draft, "SCHEDULED_FOLLOWUP", reason=outcome_reason)
    else:
        close_session(draft, "SELF_SERVE_INFO", reason=outcome_reason)
    if line and may_speak:
        draft.reply = say(line)


def _failed(draft: Draft, failure: TurnFailed) -> None:
    """O turno anterior foi enterrado. A linha neutra não se repete se também ela falhou ao sair.

    Se o que se perdeu foi a resposta de uma entrega, a entrega vale: a conversa passa à pessoa que a recebeu.
    """
    state = draft.state
    handed_over = failure.mode == "HUMAN" and state.session is None
    data: dict[str, str | int | float] = {"stage": failure.stage, "turn": failure.turn}
    may_speak = draft.mode == "BOT" and not failure.silent
    if handed_over:
        give_to_human(draft)
        data["mode"] = draft.mode
    heard_from(draft, failure.reply_to, failure.phone_number_id, failure.sent_at_ms)
    state.last_inbound_at_ms = max(state.last_inbound_at_ms, failure.sent_at_ms)
    draft.audit(
        f"{draft.turn_id}:failed:{failure.turn:x}", "TURN_FAILED", reason=failure.code.upper(),
        data=data,
    )  # fmt: skip
    if handed_over:
        if may_speak and state.reply_to:
            draft.reply = say(TEXTS.handoff_empty)
        return
    repeated = state.session is None and state.last_outcome == "FAILED_INTERNAL"
    if state.session is not None:
        close_session(draft, "FAILED_INTERNAL", reason=failure.code.upper())
    state.last_outcome = "FAILED_INTERNAL"
    if may_speak and state.reply_to and not repeated:
        draft.reply = say(TEXTS.failed)
