"""Um comando, neste processo: as mesmas palavras, os mesmos códigos de saída, sem pagar um processo."""

import asyncio

import pytest

from pyloto_stream.cli import main
from tests.support.command import Done


class Shell:
    """`pyloto-stream …` noutro fio, para que o que o teste tem no laço continue a andar."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    async def run(self, *words: str) -> Done:
        """Roda até o fim."""
        self._capsys.readouterr()
        code = await asyncio.to_thread(_call, words)
        out, err = self._capsys.readouterr()
        return Done(code, out, err)


def _call(words: tuple[str, ...]) -> int:
    with pytest.raises(SystemExit) as done:
        main(words)
    assert isinstance(done.value.code, int)
    return done.value.code
