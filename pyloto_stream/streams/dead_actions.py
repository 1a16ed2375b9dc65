"""O que se pode fazer com um morto? Devolvê-lo pelo portão, emendá-lo, descartá-lo, vê-lo inteiro.

Promete: cada ação e o registro de auditoria dela são um só script; sobre um morto que já não está lá nada
acontece, logo repetir uma ação, ou fazê-la em dois lugares ao mesmo tempo, tem o efeito de uma.
Limite: o que os eventos querem dizer, e quais devem voltar, só quem conhece o produto sabe.
"""

import secrets
from collections.abc import Mapping, Sequence

import msgspec

from pyloto_stream.streams.dead import DeadLetter, Edit, LetterId
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Lane
from pyloto_stream.streams.scripts import Blobs, Script

_encode = msgspec.json.Encoder().encode


class Note(msgspec.Struct, frozen=True):
    """Registro de auditoria da ação: `event` (documento JSON) entra na faixa `lane` de `conversation`.

    Entra na partição do morto, também quando a conversa é de outra: uma transição só toca um slot.
    """

    lane: Lane
    conversation: str
    event: bytes


async def replay(
    gateway: Gateway, letter: DeadLetter, events: Sequence[bytes], lanes: Mapping[str, Lane], note: Note
) -> bool:
    """`events` (ao menos um) voltam à primeira etapa da faixa do morto; falso se ele já não estava lá.

    Raises:
        KeyError: a faixa do morto não está em `lanes`.
        UnavailableError: Redis fora do ar; repetir é seguro.
    """
    op = {"l": letter.lane, "s": lanes[letter.lane].stages[0], "c": letter.conversation, "v": Blobs(events)}
    return bool(await gateway.submit(Script.REPLAY, letter.id.partition, _op(letter.id, note) | op))


async def discard(gateway: Gateway, letter: LetterId, note: Note) -> bool:
    """O morto some; falso se já não estava lá.

    Raises:
        UnavailableError: Redis fora do ar; repetir é seguro.
    """
    return bool(await gateway.submit(Script.DISCARD, letter.partition, _op(letter, note)))


async def amend(
    gateway: Gateway, letter: DeadLetter, events: Sequence[bytes], edit: Edit, note: Note
) -> LetterId | None:
    """O morto dá lugar a outro com `events`; devolve o nome do novo, ou `None` se já não estava lá.

    Raises:
        UnavailableError: Redis fora do ar; se o novo nasceu, o antigo já não está lá.
    """
    op = {"e": b"[" + b",".join(events) + b"]", "ed": _encode((*letter.edits, edit))}
    entry = await gateway.submit(Script.AMEND, letter.id.partition, _op(letter.id, note) | op)
    return LetterId.parse(f"{letter.id.partition}.{letter.id.stage}.{entry.decode()}") if entry else None


async def reveal(gateway: Gateway, letter: LetterId, note: Note) -> DeadLetter | None:
    """O morto com todos os campos, e o registro de que foi visto; `None` se não está mais lá.

    Raises:
        UnavailableError: Redis fora do ar; repetir é seguro.
    """
    op = {"q": secrets.token_hex(8)}
    row = await gateway.submit(Script.REVEAL, letter.partition, _op(letter, note) | op)
    return DeadLetter.of(letter.partition, letter.stage, row) if row else None


def _op(letter: LetterId, note: Note) -> dict[str, object]:
    return {
        "d": letter.stage, "i": letter.entry, "al": note.lane.name, "as": note.lane.stages[0],
        "ac": note.conversation, "av": note.event,
    }  # fmt: skip
