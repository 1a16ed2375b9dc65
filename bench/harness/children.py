"""Como medir sem que um contendor aqueça ou atrapalhe o outro? Cada um num processo seu, que diz o que mediu.

O filho escreve um objeto JSON na última linha da saída. Se falha, quem lê vê o fim do que ele disse.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from pyloto_stream.streams.embedded import die_with_parent

ROOT = Path(__file__).parents[2]
STOP_S = 10.0
TAIL = 2000
"""Quanto se mostra do que disse um filho que falhou, em caracteres."""


class ChildError(RuntimeError):
    """Um processo de medida falhou: não há número que se aproveite da rodada."""


async def run(
    module: str,
    *args: str,
    python: str = sys.executable,
    timeout_s: float = 120.0,
    env: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Executa `python -m module args` na raiz do projeto e devolve o que ele mediu."""
    return await command(python, "-m", module, *args, timeout_s=timeout_s, env=env)


async def command(
    *line: str, timeout_s: float = 120.0, env: Mapping[str, str] | None = None, folder: Path = ROOT
) -> dict[str, Any]:
    """Executa `line` em `folder`, com `env` sobre o ambiente, e devolve o objeto da última linha da saída.

    Raises:
        ChildError: passou de `timeout_s`, saiu com erro, ou não disse um objeto JSON.
    """
    process = await asyncio.create_subprocess_exec(
        *line,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env={**os.environ, **(env or {})},
        preexec_fn=die_with_parent,
    )
    name = " ".join(line[1:])
    try:
        out, err = await asyncio.wait_for(process.communicate(), timeout_s)
    except TimeoutError as error:
        raise ChildError(f"{name}: no result in {timeout_s:.0f} s") from error
    finally:
        await stop(process)
    if process.returncode:
        told = err.decode(errors="replace")[-TAIL:]
        raise ChildError(f"{name}: ended with {process.returncode}\n{told}")
    try:
        return msgspec.json.decode(out.strip().rpartition(b"\n")[2], type=dict[str, Any])
    except msgspec.DecodeError as error:
        told = (out + err).decode(errors="replace")[-TAIL:]
        raise ChildError(f"{name}: the last line is not a JSON object\n{told}") from error


async def stop(process: asyncio.subprocess.Process) -> None:
    """Encerra o processo que iniciamos: SIGTERM e, passado o prazo, SIGKILL."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()
