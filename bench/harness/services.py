"""Como manter de pé o que se mede de fora? Um processo filho que diz quando está pronto, e morre conosco.

Tudo o que ele escreve vai para um arquivo, como em produção iria; é nele que se lê que está pronto.
Limite: `cpu_s` lê `/proc`, que só o Linux tem, e conta em passos de 10 ms.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from bench.harness.children import ROOT, TAIL, ChildError, stop
from pyloto_stream.streams.embedded import die_with_parent

T = TypeVar("T")

START_S = 30.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Service(msgspec.Struct, Generic[T], frozen=True):
    """Um processo que atende: `told` é o que ele disse ao ficar pronto."""

    pid: int
    told: T

    def cpu_s(self) -> float:
        """Segundos de CPU que já gastou."""
        return cpu_s(self.pid)


def cpu_s(pid: int) -> float:
    """Segundos de CPU, de usuário e de núcleo, de todas as linhas de execução de `pid`."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


@asynccontextmanager
async def service(
    module: str,
    *args: str,
    ready: Callable[[str], T | None],
    log: Path,
    env: Mapping[str, str],
    python: str = sys.executable,
) -> AsyncIterator[Service[T]]:
    """`python -m module args` na raiz do projeto, só com `env` e o `PATH`; escreve em `log`.

    `ready` lê o que já foi escrito: o que devolver, se não é `None`, é o que o processo disse.

    Raises:
        ChildError: terminou antes de ficar pronto, ou não ficou em `START_S` segundos.
    """
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            python, "-m", module, *args, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), **env}, preexec_fn=die_with_parent,
        )  # fmt: skip
    try:
        yield Service(process.pid, await _ready(process, log, ready))
    finally:
        await stop(process)


async def _ready(process: asyncio.subprocess.Process, log: Path, ready: Callable[[str], T | None]) -> T:
    for _ in range(int(START_S * 100)):
        text = said_in(log)
        if (told := ready(text)) is not None:
            return told
        if process.returncode is not None:
            raise ChildError(f"ended with {process.returncode} before it was ready\n{text[-TAIL:]}")
        await asyncio.sleep(0.01)
    raise ChildError(f"not ready in {START_S:.0f} s\n{said_in(log)[-TAIL:]}")


def said_in(log: Path) -> str:
    """O que um processo já disse em `log`."""
    return log.read_text(errors="replace")


def first_number(text: str) -> int | None:
    """Para `ready`: a porta que um servidor diz na primeira linha."""
    line, ended, _ = text.partition("\n")
    return int(line) if ended and line.isdigit() else None
