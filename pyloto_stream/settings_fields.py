"""Como um texto do ambiente vira um valor tipado? Pela anotação do campo.

Promete: o que se diz de uma recusa nunca mostra o valor. Limite: conhece os tipos que `Settings` usa.
"""

import math
import re
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, inspect

from pyloto_stream.settings_addresses import hosts_of, split_hosts

MASK = "***"
_BOOLS = {"true": True, "1": True, "false": False, "0": False}


class Secret:
    """Um valor que só aparece quando pedido por `reveal`; `repr`, `str` e `format` mostram a máscara."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        """O valor, para quem vai usá-lo agora."""
        return self._value

    def __bool__(self) -> bool:
        """Há um valor?"""
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        """Igual a outro segredo de mesmo valor (não serve para autenticar: o tempo varia)."""
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        """Coerente com a igualdade."""
        return hash(self._value)

    def __repr__(self) -> str:
        """A máscara, ou vazio."""
        return MASK if self._value else ""


class SecretUrl(Secret):
    """Um endereço que pode levar credencial; mascarado, mostra só esquema, host e porta."""

    __slots__ = ()

    def __repr__(self) -> str:
        """`redis://***@host:6379/***`; um nome sem esquema (`embedded`) não é segredo."""
        if self._value in {"", "embedded"}:
            return self._value
        try:
            parts = split_hosts(self._value)
        except ValueError:
            return MASK
        if not parts.scheme or "://" not in self._value or (parts.netloc and not all(hosts_of(parts))):
            return MASK
        if "@" in parts.path + parts.query + parts.fragment:  # uma senha com `/`, `?` ou `#` sem codificar
            return MASK
        user = f"{MASK}@" if "@" in parts.netloc else ""
        rest = f"/{MASK}" if parts.path.strip("/") or parts.query or parts.fragment else ""
        return f"{parts.scheme}://{user}{parts.netloc.rpartition('@')[2]}{rest}"


Port = Annotated[int, Meta(ge=0, le=65535)]
"""0: qualquer porta livre."""


def parse(raw: str, kind: inspect.Type) -> object:
    """Converte `raw` (sem espaços nas pontas, não vazio) para o tipo `kind`, com os limites da anotação.

    Raises:
        ValueError: não é um valor aceito; a mensagem de `expected(kind)` diz qual seria.
    """
    match kind:
        case inspect.BoolType() if raw.lower() in _BOOLS:
            return _BOOLS[raw.lower()]
        case inspect.IntType():
            return _bounded(int(raw), kind)
        case inspect.FloatType():
            return _bounded(float(raw), kind)
        case inspect.LiteralType(values=values) if raw in values:
            return raw
        case inspect.StrType(pattern=pattern) if pattern is None or re.search(pattern, raw):
            return raw
        case inspect.VarTupleType(item_type=item):
            return tuple(parse(part, item) for part in map(str.strip, raw.split(",")) if part)
        case inspect.CustomType(cls=cls) if cls in {Secret, SecretUrl, Path}:
            return cls(raw)
    raise ValueError


def expected(kind: inspect.Type) -> str:
    """O que um valor do tipo `kind` deve ser, em uma frase para o operador."""
    match kind:
        case inspect.BoolType():
            return "must be true or false"
        case inspect.IntType():
            return f"must be a whole number{_range(kind)}"
        case inspect.FloatType():
            return f"must be a number{_range(kind)}"
        case inspect.LiteralType(values=values):
            return f"must be one of {', '.join(map(str, values))}"
        case inspect.StrType(pattern=pattern) if pattern:
            return f"must have the form {pattern.strip('^$')}"
    return "is not accepted"


def shown(value: object) -> str:
    """Texto de um valor para o operador: segredos mascarados, listas por vírgula, ausência vazia."""
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
        case tuple():
            return ", ".join(map(shown, value))
    return str(value)


def _bounded(number: float, kind: inspect.IntType | inspect.FloatType) -> float:
    low = -math.inf if kind.ge is None else kind.ge
    high = math.inf if kind.le is None else kind.le
    if not (math.isfinite(number) and low <= number <= high):
        raise ValueError
    return number


def _range(kind: inspect.IntType | inspect.FloatType) -> str:
    return f" from {kind.ge:g} to {kind.le:.0f}" if kind.ge is not None and kind.le is not None else ""


class Variable(msgspec.Struct, frozen=True):
    """Uma variável de ambiente e o campo de `Settings` que ela preenche."""

    name: str
    attribute: str
    kind: inspect.Type
    default: object


def variables(of: type[msgspec.Struct]) -> tuple[Variable, ...]:
    """As variáveis que a estrutura `of` declara: um campo, uma variável de mesmo nome em maiúsculas."""
    return tuple(
        Variable(field.name.upper(), field.name, inspect.type_info(field.type), field.default)
        for field in msgspec.structs.fields(of)
        if field.name not in {"given", "stored"}
    )
