"""O que um processo tem em mãos? Uma entrada lida que ainda não foi confirmada, e como ela vira operações.

Aqui se decide o formato do token; em nenhum outro lugar do Python.
"""

from collections.abc import Mapping

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.gateway import Entry
from pyloto_stream.streams.model import CancelTimer, Lane, Plan, Snooze, Turn
from pyloto_stream.streams.scripts import Blobs

MAX_MESSAGE = 300


class Failure(msgspec.Struct, frozen=True):
    """Por que um token foi enterrado: `code` estável, mensagem curta sem dados pessoais, tentativas."""

    code: str
    message: str
    failures: int


def decode(entry: Entry, stage: str, now_ms: int) -> Turn:
    """Lê o token de uma entrada.

    Raises:
        PermanentError: code `undecodable_token`.
    """
    f = entry.fields
    try:
        return Turn(
            partition=entry.partition,
            entry_id=entry.id,
            lane=f[b"l"].decode(),
            stage=stage,
            conversation=f[b"c"].decode(),
            number=int(f[b"n"]),
            events=f[b"e"],
            state=f[b"s"],
            payload=f[b"p"],
            mode=f[b"m"].decode(),
            failures=int(f[b"f"]),
            snoozes=int(f[b"z"]),
            now_ms=now_ms,
        )
    except (KeyError, ValueError) as error:
        raise PermanentError("stream entry is not a token", code="undecodable_token") from error


def commit_op(turn: Turn, plan: Plan, lanes: Mapping[str, Lane], consumer: str) -> dict[str, object]:
    """Operação de `commit.lua` que aplica `plan`.

    Raises:
        ValueError, KeyError: o plano nomeia etapa ou faixa que não existe; ninguém leria o que ele gravasse.
    """
    if plan.to is not None and plan.to not in lanes[turn.lane].stages:
        raise ValueError("plan.to is not a stage of the lane")
    op: dict[str, object] = {
        "s": turn.stage, "i": turn.entry_id, "w": consumer, "l": turn.lane,
        "f": lanes[turn.lane].stages[0], "c": turn.conversation,
    }  # fmt: skip
    if plan.to is not None:
        op |= {"to": plan.to, "n": turn.number, "e": turn.events, "p": plan.payload, "st": turn.state}
    if plan.state is not None:
        op |= {"st": plan.state, "ws": True}
    if plan.mode is not None:
        op["md"] = plan.mode
    if plan.sent is not None:
        op["sn"] = plan.sent
    if plan.feed:
        op["fd"] = [(feed.lane, lanes[feed.lane].stages[0]) for feed in plan.feed]
        op["fe"] = Blobs(feed.event for feed in plan.feed)
    if plan.timers:
        op["tm"] = [
            (timer.name,) if isinstance(timer, CancelTimer) else (timer.name, timer.due_ms)
            for timer in plan.timers
        ]
        op["te"] = Blobs(b"" if isinstance(timer, CancelTimer) else timer.event for timer in plan.timers)
    return op


def park_op(turn: Turn, due_ms: int, *, failed: bool, snooze: Snooze | None = None) -> dict[str, object]:
    """Operação de `park.lua`: o token volta em `due_ms`, contando uma falha ou um adiamento."""
    asked = snooze or Snooze(due_ms)
    return {
        "s": turn.stage, "i": turn.entry_id, "due": due_ms, "r": asked.reply_id or None,
        "l": turn.lane, "c": turn.conversation, "n": turn.number, "e": turn.events, "st": turn.state,
        "p": turn.payload if asked.payload is None else asked.payload, "m": turn.mode,
        "f": turn.failures + failed, "z": turn.snoozes + (not failed),
    }  # fmt: skip


def bury_op(
    entry: Entry, stage: str, failure: Failure, lanes: Mapping[str, Lane], notice: bytes | None
) -> dict[str, object]:
    """Operação de `bury.lua`: o token inteiro, a causa, e o aviso que abre o próximo turno da conversa."""
    cause = {"entry": entry.id, "code": failure.code, "message": failure.message[:MAX_MESSAGE],
             "attempts": str(failure.failures)}  # fmt: skip
    record = [part.encode() for pair in cause.items() for part in pair]
    for name, value in entry.fields.items():
        record += (name, value)
    op: dict[str, object] = {"s": stage, "i": entry.id, "r": Blobs(record)}
    lane, conversation = (entry.fields.get(name, b"").decode("utf-8", "replace") for name in (b"l", b"c"))
    if lane in lanes and conversation:
        op |= {"l": lane, "f": lanes[lane].stages[0], "c": conversation}
        if notice is not None:
            op["v"] = notice
    return op
