"""`ai eval --engine model`: as mesmas medidas, com o modelo de laço local no lugar do de verdade."""

import asyncio
import json
from pathlib import Path

import pytest

from pyloto_stream.cli import main
from tests.support.model_server import model_server

LINES = (
    "INSTITUTIONAL\to que é a pyloto?\n"
    "PYLOTO_ENTREGA_DRIVER_SIGNUP\tquero ser entregador\n"
    "CUSTOM_SOFTWARE\tquero um sistema para a minha loja\n"
)


def evaluate(folder: Path) -> int | str | None:
    """O código de saída do comando."""
    data = folder / "lines.tsv"
    data.write_text(LINES, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["ai", "eval", "--engine", "model", "--json", "--dataset", str(data)])
    return ended.value.code


@pytest.mark.parametrize(
    ("script", "said"),
    [("ok", "instead: none; cost 0.3600 USD"), ("400", "instead: rejected 3; cost 0.0000 USD")],
)
async def test_every_line_is_asked_and_what_the_rules_answered_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    script: str,
    said: str,
) -> None:
    async with model_server() as server:
        server.then = script
        given = {"ENABLED": "true", "MODEL": "m", "BASE_URL": server.url, "TOKEN_PRICES": "100:0"}
        for name, value in {**given, "TIMEOUT_SECONDS": "60"}.items():
            monkeypatch.setenv(f"OPENAI_{name}", value)
        code = await asyncio.to_thread(evaluate, tmp_path)
        assert len(server.bodies) == 3
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert (code, report["engine"], report["total"], report["accuracy"]) == (0, "model", 3, 1.0)
    assert said in err
