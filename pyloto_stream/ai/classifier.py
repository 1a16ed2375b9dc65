"""Que intenção tem uma frase que as regras não preveem? A que frases parecidas do treino tinham.

Regressão logística sobre palavras, pares, pedaços de palavras e o que as regras viram; os pesos são
aprendidos por `training.py` e moram em `data/classifier.json`. Promete o mesmo resultado em qualquer
máquina (pesos inteiros) e custo proporcional ao texto. Limite: só conhece o que o treino tinha.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

import msgspec

from pyloto_stream.ai.families import FAMILIES
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.conversation.intents import CONFIDENT
from pyloto_stream.conversation.records import Intent

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
"""Um peso inteiro de `-ZERO` a `ZERO` por caractere: o arquivo fica pequeno e igual em toda parte."""
ZERO = len(DIGITS) // 2
FIELD = 24
"""Bits de cada peso empacotado: cabem cem mil indícios, mais do que um texto tem."""
FIELD_MASK = (1 << FIELD) - 1
PIECES = (3, 4)
REMEMBERED = 4096
"""Palavras cujos pedaços ficam à mão: quase todas se repetem de uma mensagem para outra."""
SIGNS = ("concept", "mark", "gesture", "topic")
LONG = 4
NUMBER = "#"
EDGE = "^"
FIRST_PICTURE = 0x2600
"""Daqui em diante um caractere que não é letra é quase sempre um desenho."""


class Evidence(NamedTuple):
    """Os indícios de um trecho, em grupos que pesam por igual, tenha o trecho o tamanho que tiver."""

    words: Sequence[str]
    pieces: Sequence[str]
    signs: Sequence[str]


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/classifier.json`: por indício, um peso por intenção, na ordem de `intents`.

    `source` resume aquilo de que se aprendeu (`training.digest`). `scale` é o valor de uma unidade inteira;
    `cut` é a probabilidade a partir da qual, em validação cruzada, confiar acerta mais do que perguntar.
    """

    source: str
    intents: tuple[Intent, ...]
    scale: float
    cut: float
    bias: str
    features: dict[str, str]


def evidence(reading: Reading, start: int, end: int, rules: Mapping[Intent, float]) -> Evidence:
    """Os indícios das palavras `[start, end)`, com o que as regras viram nelas (`rules`)."""
    within = reading.words[start:end]
    words = [NUMBER if w.text[0].isdigit() else w.text for w in within if w.text != BREAK]
    pairs = zip([EDGE, *words], [*words, EDGE], strict=True)
    asks = any(w.text == BREAK and "?" in w.plain for w in (*within, *reading.words[end : end + 1]))
    words += pictures(reading, start, end)
    spoken = {*(f"w {word}" for word in words), *(f"p {one} {two}" for one, two in pairs)}
    length = f"n {min(len(words), LONG)}"
    best = max(rules, key=lambda intent: rules[intent], default="-")
    signs = {length, f"best {best}", *(f"rule {i}" for i in rules)}
    signs |= {f"in {name}" for name in reading.names_within(SIGNS, start, end)}
    signs |= {f"of {family}" for family in FAMILIES.of(words)}
    if asks:
        signs.add("asks")
    pieces = {piece for word in set(words) for piece in _pieces(word)}
    return Evidence(sorted(spoken), sorted(pieces), sorted(signs))


def pictures(reading: Reading, start: int, end: int) -> list[str]:
    """Os desenhos entre as palavras `[start, end)`, e os das pontas do texto."""
    first = reading.words[start].start if start else 0
    last = reading.words[end].start if end < len(reading.words) else len(reading.raw)
    return [char for char in reading.raw[first:last] if ord(char) >= FIRST_PICTURE]


@lru_cache(maxsize=REMEMBERED)
def _pieces(word: str) -> tuple[str, ...]:
    closed = f"{EDGE}{word}{EDGE}"
    return tuple(f"c {closed[at : at + size]}" for size in PIECES for at in range(len(closed) - size + 1))


def share(count: int) -> float:
    """Quanto pesa cada um de `count` indícios de um grupo."""
    return 1 / math.sqrt(count) if count else 0.0


class Classifier:
    """Os pesos prontos para usar."""

    def __init__(self, weights: Weights) -> None:
        self.intents = frozenset(weights.intents)
        self._intents, self._scale, self._cut = weights.intents, weights.scale, weights.cut
        self._bias = decoded(weights.bias)
        self._features = {name: _packed(decoded(code)) for name, code in weights.features.items()}

    def knows(self, found: Evidence) -> bool:
        """Alguma palavra inteira foi vista no treino?"""
        return any(name in self._features for name in found.words)

    def probabilities(self, found: Evidence) -> dict[Intent, float]:
        """A probabilidade de cada intenção."""
        totals: list[float] = list(self._bias)
        for group in found:
            rows = [row for name in group if (row := self._features.get(name)) is not None]
            weight = share(len(group))
            if rows:
                sums = _unpacked(sum(rows), len(rows), len(totals))
                totals = [total + weight * one for total, one in zip(totals, sums, strict=True)]
        return dict(zip(self._intents, softmax([total * self._scale for total in totals]), strict=True))

    def confidence(self, probability: float) -> float:
        """A probabilidade na escala do produto, em que `CONFIDENT` é onde passa a valer a pena confiar."""
        return confidence(probability, self._cut)


def _packed(row: Sequence[int]) -> int:
    """Os pesos de um indício num só inteiro: somar muitos indícios é então uma soma, não oito."""
    return sum((weight + ZERO) << (FIELD * at) for at, weight in enumerate(row))


def _unpacked(total: int, rows: int, size: int) -> list[int]:
    """As somas, uma por intenção, de `rows` indícios empacotados."""
    return [(total >> (FIELD * at) & FIELD_MASK) - rows * ZERO for at in range(size)]


def confidence(probability: float, cut: float) -> float:
    """Estica `[0, cut]` até `[0, CONFIDENT]` e o resto até 1, sem mudar a ordem."""
    if probability < cut:
        return probability * CONFIDENT / cut
    return CONFIDENT + (probability - cut) * (1 - CONFIDENT) / (1 - cut)


def softmax(totals: Sequence[float]) -> list[float]:
    """Os totais como probabilidades."""
    top = max(totals)
    powers = [math.exp(total - top) for total in totals]
    whole = sum(powers)
    return [power / whole for power in powers]


def decoded(code: str) -> tuple[int, ...]:
    """Os inteiros que `code` escreve, um por caractere."""
    return tuple(DIGITS.index(char) - ZERO for char in code)


def encoded(values: Iterable[int]) -> str:
    """O contrário de `decoded`; o que passa da escala fica no extremo dela."""
    return "".join(DIGITS[max(-ZERO, min(ZERO, value)) + ZERO] for value in values)


def load() -> Classifier:
    """O classificador que vem com o pacote."""
    file = resources.files("pyloto_stream.ai") / "data" / "classifier.json"
    return Classifier(msgspec.json.decode(file.read_bytes(), type=Weights))
