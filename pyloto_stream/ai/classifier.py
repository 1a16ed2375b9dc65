"""Que intenção tem uma frase que as regras não preveem? A que frases parecidas do treino tinham.

Uma rede pequena sobre palavras, pares, pedaços de palavras e o que as regras viram: uma camada escondida, e
dela as intenções. Os pesos são aprendidos por `training.py` e moram em `data/classifier.json`. Promete o
mesmo resultado em qualquer máquina e custo proporcional ao texto. Limite: só conhece o que o treino tinha.
"""

import base64
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from operator import mul
from string import digits
from struct import unpack
from typing import NamedTuple

import msgspec

from pyloto_stream.ai.families import FAMILIES
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.conversation.intents import CONFIDENT
from pyloto_stream.conversation.records import Intent

ROWS_LIMIT = 127
"""O maior peso de um indício numa unidade, como inteiro: cabe num byte."""
FIELD = 4
"""Bytes de cada peso empacotado: cabem as somas de milhões de indícios, mais do que um texto tem."""
ZERO = 128
"""O que se soma a cada peso para o empacotar sem sinal."""
_UNSIGNED = bytes((byte + ZERO) & 0xFF for byte in range(256))
PIECES = (3, 4)
REMEMBERED = 4096
"""Palavras cujos pedaços ficam à mão: quase todas se repetem de uma mensagem para outra."""
SIGNS = ("concept", "mark", "gesture", "topic")
LONG = 4
NUMBER = "#"
EDGE = "^"
_PICTURE = re.compile("[\u2600-\U0010ffff]")
"""Daí em diante um caractere que não é letra é quase sempre um desenho."""


class Evidence(NamedTuple):
    """Os indícios de um trecho, em grupos que pesam por igual, tenha o trecho o tamanho que tiver."""

    words: Collection[str]
    pieces: Collection[str]
    signs: Collection[str]


class _Told(NamedTuple):
    """Os indícios de uma palavra: ela inteira (`whole`) e em pedaços; um número vale por qualquer outro."""

    name: str
    whole: str
    pieces: frozenset[str]


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/classifier.json`: por indício, um peso por unidade escondida; por unidade, um por intenção.

    `source` resume aquilo de que se aprendeu (`training.digest`). `scale` é quanto vale um inteiro dos pesos
    dos indícios (base64, um byte cada); `cut` é a probabilidade a partir da qual, em validação cruzada,
    confiar acerta mais do que perguntar.
    """

    source: str
    intents: tuple[Intent, ...]
    cut: float
    scale: float
    bias: tuple[float, ...]
    out: tuple[tuple[float, ...], ...]
    out_bias: tuple[float, ...]
    features: dict[str, str]


def evidence(reading: Reading, start: int, end: int, rules: Mapping[Intent, float]) -> Evidence:
    """Os indícios das palavras `[start, end)`, com o que as regras viram nelas (`rules`)."""
    within = reading.words[start:end]
    told = [_told(word.text) for word in within if word.text != BREAK]
    words = [one.name for one in told]
    pairs = zip([EDGE, *words], [*words, EDGE], strict=True)
    told += map(_told, drawn := pictures(reading, start, end))
    words += drawn
    spoken = {*(one.whole for one in told), *(f"p {one} {two}" for one, two in pairs)}
    best = max(rules, key=lambda intent: rules[intent], default="-")
    signs = {f"n {min(len(words), LONG)}", f"best {best}", *(f"rule {i}" for i in rules)}
    signs.update(f"in {name}" for name in reading.names_within(SIGNS, start, end))
    signs.update(f"of {family}" for family in FAMILIES.of(words))
    if "?" in reading.raw and _asks(reading, start, end):
        signs.add("asks")
    pieces = set[str]().union(*(one.pieces for one in told))
    return Evidence(spoken, pieces, signs)


def _asks(reading: Reading, start: int, end: int) -> bool:
    """Há uma interrogação entre as palavras `[start, end)`, ou logo depois?"""
    return any(word.text == BREAK and "?" in word.plain for word in reading.words[start : end + 1])


def pictures(reading: Reading, start: int, end: int) -> list[str]:
    """Os desenhos entre as palavras `[start, end)`, e os das pontas do texto."""
    first = reading.words[start].start if start else 0
    last = reading.words[end].start if end < len(reading.words) else len(reading.raw)
    return _PICTURE.findall(reading.raw, first, last)


@lru_cache(maxsize=REMEMBERED)
def _told(word: str) -> _Told:
    name = NUMBER if word[0] in digits else word
    closed = f"{EDGE}{name}{EDGE}"
    pieces = (f"c {closed[at : at + size]}" for size in PIECES for at in range(len(closed) - size + 1))
    return _Told(name, f"w {name}", frozenset(pieces))


def share(count: int) -> float:
    """Quanto pesa cada um de `count` indícios de um grupo."""
    return 1 / math.sqrt(count) if count else 0.0


class Classifier:
    """Os pesos prontos para usar."""

    def __init__(self, weights: Weights) -> None:
        self.intents = frozenset(weights.intents)
        self._intents, self._scale, self._cut = weights.intents, weights.scale, weights.cut
        self._bias = weights.bias
        self._out = tuple(zip(zip(*weights.out, strict=True), weights.out_bias, strict=True))
        self._features = {name: _packed(code) for name, code in weights.features.items()}

    def knows(self, found: Evidence) -> bool:
        """Alguma palavra inteira foi vista no treino?"""
        return any(name in self._features for name in found.words)

    def probabilities(self, found: Evidence) -> dict[Intent, float]:
        """A probabilidade de cada intenção."""
        hidden = list(self._bias)
        for group in found:
            rows = list(filter(None, map(self._features.get, group)))  # nenhum peso empacotado é zero
            if rows:
                weight = share(len(group)) * self._scale
                sums = _unpacked(sum(rows), len(rows), len(hidden))
                hidden = [unit + weight * one for unit, one in zip(hidden, sums, strict=True)]
        active = [max(unit, 0.0) for unit in hidden]
        totals = [sum(map(mul, active, pulls), bias) for pulls, bias in self._out]
        return dict(zip(self._intents, softmax(totals), strict=True))

    def confidence(self, probability: float) -> float:
        """A probabilidade na escala do produto, em que `CONFIDENT` é onde passa a valer a pena confiar."""
        return confidence(probability, self._cut)


def _packed(code: str) -> int:
    """Os pesos de um indício num só inteiro: somar muitos indícios é então uma soma, não dezesseis."""
    raw = base64.b64decode(code)
    spread = bytearray(len(raw) * FIELD)
    spread[::FIELD] = raw.translate(_UNSIGNED)
    return int.from_bytes(spread, "little")


def _unpacked(total: int, rows: int, size: int) -> list[int]:
    """As somas, uma por intenção, de `rows` indícios empacotados."""
    excess = rows * ZERO
    return [one - excess for one in unpack(f"<{size}I", total.to_bytes(size * FIELD, "little"))]


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


def encoded(row: Iterable[int]) -> str:
    """Os pesos de um indício, de `-ROWS_LIMIT` a `ROWS_LIMIT`, um byte com sinal cada, em base64."""
    return base64.b64encode(bytes(int(value) & 0xFF for value in row)).decode()


def load() -> Classifier:
    """O classificador que vem com o pacote."""
    file = resources.files("pyloto_stream.ai") / "data" / "classifier.json"
    return Classifier(msgspec.json.decode(file.read_bytes(), type=Weights))
