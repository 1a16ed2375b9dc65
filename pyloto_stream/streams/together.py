"""Como muitas operações, de muitas partições, vão juntas? Uma lista por partição; as respostas, na ordem.

Promete: cada resposta é a da sua operação, ou a exceção que a impediu; as de uma partição seguem a ordem em
que foram pedidas. Sem tarefa nem espera por operação: quem as junta numa ida é o lote (`batch.py`).
"""

from collections.abc import Sequence

from pyloto_stream.streams.clients import unavailable
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.scripts import Packed, Script

TOGETHER = 128
"""Operações que não se separam: um pedido enorme não prende o servidor além do que o lote deixa."""

Asked = tuple[int, Packed]
"""A partição e a operação, pronta."""


async def ask(gateway: Gateway, script: Script, asked: Sequence[Asked], head: bytes = b"") -> list[object]:
    """Pede tudo já, e só então espera por tudo; uma falha é o `UnavailableError` dela, como valor."""
    if len(asked) == 1:
        ((partition, op),) = asked
        (reply,) = await gateway.send(script, partition, [op], head)
        return [told(reply)]
    places: dict[int, list[int]] = {}
    for place, (partition, _) in enumerate(asked):
        places.setdefault(partition, []).append(place)
    sent = [
        (some, gateway.send(script, partition, [asked[place][1] for place in some], head))
        for partition, every in places.items()
        for some in (every[at : at + TOGETHER] for at in range(0, len(every), TOGETHER))
    ]
    replies: list[object] = [None] * len(asked)
    for some, answer in sent:
        for place, reply in zip(some, await answer, strict=True):
            replies[place] = told(reply)
    return replies


def told(reply: object) -> object:
    """A resposta de `Gateway.send`; uma falha, como `UnavailableError`."""
    return unavailable(reply) if isinstance(reply, Exception) else reply
