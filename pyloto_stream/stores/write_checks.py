"""O que nenhum banco grava, qualquer que seja? Todo adaptador pergunta aqui antes de gravar."""

from collections.abc import Sequence

from pyloto_stream.stores.ports import MAX_WRITES, Delete, Update, Write
from pyloto_stream.stores.values import check


def check_writes(writes: Sequence[Write]) -> None:
    """Confere um lote de gravações.

    Raises:
        PermanentError: code `unstorable_document`.
        ValueError: mais de `MAX_WRITES` operações, um documento citado duas vezes, ou `Update` sem campos.
    """
    if len(writes) > MAX_WRITES:
        raise ValueError("too many writes in one batch")
    if len({write.path for write in writes}) < len(writes):
        raise ValueError("a document appears twice in one batch")
    for write in writes:
        if isinstance(write, Delete):
            continue
        check(write.data)
        if isinstance(write, Update) and not write.data:
            raise ValueError("update without fields")
