"""Onde moram as frases e os fluxos? Em arquivos TOML do pacote, lidos uma vez e validados ao carregar."""

import tomllib
from importlib import resources
from typing import TypeVar

import msgspec

T = TypeVar("T")


def load_toml(package: str, name: str, shape: type[T]) -> T:
    """Lê `name` da pasta `data` de `package` e o converte em `shape`.

    Raises:
        msgspec.ValidationError: falta uma chave ou um valor tem a forma errada.
        tomllib.TOMLDecodeError: o arquivo não é TOML.
    """
    raw = (resources.files(package) / "data" / name).read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(raw), shape)
