"""O que se pede a um processo filho e o que ele conta de volta? Uma linha JSON por pedido ou notícia."""

import signal
from typing import Literal

import msgspec

COUNTERS = (
    "read", "committed", "fenced", "claimed", "lost", "retried", "snoozed", "buried", "bugs",
    "sent", "resent", "in_doubt", "dropped", "failed",
)  # fmt: skip
"""O que cada filho conta em memória partilhada: sobrevive a um SIGKILL."""


class Crash(msgspec.Struct, frozen=True):
    """Na `nth` passagem por `point` da etapa `stage`, o processo manda `signal` a si mesmo."""

    point: str
    stage: str
    nth: int = 1
    signal: int = int(signal.SIGKILL)


class Order(msgspec.Struct, frozen=True):
    """Um processo a iniciar. `stages` vazio: a entrada, ou um comando, que escreve em `log` + `.out`.

    `script`: nome de um roteiro de `scripts.py`; `command`: as palavras do comando.
    """

    number: int
    name: str
    environ: dict[str, str]
    redis_url: str
    log: str
    counters: str
    stages: tuple[str, ...] = ()
    crashes: tuple[Crash, ...] = ()
    script: str = ""
    command: tuple[str, ...] = ()


class Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    """O que houve com o processo `number`. `code`: como em `Popen.returncode`."""

    number: int
    event: Literal["started", "ready", "reached", "stopped", "exited"]
    pid: int = 0
    code: int = 0
    public: str = ""
    point: str = ""
    stage: str = ""
