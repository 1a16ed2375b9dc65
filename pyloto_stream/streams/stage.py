"""O que é preciso dizer ao executor para que ele trabalhe uma etapa? O que ela faz, e com que prazos."""

from collections.abc import Callable

import msgspec

from pyloto_stream.streams.lease import Failure
from pyloto_stream.streams.model import Handler, Turn


class WorkerOptions(msgspec.Struct, frozen=True):
    """Prazos em segundos. `max_deaths`: entregas sem conclusão até enterrar o que mata seu trabalhador.

    Tetos de espera por classe de erro: `retry_max_s` para falhas, `outage_max_s` para dependência fora do ar,
    `overload_max_s` para quem pede calma.
    """

    concurrency: int = 32
    claim_idle_s: float = 6.0
    stage_timeout_s: float = 60.0
    drain_timeout_s: float = 10.0
    max_attempts: int = 5
    max_deaths: int = 3
    retry_base_s: float = 0.5
    retry_max_s: float = 60.0
    outage_max_s: float = 15.0
    overload_max_s: float = 60.0


class StageSpec(msgspec.Struct, frozen=True):
    """Uma etapa: nome, o que ela faz e o aviso que um enterro deixa na conversa (`None`: nenhum).

    `timeout_s`: quanto uma decisão pode levar, em segundos; `None`: o de `WorkerOptions`.
    `patient`: a etapa só espera pela sua dependência, e passar do prazo é queda dela: espera sem contar.
    """

    name: str
    handler: Handler
    notice: Callable[[Turn, Failure], bytes | None] = lambda _turn, _failure: None
    timeout_s: float | None = None
    patient: bool = False
