"""Como uma decisão da conversa vira um plano do executor? Tradução sem decisão nenhuma."""

import msgspec

from consumers.history import storable_all
from consumers.pipeline import AUDIT_LANE, HANDOFF_LANE, MEDIA_LANE, OUTBOUND
from pyloto_stream.conversation.events import MessageReceived, TimerFired
from pyloto_stream.conversation.handoff import lead_profile
from pyloto_stream.conversation.person import ProfileRecord
from pyloto_stream.conversation.records import ActionRecord, HandoffReady, HandoffRecord, Mode, Record
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.step import Step, TimerChange
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.model import CancelTimer, Feed, Plan, SetTimer, Turn
from pyloto_stream.streams.pace import Slot
from pyloto_stream.whatsapp.identity import canonical_phone, classify

_encode = msgspec.json.Encoder().encode
_state = msgspec.json.Decoder(ConversationState)


class Outgoing(msgspec.Struct, frozen=True, omit_defaults=True):
    """Carga da etapa `outbound`. `mode` entra em vigor junto com o fim do turno, depois do envio.

    `hold`: se o fim do envio ficar incerto, não se repete sozinho; espera um operador na fila de mortos. É o
    que se faz com modelos, que se pagam e chegam fora de uma conversa; uma resposta comum se repete. `slot`:
    a vez que já se reservou. `late`: a janela de 24 h fechou; só o modelo ainda pode sair. `replaces`: no
    lugar de que resposta (id de envio), se não é a deste turno; então `reply` é vazia e ninguém a lê.
    """

    reply: Reply
    intent: str = ""
    outcome: str = ""
    mode: Mode | None = None
    hold: bool = False
    slot: Slot | None = None
    late: bool = False
    replaces: str = ""


class Pending(msgspec.Struct, frozen=True):
    """Carga da etapa `ai`: as mensagens que esperam resposta."""

    messages: list[MessageReceived]


def state_of(turn: Turn) -> ConversationState:
    """Estado da conversa no token; uma conversa nova começa vazia.

    Raises:
        PermanentError: code `undecodable_state`.
    """
    try:
        return _state.decode(turn.state) if turn.state else ConversationState()
    except msgspec.MsgspecError as error:
        raise PermanentError("conversation state does not decode", code="undecodable_state") from error


def turn_id(turn: Turn) -> str:
    """Nome do turno, único na conversa e sem dado pessoal."""
    return f"{turn.number:x}"


def feed(*records: Record) -> tuple[Feed, ...]:
    """Registros para a faixa de auditoria, com as palavras das pessoas como podem ficar guardadas."""
    return tuple(Feed(AUDIT_LANE.name, _encode(record)) for record in storable_all(records))


def handed_over(step: Step) -> tuple[Feed, ...]:
    """As entregas a pessoas que `step` decidiu, para a faixa `handoff`, com o perfil de quem espera."""
    phone = _phone(step)
    heard = (r.correlation_id for r in step.records if isinstance(r, ActionRecord) and r.correlation_id)
    correlation_id = next(heard, "")
    return tuple(
        Feed(
            HANDOFF_LANE.name,
            _encode(HandoffReady(record, lead_profile(step.state, record, phone), correlation_id)),
        )
        for record in step.records
        if isinstance(record, HandoffRecord)
    )


def _records(step: Step) -> list[Record]:
    """Os registros de `step`; o do perfil, com o telefone que a pessoa mostra."""
    return [
        msgspec.structs.replace(
            record,
            profile=msgspec.structs.replace(record.profile, phone=_phone(step)),
            shows_phone=bool(_phone(step)),
        )
        if isinstance(record, ProfileRecord)
        else record
        for record in step.records
    ]


def _phone(step: Step) -> str:
    """O telefone da pessoa, em dígitos E.164; vazio se ela não o mostra."""
    address = step.state.reply_to
    return canonical_phone(address).removeprefix("+") if classify(address) == "phone" else ""


def timer(change: TimerChange) -> SetTimer | CancelTimer:
    """Temporizador do produto como temporizador do executor."""
    if change.due_ms == 0:
        return CancelTimer(change.name)
    fired = TimerFired(name=change.name, session_id=change.session_id, due_ms=change.due_ms)
    return SetTimer(change.name, change.due_ms, _encode(fired))


def plan(step: Step, *, to: str | None = None, payload: msgspec.Struct | None = None) -> Plan:
    """Plano que aplica `step`: responder, seguir para `to`, ou encerrar o turno em silêncio.

    O modo vale já ao gravar, menos quando cala o robô e ele ainda tem o que dizer: aí vale depois do envio.
    """
    state = step.state
    wanted = tuple(Feed(MEDIA_LANE.name, _encode(wanted)) for wanted in step.wanted)
    common = Plan(
        state=_encode(state),
        feed=(*feed(*_records(step)), *wanted, *handed_over(step)),
        timers=tuple(timer(change) for change in step.timers),
        mode=step.mode,
    )
    if step.reply is not None:
        active = state.session.active if state.session else ""
        later = None if step.mode == "BOT" else step.mode
        outgoing = Outgoing(reply=step.reply, intent=active, outcome=state.last_outcome or "", mode=later)
        now = step.mode if step.mode == "BOT" else None
        return msgspec.structs.replace(common, to=OUTBOUND, payload=_encode(outgoing), mode=now)
    if step.late:
        outgoing = Outgoing(Reply("text", ""), late=True, replaces=step.late)
        return msgspec.structs.replace(common, to=OUTBOUND, payload=_encode(outgoing))
    if to is not None and payload is not None:
        return msgspec.structs.replace(common, to=to, payload=_encode(payload))
    return common
