"""Como comparar numa máquina que oscila? Rodadas intercaladas, e a razão de cada rodada antes da mediana.

O ruído de um minuto pega todos os contendores dele; entre rodadas a ordem gira, para que nenhum seja sempre o
primeiro. Limite: o que oscila mais depressa que uma rodada vê-se na dispersão, que se mostra sempre.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from statistics import median

import msgspec

Sample = dict[str, float]
Contender = Callable[[], Awaitable[Sample]]


class Spread(msgspec.Struct, frozen=True):
    """A mediana das rodadas, e de onde até onde elas foram."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        """Como se mostra num quadro ou numa nota."""
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


async def interleaved(
    contenders: Mapping[str, Contender], rounds: int, *, warm_up: bool = True, once: Collection[str] = ()
) -> dict[str, list[Sample]]:
    """Mede cada contendor uma vez por rodada, e a ordem gira; `warm_up`: antes, uma rodada que não conta.

    `once`: os tão lentos, e tão longe dos outros, que lhes basta a primeira rodada.
    """
    names = list(contenders)
    if warm_up:
        for name in names:
            await contenders[name]()
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in (*names[turn:], *names[:turn]):
            if number == 0 or name not in once:
                samples[name].append(await contenders[name]())
    return samples


def medians(samples: Sequence[Sample]) -> Sample:
    """A mediana de cada medida, sobre as rodadas de um contendor."""
    return {key: median(sample[key] for sample in samples) for key in samples[0]}


def spread(values: Sequence[float]) -> Spread:
    """Mediana, menor e maior."""
    return Spread(median(values), min(values), max(values))


def ratio_of(samples: Mapping[str, Sequence[Sample]], name: str, base: str, key: str) -> Spread:
    """Quantas vezes `base` é `name` na medida `key`: a razão dentro de cada rodada, e a mediana delas."""
    found, against = samples[name], samples[base]
    if 1 in (len(found), len(against)):  # quem se mediu uma vez, foi na primeira rodada
        found, against = found[:1], against[:1]
    return spread([ours[key] / theirs[key] for ours, theirs in zip(found, against, strict=True)])


def percentile(ordered: Sequence[float], share: float) -> float:
    """O valor abaixo do qual está a fração `share` de `ordered` (crescente), por posto mais próximo.

    Raises:
        ValueError: não há valores.
    """
    if not ordered:
        raise ValueError("no values")
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 10_000) * len(ordered) // 10_000) - 1))]
