"""O que um processo tem em mãos? Uma entrada lida que ainda não foi confirmada, e como ela vira operações.

Aqui se decide o formato do token; em nenhum outro lugar do Python.
"""

from collections.abc import Mapping, Sequence

import msgspec

from pyloto_stream import __version__
from pyloto_stream.errors import PermanentError, UnavailableError
from pyloto_stream.streams.entry import Entry
from pyloto_stream.streams.model import CancelTimer, Lane, Plan, Setback, Snooze, Turn
from pyloto_stream.streams.scripts import Blobs, Packed, apart, pack, pack_row

MAX_MESSAGE = 300
MAX_HISTORY = 20
"""Falhas lembradas por token: as mais novas. `attempts` conta todas."""
TOKEN_VERSION = 1
"""Formato de token que esta versão conhece; a mesma de `common.lua`."""

_VERSION = str(TOKEN_VERSION).encode()
_FIELDS = [b"l", b"c", b"n", b"e", b"s", b"m", b"p", b"f", b"z", b"h", b"v"]
"""Campos de um token, na ordem em que `common.lua` os escreve."""

_encode = msgspec.json.Encoder().encode
_history = msgspec.json.Decoder(tuple[Setback, ...])


class Failure(msgspec.Struct, frozen=True):
    """Por que um token foi enterrado: `code` estável, mensagem curta sem dados pessoais, tentativas.

    `deaths`: trabalhadores que morreram com ele em mãos. `history`: as falhas, a última inclusive.
    """

    code: str
    message: str
    failures: int
    deaths: int = 0
    history: tuple[Setback, ...] = ()


def decode(entry: Entry, stage: str, now_ms: int) -> Turn:
    """Lê o token de uma entrada.

    Raises:
        PermanentError: code `undecodable_token`.
        UnavailableError: code `newer_token`; foi escrito por uma versão mais nova, que o lerá.
    """
    try:
        lane, conversation, number, events, state, mode, payload, failures, snoozes, past, _ = _values(entry)
        return Turn(
            partition=entry.partition,
            entry_id=entry.id,
            lane=lane.decode(),
            stage=stage,
            conversation=conversation.decode(),
            number=int(number),
            events=events,
            state=state,
            payload=payload,
            mode=mode.decode(),
            failures=_count(failures),
            snoozes=_count(snoozes),
            now_ms=now_ms,
            history=_history.decode(past) if past else (),
        )
    except (KeyError, ValueError) as error:
        raise PermanentError("stream entry is not a token", code="undecodable_token") from error


def _values(entry: Entry) -> Sequence[bytes]:
    """Os valores de um token, na ordem de `_FIELDS`: como `queue_token` os escreveu, ou como se acharem."""
    flat = entry.flat
    if flat[::2] == _FIELDS and flat[-1] == _VERSION:
        return flat[1::2]
    f = entry.fields
    if int(f.get(b"v", b"1")) > TOKEN_VERSION and f.get(b"l") and f.get(b"c"):
        raise UnavailableError("token of a newer version", code="newer_token")
    return [*(f[name] for name in _FIELDS[:9]), f.get(b"h", b""), _VERSION]


def _count(text: bytes) -> int:
    """Um número que quase sempre é zero."""
    return 0 if text == b"0" else int(text)


def commit_head(stage: str, lanes: Mapping[str, Lane], consumer: str) -> bytes:
    """O que é igual em todo `commit_op` de um trabalhador."""
    first = {name: lane.stages[0] for name, lane in lanes.items()}
    (head,) = pack({"s": stage, "w": consumer, "f": first})
    return head


def commit_op(turn: Turn, plan: Plan, lanes: Mapping[str, Lane]) -> Packed:
    """Operação de `commit.lua` que aplica `plan`; precisa do cabeçalho `commit_head`.

    Raises:
        ValueError, KeyError: o plano nomeia etapa ou faixa que não existe; ninguém leria o que ele gravasse.
    """
    to, state = plan.to, plan.state
    if to is not None and to not in lanes[turn.lane].stages:
        raise ValueError("plan.to is not a stage of the lane")
    kept = turn.state if state is None else state
    blobs = [kept] if to is None else [kept, turn.events, plan.payload]
    row = (turn.entry_id, turn.lane, turn.conversation, str(turn.number), to or "", state is not None)
    if plan.mode is None and plan.sent is None and not (plan.feed or plan.published or plan.timers):
        return pack_row(row, blobs)
    more, more_blobs = apart(_extras(plan, lanes))
    return pack_row((*row, more), blobs + more_blobs)


def _extras(plan: Plan, lanes: Mapping[str, Lane]) -> dict[str, object]:
    """Os efeitos que poucos planos têm."""
    op: dict[str, object] = {"md": plan.mode, "sn": plan.sent}
    if plan.feed:
        op["fd"] = [(feed.lane, lanes[feed.lane].stages[0]) for feed in plan.feed]
        op["fe"] = Blobs(feed.event for feed in plan.feed)
    if plan.published:
        op["ot"] = [(out.outlet, out.id) for out in plan.published]
        op["ob"] = Blobs(out.body for out in plan.published)
    if plan.timers:
        op["tm"] = [
            (timer.name,) if isinstance(timer, CancelTimer) else (timer.name, timer.due_ms)
            for timer in plan.timers
        ]
        op["te"] = Blobs(b"" if isinstance(timer, CancelTimer) else timer.event for timer in plan.timers)
    return op


def park_op(
    turn: Turn, due_ms: int, *, setback: Setback | None = None, snooze: Snooze | None = None
) -> dict[str, object]:
    """Operação de `park.lua`: o token volta em `due_ms`, contando a falha `setback` ou um adiamento."""
    op: dict[str, object] = {"s": turn.stage, "i": turn.entry_id, "due": due_ms}
    if snooze is not None:
        op |= {"r": snooze.reply_id or None, "p": snooze.payload}
    if setback is None:
        return op | {"z": turn.snoozes + 1}
    return op | {"f": turn.failures + 1, "h": _encode(history(turn, setback))}


def postpone_op(entry: Entry, stage: str, due_ms: int) -> dict[str, object]:
    """Operação de `park.lua` para um token que esta versão não lê: volta em `due_ms`, como está."""
    return {"s": stage, "i": entry.id, "due": due_ms}


def history(turn: Turn, setback: Setback) -> tuple[Setback, ...]:
    """As falhas do token com mais esta, no máximo as `MAX_HISTORY` mais novas."""
    return (*turn.history, setback)[-MAX_HISTORY:]


def bury_op(
    entry: Entry, stage: str, failure: Failure, lanes: Mapping[str, Lane], notice: bytes | None
) -> dict[str, object]:
    """Operação de `bury.lua`: o token inteiro, a causa, e o aviso que abre o próximo turno da conversa."""
    cause = {"entry": entry.id, "code": failure.code, "message": failure.message[:MAX_MESSAGE],
             "attempts": str(failure.failures), "deaths": str(failure.deaths),
             "history": _encode(failure.history).decode(), "version": __version__}  # fmt: skip
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
