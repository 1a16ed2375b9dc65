"""Que arquivos são do projeto? Os que o git conhece ou passaria a conhecer, nunca os ignorados."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Todos os arquivos do projeto que existem agora."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return tuple(path for name in listed if name and (path := ROOT / name).is_file())


def pages() -> list[Path]:
    """As páginas Markdown do projeto."""
    return [path for path in files() if path.suffix == ".md"]
