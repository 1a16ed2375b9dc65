"""`demo` promete: conversas pelo sistema inteiro, e um código de saída que diz se foi tudo como esperado."""

import json
import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from pyloto_stream.cli.demo.play import demonstrate
from pyloto_stream.cli.demo.scenes import SCENES, SceneStep
from pyloto_stream.cli.local import local_system
from pyloto_stream.conversation.records import Outcome
from pyloto_stream.simulator.faults import Fault
from tests.support.command import run
from tests.support.local import local_settings
from tests.support.repository import ROOT


def spoken(text: str) -> set[str]:
    """As linhas de uma transcrição, sem o que muda a cada vez: os números."""
    plain = re.sub(r"\d+(\.\d+)?", "N", re.sub("[─\u00a0]", " ", text))
    return {" ".join(line.split()) for line in plain.splitlines()}


def told(page: str) -> set[str]:
    """A transcrição que `page` mostra, sem a linha que diz o que foi encurtado."""
    text = (ROOT / page).read_text(encoding="utf-8")
    (block,) = re.findall(r"```text\n(Driver sign-up.*?)```", text, re.DOTALL)
    return spoken(re.sub(r"^\[.*\]$", "", block, flags=re.MULTILINE))


@pytest.mark.timeout(200)
async def test_the_command_shows_transcript_outcomes_and_latencies_and_exits_0(tmp_path: Path) -> None:
    done = await run("demo", folder=tmp_path)
    assert done.code == 0, done.out + done.err
    for scene in SCENES:
        assert scene.name in done.out
        assert all(f"{outcome} " in done.out for outcome in scene.outcomes)
    assert "Ana Souza" in done.out
    assert "[Quero\u00a0ser\u00a0entregador]" in done.out
    assert "p50" in done.out
    assert "Everything as expected." in done.out
    assert not any(tmp_path.iterdir()), "demo leaves nothing where it runs"
    for page in ("README.md", "docs/README.pt-BR.md"):
        assert told(page) - spoken(done.out) == set(), f"{page} shows what the demo does not print"


@pytest.mark.timeout(200)
async def test_json_has_the_same_report_and_nothing_else_on_the_output(tmp_path: Path) -> None:
    done = await run("demo", "--json", folder=tmp_path)
    report = json.loads(done.out)
    assert done.code == 0
    assert report["ok"] is True
    assert [scene["outcomes"] for scene in report["scenes"]] == [[*scene.outcomes] for scene in SCENES]
    assert {outcome for scene in SCENES for outcome in scene.outcomes} == {*get_args(Outcome)}
    assert report["crowd_latency"]["replies"] == 100
    assert 0 < report["crowd_latency"]["p50"] <= report["crowd_latency"]["p99"]


async def test_a_reply_that_never_comes_is_not_as_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyloto_stream.cli.demo.scenes.REPLY_TIMEOUT_S", 1.0)
    monkeypatch.setattr("pyloto_stream.cli.demo.play.SCENES", SCENES[5:6])
    monkeypatch.setattr("pyloto_stream.cli.demo.play.CROWD", 1)
    monkeypatch.setattr("pyloto_stream.cli.demo.play.QUIET_TIMEOUT_S", 0.5)
    async with local_system(local_settings(tmp_path)) as local:
        local.simulator.faults.add(Fault("error", times=0, code=131000, status=500))
        report = await demonstrate(local)
    assert not report.ok
    assert "no reply" in report.scenes[0].problem
    assert [check.name for check in report.checks if not check.ok]


def test_a_step_says_exactly_one_thing() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        SceneStep()
    with pytest.raises(ValueError, match="exactly one"):
        SceneStep(say="oi", tap="Moto")
    with pytest.raises(ValueError, match="exactly one"):
        SceneStep(send="photo", until="MEDIA_STORED")
    assert msgspec.convert({"say": "oi", "copies": 2}, SceneStep).copies == 2
