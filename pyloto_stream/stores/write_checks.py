"""O que nenhum banco grava, qualquer que seja? Todo adaptador pergunta aqui antes de gravar."""

from collections.abc import Sequence

from pyloto_stream.stores.ports import MAX_WRITES, Delete, Update, Write
from pyloto_stream.stores.values import check

MAX_BYTES = 10_000_000
"""Um pouco abaixo dos 10 MiB que o Firestore aceita por pedido: nomes e condições também pesam."""


def check_writes(writes: Sequence[Write]) -> None:
    """Confere um lote de gravações.

    Raises:
        PermanentError: code `unstorable_document`.
        ValueError: mais de `MAX_WRITES` operações ou de `MAX_BYTES`, um documento citado duas vezes, ou
            `Update` sem campos.
    """
    if len(writes) > MAX_WRITES:
        raise ValueError("too many writes in one batch")
    if len({write.path for write in writes}) < len(writes):
        raise ValueError("a document appears twice in one batch")
    weight = 0
    for write in writes:
        if isinstance(write, Delete):
            continue
        weight += check(write.data)
        if isinstance(write, Update) and not write.data:
            raise ValueError("update without fields")
    if weight > MAX_BYTES:
        raise ValueError("too heavy a batch")
