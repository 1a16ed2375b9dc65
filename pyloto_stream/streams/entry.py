"""O que se leu de uma fila? Uma entrada, como o servidor a mostrou."""

from collections.abc import Sequence
from typing import Any

import msgspec


class Entry(msgspec.Struct, frozen=True, gc=False):
    """Uma entrada de stream: partição, id, o que ela traz e quantos trabalhadores já morreram com ela.

    `flat`: `[campo, valor, ...]`, cru. Quem é de toda mensagem o lê assim; `fields` monta uma tabela.
    """

    partition: int
    id: str
    flat: Sequence[bytes]
    deaths: int = 0

    @classmethod
    def of(cls, partition: int, row: Sequence[Any]) -> "Entry":
        """Entrada a partir de `[id, [campo, valor, ...]]`, ou isso e as mortes, como o servidor responde."""
        return cls(partition, row[0].decode(), row[1] or (), row[2] if len(row) > 2 else 0)

    @property
    def fields(self) -> dict[bytes, bytes]:
        """Valor de cada campo."""
        pairs = iter(self.flat)
        return dict(zip(pairs, pairs, strict=True))
