"""Que forma tem o que se mediu? A mesma para todos os bancos: quadro, metas, notas e a máquina."""

from pathlib import Path
from typing import Literal

import msgspec

from bench.harness.machine import Machine

RESULTS = Path(__file__).parents[1] / "results"
"""Os resultados guardados com o projeto: um JSON e um gráfico por banco."""


class Column(msgspec.Struct, frozen=True):
    """Uma medida. `ratio`: não depende da máquina, e compara-se com a guardada. `drawn`: vai ao gráfico."""

    key: str
    title: str
    digits: int = 1
    ratio: bool = False
    drawn: bool = False


class Row(msgspec.Struct, frozen=True):
    """Um contendor ou um ponto da curva; `None`: não se mediu."""

    name: str
    values: dict[str, float | None]


class Check(msgspec.Struct, frozen=True):
    """Uma meta: `value` tem de ser ao menos (`at_least`) ou no máximo `target`."""

    what: str
    value: float
    target: float
    at_least: bool = True

    @property
    def ok(self) -> bool:
        """A meta está cumprida?"""
        return self.value >= self.target if self.at_least else self.value <= self.target


class Result(msgspec.Struct, frozen=True):
    """Uma execução inteira de um banco. `shape`: barras por contendor, ou uma curva sobre as linhas."""

    bench: str
    question: str
    machine: Machine
    quick: bool
    rounds: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()
    shape: Literal["bars", "lines"] = "bars"


def write(result: Result, folder: Path) -> Path:
    """Grava `<banco>.json` em `folder` e devolve onde ficou."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.bench}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    return path


def committed(bench: str, folder: Path = RESULTS) -> Result | None:
    """O último resultado guardado do banco, ou `None` se ainda não há.

    Raises:
        msgspec.ValidationError: o arquivo não tem a forma de hoje.
    """
    path = folder / f"{bench}.json"
    return read(path) if path.exists() else None


def read(path: Path) -> Result:
    """O resultado gravado em `path`.

    Raises:
        msgspec.ValidationError: o arquivo não tem a forma de hoje.
    """
    return msgspec.json.decode(path.read_bytes(), type=Result)
