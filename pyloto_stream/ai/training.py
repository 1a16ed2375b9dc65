"""Como o classificador aprende? Do lado de treino do conjunto: `python -m pyloto_stream.ai.training`.

Promete que os mesmos dados dão o mesmo arquivo na mesma máquina; noutra, o arredondamento pode mudar o último
algarismo de um peso. As frases de `SEEN` ensinam sem o que as regras viram nelas: as regras foram escritas
com elas, e o acerto ali parece maior do que é.
"""

import argparse
import math
import random
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec

from pyloto_stream.ai import learning
from pyloto_stream.ai.classifier import Classifier, Evidence, Weights, evidence
from pyloto_stream.ai.dataset import SEEN, SHIPPED, TRAINING_ONLY, Labelled, part, read_dataset
from pyloto_stream.ai.learning import SEED, Lesson, learn, weights_of
from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.scoring import strengths_of
from pyloto_stream.conversation.flows import INTENTS
from pyloto_stream.conversation.records import Intent

FILE = Path(__file__).parent / "data" / "classifier.json"
FAINT = 6
"""Um indício que em nenhuma unidade pesa isto (de 127) fica fora do arquivo: não muda o acerto."""
SHARPNESS = 2.2
CUT = 0.3
"""Os dois, escolhidos com `--cross-validate`."""
FOLDS = 4
CUTS = tuple(n / 100 for n in range(20, 71, 2))
TINY = 1e-12
SHARPNESSES = tuple(n / 10 for n in range(8, 31))

Judged = tuple[Labelled, dict[Intent, float]]
"""Uma frase e a probabilidade que se deu a cada intenção."""


def lesson(line: Labelled) -> Lesson:
    """O que uma frase ensina."""
    reading = READER.read(line.text)
    found = evidence(reading, 0, len(reading.words), strengths_of(reading))
    if line.home == SEEN:
        found = found._replace(signs=[s for s in found.signs if s.startswith(("n ", "asks"))])
    return Lesson(Evidence(*map(sorted, found)), INTENTS.index(line.intent))  # a ordem não pode ser sorteada


def digest(lessons: Sequence[Lesson]) -> str:
    """O resumo de tudo o que se aprende e de como: outro resumo, outro arquivo."""
    settings = {name: value for name, value in vars(learning).items() if name.isupper()}
    how = [sorted(settings.items()), FAINT, SHARPNESS, CUT, *INTENTS]
    return blake2b(msgspec.json.encode([how, lessons]), digest_size=16).hexdigest()


def weights(lessons: Sequence[Lesson], source: str = "") -> Weights:
    """O que se aprende de `lessons`."""
    return weights_of(*learn(lessons), cut=CUT, sharpness=SHARPNESS, faint=FAINT, source=source)


def held_out(lines: Sequence[Labelled]) -> Iterator[Judged]:
    """Cada frase que podia ter caído no teste, classificada por quem não aprendeu com ela."""
    fresh = [(line, lesson(line)) for line in lines if line.home not in TRAINING_ONLY]
    known = [lesson(line) for line in lines if line.home in TRAINING_ONLY]
    random.Random(SEED).shuffle(fresh)  # noqa: S311 — ordem, não segredo
    for fold in range(FOLDS):
        others = [one for at, (_, one) in enumerate(fresh) if at % FOLDS != fold]
        classifier = Classifier(weights([*others, *known]))
        for line, one in fresh[fold::FOLDS]:
            yield line, classifier.probabilities(one.found)


def best_sharpness(judged: Sequence[Judged]) -> float:
    """A franqueza com que as probabilidades menos se enganam sobre si mesmas (menor entropia cruzada)."""

    def surprise(value: float) -> float:
        return -sum(math.log(max(sharpened(told, value)[line.intent], TINY)) for line, told in judged)

    return min(SHARPNESSES, key=surprise)


def sharpened(told: dict[Intent, float], value: float) -> dict[Intent, float]:
    """`told`, dita com `SHARPNESS`, como seria com `value`."""
    powers = {intent: probability ** (value / SHARPNESS) for intent, probability in told.items()}
    whole = sum(powers.values())
    return {intent: power / whole for intent, power in powers.items()}


def best_cut(judged: Sequence[Judged]) -> tuple[float, float]:
    """O corte abaixo do qual vale mais perguntar, e o acerto com ele."""

    def right(cut: float) -> int:
        return sum(_decided(probabilities, cut) == line.intent for line, probabilities in judged)

    cut = max(CUTS, key=right)
    return cut, right(cut) / len(judged)


def _decided(probabilities: dict[Intent, float], cut: float) -> Intent:
    best = max(probabilities, key=lambda intent: probabilities[intent])
    return best if probabilities[best] >= cut else "ENTRY_UNKNOWN"


def trained(lines: Sequence[Labelled]) -> bytes:
    """O arquivo, byte a byte."""
    lessons = [lesson(line) for line in lines]
    return msgspec.json.format(msgspec.json.encode(weights(lessons, digest(lessons))), indent=0) + b"\n"


def training_lines() -> tuple[Labelled, ...]:
    """Tudo o que se pode olhar."""
    return part(read_dataset(SHIPPED), "train").lines


def main() -> None:
    """Aprende e grava; com `--cross-validate`, só diz quanto acerta e com que ajustes."""
    parser = argparse.ArgumentParser(
        prog="python -m pyloto_stream.ai.training", description="Learn data/classifier.json again."
    )
    parser.add_argument(
        "--cross-validate", action="store_true", help="only print accuracy and the best settings"
    )
    if parser.parse_args().cross_validate:
        judged = list(held_out(training_lines()))
        sharpness = best_sharpness(judged)
        cut, accuracy = best_cut([(line, sharpened(told, sharpness)) for line, told in judged])
        print(f"cross-validated accuracy {accuracy:.1%}")  # noqa: T201
        print(f"sharpness {sharpness} (in use: {SHARPNESS}), cut {cut} (in use: {CUT})")  # noqa: T201
    else:
        FILE.write_bytes(trained(training_lines()))


if __name__ == "__main__":
    main()
