"""`ai eval --engine model`: as mesmas medidas, com o modelo de laço local no lugar do de verdade."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.support.model_server import ModelServer, model_server

LINES = (
    "INSTITUTIONAL\to que é a pyloto?\n"
    "PYLOTO_ENTREGA_DRIVER_SIGNUP\tquero ser entregador\n"
    "CUSTOM_SOFTWARE\tquero um sistema para a minha loja\n"
)


async def evaluate(server: ModelServer, folder: Path) -> tuple[int, dict[str, object], str]:
    data = folder / "lines.tsv"
    data.write_text(LINES, encoding="utf-8")
    environ = {"OPENAI_ENABLED": "true", "OPENAI_MODEL": "m", "OPENAI_BASE_URL": server.url}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pyloto_stream", "ai", "eval", "--engine", "model", "--json",
        "--dataset", str(data),
        env={**os.environ, **environ, "OPENAI_TOKEN_PRICES": "100:0"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, json.loads(out), err.decode()


@pytest.mark.parametrize(
    ("script", "said"),
    [("ok", "instead: none; cost 0.3600 USD"), ("400", "instead: rejected 3; cost 0.0000 USD")],
)
async def test_every_line_is_asked_and_what_the_rules_answered_is_told(
    tmp_path: Path, script: str, said: str
) -> None:
    async with model_server() as server:
        server.then = script
        code, report, err = await evaluate(server, tmp_path)
        assert len(server.bodies) == 3
    assert (code, report["engine"], report["total"], report["accuracy"]) == (0, "model", 3, 1.0)
    assert said in err
