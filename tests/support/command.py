"""Roda o comando de verdade, num processo, como uma pessoa o rodaria."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pyloto_stream.streams.embedded import die_with_parent

LIMIT_S = 100.0
OURS = ("REDIS_URL", "ENVIRONMENT", "LOG_LEVEL", "LOG_FORMAT")


class Done(NamedTuple):
    """Como terminou: código de saída e o que escreveu."""

    code: int
    out: str
    err: str


async def start(
    *arguments: str, env: Mapping[str, str], folder: Path | None = None
) -> asyncio.subprocess.Process:
    """`pyloto-stream arguments` na pasta `folder`, com `env` e sem a configuração de quem testa."""
    clean = {name: value for name, value in os.environ.items() if name not in OURS}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pyloto_stream", *arguments, env={**clean, "COLUMNS": "100", **env}, cwd=folder,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        preexec_fn=die_with_parent,
    )  # fmt: skip


async def run(*arguments: str, env: Mapping[str, str] | None = None, folder: Path | None = None) -> Done:
    """Roda até o fim."""
    process = await start(*arguments, env=env or {}, folder=folder)
    out, err = await asyncio.wait_for(process.communicate(), LIMIT_S)
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())
