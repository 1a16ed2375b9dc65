"""Quem se mede na cadeia de três etapas, e como se inicia cada um? Um processo por papel, num Redis novo."""

import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec

from bench.harness.children import ROOT, command

PEERS = ROOT / ".bench" / "peers" / "bin" / "python"
ARQ = ROOT / ".bench" / "peers-arq" / "bin" / "python"
BULLMQ = ROOT / "bench" / "peers" / "bullmq"
NODE = Path(shutil.which("node") or "node")
TIMEOUT_S = 300.0


class Program(msgspec.Struct, frozen=True):
    """Um contendor. `share`: que parte dos eventos recebe, se é lento; a razão é sempre por segundo."""

    name: str
    line: tuple[str, ...]
    needs: tuple[Path, ...]
    mode: tuple[str, ...] = ()
    share: float = 1.0

    @property
    def installed(self) -> bool:
        """O que ele precisa está nesta máquina? Os outros vêm com `make peers`."""
        return all(path.exists() for path in self.needs)

    async def play(self, url: str, *role: str) -> dict[str, Any]:
        """Faz o papel `role` no Redis de `url` e devolve o que mediu; ver `roles.py`."""
        return await command(*self.line, url, *role, *self.mode, timeout_s=TIMEOUT_S)


def _python(name: str, module: str, python: Path, *mode: str, share: float = 1.0) -> Program:
    return Program(name, (str(python), "-m", module), (python,), mode, share)


OURS = _python("ours", "bench.chain.ours", Path(sys.executable), "chained")
APART = _python("ours, all through Redis", "bench.chain.ours", Path(sys.executable), "apart")
HAND = _python("hand-written loop", "bench.chain.hand", Path(sys.executable))
BATCH = _python("FastStream, batch", "bench.peers.faststream_chain", PEERS, "batch")
SINGLE = _python("FastStream, one by one", "bench.peers.faststream_chain", PEERS, "single", share=0.1)
BULL = Program("BullMQ", (str(NODE), str(BULLMQ / "chain.js")), (NODE, BULLMQ / "node_modules" / "bullmq"))
TASKIQ = _python("taskiq", "bench.peers.taskiq_chain", PEERS, share=0.05)
ARQ_QUEUE = _python("arq", "bench.peers.arq_chain", ARQ, share=0.05)
STREAQ = _python("streaQ", "bench.peers.streaq_chain", PEERS, share=0.05)

REFERENCE = (OURS, APART, HAND)
SLOW = (TASKIQ, ARQ_QUEUE, STREAQ)
ALL = (*REFERENCE, BATCH, SINGLE, BULL, *SLOW)


def present(programs: tuple[Program, ...]) -> tuple[tuple[Program, ...], tuple[str, ...]]:
    """Os que estão instalados, e uma nota pelos que faltam."""
    absent = [program.name for program in programs if not program.installed]
    note = (f"not installed, so not measured: {', '.join(absent)} (make peers)",) if absent else ()
    return tuple(program for program in programs if program.installed), note
