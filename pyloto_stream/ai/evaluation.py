"""Quanto as regras acertam? Acerto, precisão e cobertura por intenção, e confusão, de frases rotuladas.

Promete: puro, e nenhum texto do conjunto aparece no resultado nem nos erros.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import msgspec

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.scoring import score_intents
from pyloto_stream.conversation.flows import INTENTS
from pyloto_stream.conversation.intents import CONFIDENT
from pyloto_stream.conversation.records import Intent


class Labelled(msgspec.Struct, frozen=True):
    """Uma frase e a intenção que uma pessoa lhe deu."""

    intent: Intent
    text: str


class IntentReport(msgspec.Struct, frozen=True):
    """Uma intenção: `precision` do que se disse ser ela, `recall` do que é ela; `support` frases a têm."""

    intent: Intent
    precision: float
    recall: float
    f1: float
    support: int


class Report(msgspec.Struct, frozen=True):
    """O resultado; `confusion[esperada][entendida]` conta frases (só as células não nulas)."""

    total: int
    correct: int
    accuracy: float
    intents: tuple[IntentReport, ...]
    confusion: dict[str, dict[str, int]]


class MalformedLineError(ValueError):
    """A linha `number` do conjunto não é `intenção<TAB>texto`. Não carrega o conteúdo dela."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"line {number}: {problem}")
        self.number = number


def parse_dataset(lines: Iterable[str]) -> list[Labelled]:
    """Lê linhas `intenção<TAB>texto`; linhas vazias e que começam por `#` são saltadas.

    Raises:
        MalformedLineError: falta a tabulação ou o texto, ou a intenção não existe.
    """
    known: Mapping[str, Intent] = {intent: intent for intent in INTENTS}
    read: list[Labelled] = []
    for number, line in enumerate(lines, start=1):
        row = line.rstrip("\r\n")
        if not row.strip() or row.startswith("#"):
            continue
        label, tab, text = row.partition("\t")
        if not tab or not text.strip():
            raise MalformedLineError(number, "expected intent<TAB>text")
        intent = known.get(label.strip())
        if intent is None:
            raise MalformedLineError(number, "unknown intent")
        read.append(Labelled(intent, text))
    return read


def intent_of(text: str) -> Intent:
    """A intenção em que as regras confiam para `text`; `ENTRY_UNKNOWN` se em nenhuma."""
    best = max(score_intents(READER.read(text)), key=lambda score: score.confidence, default=None)
    return best.intent if best is not None and best.confidence >= CONFIDENT else "ENTRY_UNKNOWN"


def evaluate(lines: Iterable[Labelled], classify: Callable[[str], Intent] = intent_of) -> Report:
    """Classifica cada frase e compara com o rótulo. Um conjunto vazio tem acerto zero."""
    pairs = Counter((line.intent, classify(line.text)) for line in lines)
    correct = sum(count for (expected, heard), count in pairs.items() if expected == heard)
    total = sum(pairs.values())
    confusion: dict[str, dict[str, int]] = {}
    for (expected, heard), count in sorted(pairs.items()):
        confusion.setdefault(expected, {})[heard] = count
    reports = (_report(intent, pairs) for intent in INTENTS)
    return Report(
        total, correct, _ratio(correct, total), tuple(r for r in reports if r is not None), confusion
    )


def _report(intent: Intent, pairs: Mapping[tuple[Intent, Intent], int]) -> IntentReport | None:
    """`None` se a intenção não aparece, nem esperada nem entendida."""
    right = pairs.get((intent, intent), 0)
    support = sum(count for (expected, _), count in pairs.items() if expected == intent)
    heard = sum(count for (_, said), count in pairs.items() if said == intent)
    if not support and not heard:
        return None
    f1 = _ratio(2 * right, support + heard)
    return IntentReport(intent, _ratio(right, heard), _ratio(right, support), f1, support)


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
