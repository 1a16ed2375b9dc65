"""Como está uma conversa agora? O modo em vigor, o estado gravado e se alguém trabalha nela."""

import msgspec

from pyloto_stream.streams import keys
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.scripts import Script


class Peeked(msgspec.Struct, frozen=True):
    """`busy`: há um turno em curso; `waiting`: eventos que esperam por ele. `mode` vazio: nunca mudou."""

    mode: str
    busy: bool
    waiting: int
    state: bytes


async def peek(gateway: Gateway, lane: str, conversation: str) -> Peeked | None:
    """A conversa na faixa `lane`; `None` se o executor não a tem: nunca existiu, ou calou-se há 90 dias.

    Raises:
        UnavailableError: o Redis não respondeu.
    """
    partition = keys.partition_of(conversation, gateway.partitions)
    reply = await gateway.submit(Script.PEEK, partition, {"l": lane, "c": conversation})
    if not reply:
        return None
    mode, busy, waiting, state = reply
    return Peeked(mode.decode(), bool(busy), waiting, state)
