"""Que intenções um texto mostra, e com que força? A mais forte vence, as outras recuam.

Promete forças em [0, 1) e, entre intenções de frases diferentes, a ordem em que foram ditas. Não decide o
que fazer com elas: isso é de `conversation`.
"""

from collections.abc import Iterator, Mapping, Sequence

from pyloto_stream.ai.lexicon import INTENT_RULES
from pyloto_stream.ai.reading import Reading
from pyloto_stream.conversation.intents import CONFIDENT
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.understanding import IntentScore

RIVAL = 0.6
"""Teto de uma intenção que perdeu para outra na mesma frase: percebida, mas sem confiança."""
CEILING = 0.98
AGREEMENT = 0.25
"""Quanto do que falta para a certeza cada regra a mais, da mesma intenção, acrescenta."""

Positions = Mapping[str, Sequence[int]]


def score_intents(reading: Reading) -> tuple[IntentScore, ...]:
    """As intenções de `reading`: uma por pedido, se há pedidos distintos; senão a do texto inteiro."""
    positions = _positions(reading)
    by_request: dict[Intent, float] = {}
    for start, end in _requests(reading):
        best = _best(_strengths(positions, start, end))
        if best is not None and best[1] >= CONFIDENT:
            by_request[best[0]] = max(best[1], by_request.get(best[0], 0.0))
    if len(by_request) > 1:
        return _scores(by_request)
    strengths = _strengths(positions, 0, len(reading.words))
    best = _best(strengths)
    if best is None:
        return ()
    rivals = {i: min(s, RIVAL) for i, s in strengths.items() if i != best[0]}
    return _scores({best[0]: best[1], **rivals})


def _scores(strengths: Mapping[Intent, float]) -> tuple[IntentScore, ...]:
    return tuple(IntentScore(intent, round(strength, 3)) for intent, strength in strengths.items())


def _positions(reading: Reading) -> Positions:
    """Onde começa cada conceito (e marca e gesto, que as regras também citam)."""
    found: dict[str, list[int]] = {}
    for group in ("concept", "mark", "gesture"):
        for name in reading.names(group):
            found[name] = [match.start for match in reading.found(group, name)]
    return found


def _strengths(positions: Positions, start: int, end: int) -> dict[Intent, float]:
    present = {name for name, starts in positions.items() if any(start <= at < end for at in starts)}
    strengths: dict[Intent, float] = {}
    for rule in INTENT_RULES.rules:
        if present.issuperset(rule.all) and present.isdisjoint(rule.none):
            old = strengths.get(rule.intent, 0.0)
            high, low = max(old, rule.score), min(old, rule.score)
            strengths[rule.intent] = min(CEILING, high + (1 - high) * low * AGREEMENT)
    return strengths


def _best(strengths: Mapping[Intent, float]) -> tuple[Intent, float] | None:
    return max(strengths.items(), key=lambda item: item[1], default=None)


def _requests(reading: Reading) -> Iterator[tuple[int, int]]:
    """Os pedidos do texto: frases, o que vem depois de um "e também", "e quero", e os itens de uma lista."""
    cuts = sorted({match.start for name in ("also", "item") for match in reading.found("mark", name)})
    for start, end in reading.sentences():
        for cut in (at for at in cuts if start < at < end):
            yield start, cut
            start = cut  # noqa: PLW2901 — o resto da frase é o próximo pedido
        yield start, end
