"""Como se olha um processo enquanto o sistema trabalha? Ritmo fixo, e uma passagem por ferramenta."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bench.end_to_end.measure import WARM_STILL_S, play, settled
from bench.end_to_end.scenarios import Load, steady
from bench.end_to_end.system import System, system
from bench.harness.report import SCRATCH
from bench.harness.rounds import Sample
from bench.harness.services import cpu_s
from bench.profile.costly import costly
from bench.profile.flame import flames
from consumers.pipeline import AI, AUDIT, OUTBOUND, SESSION, STAGES

INGRESS, REDIS = "ingress", "redis"
PARTS = (INGRESS, SESSION, AI, OUTBOUND, AUDIT)
"""Os processos por onde toda mensagem passa."""
NESTED = ("evalsha", "eval", "fcall")
"""O tempo destes comandos inclui o dos que eles chamam."""


class Seen(msgspec.Struct, frozen=True):
    """De um processo: CPU de todas as funções Python, em µs por mensagem, e as mais caras."""

    whole: float
    functions: dict[str, Sample]


async def flame_pass(
    parts: Sequence[str], per_s: float, seconds: float
) -> tuple[dict[str, float], list[str]]:
    """CPU de cada processo sem nada que o atrase, em µs por mensagem; e o que impediu os gráficos."""
    load = steady(per_s, seconds)
    SCRATCH.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pyloto-bench-") as folder:
        async with system(load, _groups(parts), 0.0, Path(folder)) as up:
            pids = await _warm(up, parts, load)
            pids[REDIS] = up.server.pid
            before = {part: cpu_s(pid) for part, pid in pids.items()}
            drawn = (
                flames(pid, seconds, SCRATCH / f"profile-{part}.svg")
                for part, pid in pids.items()
                if part != REDIS
            )
            _, *said = await asyncio.gather(play(up, load, "measure"), *drawn)
            await settled(up, _messages(load))
            spent = {part: cpu_s(pid) - before[part] for part, pid in pids.items()}
    refused = sorted({str(each) for each in said if each})
    return {part: 1e6 * used / _messages(load) for part, used in spent.items()}, refused


async def table_pass(
    parts: Sequence[str], per_s: float, seconds: float, most: int
) -> tuple[dict[str, Seen], dict[str, Sample]]:
    """As funções mais caras de cada processo; e os comandos mais caros do Redis."""
    load = steady(per_s, seconds)
    with tempfile.TemporaryDirectory(prefix="pyloto-bench-") as name:
        folder = Path(name)
        files = {part: folder / f"{part}.prof" for part in parts}
        lines = {part: ("bench.profile.under", str(path), part) for part, path in files.items()}
        async with system(load, _groups(parts), 0.0, folder, lines) as up:
            pids = await _warm(up, parts, load)
            commands = await up.server.info("commandstats")
            _turn(pids)
            await play(up, load, "measure")
            after = await up.server.info("commandstats")  # antes de olhar as filas, que também são comandos
            await settled(up, _messages(load))
            _turn(pids)
        seen = {part: Seen(*costly(path, _messages(load), most)) for part, path in files.items()}
    return seen, _commands(commands, after, _messages(load), most)


async def _warm(up: System, parts: Sequence[str], load: Load) -> dict[str, int]:
    """Aquece o sistema e devolve o processo de cada parte."""
    await play(up, load, "warm-up")
    await settled(up, 0, still_s=WARM_STILL_S)
    everyone = {INGRESS: up.parts[INGRESS][0], **dict(zip(_groups(parts), up.parts["workers"], strict=True))}
    return {part: everyone[part] for part in parts}


def _groups(parts: Sequence[str]) -> list[str]:
    """Um trabalhador por etapa pedida, e um com todas as outras."""
    alone = [stage for stage in STAGES if stage in parts]
    return [*alone, ",".join(stage for stage in STAGES if stage not in parts)]


def _messages(load: Load) -> int:
    return len(load.posts())


def _turn(pids: Mapping[str, int]) -> None:
    for pid in pids.values():
        os.kill(pid, signal.SIGUSR1)


def _commands(
    before: Mapping[str, Mapping[str, float]],
    after: Mapping[str, Mapping[str, float]],
    messages: int,
    most: int,
) -> dict[str, Sample]:
    """Por comando do Redis: µs e chamadas por mensagem, do que mais gastou ao que menos."""
    nothing = {"calls": 0.0, "usec": 0.0}
    grown = {
        name.removeprefix("cmdstat_"): {
            "calls": (told["calls"] - before.get(name, nothing)["calls"]) / messages,
            "total": (told["usec"] - before.get(name, nothing)["usec"]) / messages,
        }
        for name, told in after.items()
    }
    first = sorted(grown.items(), key=lambda each: -each[1]["total"])[:most]
    return {name: sample if name in NESTED else {**sample, "own": sample["total"]} for name, sample in first}
