"""O que um morto quer dizer para o produto? Que eventos dele devem voltar, o que são, o que fica registrado.

Promete: um aviso nosso de que um turno falhou nunca volta como se a pessoa tivesse falhado de novo; nada
volta que esta versão não saiba ler, pois morreria outra vez; toda ação de um operador tem o seu registro.
"""

from collections.abc import Callable
from functools import partial
from typing import Literal

import msgspec

from consumers.pipeline import AUDIT_LANE, HANDOFF_LANE, LANES, MEDIA_LANE, TURN_LANE
from pyloto_stream.conversation.events import (
    Event,
    MessageReceived,
    OperatorActed,
    ReplyFailed,
    TimerFired,
    TurnFailed,
)
from pyloto_stream.conversation.records import OPERATOR, ActionRecord, Actor, HandoffReady, Record
from pyloto_stream.conversation.wanted import MediaWanted
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.dead import DeadLetter
from pyloto_stream.streams.dead_actions import Note

OPERATIONS = "operations"
"""Conversa de ninguém: guarda o que se fez com mortos que não são de uma conversa."""
MAX_REASON = 200

Action = Literal["DLQ_REPLAYED", "DLQ_EDITED", "DLQ_DISCARDED", "DLQ_SHOWN"]

_actor = msgspec.json.Decoder(Actor)
_Said = Event | Record | HandoffReady
_readers: dict[str, Callable[[bytes], _Said]] = {
    TURN_LANE.name: partial(msgspec.json.decode, type=Event),
    AUDIT_LANE.name: partial(msgspec.json.decode, type=Record),
    MEDIA_LANE.name: partial(msgspec.json.decode, type=MediaWanted),
    HANDOFF_LANE.name: partial(msgspec.json.decode, type=HandoffReady),
}
_encode = msgspec.json.Encoder().encode


class Operator(msgspec.Struct, frozen=True):
    """Quem pede, e por quê (em palavras suas; cortadas em `MAX_REASON` caracteres)."""

    name: str
    reason: str = ""

    def __post_init__(self) -> None:
        """Confere o nome.

        Raises:
            ValueError: não é um nome que a auditoria aceite.
        """
        try:
            _actor.decode(_encode(OPERATOR + self.name))
        except msgspec.ValidationError as error:
            raise ValueError("1 to 64 letters, digits, dots, dashes, underscores or @") from error


def entering(letter: DeadLetter) -> tuple[bytes, ...]:
    """Os eventos do morto que devem voltar, na ordem; ao menos um.

    Raises:
        PermanentError: code `not_a_token`, `unknown_lane`, `undecodable_event` ou `nothing_left`.
    """
    kept = []
    for number, raw in enumerate(_events(letter)):
        event = _read(letter.lane, raw)
        if event is None:
            text = f"event {number} does not decode in this version: edit it, or discard the letter"
            raise PermanentError(text, code="undecodable_event")
        if not isinstance(event, TurnFailed):
            kept.append(raw)
    if not kept:
        raise PermanentError("nothing is left to replay but notices of ours", code="nothing_left")
    return tuple(kept)


def kinds(letter: DeadLetter) -> tuple[str, ...]:
    """O que é cada evento do morto, sem nada do que a pessoa disse."""
    return tuple(_kind(_read(letter.lane, raw)) for raw in letter.events or ())


def patched(letter: DeadLetter, number: int, patch: object) -> tuple[bytes, ...]:
    """Os eventos do morto, com `patch` (RFC 7396) aplicado ao de número `number`.

    Raises:
        IndexError: não há esse evento.
        PermanentError: code `not_a_token`, `unknown_lane`, ou `undecodable_event`: o resultado não se lê.
    """
    events = list(_events(letter))
    changed = _encode(_merged(msgspec.json.decode(events[number]), patch))
    if _read(letter.lane, changed) is None:
        text = f"event {number} would not decode: it must stay an event of the lane {letter.lane}"
        raise PermanentError(text, code="undecodable_event")
    events[number] = changed
    return tuple(events)


def note(letter: DeadLetter, action: Action, operator: Operator, at_ms: int) -> Note:
    """O registro de `action`, para a conversa do morto. Só ver pode ser registrado mais de uma vez."""
    again = f":{at_ms}" if action == "DLQ_SHOWN" else ""
    record = ActionRecord(
        id=f"{action.lower()}:{letter.id}{again}",
        action=action,
        at_ms=at_ms,
        actor=OPERATOR + operator.name,
        reason=operator.reason[:MAX_REASON],
        data={
            "letter": str(letter.id),
            "stage": letter.id.stage,
            "code": letter.code,
            "events": len(letter.events or ()),
        },
    )
    return Note(AUDIT_LANE, letter.conversation or OPERATIONS, _encode(record))


def _events(letter: DeadLetter) -> tuple[bytes, ...]:
    if not letter.lane or not letter.conversation:
        raise PermanentError("it belongs to no conversation", code="not_a_token")
    if letter.lane not in LANES:
        raise PermanentError(f"this version has no lane {letter.lane!r}", code="unknown_lane")
    if letter.events is None:
        raise PermanentError("its events are not a JSON list", code="undecodable_event")
    return letter.events


def _read(lane: str, raw: bytes) -> _Said | None:
    read = _readers.get(lane)
    try:
        return read(raw) if read else None
    except (msgspec.MsgspecError, RecursionError):
        return None


def _kind(event: _Said | None) -> str:
    match event:
        case None:
            return "unknown"
        case MessageReceived():
            return f"message ({event.kind})"
        case TimerFired():
            return f"timer ({event.name})"
        case TurnFailed():
            return f"notice of ours (a turn failed in {event.stage})"
        case ReplyFailed():
            return f"notice of Meta (a reply failed with {event.code})"
        case MediaWanted():
            return f"wanted file ({event.kind})"
        case HandoffReady():
            return f"hand-off ({event.handoff.qualification_level})"
        case _:
            return _record(event)


def _record(record: _Said) -> str:
    if isinstance(record, ActionRecord):
        return f"record of {record.action}"
    if isinstance(record, OperatorActed):
        return f"act of an operator ({record.action})"
    return f"record of a {type(record).__name__.removesuffix('Record').lower()}"


def _merged(target: object, patch: object) -> object:
    """RFC 7396, seção 2."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merged(result.get(name), value)
    return result
