"""Onde os testes guardam as linhas de log que fazem escrever, como sairiam do processo."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec

from pyloto_stream.observability.logging import fields_of

if TYPE_CHECKING:
    from loguru import Message


def archive(out: TextIO) -> Callable[["Message"], None]:
    """Destino do loguru que escreve em `out` a linha JSON que um processo nosso escreveria."""

    def write(message: "Message") -> None:
        out.write(msgspec.json.encode(fields_of(message.record, "tests")).decode() + "\n")
        out.flush()

    return write


def lines(folder: Path) -> Iterator[tuple[str, str]]:
    """`(arquivo, linha)` de tudo o que foi guardado."""
    for path in sorted(folder.glob("*.log")):
        yield from ((path.name, line) for line in path.read_text(errors="replace").splitlines())
