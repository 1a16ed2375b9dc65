"""Como se mata um trabalhador com trabalho em mãos, num momento qualquer? Congelado, olha-se; então morre.

O que três trabalhadores mortos tiveram em mãos é enterrado de propósito (I6): quem já tem uma entrada que viu
duas mortes acorda e a termina primeiro.
"""

import asyncio
import signal
from collections.abc import Sequence
from typing import NamedTuple, cast

from consumers.pipeline import AUDIT
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.ports import Documents
from pyloto_stream.streams import keys
from pyloto_stream.streams.stage import WorkerOptions
from tests.faults.harness.fed import chained
from tests.faults.harness.orders import Crash
from tests.faults.harness.posts import Post
from tests.faults.harness.processes import END_S, Child
from tests.faults.harness.run import Run

SPREAD_S = 0.05


class Death(NamedTuple):
    """`held`: turnos que o morto tinha em mãos; `written`: desses, os já gravados e por confirmar."""

    held: int
    written: int


def plans(run: Run, waves: Sequence[int]) -> list[list[Crash]]:
    """Um ocupante morre num momento qualquer, o seguinte numa passagem sorteada entre gravar e confirmar."""
    asleep = [Crash("before_apply", AUDIT, _deep(run, wave), signal.SIGSTOP) for wave in waves]
    return [[crash] if number % 2 else [] for number, crash in enumerate(asleep)]


def _deep(run: Run, wave: int) -> int:
    """Quantos turnos quem vai morrer pega antes: cada conversa da onda lhe dá ao menos um."""
    return run.rng.randint(1, max(1, wave // 2))


async def die_at_work(run: Run, post: Post, wave: int, documents: Documents) -> Death:
    """SIGKILL no ocupante de `post`, da etapa `audit`, quando tem algo em mãos; outro o substitui.

    `wave`: quantas conversas acabam de falar.
    """
    child = await post.child.up()
    assert child.code is None, f"{child.order.name} could not start"
    if child.order.crashes:
        await run.until(child.stopped.is_set, what="a turn written and not committed")
    else:
        await _some_time(run, child, _deep(run, wave))
    while (death := await _looked_at(run, child, documents)) is None:
        child.stopped.clear()
        child.signal(signal.SIGCONT)
        await asyncio.sleep(run.rng.uniform(0, SPREAD_S))
        await _freeze(child)
    child.kill()
    assert await child.over() == -signal.SIGKILL
    run.note(f"{child.order.name} died: {death}")
    return death


async def _some_time(run: Run, child: Child, enough: int) -> None:
    await run.until(
        lambda: child.counts["read"] + child.counts["claimed"] >= enough, what=f"{enough} turns taken"
    )
    await asyncio.sleep(run.rng.uniform(0, SPREAD_S))  # o momento é este, e não o da leitura
    await _freeze(child)


async def _freeze(child: Child) -> None:
    child.signal(signal.SIGSTOP)
    await asyncio.wait_for(child.stopped.wait(), END_S)


async def _looked_at(run: Run, child: Child, documents: Documents) -> Death | None:
    """O que `child`, congelado, tem em mãos; `None` se nada, ou se uma terceira morte enterraria algo."""
    await _in_hand(run, child)  # o que já tinha mandado ao Redis acontece até aqui
    held = await _in_hand(run, child)
    if not held or max(times for _, times in held) >= WorkerOptions().max_deaths:
        return None
    written = await asyncio.gather(*(_written(documents, token) for token, _ in held))
    return Death(len(held), sum(written))


async def _in_hand(run: Run, child: Child) -> list[tuple[dict[str, str], int]]:
    """O que está pendente em nome de `child`: os campos, e quantas vezes já foi entregue."""
    found = list[tuple[dict[str, str], int]]()
    for partition in range(run.settings.stream_partitions):
        stream = keys.stream(keys.prefix(partition, run.settings.stream_partitions), AUDIT)
        named = [row["name"] for row in await run.redis.xinfo_consumers(stream, keys.GROUP)]
        for name in (name for name in named if f"-{child.pid}-" in name):
            pending = await run.redis.xpending_range(stream, keys.GROUP, "-", "+", 1000, consumername=name)
            for row in pending:
                at = row["message_id"]
                ((_, token),) = cast(
                    "list[tuple[str, dict[str, str]]]", await run.redis.xrange(stream, at, at)
                )
                found.append((token, int(row["times_delivered"])))
    return found


async def _written(documents: Documents, token: dict[str, str]) -> bool:
    events = chained(token["e"])
    return bool(events) and not await AuditLogStore(documents).absent(token["c"], events)
