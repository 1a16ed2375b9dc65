"""Onde moram as frases e os assuntos? Em arquivos do pacote, ou nos de `PRODUCT_DATA`, que os substituem.

Promete: o arquivo de mesmo nome relativo na pasta vale no lugar do que se distribui (`texts.toml`,
`flows/cursos.toml`, `intents.toml`); um que falta, não se lê ou não tem a forma esperada impede o início, com
o nome dele, a chave e o problema. A variável é lida aqui, e não em `settings`, porque os dados são
constantes: existem desde a importação dos módulos que os usam, antes de qualquer configuração. Limite: lidos
uma só vez.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import TypeVar

import msgspec

from pyloto_stream.errors import MisconfiguredError

VARIABLE = "PRODUCT_DATA"
T = TypeVar("T")


class DataFileError(MisconfiguredError):
    """O arquivo de dados `name` não serve."""

    def __init__(self, name: str, problem: object) -> None:
        super().__init__(f"{VARIABLE if _given(name) else 'shipped data'}: {name}: {problem}")


def load_toml(package: str, name: str, shape: type[T]) -> T:
    """Lê `name` dos dados de `package` e o converte em `shape`.

    Raises:
        DataFileError: o arquivo não existe, não é TOML, falta uma chave ou um valor tem a forma errada.
    """
    try:
        return msgspec.convert(tomllib.loads(read_data(package, name).decode("utf-8")), shape)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataFileError(name, error) from error


def load_folder(package: str, folder: str, shape: type[T]) -> Mapping[str, T]:
    """Cada arquivo TOML da pasta `folder`, por nome relativo, os nossos primeiro; um sem chaves não conta.

    Raises:
        DataFileError: algum arquivo não serve.
    """
    names = dict.fromkeys((*sorted(_listed(package, folder)), *sorted(_replaced(folder))))
    return {name: load_toml(package, name, shape) for name in names if not _empty(package, name)}


def shipped_folder(package: str, folder: str, shape: type[T]) -> list[T]:
    """Os arquivos TOML que o pacote distribui em `folder`, haja ou não outros no lugar deles."""
    names = sorted(_listed(package, folder))
    return [msgspec.convert(tomllib.loads(_shipped(package, name).decode()), shape) for name in names]


def read_data(package: str, name: str) -> bytes:
    """O conteúdo de `name`: o de `PRODUCT_DATA`, se está lá; senão o que `package` distribui.

    Raises:
        DataFileError: não há nenhum dos dois, ou a pasta não se lê.
    """
    given = _given(name)
    try:
        if given is not None:
            return given.read_bytes()
        return _shipped(package, name)
    except OSError as error:
        raise DataFileError(name, error.strerror or error) from error


def product_folder() -> Path | None:
    """A pasta de `PRODUCT_DATA`; `None` se a variável está vazia.

    Raises:
        MisconfiguredError: a pasta não existe.
    """
    value = os.environ.get(VARIABLE, "").strip()
    if not value:
        return None
    if not Path(value).is_dir():
        raise MisconfiguredError(f"{VARIABLE}: not a folder")
    return Path(value)


def _shipped(package: str, name: str) -> bytes:
    return (resources.files(package) / "data" / name).read_bytes()


def _given(name: str) -> Path | None:
    folder = product_folder()
    return folder / name if folder is not None and (folder / name).exists() else None


def _listed(package: str, folder: str) -> Iterator[str]:
    files = (resources.files(package) / "data" / folder).iterdir()
    return (f"{folder}/{file.name}" for file in files if file.name.endswith(".toml"))


def _replaced(folder: str) -> Iterator[str]:
    given = product_folder()
    return (f"{folder}/{file.name}" for file in given.glob(f"{folder}/*.toml")) if given else iter(())


def _empty(package: str, name: str) -> bool:
    lines = read_data(package, name).decode("utf-8", "replace").splitlines()
    return all(not line.strip() or line.lstrip().startswith("#") for line in lines)
