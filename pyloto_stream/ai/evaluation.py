"""Quanto um motor acerta? Intenções, dados e respostas, contados contra um conjunto rotulado.

Promete: puro, e nenhum texto do conjunto aparece no resultado nem nos erros. Um dado está certo se é igual
ao esperado, salvo acentos, maiúsculas e pontuação.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from pyloto_stream.ai.dataset import Labelled
from pyloto_stream.ai.phrases import fold
from pyloto_stream.conversation.flows import INTENTS
from pyloto_stream.conversation.intents import CONFIDENT, admit, choose, chosen, mentioned
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.state import Session
from pyloto_stream.conversation.understanding import Understanding


class Heard(NamedTuple):
    """O que um motor entendeu de uma frase: a intenção que ficaria ativa, com que confiança, e os dados."""

    intent: Intent
    confidence: float
    facts: Mapping[str, str]


class IntentReport(msgspec.Struct, frozen=True):
    """Uma intenção: `precision` do que se disse ser ela, `recall` do que é ela; `support` frases a têm."""

    intent: Intent
    precision: float
    recall: float
    f1: float
    support: int


class FactCounts(msgspec.Struct, frozen=True):
    """Dados: certos, errados (outro valor), perdidos e inventados (nada se esperava).

    `rate` = certos / esperados; `precision` = certos / dados.
    """

    field: str
    expected: int
    right: int
    wrong: int
    missed: int
    invented: int
    rate: float
    precision: float


class FactsReport(msgspec.Struct, frozen=True):
    """Os dados no conjunto todo (`field` vazio) e campo a campo."""

    all: FactCounts
    fields: tuple[FactCounts, ...]


class Report(msgspec.Struct, frozen=True):
    """O resultado; `confusion[esperada][entendida]` conta frases (só as células não nulas).

    `confident`: parte das frases com intenção dita com `CONFIDENT` ou mais; `confident_precision`: quantas
    destas estão certas. `facts`: numa primeira mensagem, com a intenção por descobrir.
    """

    total: int
    correct: int
    accuracy: float
    confident: float
    confident_precision: float
    intents: tuple[IntentReport, ...]
    confusion: dict[str, dict[str, int]]
    facts: FactsReport


Pair = tuple[Mapping[str, str], Mapping[str, str]]
"""Dados esperados e dados achados."""


def active_of(heard: Understanding) -> tuple[Intent, float]:
    """A intenção que a conversa tornaria ativa; `ENTRY_UNKNOWN` se não há confiança em nenhuma."""
    session, said = Session(id="", opened_at_ms=0), mentioned(heard)
    admit(session, said, 0)
    if (active := choose(session, chosen(heard))) is not None:
        return active, next(score.confidence for score in said if score.intent == active)
    outside = max((s.confidence for s in heard.intents if s.intent == "UNSUPPORTED"), default=0.0)
    return ("UNSUPPORTED", outside) if outside >= CONFIDENT else ("ENTRY_UNKNOWN", 0.0)


def heard_in(understanding: Understanding) -> Heard:
    """O que interessa medir de um entendimento."""
    return Heard(*active_of(understanding), {**understanding.facts, **understanding.corrections})


def evaluate(lines: Sequence[Labelled], heard: Iterable[Heard]) -> Report:
    """Compara cada frase com o que se entendeu dela. Um conjunto vazio tem acerto zero."""
    all_heard = tuple(heard)
    pairs = Counter((line.intent, one.intent) for line, one in zip(lines, all_heard, strict=True))
    sure = [line.intent == one.intent for line, one in zip(lines, all_heard, strict=True) if one.confidence]
    correct = sum(count for (expected, said), count in pairs.items() if expected == said)
    confusion: dict[str, dict[str, int]] = {}
    for (expected, said), count in sorted(pairs.items()):
        confusion.setdefault(expected, {})[said] = count
    reports = (_intent_report(intent, pairs) for intent in INTENTS)
    return Report(
        total=len(lines),
        correct=correct,
        accuracy=ratio(correct, len(lines)),
        confident=ratio(len(sure), len(lines)),
        confident_precision=ratio(sum(sure), len(sure)),
        intents=tuple(report for report in reports if report is not None),
        confusion=confusion,
        facts=compare_facts([(line.facts, one.facts) for line, one in zip(lines, all_heard, strict=True)]),
    )


def _intent_report(intent: Intent, pairs: Mapping[tuple[Intent, Intent], int]) -> IntentReport | None:
    """`None` se a intenção não aparece, nem esperada nem entendida."""
    right = pairs.get((intent, intent), 0)
    support = sum(count for (expected, _), count in pairs.items() if expected == intent)
    said = sum(count for (_, heard), count in pairs.items() if heard == intent)
    if not support and not said:
        return None
    f1 = ratio(2 * right, support + said)
    return IntentReport(intent, ratio(right, said), ratio(right, support), f1, support)


def compare_facts(pairs: Iterable[Pair]) -> FactsReport:
    """Conta os dados certos, errados, perdidos e inventados, dos campos que alguém rotulou.

    Um texto livre ("o que o sistema deve fazer") não tem um valor só: não se rotula, e não se conta.
    """
    counts: dict[str, Counter[str]] = {}
    all_pairs = tuple(pairs)
    labelled = {name for expected, _ in all_pairs for name in expected}
    for expected, found in all_pairs:
        for name in labelled & (expected.keys() | found.keys()):
            kind = judge(expected.get(name, ""), found.get(name, ""))
            if kind:
                counts.setdefault(name, Counter())[kind] += 1
    whole = _counts("", sum(counts.values(), Counter()))
    return FactsReport(whole, tuple(_counts(name, counts[name]) for name in sorted(counts)))


def judge(expected: str, found: str) -> str:
    """Em que conta entra um dado; vazio se nada se esperava e nada veio."""
    if not expected:
        return "invented" if found else ""
    if not found:
        return "missed"
    return "right" if _plain(expected) == _plain(found) else "wrong"


def _plain(value: str) -> str:
    return " ".join("".join(ch if ch.isalnum() else " " for ch in fold(value)).split())


def _counts(field: str, kinds: Mapping[str, int]) -> FactCounts:
    right, wrong, missed, invented = (kinds.get(k, 0) for k in ("right", "wrong", "missed", "invented"))
    expected = right + wrong + missed
    rates = ratio(right, expected), ratio(right, right + wrong + invented)
    return FactCounts(field, expected, right, wrong, missed, invented, *rates)


def ratio(part: int, whole: int) -> float:
    """`part / whole` com quatro casas; zero se não há todo."""
    return round(part / whole, 4) if whole else 0.0
