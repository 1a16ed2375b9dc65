"""Que intenções um texto mostra, e com que força? As regras e o classificador opinam juntos.

Promete forças em [0, 1) e, entre intenções de pedidos distintos, a ordem em que foram ditas. Não decide o
que fazer com elas: isso é de `conversation`.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache

from pyloto_stream.ai import classifier
from pyloto_stream.ai.classifier import Classifier
from pyloto_stream.ai.lexicon import INTENT_RULES, Rule
from pyloto_stream.ai.reading import Reading
from pyloto_stream.conversation.flows import INTENTS
from pyloto_stream.conversation.intents import CONFIDENT
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.understanding import IntentScore

RIVAL = 0.6
"""Teto de uma intenção que perdeu para outra na mesma frase: percebida, mas sem confiança."""
CEILING = 0.98
AGREEMENT = 0.25
"""Quanto do que falta para a certeza cada regra a mais, da mesma intenção, acrescenta."""

_RULES: dict[str, list[tuple[int, Rule]]] = {}
"""As regras, com o seu lugar no arquivo, pelo primeiro conceito que exigem."""
for _at, _rule in enumerate(INTENT_RULES.rules):
    _RULES.setdefault(_rule.all[0], []).append((_at, _rule))

Positions = Mapping[str, Sequence[int]]
Strengths = dict[Intent, float]


def score_intents(reading: Reading) -> tuple[IntentScore, ...]:
    """As intenções de `reading`: uma por pedido, se há pedidos distintos; senão a do texto inteiro.

    Um pedido só conta como distinto se as regras e o classificador concordam sobre ele. Com outros assuntos
    do que aqueles com que o classificador aprendeu, as regras ficam sós.
    """
    if _classifier().intents != set(INTENTS):
        return score_by_rules(reading)
    positions = _positions(reading)
    by_request: Strengths = {}
    for intent, span, strengths in _distinct(reading, positions):
        agreed = _best(_weighed(reading, *span, strengths))
        if agreed is not None and agreed[0] == intent and agreed[1] >= CONFIDENT:
            by_request[intent] = max(agreed[1], by_request.get(intent, 0.0))
    if len(by_request) > 1:
        return _scores(by_request)
    ruled = _ruled(positions)
    return _scores(_with_rivals(_weighed(reading, 0, len(reading.words), ruled), ruled))


def _distinct(reading: Reading, positions: Positions) -> Sequence[tuple[Intent, tuple[int, int], Strengths]]:
    """Os pedidos em que as regras confiam, se são de mais de uma intenção; senão nenhum."""
    sure: list[tuple[Intent, tuple[int, int], Strengths]] = []
    requests = list(_requests(reading))
    for span in requests if len(requests) > 1 else ():
        strengths = _strengths(positions, *span)
        best = _best(strengths)
        if best is not None and best[1] >= CONFIDENT:
            sure.append((best[0], span, strengths))
    return sure if len({intent for intent, _, _ in sure}) > 1 else ()


def score_by_rules(reading: Reading) -> tuple[IntentScore, ...]:
    """Como `score_intents`, só com as regras: o que se diz no meio de uma coleta parece com muita coisa."""
    positions = _positions(reading)
    by_request: Strengths = {}
    for start, end in _requests(reading):
        best = _best(_strengths(positions, start, end))
        if best is not None and best[1] >= CONFIDENT:
            by_request[best[0]] = max(best[1], by_request.get(best[0], 0.0))
    if len(by_request) > 1:
        return _scores(by_request)
    ruled = _ruled(positions)
    best = _best(ruled)
    return () if best is None else _scores(_with_rivals({best[0]: best[1]}, ruled))


def strengths_of(reading: Reading) -> Strengths:
    """A força que as regras dão a cada intenção no texto inteiro."""
    return _ruled(_positions(reading))


@cache
def _classifier() -> Classifier:
    return classifier.load()


def get_ready() -> None:
    """Lê já os pesos (décimos de segundo), para que a primeira mensagem não espere por eles."""
    _classifier()


def _weighed(reading: Reading, start: int, end: int, ruled: Strengths) -> Strengths:
    """A intenção mais provável do trecho e sua confiança; nada se ele só tem palavras desconhecidas."""
    found = classifier.evidence(reading, start, end, ruled)
    learned = _classifier()
    if not ruled and not learned.knows(found):
        return {}
    best = _best(learned.probabilities(found))
    if best is None or best[0] == "ENTRY_UNKNOWN":
        return {}
    return {best[0]: min(CEILING, learned.confidence(best[1]))}


def _with_rivals(best: Strengths, ruled: Strengths) -> Strengths:
    rivals = {intent: min(strength, RIVAL) for intent, strength in ruled.items() if intent not in best}
    return {**best, **rivals}


def _scores(strengths: Strengths) -> tuple[IntentScore, ...]:
    return tuple(IntentScore(intent, round(strength, 3)) for intent, strength in strengths.items())


def _positions(reading: Reading) -> Positions:
    """Onde começa cada conceito (e marca e gesto, que as regras também citam)."""
    found: dict[str, list[int]] = {}
    for group in ("concept", "mark", "gesture"):
        for name in reading.names(group):
            found[name] = [match.start for match in reading.found(group, name)]
    return found


def _strengths(positions: Positions, start: int, end: int) -> Strengths:
    return _ruled(
        {
            name
            for name, starts in positions.items()
            if (at := bisect_left(starts, start)) < len(starts) and starts[at] < end
        }
    )


def _ruled(names: Collection[str]) -> Strengths:
    """A força que as regras dão a cada intenção onde aparecem `names`."""
    present = frozenset(names)
    strengths: Strengths = {}
    for _, rule in sorted(one for name in present for one in _RULES.get(name, ())):
        if present.issuperset(rule.all) and present.isdisjoint(rule.none):
            old = strengths.get(rule.intent, 0.0)
            high, low = max(old, rule.score), min(old, rule.score)
            strengths[rule.intent] = min(CEILING, high + (1 - high) * low * AGREEMENT)
    return strengths


def _best(strengths: Strengths) -> tuple[Intent, float] | None:
    return max(strengths.items(), key=lambda item: item[1], default=None)


def _requests(reading: Reading) -> Iterator[tuple[int, int]]:
    """Os pedidos do texto: frases, o que vem depois de um "e também", "e quero", e os itens de uma lista."""
    cuts = sorted({match.start for name in ("also", "item") for match in reading.found("mark", name)})
    for start, end in reading.sentences():
        for cut in (at for at in cuts if start < at < end):
            yield start, cut
            start = cut  # noqa: PLW2901 — o resto da frase é o próximo pedido
        yield start, end
