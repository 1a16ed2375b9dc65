"""Como ler um JSON de fora conferindo cada campo? Um objeto, o seu caminho e o código da recusa.

Promete: o que não tem a forma pedida vira `RefusedCallError` com o caminho do campo e nunca o seu valor.
"""

import math
from collections.abc import Iterable

from pyloto_stream.simulator.refusal import RefusedCallError


class Node:
    """Um objeto JSON. `keys` é tudo o que ele pode ter; `missing` e `invalid`, os códigos da Meta."""

    def __init__(
        self, value: object, path: str, keys: Iterable[str], *, missing: int = 131008, invalid: int = 131009
    ) -> None:
        self.path = path
        self._missing = missing
        self._invalid = invalid
        if not isinstance(value, dict):
            raise self.wrong("", "must be an object")
        self.fields: dict[str, object] = value
        for key in self.fields:
            if key not in keys:
                raise RefusedCallError(100, f'Unexpected key "{key[:64]}" on param "{path or "root"}".')

    def wrong(self, key: str, problem: str) -> RefusedCallError:
        """A recusa de um campo (ou do próprio objeto, sem `key`)."""
        return RefusedCallError(self._invalid, f"Param {self._name(key)} {problem}.")

    def has(self, key: str) -> bool:
        """O campo veio, e não é nulo?"""
        return self.fields.get(key) is not None

    def node(self, key: str, *keys: str, invalid: int = 131009) -> "Node":
        """Um objeto obrigatório."""
        return Node(self._required(key), self._name(key), keys, invalid=invalid)

    def nodes(self, key: str, most: int, *keys: str, invalid: int = 131009) -> list["Node"]:
        """Uma lista obrigatória de 1 a `most` objetos."""
        items = self._required(key)
        if not isinstance(items, list):
            raise self.wrong(key, "must be an array")
        if not 1 <= len(items) <= most:
            raise self.wrong(key, f"must have between 1 and {most} items")
        path = self._name(key)
        return [Node(item, f"{path}[{index}]", keys, invalid=invalid) for index, item in enumerate(items)]

    def text(self, key: str, most: int, least: int = 1) -> str:
        """Um texto obrigatório, contado em pontos de código; só espaços vale como vazio."""
        value = self._required(key)
        if not isinstance(value, str):
            raise self.wrong(key, "must be a string")
        if len(value) > most:
            raise self.wrong(key, f"must be at most {most} characters long")
        if len(value) < least or (least and not value.strip()):
            raise self.wrong(key, "must not be empty")
        return value

    def optional(self, key: str, most: int, least: int = 0) -> str:
        """Um texto que pode faltar."""
        return self.text(key, most, least) if self.has(key) else ""

    def number(self, key: str, least: float, most: float) -> None:
        """Um número obrigatório, ou um texto que o escreva, de `least` a `most`."""
        value = self._required(key)
        try:
            found = float(value) if isinstance(value, (int, float, str)) and value is not True else math.nan
        except (ValueError, OverflowError):
            found = math.nan
        if not least <= found <= most:
            raise self.wrong(key, f"must be a number between {least:g} and {most:g}")

    def flag(self, key: str) -> None:
        """Um booleano que pode faltar."""
        if not isinstance(self.fields.get(key, False), bool):
            raise self.wrong(key, "must be a boolean")

    def one_of(self, key: str, *values: str) -> str:
        """Um texto obrigatório dentre `values`."""
        value = self.text(key, 64)
        if value not in values:
            raise self.wrong(key, f"must be one of {{{', '.join(values)}}}")
        return value

    def _required(self, key: str) -> object:
        if not self.has(key):
            raise RefusedCallError(self._missing, f"The parameter {self._name(key)} is required.")
        return self.fields[key]

    def _name(self, key: str) -> str:
        return ".".join(part for part in (self.path, key) if part)


def dig(value: object, *keys: str) -> object:
    """O que há em `value` por esse caminho de chaves; `None` se algo falta ou não é objeto."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
