"""O que aconteceu, para sempre? A etapa da faixa `audit` leva os registros de cada turno ao banco.

Repetir um turno não muda nada (ver `AuditTrail` e `ChannelStore`): a queda entre a gravação e o commit é
inofensiva. Banco fora do ar: o turno espera sem contar tentativa, e nada se perde.
"""

from collections.abc import Callable, Sequence

import msgspec

from consumers.skew import newer
from pyloto_stream.conversation.records import ChannelRecord, Record
from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.channels import ChannelStore
from pyloto_stream.stores.trail import AuditTrail, TrailState
from pyloto_stream.streams.model import Handler, Outcome, Plan, Turn

_records = msgspec.json.Decoder(list[Record])
_state = msgspec.json.Decoder(TrailState)
_encode = msgspec.json.Encoder().encode


def audit_stage(
    trail: AuditTrail,
    count: Callable[[Sequence[Record]], None] = lambda _records: None,
    channels: ChannelStore | None = None,
) -> Handler:
    """Etapa `audit`: grava os registros do turno e guarda no estado da faixa a ponta da cadeia.

    `count` recebe o que acabou de ser gravado; depois de uma queda, pode receber de novo. `channels` aplica o
    que a Meta disse da conta; sem ele isso só fica na trilha.
    """

    async def handle(turn: Turn) -> Outcome:
        try:
            records = _records.decode(turn.events)
        except msgspec.MsgspecError as error:
            if later := newer(turn):
                return later
            raise PermanentError("record does not decode", code="undecodable_record") from error
        known = remembered(turn)
        after = await trail.record(turn.conversation, records, known, turn.number)
        for record in records:
            if channels is not None and isinstance(record, ChannelRecord):
                await channels.apply(record)
        count(records)
        return Plan(state=None if after is None or after == known else _encode(after))

    return handle


def remembered(turn: Turn) -> TrailState | None:
    """O que o turno anterior deixou; `None` se nada ou ilegível: o banco tem a verdade e a ponta é relida."""
    try:
        return _state.decode(turn.state) if turn.state else None
    except msgspec.MsgspecError:
        return None
