"""O que fazer com uma resposta pronta, sabido o que houve com ela? As decisões puras da etapa `outbound`."""

import msgspec

from consumers.drafts import Draft
from consumers.pipeline import HELD
from consumers.plans import Outgoing, feed, turn_id
from pyloto_stream.conversation.records import ActionRecord, MessageRecord, Record, stored_text
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.ledger import Ruling
from pyloto_stream.streams.model import Outcome, Plan, Snooze, Turn
from pyloto_stream.whatsapp.error_codes import FLOW_DOWN
from pyloto_stream.whatsapp.graph_errors import GraphRefusedError
from pyloto_stream.whatsapp.limits import WINDOW_MINUTES

WINDOW_MS = (WINDOW_MINUTES - 5) * 60_000
"""Janela de atendimento da Meta, menos cinco minutos de margem."""

_encode = msgspec.json.Encoder().encode


def before_send(turn: Turn, ready: Draft, ruling: Ruling) -> Outcome | None:
    """O que o livro manda fazer; `None` quer dizer enviar agora.

    Raises:
        PermanentError: code `held_in_doubt`; só um operador decide se isto sai de novo.
    """
    match ruling.verdict:
        case "sent":
            return without_asking(concluded(turn, ready, ruling.external_id))
        case "doubt":
            return Snooze(ruling.until_ms, reply_id=ready.reply_id)
        case "silenced":
            # o modo já é de quem assumiu ou pausou: o que esta resposta traria não o desfaz
            silenced = dropped(turn, ready, "REPLY_SILENCED", "MODE_NOT_BOT")
            return without_asking(msgspec.structs.replace(silenced, mode=None))
        case "failed":
            return without_asking(dropped(turn, ready, "REPLY_FAILED", "REPORTED_BY_META"))
        case "unsettled" if held(ready):
            raise PermanentError("no status came, and this may not be sent twice", code=HELD)
        case "unsettled":
            return without_asking(dropped(turn, ready, "REPLY_IN_DOUBT", "NO_STATUS_EVER"))
        case "go":
            return None


def held(ready: Draft) -> bool:
    """Isto, em dúvida, não se repete sozinho?"""
    return ready.outgoing.hold or ready.outgoing.late


def window_open(ready: Draft, now_ms: int) -> bool:
    """A pessoa escreveu nas últimas 24 horas? Fora disso a Meta recusa mensagem livre (erro 131047)."""
    return now_ms - ready.state.last_inbound_at_ms < WINDOW_MS


def concluded(turn: Turn, ready: Draft, wamid: str, *, resent: bool = False) -> Plan:
    """A resposta foi enviada: registra, põe o novo modo em vigor e encerra o turno.

    `resent`: foi enviada de novo por falta de notícia; conta-se, pois pode ter chegado duas vezes.
    """
    reply = ready.outgoing.reply
    record = MessageRecord(
        id=wamid or ready.reply_id,
        direction="out",
        actor="PYLOTO",
        at_ms=turn.now_ms,
        type=ready.kind or reply.kind,
        text=stored_text(ready.text if ready.kind else reply.text),
        intent=ready.outgoing.intent,
        outcome=ready.outgoing.outcome,
        reply_id=ready.reply_id,
    )
    records: list[Record] = [record]
    if ready.outgoing.late:
        records.append(_action(turn, "REPLY_REPLACED", "OUTSIDE_24H_WINDOW"))
    if resent:
        records.append(_action(turn, "REPLY_RESENT", "NO_STATUS_IN_TIME"))
    return Plan(mode=ready.outgoing.mode, sent=(ready.reply_id, wamid), feed=feed(*records))


def dropped(turn: Turn, ready: Draft, action: str, reason: str) -> Plan:
    """A resposta não será enviada: fica o registro auditável do motivo."""
    return Plan(mode=ready.outgoing.mode, feed=feed(_action(turn, action, reason)))


def without_form(ready: Draft, error: PermanentError) -> Outgoing | None:
    """A mesma resposta sem o formulário, se foi ele que a Meta recusou; `None` se a recusa é outra.

    Sem ele fica a primeira pergunta, que a oferta já trazia (`conversation/forms.py`).
    """
    reply = ready.outgoing.reply
    if reply.kind != "flow" or ready.outgoing.late:
        return None
    if not isinstance(error, GraphRefusedError) or error.graph_code not in FLOW_DOWN:
        return None
    return msgspec.structs.replace(ready.outgoing, reply=Reply("text", reply.plain or reply.text))


def waiting(due_ms: int, outgoing: Outgoing) -> Snooze:
    """O turno volta em `due_ms`, com `outgoing` como carga."""
    return Snooze(due_ms, payload=_encode(outgoing))


def without_asking(plan: Plan) -> Plan:
    """O mesmo plano, decidido sem chamar a Graph: nada diz dela ao disjuntor."""
    return msgspec.structs.replace(plan, asked=False)


def _action(turn: Turn, action: str, reason: str) -> ActionRecord:
    return ActionRecord(
        id=f"{turn_id(turn)}.{action.lower()}", action=action, at_ms=turn.now_ms, actor="SYSTEM",
        reason=reason,
    )  # fmt: skip
