"""Como se mede uma carga? Sistema novo, aquecimento, a carga, o escoamento; então se junta e se resume."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.end_to_end.hops import hops
from bench.end_to_end.joined import Found, joined
from bench.end_to_end.load import Report
from bench.end_to_end.scenarios import Load
from bench.end_to_end.system import System, spans_in, system
from bench.harness import children
from bench.harness.rounds import Sample, percentile
from consumers.pipeline import STAGES

DRAIN_S = 20.0
"""Quanto se espera, no fim, por respostas que ainda venham e pelas filas vazias."""
STILL_S, WARM_STILL_S = 1.0, 0.5
"""Sem envio novo por este tempo, e com as filas vazias, acabou; e o aquecimento, que não se julga."""


class Measured(msgspec.Struct, frozen=True):
    """Uma carga medida: as suas linhas do quadro, por nome, e que erros houve."""

    rows: dict[str, Sample]
    errors: dict[str, int]


async def measured(load: Load, workers: str, graph_ms: float) -> Measured:
    """Mede `load` num sistema novo; `workers`: `all` (um processo com tudo) ou `stage` (um por etapa).

    Raises:
        ChildError: um processo falhou.
    """
    plan = load.posts()
    messages = sum(len(post.messages) for post in plan)
    with tempfile.TemporaryDirectory(prefix="pyloto-bench-") as name:
        folder = Path(name)
        groups = ("all",) if workers == "all" else STAGES
        async with system(load, groups, graph_ms, folder) as up:
            await play(up, load, "warm-up")
            await settled(up, 0, still_s=WARM_STILL_S)
            await up.graph.forget()
            memory, cpu = await up.memory(), up.cpu_s()
            report = await play(up, load, "measure")
            ended_s = time.monotonic()
            await settled(up, messages)
            spent = {part: after - cpu[part] for part, after in up.cpu_s().items()}
            drained_s = max(0.0, time.monotonic() - ended_s - STILL_S)
            grown = await up.memory() - memory
            calls, told, status = await up.graph.calls(), await up.graph.told(), await up.status()
        found = joined(plan, report.posts, calls, conversation=load.conversation)
        buried = sum(stage.dead for stage in status.stages) + status.dead_ingress
        left = 0 if status.idle else sum(stage.backlog for stage in status.stages) + status.parked
        found.errors.update({"status not 200": told.refused, "buried": buried, "left over": left})
        row = {
            "messages": float(messages),
            **summary([sample.own_ms(graph_ms) for sample in found.samples]),
            "errors": float(found.errors.total()),
            "drain_s": drained_s,
            **{part: 1e6 * seconds / messages for part, seconds in spent.items()},
            "load": 1e6 * report.cpu_s / messages,
            "redis_kb": grown / 1024 / messages,
        }
        rows = {load.name: row, **_hop_rows(load, found, folder)}
    return Measured(rows, {what: times for what, times in found.errors.items() if times})


def summary(values: Sequence[float]) -> Sample:
    """Percentis exatos, por posto; vazio se não há valores."""
    if not values:
        return {}
    ordered = sorted(values)
    points = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
    return {name: percentile(ordered, share) for name, share in points.items()} | {"max": ordered[-1]}


def _hop_rows(load: Load, found: Found, folder: Path) -> dict[str, Sample]:
    if not load.traced:
        return {}
    return {name: summary(values) for name, values in hops(found.samples, spans_in(folder)).items()}


async def play(up: System, load: Load, part: str) -> Report:
    """Põe a carga `load` num processo seu; `part`: `warm-up` ou `measure`."""
    described, limit_s = msgspec.json.encode(load).decode(), load.posts()[-1].due_s + 120
    told = await children.run("bench.end_to_end.load", up.address, described, part, timeout_s=limit_s)
    return msgspec.convert(told, Report)


async def settled(up: System, messages: int, *, still_s: float = STILL_S) -> None:
    """Espera as filas vazias e nenhum envio novo; `messages` alarga o prazo de quem tem muito a escoar."""
    deadline_s = time.monotonic() + DRAIN_S + messages / 200
    sends, since_s = -1, time.monotonic()
    while time.monotonic() < deadline_s:
        told, status, now_s = await up.graph.told(), await up.status(), time.monotonic()
        if told.sends != sends or not status.idle:
            sends, since_s = told.sends, now_s
        if now_s - since_s >= still_s:
            return
        await asyncio.sleep(0.25)
