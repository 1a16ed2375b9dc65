"""O comando `pyloto-stream`: como uma pessoa ou um supervisor de processos usa o sistema."""

import sys
from collections.abc import Sequence

from pyloto_stream.errors import MisconfiguredError, PylotoError

FAILED, USAGE = 1, 2
"""Códigos de saída: a resposta é não; uso ou configuração errada. 0 é feito."""


def main(argv: Sequence[str] | None = None) -> None:
    """Executa o comando e sai; sem argumentos explícitos, os do processo.

    Raises:
        SystemExit: sempre; 0 feito, 1 a resposta é não, 2 uso ou configuração errada.
    """
    from pyloto_stream.cli.app import app  # noqa: PLC0415 — `import pyloto_stream.cli` não carrega o Typer

    try:
        app(args=None if argv is None else list(argv), prog_name="pyloto-stream")
    except MisconfiguredError as error:
        for problem in error.problems:
            sys.stderr.write(f"{problem}\n")
        sys.exit(USAGE)
    except PylotoError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        sys.exit(FAILED)
