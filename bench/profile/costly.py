"""Que funções gastam mais CPU em si mesmas? O que o cProfile gravou, por mensagem, com nomes que cabem."""

import pstats
from pathlib import Path
from typing import cast

from bench.harness.children import ROOT
from bench.harness.rounds import Sample

_Key = tuple[str, int, str]
_Stat = tuple[int, int, float, float, object]


def costly(path: Path, messages: int, most: int) -> tuple[float, dict[str, Sample]]:
    """CPU de todas as funções, em µs por mensagem; e as `most` que mais gastam, por nome."""
    stats = cast("dict[_Key, _Stat]", pstats.Stats(str(path)).stats)  # type: ignore[attr-defined] # sem tipos
    whole = sum(stat[2] for stat in stats.values())
    first = sorted(stats.items(), key=lambda each: -each[1][2])[:most]
    return 1e6 * whole / messages, {
        label(key): {
            "own": 1e6 * own / messages,
            "total": 1e6 * total / messages,
            "calls": calls / messages,
            "share": 100 * own / whole,
        }
        for key, (_, calls, own, total, _) in first
    }


def label(key: _Key) -> str:
    """`módulo:linha função`, a partir da raiz do projeto ou do pacote; o que é de C fica como se diz."""
    file, line, function = key
    if file == "~":
        return function.strip("<>")
    path = Path(file)
    parts = path.parts
    if "site-packages" in parts:
        shown = "/".join(parts[parts.index("site-packages") + 1 :])
    elif path.is_relative_to(ROOT):
        shown = path.relative_to(ROOT).as_posix()
    else:
        shown = "/".join(parts[-2:])
    return f"{shown}:{line} {function}"
