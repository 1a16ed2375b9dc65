"""O que muda na conversa quando quem opera o sistema assume, pausa, devolve ou encerra?

Promete: todo ato fica registrado, com o nome e as palavras de quem agiu, também o que nada muda; nenhum deixa
uma sessão sem desfecho ou sem prazo. Pura. Limite: que o robô já se cale enquanto o ato espera a vez dele é
do modo com que o evento entra (`silences`).
"""

from collections.abc import Mapping
from typing import Literal

from pyloto_stream.conversation.draft import Draft
from pyloto_stream.conversation.endings import has_lead
from pyloto_stream.conversation.events import OperatorActed
from pyloto_stream.conversation.flows import gave_facts
from pyloto_stream.conversation.lifecycle import (
    FinalOutcome,
    arm,
    close_session,
    disarm_release,
    give_to_human,
)
from pyloto_stream.conversation.records import CUT_MARK, OPERATOR, ActionRecord, Mode

Act = Literal["takeover", "pause", "release", "close"]

ACTIONS: Mapping[Act, str] = {
    "takeover": "CONVERSATION_TAKEN_OVER",
    "pause": "CONVERSATION_PAUSED",
    "release": "CONVERSATION_RELEASED",
    "close": "CONVERSATION_CLOSED",
}
"""O nome de cada ato na auditoria."""
MAX_REASON = 200


def silences(act: Act) -> Mode | None:
    """O modo que o ato põe em vigor já ao entrar, para que nem o que está saindo passe à frente dele."""
    match act:
        case "takeover":
            return "HUMAN"
        case "pause":
            return "PAUSED"
        case _:
            return None


def record_id(event_id: str) -> str:
    """O id do registro do ato `event_id`: quando ele está na auditoria, o ato foi cumprido."""
    return f"operator:{event_id}"


def about_handoff(draft: Draft) -> dict[str, str | int | float]:
    """Para os dados de um registro: as entregas que o fato aceita ou encerra, a última à parte."""
    state = draft.state
    older = {"older": " ".join(state.older_handoffs)} if state.older_handoffs else {}
    return {"handoff": state.handoff_id, **older} if state.handoff_id else {}


def operator_acted(draft: Draft, act: OperatorActed) -> None:
    """Trata um ato. O que o robô ia dizer neste turno não sai, a não ser que a conversa volte a ele."""
    match act.action:
        case "takeover":
            _take_over(draft)
        case "pause":
            _pause(draft)
        case "release":
            _back_to_bot(draft)
        case "close":
            _close(draft)
    draft.records.append(
        ActionRecord(
            id=record_id(act.id), action=ACTIONS[act.action], at_ms=act.at_ms, actor=OPERATOR + act.operator,
            reason=_short(act.reason), data={"mode": draft.mode, **about_handoff(draft)},
        )
    )  # fmt: skip
    if act.action in ("release", "close"):
        draft.state.older_handoffs = []  # este ato as encerra


def _take_over(draft: Draft) -> None:
    """Uma pessoa tem a conversa até a devolver, ou até o prazo sem atividade; também uma pausa acaba."""
    draft.mode = draft.new_mode = "HUMAN"
    _hush(draft)
    if draft.state.session is not None:
        close_session(draft, "HANDOFF_HUMAN", reason="TAKEOVER")
    give_to_human(draft)


def _pause(draft: Draft) -> None:
    """Ninguém responde até que um operador o mude: sem prazo. Uma sessão aberta segue, com o prazo dela."""
    draft.mode = draft.new_mode = "PAUSED"
    _hush(draft)
    disarm_release(draft)
    if draft.state.session is not None and not draft.session.timer_due_ms:
        arm(draft)  # desarmou-o a mensagem que agora fica sem resposta


def _back_to_bot(draft: Draft) -> None:
    """O robô volta a atender: a próxima mensagem abre sessão nova, ou segue a que uma pausa interrompeu."""
    draft.mode = draft.new_mode = "BOT"
    disarm_release(draft)


def _close(draft: Draft) -> None:
    """A sessão termina como se uma pessoa a tivesse atendido, se houve o que atender.

    Quem deu algum dado não recebeu só informação (contrato, seção 1), e ninguém vai voltar a falar como num
    `SCHEDULED_FOLLOWUP`: é `HANDOFF_HUMAN`, e a entrega, com o que se soube, nasce encerrada por este ato.
    """
    _hush(draft)
    session = draft.state.session
    if session is not None:
        attended = draft.mode == "HUMAN" or has_lead(session) or gave_facts(session.facts)
        outcome: FinalOutcome = "HANDOFF_HUMAN" if attended else "SELF_SERVE_INFO"
        close_session(draft, outcome, reason="CLOSED_BY_OPERATOR")
    _back_to_bot(draft)


def _hush(draft: Draft) -> None:
    draft.answer.clear()
    draft.reply = None


def _short(reason: str) -> str:
    """Com marca de corte, para que do que o corte partiu ao meio nada fique (`consumers/history.py`)."""
    return reason if len(reason) <= MAX_REASON else reason[: MAX_REASON - len(CUT_MARK)] + CUT_MARK
