"""O que não se conserta sozinho? Portões sem token e tokens sem portão, depois de chaves apagadas à mão.

Invariante: um portão fechado tem exatamente um token, no lugar que a conversa anota. Nenhuma transição o
quebra; quem apaga chaves, ou devolve uma cópia antiga, sim. Promete: cada conserto é um script que confere de
novo, e por isso nada que está inteiro muda, mesmo com o sistema trabalhando; repetir não faz mais nada.
Limite: o que se perdeu não volta; um turno já feito que uma cópia antiga trouxe de volta é feito outra vez.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping

import msgspec

from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Lane
from pyloto_stream.streams.scripts import Op, Script
from pyloto_stream.streams.status import inspect

PAGE = 500
MENDS = {
    "no_token": "gates that waited for a turn that does not exist: what waits there goes on",
    "waiting": "events that waited in front of an open gate: they become the next turn",
    "gate_closed": "turns without a gate: it is closed for them",
    "stray": "turns beside the one their gate knows: their events go first in the next turn",
    "double": "second copies of the turn in progress: removed",
    "trail": "turns elsewhere than their conversation says: noted anew",
    "unscheduled": "parked turns without a time to come back: they come back now",
}
"""Cada conserto de `mend.lua`, em palavras."""
WHOLE = frozenset({"gate_closed", "double", "trail"})
"""Consertos de um token que deixam inteiro também o portão dele."""


class Repairs(msgspec.Struct, frozen=True):
    """O que se olhou e o que se achou. `groups`: grupos de leitura que faltavam; `mends`: ver `MENDS`."""

    tokens: int
    conversations: int
    groups: int
    mends: dict[str, int]

    @property
    def total(self) -> int:
        """Quantos consertos."""
        return self.groups + sum(self.mends.values())


async def repair(gateway: Gateway, lanes: Mapping[str, Lane], *, dry_run: bool = False) -> Repairs:
    """Percorre tokens e conversas de `lanes`, em páginas, e conserta; `dry_run`: só conta.

    Raises:
        UnavailableError: o Redis não respondeu; o que foi consertado vale, e repetir continua.
    """
    stages = [stage for lane in lanes.values() for stage in lane.stages]
    groups = sum(stage.groupless for stage in (await inspect(gateway, stages)).stages)
    if groups and not dry_run:
        await gateway.boot(stages)
    walk = _Walk(gateway, dry_run=dry_run)
    async for page in _tokens(gateway, stages):
        await walk.mend(page)
    tokens, walk.seen = walk.seen, 0  # só depois de todo token achado se sabe que um portão está sem o seu
    async for page in _gates(gateway, lanes):
        await walk.mend(page)
    return Repairs(tokens, walk.seen, groups, {name: walk.mends[name] for name in MENDS})


class _Walk:
    """Confere página por página. `seen`: tokens ou conversas vistos; `mends`: quantos de cada conserto."""

    def __init__(self, gateway: Gateway, *, dry_run: bool) -> None:
        self._gateway = gateway
        self._dry = int(dry_run)
        self._whole: set[bytes] = set()
        self.seen = 0
        self.mends = Counter[str]()

    async def mend(self, page: list[tuple[int, Op]]) -> None:
        self.seen += sum(1 for _, op in page if "w" not in op)
        submit = self._gateway.submit
        asked = (submit(Script.MEND, partition, {**op, "dry": self._dry}) for partition, op in page)
        for (_, op), done in zip(page, await asyncio.gather(*asked), strict=True):
            if not done or ("c" in op and done[1] in self._whole):
                continue
            what = done[0].decode()
            self.mends[what] += 1
            if self._dry and what in WHOLE:
                self._whole.add(done[1])  # sem o ensaio, o portão desta conversa já estaria inteiro


async def _tokens(gateway: Gateway, stages: list[str]) -> AsyncIterator[list[tuple[int, Op]]]:
    """Páginas de lugares com tokens: todas as filas, depois os estacionados."""
    for partition in range(gateway.partitions):
        for stage in (*stages, None):
            start = b"0" if stage is None else b"-"
            at: bytes | None = None
            while at != start:
                asked = {"s": stage, "from": at or start, "limit": PAGE}
                at, places = await gateway.submit(Script.TOKENS, partition, asked)
                yield [(partition, {"m": i} if stage is None else {"s": stage, "i": i}) for i in places]


async def _gates(gateway: Gateway, lanes: Mapping[str, Lane]) -> AsyncIterator[list[tuple[int, Op]]]:
    """Páginas de conversas e de caixas de entrada (`w`), uma volta só por servidor."""
    async for page in gateway.scan("[ci]*", PAGE):
        ops: list[tuple[int, Op]] = []
        for partition, name in page:
            kind, _, rest = name.partition(b":")
            lane_name, _, conversation = rest.partition(b":")
            lane = lanes.get(lane_name.decode("utf-8", "replace"))
            if lane is None or kind not in {b"conv", b"inbox"}:
                continue
            op = {"l": lane.name, "c": conversation, "f": lane.stages[0]}
            ops.append((partition, op if kind == b"conv" else {**op, "w": 1}))
        yield ops
