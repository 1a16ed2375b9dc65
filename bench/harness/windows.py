"""Como medir o mesmo processo muitas vezes? Ele fica de pé, e mede uma janela a cada linha que lê.

Cada janela é um objeto JSON numa linha da saída dele; o resto que ele diga vai para um arquivo, que se mostra
se falha. Ele termina sozinho quando a entrada se fecha.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path

import msgspec

from bench.harness.children import ROOT, STOP_S, TAIL, ChildError, stop
from bench.harness.rounds import Contender, Sample
from bench.harness.services import said_in
from pyloto_stream.streams.embedded import die_with_parent

WINDOW_S = 60.0
"""O mais que se espera por uma janela, com o que ela prepara antes."""
ENDING_S = 0.5
"""Quanto se espera por quem não mediu, para saber se terminou."""
NUMBER = "window"
"""Onde cada janela diz qual é: uma linha a mais não vale pela seguinte."""


@asynccontextmanager
async def windows(
    module: str, *args: str, log: Path, env: Mapping[str, str] | None = None
) -> AsyncIterator[Contender]:
    """`python -m module args` na raiz do projeto; cada chamada do que se devolve mede uma janela dele.

    Raises:
        ChildError: (cada chamada) não mediu em `WINDOW_S`, terminou, ou disse outra coisa; (ao sair) terminou
            com erro.
    """
    with log.open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *args, stdin=PIPE, stdout=PIPE, stderr=said, cwd=ROOT,
            env={**os.environ, **(env or {})}, preexec_fn=die_with_parent,
        )  # fmt: skip
    try:
        yield partial(_window, process, module, log, count(1))
        _stdin(process).close()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_S)
        if process.returncode:
            raise ChildError(f"{module}: ended with {process.returncode}\n{said_in(log)[-TAIL:]}")
    finally:
        await stop(process)


async def answer(window: Callable[[], Awaitable[Sample]]) -> None:
    """O lado do processo: mede uma janela a cada linha da entrada, até que ela se feche."""
    while number := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps({**await window(), NUMBER: int(number)}), flush=True)


async def _window(process: Process, module: str, log: Path, numbers: Iterator[int]) -> Sample:
    number, asked, line = next(numbers), _stdin(process), b""
    if not asked.is_closing() and process.stdout is not None:  # fechada: já terminou
        with suppress(OSError, ValueError, TimeoutError):  # ValueError: uma linha sem fim
            asked.write(b"%d\n" % number)
            line = await asyncio.wait_for(process.stdout.readline(), WINDOW_S)
    with suppress(msgspec.MsgspecError):
        sample = msgspec.json.decode(line, type=Sample)
        if sample.pop(NUMBER, None) == number:
            return sample
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), ENDING_S)
    state = "is still running" if process.returncode is None else f"ended with {process.returncode}"
    told = line.decode(errors="replace") + said_in(log)
    raise ChildError(f"{module}: no window measured, and the process {state}\n{told[-TAIL:]}")


def _stdin(process: Process) -> asyncio.StreamWriter:
    if process.stdin is None:
        raise TypeError("the process was started without pipes")
    return process.stdin
