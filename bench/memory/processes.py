"""Quanta memória ocupam os processos, parados e depois de mensagens? E o que uma conversa deixa no Redis?"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.end_to_end.measure import play, settled
from bench.end_to_end.scenarios import Load
from bench.end_to_end.system import System, system
from bench.harness.rounds import Sample
from bench.memory.room import usage

KB, MB = 1024, 1 << 20
PER_S, QUICK_PER_S = 250.0, 50.0
NOT_OURS = ("stream", "workers", "meta")
"""Famílias de chaves que não crescem com as conversas."""


class Lived(msgspec.Struct, frozen=True):
    """Processos, por nome; o que uma conversa deixa, ao todo e por família de chaves; o que saiu errado."""

    processes: dict[str, Sample]
    conversation: Sample
    families: dict[str, float]
    unanswered: int


async def lived(messages: int, groups: Sequence[str], *, quick: bool = False) -> Lived:
    """O sistema como em produção, parado e depois de `messages` mensagens, cada uma de alguém novo.

    Raises:
        ChildError: um processo falhou.
    """
    per_s = QUICK_PER_S if quick else PER_S
    load = Load(name="memory", kind="steady", per_s=per_s, seconds=messages / per_s)
    with tempfile.TemporaryDirectory(prefix="pyloto-bench-") as name:
        async with system(load, groups, 0.0, Path(name)) as up:
            idle = _resident(up, groups)
            await play(up, load, "warm-up")
            await settled(up, 0)
            await up.graph.forget()
            before, weighed = await up.memory(), await usage(up.server.url)
            await play(up, load, "measure")
            sends = await _answered(up, messages)
            grown, after = await up.memory() - before, _resident(up, groups)
            families = await usage(up.server.url) - weighed
    kept = {name: size / messages for name, size in families.items() if not name.startswith(NOT_OURS)}
    return Lived(
        processes={part: _growth(idle[part], after[part]) for part in idle},
        conversation={"bytes": grown / messages, "usage": sum(kept.values())},
        families=dict(sorted(kept.items(), key=lambda each: -each[1])),
        unanswered=messages - sends,
    )


async def _answered(up: System, messages: int) -> int:
    """Espera que todas tenham resposta e as filas esvaziem, numa máquina lenta também; quantas tiveram."""
    sends = -1
    while sends != (told := (await up.graph.told()).sends):  # enquanto anda
        sends = told
        await settled(up, messages)
        if (await up.status()).idle and sends == messages:
            break
    return (await up.graph.told()).sends


def _resident(up: System, groups: Sequence[str]) -> dict[str, Sample]:
    named = {"ingress": up.parts["ingress"][0], **dict(zip(groups, up.parts["workers"], strict=True))}
    return {name: resident(pid) for name, pid in named.items()}


def _growth(idle: Sample, after: Sample) -> Sample:
    """Em MB: `rss` e `pss` parado, e o que cresceram."""
    return {
        **idle,
        **{f"{key}_after": size for key, size in after.items()},
        "growth": after["rss"] - idle["rss"],
    }


def resident(pid: int) -> Sample:
    """Memória residente (`rss`) de `pid` em MB, e a parte que é só dele ou lhe cabe (`pss`), onde se diz."""
    summed = Path(f"/proc/{pid}/smaps_rollup")
    if summed.exists():
        told = dict(line.split(":", 1) for line in summed.read_text().splitlines()[1:])
        return {name.lower(): int(told[name].split()[0]) * KB / MB for name in ("Rss", "Pss")}
    told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {"rss": int(told["VmRSS"].split()[0]) * KB / MB}
