"""Como a resposta chega uma vez só? Última etapa da faixa `turn`: livro de envios antes, Graph depois.

O modo e a janela de 24 horas são conferidos no momento do envio. Recusa certa repete; dúvida espera o status
da Meta; fora da janela a resposta é descartada com registro. Limite: o do livro de envios (ver `ledger.py`).
As decisões são as funções puras daqui; só `outbound_stage` faz E/S.
"""

import time
from collections.abc import Callable
from typing import Protocol

import msgspec

from consumers.drafts import Draft, draft
from consumers.pipeline import HELD
from consumers.plans import feed, turn_id
from consumers.receipts import Reader, Receipts
from pyloto_stream.conversation.records import ActionRecord, MessageRecord, Record, stored_text
from pyloto_stream.errors import InDoubtError, OverloadedError, PermanentError, TransientError
from pyloto_stream.streams.ledger import Ruling, SendLedger
from pyloto_stream.streams.model import Handler, Outcome, Plan, Snooze, Turn
from pyloto_stream.streams.points import reached
from pyloto_stream.whatsapp.client import Sent, ThrottledError, WindowClosedError

WINDOW_MS = (24 * 60 - 5) * 60_000
"""Janela de atendimento da Meta (24 h desde a última mensagem da pessoa) menos cinco minutos de margem."""

_NEWS = {"sent": "settled", "doubt": "in_doubt"}
"""O que se conta de uma decisão do livro que não é a primeira."""


class Graph(Reader, Protocol):
    """O que esta etapa usa do cliente da Graph API."""

    async def send(self, phone_number_id: str, body: bytes) -> Sent:
        """Envia; devolve o id da mensagem ou levanta conforme o que se sabe do envio."""


def before_send(turn: Turn, ready: Draft, ruling: Ruling) -> Outcome | None:
    """O que o livro manda fazer; `None` quer dizer enviar agora. Pura.

    Raises:
        PermanentError: code `held_in_doubt`; só um operador decide se isto sai de novo.
    """
    match ruling.verdict:
        case "sent":
            return _without_asking(concluded(turn, ready, ruling.external_id))
        case "doubt":
            return Snooze(ruling.until_ms, reply_id=ready.reply_id)
        case "silenced":
            # o modo já é de quem assumiu ou pausou: o que esta resposta traria não o desfaz
            silenced = dropped(turn, ready, "REPLY_SILENCED", "MODE_NOT_BOT")
            return _without_asking(msgspec.structs.replace(silenced, mode=None))
        case "failed":
            return _without_asking(dropped(turn, ready, "REPLY_FAILED", "REPORTED_BY_META"))
        case "unsettled" if ready.outgoing.hold:
            raise PermanentError("no status came, and this may not be sent twice", code=HELD)
        case "unsettled":
            return _without_asking(dropped(turn, ready, "REPLY_IN_DOUBT", "NO_STATUS_EVER"))
        case "go":
            return None


def window_open(ready: Draft, now_ms: int) -> bool:
    """A pessoa escreveu nas últimas 24 horas? Fora disso a Meta recusa mensagem livre (erro 131047)."""
    return now_ms - ready.state.last_inbound_at_ms < WINDOW_MS


def concluded(turn: Turn, ready: Draft, wamid: str, *, resent: bool = False) -> Plan:
    """A resposta foi enviada: registra, põe o novo modo em vigor e encerra o turno. Pura.

    `resent`: foi enviada de novo por falta de notícia; conta-se, pois pode ter chegado duas vezes.
    """
    reply = ready.outgoing.reply
    record = MessageRecord(
        id=wamid or ready.reply_id,
        direction="out",
        actor="PYLOTO",
        at_ms=turn.now_ms,
        type=reply.kind,
        text=stored_text(reply.text),
        intent=ready.outgoing.intent,
        outcome=ready.outgoing.outcome,
        reply_id=ready.reply_id,
    )
    records: list[Record] = [record]
    if resent:
        records.append(_action(turn, "REPLY_RESENT", "NO_STATUS_IN_TIME"))
    return Plan(mode=ready.outgoing.mode, sent=(ready.reply_id, wamid), feed=feed(*records))


def dropped(turn: Turn, ready: Draft, action: str, reason: str) -> Plan:
    """A resposta não será enviada: fica o registro auditável do motivo. Pura."""
    return Plan(mode=ready.outgoing.mode, feed=feed(_action(turn, action, reason)))


def outbound_stage(
    graph: Graph,
    ledger: SendLedger,
    count: Callable[[str], None] = lambda _what: None,
    compose: Callable[[Turn], Draft] = draft,
) -> Handler:
    """Etapa `outbound`: uma chamada por resposta, escrita no livro antes de acontecer.

    `count` recebe o que houve com um envio de fim incerto: `in_doubt`, `settled` (um status o confirmou).
    `compose` monta a chamada.
    """
    receipts = Receipts(graph)

    async def handle(turn: Turn) -> Outcome:
        started = time.monotonic()
        ready = compose(turn)
        await receipts.show(turn, ready.state)  # antes do livro: o modo se confere colado ao envio
        reached("before_begin_send", turn.stage)
        ruling = await ledger.begin(turn, ready.reply_id, resend=not ready.outgoing.hold)
        reached("after_begin_send", turn.stage)
        if known := _NEWS.get(ruling.verdict):
            count(known)
        decided = before_send(turn, ready, ruling)
        if decided is not None:
            return decided
        if not window_open(ready, turn.now_ms):
            await ledger.refused(turn, ready.reply_id, for_good=True)
            return _without_asking(dropped(turn, ready, "REPLY_DROPPED", "OUTSIDE_24H_WINDOW"))
        try:
            sent = await graph.send(ready.state.phone_number_id, ready.body)
            reached("after_send", turn.stage)
        except InDoubtError as error:
            count("in_doubt")
            # talvez tenha ido: quem sabe é o status da Meta; sem notícia até lá, `begin` manda reenviar.
            # A espera conta de agora: uma chamada que demorou a falhar não come o tempo do status.
            wait_s = time.monotonic() - started + ledger.patience_s(ruling)
            return Snooze(turn.now_ms + int(wait_s * 1000), reply_id=ready.reply_id, trouble=error.code)
        except WindowClosedError:
            await ledger.refused(turn, ready.reply_id, for_good=True)
            return dropped(turn, ready, "REPLY_DROPPED", "OUTSIDE_24H_WINDOW")
        except ThrottledError as error:
            await ledger.refused(turn, ready.reply_id, for_good=False)
            raise OverloadedError(code=error.code, retry_after_ms=error.retry_after_ms) from error
        except TransientError:
            await ledger.refused(turn, ready.reply_id, for_good=False)
            raise
        except PermanentError:
            await ledger.refused(turn, ready.reply_id, for_good=True)
            raise
        return concluded(turn, ready, sent.wamid, resent=ruling.resend)

    return handle


def _without_asking(plan: Plan) -> Plan:
    """O mesmo plano, decidido sem chamar a Graph: nada diz dela ao disjuntor."""
    return msgspec.structs.replace(plan, asked=False)


def _action(turn: Turn, action: str, reason: str) -> ActionRecord:
    return ActionRecord(
        id=f"{turn_id(turn)}.{action.lower()}", action=action, at_ms=turn.now_ms, actor="SYSTEM",
        reason=reason,
    )  # fmt: skip
