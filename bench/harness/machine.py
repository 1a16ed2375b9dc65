"""Em que máquina se mediu? Um número sem ela não diz nada; nem o nome dela nem caminhos dela entram aqui."""

import os
import platform
import re
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

LIBRARIES = ("aiohttp", "hiredis", "msgspec", "redis", "uvloop")
_CPU = re.compile(r"^model name\s*:\s*(.+)$", re.MULTILINE)
_SERVER = re.compile(r"(Redis|Valkey|Server).*?v=(\S+)", re.IGNORECASE)


class Machine(msgspec.Struct, frozen=True):
    """O que muda um número de uma máquina para outra; `at` é a data em UTC (ISO 8601)."""

    cpu: str
    cores: int
    os: str
    python: str
    redis: str
    libraries: dict[str, str]
    at: str


def facts(redis: Path, libraries: Iterable[str] = LIBRARIES) -> Machine:
    """Esta máquina, com o servidor `redis` e as versões de `libraries` que pesam no que se mede."""
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        os=_os(),
        python=platform.python_version(),
        redis=redis_version(redis),
        libraries={name: version(name) for name in libraries},
        at=datetime.now(UTC).date().isoformat(),
    )


def redis_version(binary: Path) -> str:
    """`Redis 7.0.15` ou `Valkey 9.1.2`, como o próprio servidor se diz.

    Raises:
        ValueError: `binary` não é um servidor que conhecemos.
    """
    told = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603 — o servidor achado por `find_redis`
    found = _SERVER.search(told)
    if found is None:
        raise ValueError(f"not a redis server: it says {told[:80]!r}")
    name = "Valkey" if "valkey" in f"{binary.name} {told}".lower() else "Redis"
    return f"{name} {found[2]}"


def _cpu() -> str:
    """O modelo do processador; onde o sistema não o diz, a arquitetura."""
    listed = Path("/proc/cpuinfo")
    found = _CPU.search(listed.read_text(encoding="utf-8")) if listed.exists() else None
    return found[1].strip() if found else platform.machine()


def _os() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):  # fora do Linux não há esse arquivo
        return f"{platform.system()} {platform.release()}"
