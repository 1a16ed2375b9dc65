"""Como o classificador aprende? Do lado de treino do conjunto: `python -m pyloto_stream.ai.training`.

Promete que os mesmos dados dão o mesmo arquivo. As frases de `SEEN` ensinam sem o que as regras viram
nelas: as regras foram escritas com elas, e o acerto ali parece maior do que é.
"""

import argparse
import random
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec

from pyloto_stream.ai.classifier import (
    ZERO,
    Classifier,
    Evidence,
    Weights,
    encoded,
    evidence,
    share,
    softmax,
)
from pyloto_stream.ai.dataset import SEEN, SHIPPED, TRAINING_ONLY, Labelled, part, read_dataset
from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.scoring import strengths_of
from pyloto_stream.conversation.flows import INTENTS
from pyloto_stream.conversation.records import Intent

FILE = Path(__file__).parent / "data" / "classifier.json"
ROUNDS = 12
RATE = 1.4
COOLING = 0.15
BIAS_RATE = 0.1
FAINT = 1.4
"""Um indício cujos pesos arredondam todos para menos disto é deixado fora do arquivo."""
SEED = 7
CUT = 0.3
"""Escolhido com `--cross-validate`."""
FOLDS = 4
CUTS = tuple(n / 100 for n in range(20, 71, 2))

Row = list[float]


class Lesson(NamedTuple):
    """Os indícios de uma frase e a posição da intenção dela em `INTENTS`."""

    found: Evidence
    intent: int


class Learned(NamedTuple):
    """Pesos ainda em ponto flutuante."""

    bias: Row
    rows: dict[str, Row]


def lesson(line: Labelled) -> Lesson:
    """O que uma frase ensina."""
    reading = READER.read(line.text)
    found = evidence(reading, 0, len(reading.words), strengths_of(reading))
    if line.home == SEEN:
        found = found._replace(signs=[s for s in found.signs if s.startswith(("n ", "asks"))])
    return Lesson(found, INTENTS.index(line.intent))


def learn(lessons: Sequence[Lesson]) -> Learned:
    """Descida de gradiente estocástica, em ordem sorteada com semente fixa."""
    names = sorted({name for one in lessons for group in one.found for name in group})
    learned = Learned([0.0] * len(INTENTS), {name: [0.0] * len(INTENTS) for name in names})
    order, chance = list(lessons), random.Random(SEED)  # noqa: S311 — ordem, não segredo
    for done in range(ROUNDS):
        chance.shuffle(order)
        for one in order:
            _step(learned, one, RATE / (1 + COOLING * done))
    return learned


def _step(learned: Learned, one: Lesson, rate: float) -> None:
    totals, rows = learned.bias, learned.rows
    for group in one.found:
        if group:
            weight = share(len(group))
            columns = zip(*[rows[name] for name in group], strict=True)
            totals = [t + weight * sum(column) for t, column in zip(totals, columns, strict=True)]
    errors = [-p for p in softmax(totals)]
    errors[one.intent] += 1
    learned.bias[:] = [b + rate * BIAS_RATE * e for b, e in zip(learned.bias, errors, strict=True)]
    for group in one.found:
        moves = [rate * share(len(group)) * e for e in errors]
        for name in group:
            rows[name] = [w + m for w, m in zip(rows[name], moves, strict=True)]


def digest(lessons: Sequence[Lesson]) -> str:
    """O resumo de tudo o que se aprende e de como: outro resumo, outro arquivo."""
    how = [ROUNDS, RATE, COOLING, BIAS_RATE, FAINT, SEED, CUT, *INTENTS]
    return blake2b(msgspec.json.encode([how, lessons]), digest_size=16).hexdigest()


def quantised(learned: Learned, cut: float, source: str = "") -> Weights:
    """Os pesos como inteiros, sem os indícios que não dizem quase nada."""
    scale = max(abs(w) for row in (learned.bias, *learned.rows.values()) for w in row) / ZERO
    scale = float(f"{scale:.4g}")
    kept = {
        name: encoded(round(w / scale) for w in row)
        for name, row in learned.rows.items()
        if max(map(abs, row)) / scale >= FAINT
    }
    return Weights(source, INTENTS, scale, cut, encoded(round(w / scale) for w in learned.bias), kept)


def held_out(lines: Sequence[Labelled]) -> Iterator[tuple[Labelled, dict[Intent, float]]]:
    """Cada frase que podia ter caído no teste, classificada por quem não aprendeu com ela."""
    fresh = [(line, lesson(line)) for line in lines if line.home not in TRAINING_ONLY]
    known = [lesson(line) for line in lines if line.home in TRAINING_ONLY]
    random.Random(SEED).shuffle(fresh)  # noqa: S311 — ordem, não segredo
    for fold in range(FOLDS):
        others = [one for at, (_, one) in enumerate(fresh) if at % FOLDS != fold]
        classifier = Classifier(quantised(learn([*others, *known]), 0.5))
        for line, one in fresh[fold::FOLDS]:
            yield line, classifier.probabilities(one.found)


def best_cut(judged: Iterable[tuple[Labelled, dict[Intent, float]]]) -> tuple[float, float]:
    """O corte abaixo do qual vale mais perguntar, e o acerto com ele."""
    pairs = list(judged)

    def right(cut: float) -> int:
        return sum(_decided(probabilities, cut) == line.intent for line, probabilities in pairs)

    cut = max(CUTS, key=right)
    return cut, right(cut) / len(pairs)


def _decided(probabilities: dict[Intent, float], cut: float) -> Intent:
    best = max(probabilities, key=lambda intent: probabilities[intent])
    return best if probabilities[best] >= cut else "ENTRY_UNKNOWN"


def trained(lines: Sequence[Labelled]) -> bytes:
    """O arquivo, byte a byte."""
    lessons = [lesson(line) for line in lines]
    weights = quantised(learn(lessons), CUT, digest(lessons))
    return msgspec.json.format(msgspec.json.encode(weights), indent=0) + b"\n"


def training_lines() -> tuple[Labelled, ...]:
    """Tudo o que se pode olhar."""
    return part(read_dataset(SHIPPED), "train").lines


def main() -> None:
    """Aprende e grava; com `--cross-validate`, só diz quanto acerta e com que corte."""
    parser = argparse.ArgumentParser(
        prog="python -m pyloto_stream.ai.training", description="Learn data/classifier.json again."
    )
    parser.add_argument("--cross-validate", action="store_true", help="only print accuracy and the best cut")
    if parser.parse_args().cross_validate:
        cut, accuracy = best_cut(held_out(training_lines()))
        print(f"cross-validated accuracy {accuracy:.1%} with cut {cut} (in use: {CUT})")  # noqa: T201
    else:
        FILE.write_bytes(trained(training_lines()))


if __name__ == "__main__":
    main()
