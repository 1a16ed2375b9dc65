"""Roda o comando num terminal de verdade: pergunta, resposta, barra de progresso, largura."""

import asyncio
import fcntl
import os
import pty
import struct
import sys
import termios
from collections.abc import Mapping

from pyloto_stream.streams.embedded import die_with_parent
from tests.support.command import LIMIT_S, OURS


async def at_terminal(
    *arguments: str, env: Mapping[str, str], answer: str = "", question: str = "", columns: int = 100
) -> tuple[str, int]:
    """`pyloto-stream arguments` num terminal de `columns` colunas; a `question`, responde `answer`.

    Devolve tudo o que apareceu na tela e o código de saída.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    clean = {name: value for name, value in os.environ.items() if name not in (*OURS, "COLUMNS", "NO_COLOR")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pyloto_stream", *arguments, env={**clean, "TERM": "xterm", **env},
        stdin=theirs, stdout=theirs, stderr=theirs, preexec_fn=die_with_parent,
    )  # fmt: skip
    os.close(theirs)
    screen = ""
    async with asyncio.timeout(LIMIT_S):
        while part := await asyncio.to_thread(_read, ours):
            screen += part
            if question and question in screen:
                os.write(ours, answer.encode())
                question = ""
        await process.wait()
    os.close(ours)
    assert process.returncode is not None
    return screen.replace("\r\n", "\n"), process.returncode


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 65_536).decode(errors="replace")
    except OSError:  # o outro lado fechou
        return ""
