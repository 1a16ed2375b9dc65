"""Como se aprendem os pesos do classificador? Com uma rede pequena, que de cada frase só vê parte.

Esconder indícios ao acaso (`HIDDEN_FROM_IT`) obriga cada um a valer sem os outros: é o que mais ajuda com
frases que ninguém previu. Promete o mesmo resultado para as mesmas lições na mesma máquina. Precisa do NumPy,
que só quem treina instala (grupo `dev`).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pyloto_stream.ai.classifier import ROWS_LIMIT, Evidence, Weights, encoded, share
from pyloto_stream.conversation.flows import INTENTS

HIDDEN = 16
"""Unidades escondidas: com 32 não acerta mais."""
ROUNDS = 30
BATCH = 128
RATE = 3e-3
DECAY = 3e-5
HIDDEN_FROM_IT = 0.7
SMOOTH = 0.1
"""Quanto da certeza se reparte por todas as intenções: os rótulos também erram."""
RARE = 2
"""Um indício visto em menos frases do que isto não ensina nada que valha para outras."""
SEED = 7

Array = NDArray[np.float32]
Numbers = NDArray[np.int64]


class Lesson(NamedTuple):
    """Os indícios de uma frase e a posição da intenção dela em `INTENTS`."""

    found: Evidence
    intent: int


class Network(NamedTuple):
    """Os pesos, em ponto flutuante: `rows` por indício (o primeiro não é nenhum), o resto por unidade."""

    rows: Array
    bias: Array
    out: Array
    out_bias: Array


class _Lessons(NamedTuple):
    """As lições em vetores: a lição `i` tem os indícios `ids[starts[i]:starts[i + 1]]`, com seus pesos."""

    ids: Numbers
    weights: Array
    starts: Numbers
    intents: Numbers


def learn(lessons: Sequence[Lesson]) -> tuple[tuple[str, ...], Network]:
    """Os indícios que se repetem e, na mesma ordem, o que se aprendeu deles."""
    names = _repeated(lessons)
    data = _arrays(lessons, {name: at for at, name in enumerate(names, start=1)})
    chance = np.random.default_rng(SEED)
    network = Network(
        (chance.standard_normal((len(names) + 1, HIDDEN)) * 0.1).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        (chance.standard_normal((HIDDEN, len(INTENTS))) * np.sqrt(2 / HIDDEN)).astype(np.float32),
        np.zeros(len(INTENTS), np.float32),
    )
    network.rows[0] = 0
    optimiser = _Adam(network)
    for done in range(ROUNDS):
        order = chance.permutation(len(lessons))
        for at in range(0, len(order), BATCH):
            batch = _batch(data, order[at : at + BATCH], chance)
            optimiser.step(_gradients(network, batch), RATE * (1 - done / ROUNDS))
    return names, network


def weights_of(
    names: Sequence[str], network: Network, *, cut: float, sharpness: float, faint: int, source: str = ""
) -> Weights:
    """Os pesos como inteiros, sem os indícios que em nenhuma unidade pesam `faint`.

    `sharpness` multiplica a evidência final: devolve às probabilidades a franqueza que `SMOOTH` lhes tira.
    """
    scale = float(np.abs(network.rows).max()) / ROWS_LIMIT
    whole = np.rint(network.rows[1:] / scale).astype(np.int8)
    kept = np.abs(whole.astype(np.int16)).max(axis=1) >= faint
    return Weights(
        source=source,
        intents=INTENTS,
        cut=cut,
        scale=scale,
        bias=_told(network.bias),
        out=tuple(_told(row * sharpness) for row in network.out),
        out_bias=_told(network.out_bias * sharpness),
        features={name: encoded(row) for name, row, keep in zip(names, whole, kept, strict=True) if keep},
    )


def _told(row: Array) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in row)


def _repeated(lessons: Sequence[Lesson]) -> tuple[str, ...]:
    times: dict[str, int] = {}
    for lesson in lessons:
        for name in _names(lesson):
            times[name] = times.get(name, 0) + 1
    return tuple(sorted(name for name, count in times.items() if count >= RARE))


def _names(lesson: Lesson) -> Iterator[str]:
    for group in lesson.found:
        yield from group


def _arrays(lessons: Sequence[Lesson], places: dict[str, int]) -> _Lessons:
    ids, weights, starts = list[int](), list[float](), [0]
    for lesson in lessons:
        ids.append(0)  # nenhuma lição fica sem indício
        weights.append(0.0)
        for group in lesson.found:
            known = [place for name in group if (place := places.get(name))]
            ids += known
            weights += [share(len(group))] * len(known)
        starts.append(len(ids))
    return _Lessons(
        np.array(ids, np.int64),
        np.array(weights, np.float32),
        np.array(starts, np.int64),
        np.array([lesson.intent for lesson in lessons], np.int64),
    )


def _batch(data: _Lessons, chosen: Numbers, chance: np.random.Generator) -> _Lessons:
    """As lições `chosen`, cada uma só com os indícios que o acaso deixou ver, que pesam mais por isso."""
    pieces = [np.arange(data.starts[one], data.starts[one + 1]) for one in chosen]
    places = np.concatenate(pieces)
    seen = chance.random(len(places)) >= HIDDEN_FROM_IT
    ends = np.cumsum([len(piece) for piece in pieces])
    seen[np.concatenate(([0], ends[:-1]))] = True
    starts = np.concatenate(([0], np.cumsum(seen)[ends - 1]))
    places = places[seen]
    return _Lessons(
        data.ids[places],
        data.weights[places] / np.float32(1 - HIDDEN_FROM_IT),
        starts,
        data.intents[chosen],
    )


def _gradients(network: Network, batch: _Lessons) -> Network:
    """De que lado fica cada peso para errar menos neste lote."""
    size = len(batch.intents)
    before = np.add.reduceat(network.rows[batch.ids] * batch.weights[:, None], batch.starts[:-1], axis=0)
    before += network.bias
    hidden = np.maximum(before, 0)
    totals = hidden @ network.out + network.out_bias
    powers = np.exp(totals - totals.max(axis=1, keepdims=True))
    errors = powers / powers.sum(axis=1, keepdims=True) - SMOOTH / len(INTENTS)
    errors[np.arange(size), batch.intents] -= 1 - SMOOTH
    errors = (errors / size).astype(np.float32)
    back = (errors @ network.out.T) * (before > 0)
    rows = network.rows * np.float32(DECAY)
    pulls = np.repeat(back, np.diff(batch.starts), axis=0) * batch.weights[:, None]
    order = np.argsort(batch.ids, kind="stable")
    places, firsts = np.unique(batch.ids[order], return_index=True)
    rows[places] += np.add.reduceat(pulls[order], firsts, axis=0)
    rows[0] = 0
    return Network(
        rows,
        back.sum(axis=0),
        hidden.T @ errors + network.out * np.float32(DECAY),
        errors.sum(axis=0),
    )


class _Adam:
    """O passo de Adam (Kingma e Ba, 2014, com os valores do artigo), no lugar."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._means = [np.zeros_like(one) for one in network]
        self._squares = [np.zeros_like(one) for one in network]
        self._steps = 0

    def step(self, gradients: Network, rate: float) -> None:
        """Anda um passo contra `gradients`."""
        self._steps += 1
        first, second = 1 - 0.9**self._steps, 1 - 0.999**self._steps
        for at, (weights, gradient) in enumerate(zip(self._network, gradients, strict=True)):
            self._means[at] += np.float32(0.1) * (gradient - self._means[at])
            self._squares[at] += np.float32(0.001) * (gradient * gradient - self._squares[at])
            root = np.sqrt(self._squares[at] / np.float32(second)) + np.float32(1e-8)
            np.subtract(weights, np.float32(rate / first) * self._means[at] / root, out=weights)
