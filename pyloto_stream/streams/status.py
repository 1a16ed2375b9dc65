"""Como está o executor agora? Uma inspeção só, usada por comandos, testes e métricas.

Custo: poucos comandos O(1) por partição e etapa; nada percorre conversas.
"""

from collections.abc import Sequence

import msgspec

from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.scripts import Script


class StageStatus(msgspec.Struct, frozen=True):
    """`backlog`: tokens no stream, inclusive os em curso; `pending`: entregues e não confirmados.

    `workers`: processos que deram sinal de vida há pouco.
    """

    stage: str
    backlog: int
    pending: int
    dead: int
    workers: int


class Status(msgspec.Struct, frozen=True):
    """Somas de todas as partições. `timers`: eventos futuros; `parked`: tokens à espera de repetição."""

    stages: tuple[StageStatus, ...]
    timers: int
    parked: int
    dead_ingress: int

    @property
    def idle(self) -> bool:
        """Nada espera, nada está em curso e nenhum token está estacionado."""
        return self.parked == 0 and all(s.backlog == 0 and s.pending == 0 for s in self.stages)


async def inspect(gateway: Gateway, stages: Sequence[str]) -> Status:
    """Soma o estado de `stages` em todas as partições.

    Raises:
        UnavailableError: Redis fora do ar.
    """
    rows = {stage: [0, 0, 0] for stage in stages}
    alive: dict[str, set[bytes]] = {stage: set() for stage in stages}
    timers = parked = dead_ingress = 0
    for partition in range(gateway.partitions):
        reply = await gateway.submit(Script.STATUS, partition, {"stages": list(stages)})
        timers += reply[0]
        parked += reply[1]
        dead_ingress += reply[2]
        for stage, (*numbers, workers) in zip(stages, reply[3], strict=True):
            rows[stage] = [a + b for a, b in zip(rows[stage], numbers, strict=True)]
            alive[stage].update(workers)
    found = tuple(
        StageStatus(stage, backlog, pending, dead, len(alive[stage]))
        for stage, (backlog, pending, dead) in rows.items()
    )
    return Status(stages=found, timers=timers, parked=parked, dead_ingress=dead_ingress)
