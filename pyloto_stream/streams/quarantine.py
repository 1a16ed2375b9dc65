"""Quem vigia as entradas suspeitas? Uma por processo de cada vez, de qualquer etapa.

O que já matou dois trabalhadores pode matar o terceiro: sozinho, só ele é contado; ao lado de outras
suspeitas, levaria inocentes à fila de mortos.
"""

from collections.abc import Container

Key = tuple[int, str]


class Quarantine:
    """A vaga única de um processo."""

    def __init__(self) -> None:
        self._by: object | None = None
        self._key: Key | None = None

    def enter(self, who: object) -> bool:
        """Pede a vaga para `who`, antes de assumir entradas."""
        if self._by is not None:
            return False
        self._by = who
        return True

    def keep(self, who: object, key: Key | None) -> None:
        """`who` assumiu a suspeita `key`, ou nenhuma: então a vaga volta."""
        if self._by is who:
            self._key = key
            self._by = None if key is None else who

    def leave(self, who: object, keys: Container[Key | None]) -> None:
        """`who` terminou `keys`."""
        if self._by is who and self._key in keys:
            self._by = self._key = None
