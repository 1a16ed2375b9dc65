"""Como muitas operações, de muitas partições, vão juntas? Uma lista por partição; as respostas, na ordem.

Promete: cada resposta é a da sua operação, ou a exceção que a impediu; as de uma partição seguem a ordem em
que foram pedidas. Sem tarefa nem espera por operação: quem as junta numa ida é o lote (`batch.py`).
"""

from collections.abc import Mapping, Sequence

from pyloto_stream.streams.batch import TOGETHER
from pyloto_stream.streams.clients import unavailable
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.scripts import Packed, Script

Asked = tuple[int, Packed]
"""A partição e a operação, pronta."""


async def ask(
    gateway: Gateway, script: Script, asked: Sequence[Asked], head: bytes = b"", *, crossing: bool = False
) -> list[object]:
    """Pede tudo já, e só então espera por tudo; uma falha é o `UnavailableError` dela, como valor.

    `crossing`: cada operação traz o início das suas chaves, e tudo se pede à partição 0 (`one_server`).
    Até `TOGETHER` operações de uma partição acontecem de uma vez, ou nenhuma.
    """
    if not asked:
        return []
    if len(asked) == 1 or (crossing and len(asked) <= TOGETHER):
        home = 0 if crossing else asked[0][0]
        return _told(await gateway.send(script, home, [op for _, op in asked], head))
    places: dict[int, list[int]] = {}
    for place, (partition, _) in enumerate(asked):
        places.setdefault(partition, []).append(place)
    sent = [
        (some, gateway.send(script, 0 if crossing else partition, [asked[place][1] for place in some], head))
        for partition, every in places.items()
        for some in (every[at : at + TOGETHER] for at in range(0, len(every), TOGETHER))
    ]
    replies: list[object] = [None] * len(asked)
    for some, answer in sent:
        for place, reply in zip(some, await answer, strict=True):
            replies[place] = reply
    return _told(replies)


async def ask_each(
    gateway: Gateway, script: Script, ops: Mapping[int, Sequence[Packed]], head: bytes = b""
) -> dict[int, list[object]]:
    """Pede as operações de cada partição; as respostas de cada uma, na ordem.

    Falta a partição em que alguma falhou: as outras dela podem ter acontecido, e todas se repetem.
    """
    sent = [
        (partition, gateway.send(script, partition, [*packed[at : at + TOGETHER]], head))
        for partition, packed in ops.items()
        for at in range(0, len(packed), TOGETHER)
    ]
    found: dict[int, list[object]] = {partition: [] for partition in ops}
    for partition, answer in sent:
        found[partition] += await answer
    failed = {p for p, replies in found.items() if any(isinstance(reply, Exception) for reply in replies)}
    return {p: replies for p, replies in found.items() if p not in failed}


def _told(replies: Sequence[object]) -> list[object]:
    """As respostas de `Gateway.send`; uma falha, como `UnavailableError`."""
    return [unavailable(reply) if isinstance(reply, Exception) else reply for reply in replies]
