"""E se quem escreveu for de uma versão mais nova? O que não se conhece espera por quem conhece.

Durante uma troca de versões, trabalhadores antigos encontram tipos de evento que ainda não existiam. Só nós
escrevemos eventos: um tipo desconhecido num documento bem formado é de uma versão nova, e não lixo.
"""

from typing import get_args

import msgspec

from pyloto_stream.conversation.events import Event
from pyloto_stream.conversation.records import Record
from pyloto_stream.streams.model import Snooze, Turn

RETRY_MS = 5_000


class _Tags(msgspec.Struct):
    """O que diz o tipo de um evento ou de um registro."""

    event: str | None = None
    record: str | None = None


_tags = msgspec.json.Decoder(list[_Tags])
KNOWN = frozenset(kind.__struct_config__.tag for kind in (*get_args(Event), *get_args(Record)))


def newer(turn: Turn) -> Snooze | None:
    """A espera de um turno com algum evento de versão mais nova; `None` se o defeito é outro."""
    try:
        found = _tags.decode(turn.events)
    except msgspec.MsgspecError:
        return None
    named = [tags.event or tags.record for tags in found]
    if None in named or KNOWN.issuperset(named):
        return None
    return Snooze(turn.now_ms + RETRY_MS)
