"""Como ver as chamadas de um processo sem o tocar? O py-spy olha-o de fora e desenha um gráfico de chamas."""

import asyncio
import shutil
import sys
from pathlib import Path

from pyloto_stream.streams.embedded import die_with_parent

RATE = 200
"""Olhadas por segundo."""
SLACK_S = 30.0


async def flames(pid: int, seconds: float, path: Path) -> str:
    """Desenha em `path` o que `pid` faz durante `seconds`; devolve por que não pôde, ou vazio."""
    found = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")
    if found is None:
        return "py-spy is not installed: no flame graph, only the table"
    process = await asyncio.create_subprocess_exec(
        found, "record", "--pid", str(pid), "--duration", str(round(seconds)), "--rate", str(RATE),
        "--nonblocking", "--format", "flamegraph", "--output", str(path),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, preexec_fn=die_with_parent,
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(process.communicate(), seconds + SLACK_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        return "py-spy did not end: no flame graph"
    if process.returncode == 0:
        return ""
    lines = said.decode(errors="replace").strip().splitlines()
    return f"py-spy cannot look into a process here (ptrace): {lines[-1] if lines else process.returncode}"
