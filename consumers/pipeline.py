"""Por onde passa uma mensagem? Estas faixas e etapas, declaradas aqui e em nenhum outro lugar.

turn:  session → ai → outbound     uma conversa por vez, do recebimento ao envio
audit: audit                       alimentada por todo commit e pelos status da Meta
media: media                       arquivos recebidos: um download lento não atrasa a conversa nem o registro
handoff: handoff                   entregas a pessoas: um CRM fora do ar não atrasa a conversa nem o registro
"""

import msgspec

from pyloto_stream.conversation.events import Event, MessageReceived, ReplyFailed, TurnFailed
from pyloto_stream.conversation.records import Mode
from pyloto_stream.streams.lease import Failure
from pyloto_stream.streams.model import Lane, Turn
from pyloto_stream.whatsapp.error_codes import KNOWN, ErrorClass

SESSION, AI, OUTBOUND, AUDIT, MEDIA, HANDOFF = "session", "ai", "outbound", "audit", "media", "handoff"

TURN_LANE = Lane("turn", (SESSION, AI, OUTBOUND))
AUDIT_LANE = Lane("audit", (AUDIT,))
MEDIA_LANE = Lane("media", (MEDIA,))
HANDOFF_LANE = Lane("handoff", (HANDOFF,))

LANES = {lane.name: lane for lane in (TURN_LANE, AUDIT_LANE, MEDIA_LANE, HANDOFF_LANE)}
STAGES = tuple(stage for lane in LANES.values() for stage in lane.stages)

HELD = "held_in_doubt"
"""Código de um envio de fim incerto que não se repete sozinho: talvez tenha chegado, e nada mais se diz."""

TIMEOUTS_S = {SESSION: 5.0, AI: 15.0, OUTBOUND: 45.0, AUDIT: 30.0, MEDIA: 300.0, HANDOFF: 45.0}
"""Quanto uma decisão de cada etapa pode levar. A de envio cobre uma chamada inteira à Graph (30 s), para que
o prazo dela, e não o nosso, diga se houve dúvida; a de arquivos, 100 MB numa linha lenta."""


def timeout_s(stage: str, limit_s: float) -> float:
    """Prazo de uma decisão de `stage`, em segundos; `limit_s` (`STAGE_TIMEOUT`) só encurta.

    A de arquivos não se encurta: limita-a o prazo de cada transferência, e um bom download passa de 1 min.
    """
    return TIMEOUTS_S[stage] if stage == MEDIA else min(TIMEOUTS_S[stage], limit_s)


UNREACHABLE = frozenset(f"graph_{code}" for code, (kind, _) in KNOWN.items() if kind is ErrorClass.USER)
"""Códigos de enterro que dizem que a pessoa não recebe mensagens: a linha neutra também não chegaria."""

_events = msgspec.json.Decoder(list[Event])
_encode = msgspec.json.Encoder().encode


class _Lost(msgspec.Struct):
    """O que a carga de uma resposta que não saiu levava consigo além das palavras."""

    mode: Mode | None = None


_lost = msgspec.json.Decoder(_Lost)


def failed_turn(turn: Turn, failure: Failure) -> bytes | None:
    """Evento que segue um turno enterrado: a sessão termina em `FAILED_INTERNAL` e a pessoa é avisada.

    `None` se o turno enterrado era só um aviso de falha: uma não gera outra sem fim. Se levava também
    mensagens, a sessão que elas abriram precisa de um desfecho. Se a resposta perdida poria um modo em vigor,
    o aviso o leva; um segundo aviso por isso é mudo, e por isso o último. A quem não recebe nada se diz.
    """
    mode = _mode_lost_by(turn)
    try:
        events = _events.decode(turn.events)
    except msgspec.MsgspecError:
        events = []
    only_notices = bool(events) and all(isinstance(event, TurnFailed | ReplyFailed) for event in events)
    if only_notices and mode is None:
        return None
    last = next((event for event in reversed(events) if isinstance(event, MessageReceived)), None)
    notice = TurnFailed(
        stage=turn.stage,
        code=failure.code,
        turn=turn.number,
        reply_to=last.reply_to if last else "",
        phone_number_id=last.phone_number_id if last else "",
        sent_at_ms=(last.sent_at_ms or last.accepted_at_ms) if last else 0,
        mode=mode,
        silent=only_notices or failure.code == HELD or failure.code in UNREACHABLE,
    )
    return _encode(notice)


def _mode_lost_by(turn: Turn) -> Mode | None:
    if turn.stage != OUTBOUND:
        return None
    try:
        return _lost.decode(turn.payload).mode
    except msgspec.MsgspecError:
        return None
