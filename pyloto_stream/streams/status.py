"""Como está o executor agora? Uma inspeção só, usada por comandos, testes e métricas.

Custo: poucos comandos O(1) por partição e etapa; nada percorre conversas.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.streams import keys
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.scripts import Script


class WorkerStatus(msgspec.Struct, frozen=True):
    """Um processo que deu sinal de vida há pouco.

    `state`: running, paused (uma dependência está fora do ar) ou draining.
    """

    name: str
    version: str
    state: str
    since_s: float


class StageStatus(msgspec.Struct, frozen=True):
    """`backlog`: tokens no stream, inclusive os em curso; `pending`: entregues e não confirmados.

    `oldest_age_s`: há quanto tempo está nesta etapa o token mais antigo; `None` se não há nenhum.
    `groupless`: partições sem o grupo de consumidores, de onde ninguém pode ler.
    """

    stage: str
    backlog: int
    pending: int
    dead: int
    workers: int
    oldest_age_s: float | None = None
    groupless: int = 0
    crew: tuple[WorkerStatus, ...] = ()


class PartitionStatus(msgspec.Struct, frozen=True):
    """Uma partição; `prefix` é o início das chaves dela. `parked_late_s`: atraso do primeiro estacionado.

    Negativo: vence no futuro. `None`: nenhum.
    """

    partition: int
    prefix: str
    stages: tuple[StageStatus, ...]
    timers: int
    parked: int
    parked_late_s: float | None
    dead_ingress: int


class Status(msgspec.Struct, frozen=True):
    """Somas de todas as partições. `timers`: eventos futuros; `parked`: tokens à espera de repetição."""

    stages: tuple[StageStatus, ...]
    timers: int
    parked: int
    dead_ingress: int
    parked_late_s: float | None = None
    partitions: tuple[PartitionStatus, ...] = ()

    @property
    def idle(self) -> bool:
        """Nada espera, nada está em curso e nenhum token está estacionado."""
        return self.parked == 0 and all(s.backlog == 0 and s.pending == 0 for s in self.stages)

    def alarms(self) -> list[str]:
        """O que não se resolve sozinho: trabalho sem quem o faça, fila sem grupo. Vazio se tudo anda."""
        lonely = [f"{s.stage}: {s.backlog} waiting and no worker" for s in self.stages if _lonely(s)]
        broken = [
            f"{s.stage}: {s.groupless} partitions without a consumer group"
            for s in self.stages
            if s.groupless
        ]
        return lonely + broken


async def inspect(gateway: Gateway, stages: Sequence[str], clock: Clock = system_clock) -> Status:
    """Soma o estado de `stages` em todas as partições.

    Raises:
        UnavailableError: Redis fora do ar.
    """
    asked = range(gateway.partitions)
    replies = await asyncio.gather(
        *(gateway.submit(Script.STATUS, p, {"stages": list(stages)}) for p in asked)
    )
    now = clock()
    found = tuple(
        _partition(p, gateway.partitions, stages, reply, now) for p, reply in zip(asked, replies, strict=True)
    )
    return Status(
        stages=tuple(_sum(rows) for rows in zip(*(each.stages for each in found), strict=True)),
        timers=sum(each.timers for each in found),
        parked=sum(each.parked for each in found),
        dead_ingress=sum(each.dead_ingress for each in found),
        parked_late_s=_most(each.parked_late_s for each in found),
        partitions=found,
    )


def _partition(
    partition: int, partitions: int, stages: Sequence[str], reply: Sequence[Any], now: int
) -> PartitionStatus:
    timers, parked, due, dead_ingress, rows = reply
    found = []
    for stage, (backlog, pending, dead, age_ms, grouped, told) in zip(stages, rows, strict=True):
        crew = tuple(_worker(name, data, now) for name, data in zip(told[::2], told[1::2], strict=True))
        age_s = age_ms / 1000 if age_ms >= 0 else None
        found.append(StageStatus(stage, backlog, pending, dead, len(crew), age_s, 1 - grouped, crew))
    return PartitionStatus(
        partition=partition,
        prefix=keys.prefix(partition, partitions),
        stages=tuple(found),
        timers=timers,
        parked=parked,
        parked_late_s=(now - float(due)) / 1000 if due else None,
        dead_ingress=dead_ingress,
    )


def _worker(name: bytes, data: bytes, now: int) -> WorkerStatus:
    _, since, state, version = data.decode().split("|", 3)
    return WorkerStatus(name.decode(), version, state, max(0.0, (now - int(since)) / 1000))


def _sum(rows: Sequence[StageStatus]) -> StageStatus:
    """A mesma etapa em várias partições; um trabalhador conta uma vez, desde a primeira que o ouviu."""
    crew: dict[str, WorkerStatus] = {}
    for worker in sorted((w for row in rows for w in row.crew), key=lambda w: w.since_s):
        crew[worker.name] = worker
    return StageStatus(
        stage=rows[0].stage,
        backlog=sum(row.backlog for row in rows),
        pending=sum(row.pending for row in rows),
        dead=sum(row.dead for row in rows),
        workers=len(crew),
        oldest_age_s=_most(row.oldest_age_s for row in rows),
        groupless=sum(row.groupless for row in rows),
        crew=tuple(crew[name] for name in sorted(crew)),
    )


def _most(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _lonely(stage: StageStatus) -> bool:
    return stage.backlog > 0 and stage.workers == 0
