"""Como comparar numa máquina que oscila? Rodadas intercaladas, e a razão de cada rodada antes da mediana.

O ruído de um minuto pega todos os contendores dele; entre rodadas a ordem gira, para que nenhum seja sempre o
primeiro. Quem se mede em pouco tempo fica de pé a rodada inteira, e mede-se em janelas curtas, ao lado dos
outros (`standing`): a sorte de um processo vale uma rodada, e a de um segundo, uma janela. Limite: mostra-se
a dispersão entre rodadas; com uma só não há, e o que oscila entre janelas some na mediana delas.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
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


async def standing(
    raised: Callable[[], AbstractAsyncContextManager[Mapping[str, Contender]]],
    rounds: int,
    windows: int,
    *,
    warm_up: bool = True,
) -> dict[str, list[Sample]]:
    """`windows` janelas de cada um em cada rodada, rodada após rodada; `raised` põe todos de pé, novos.

    `warm_up`: em cada rodada, antes, uma janela que não conta.
    """
    samples: dict[str, list[Sample]] = {}
    for _ in range(rounds):
        async with raised() as contenders:
            for name, found in (await interleaved(contenders, windows, warm_up=warm_up)).items():
                samples.setdefault(name, []).extend(found)
    return samples


def medians(samples: Sequence[Sample]) -> Sample:
    """A mediana de cada medida, sobre as rodadas, ou todas as janelas, de um contendor."""
    return {key: median(sample[key] for sample in samples) for key in samples[0]}


def spread(values: Sequence[float]) -> Spread:
    """Mediana, menor e maior."""
    return Spread(median(values), min(values), max(values))


def ratio_of(
    samples: Mapping[str, Sequence[Sample]], name: str, base: str, key: str, windows: int = 1
) -> Spread:
    """Quantas vezes `base` é `name` na medida `key`: a razão dentro de cada rodada, e a mediana delas.

    Com `windows` janelas por rodada, a da rodada é a mediana das razões das suas janelas.
    """
    found, against = samples[name], samples[base]
    if 1 in (len(found), len(against)):  # quem se mediu uma vez, foi na primeira rodada
        found, against = found[:1], against[:1]
    ratios = [ours[key] / theirs[key] for ours, theirs in zip(found, against, strict=True)]
    return spread([median(ratios[at : at + windows]) for at in range(0, len(ratios), windows)])


def percentile(ordered: Sequence[float], share: float) -> float:
    """O valor abaixo do qual está a fração `share` de `ordered` (crescente), por posto mais próximo.

    Raises:
        ValueError: não há valores.
    """
    if not ordered:
        raise ValueError("no values")
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 10_000) * len(ordered) // 10_000) - 1))]
