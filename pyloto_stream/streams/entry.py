"""O que se leu de uma fila? Uma entrada, como o servidor a mostrou."""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """Uma entrada de stream: partição, id, campos crus e quantos trabalhadores já morreram com ela."""

    partition: int
    id: str
    fields: dict[bytes, bytes]
    deaths: int = 0

    @classmethod
    def of(cls, partition: int, row: Sequence[Any]) -> "Entry":
        """Entrada a partir de `[id, [campo, valor, ...]]`, ou isso e as mortes, como o servidor responde."""
        pairs = iter(row[1] or ())
        deaths = row[2] if len(row) > 2 else 0
        return cls(partition, row[0].decode(), dict(zip(pairs, pairs, strict=True)), deaths)
