"""Quanto demora cada trecho do caminho? Dizem-no quem mandou, cada etapa e a Graph."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from bench.end_to_end.joined import NS_PER_MS, Sample
from bench.end_to_end.traced import Span
from consumers.pipeline import AI, OUTBOUND, SESSION

HOPS = (
    ("due → sent", "due", "sent"),
    ("sent → 200", "sent", "200"),
    ("sent → session", "sent", f"{SESSION} in"),
    ("session", f"{SESSION} in", f"{SESSION} out"),
    ("session → ai", f"{SESSION} out", f"{AI} in"),
    ("ai", f"{AI} in", f"{AI} out"),
    ("ai → outbound", f"{AI} out", f"{OUTBOUND} in"),
    ("outbound → receipt", f"{OUTBOUND} in", "read"),
    ("receipt → send", "read", "send"),
)
"""Nome, e os instantes entre os quais se mede; o recibo chega à Graph antes do envio do mesmo turno."""


def hops(samples: Sequence[Sample], spans: Sequence[Span]) -> dict[str, list[float]]:
    """Os tempos de cada trecho, em ms; uma mensagem sem um dos instantes não conta nele."""
    noted: dict[str, dict[str, int]] = defaultdict(dict)
    for span in spans:
        if span.stage in (SESSION, AI, OUTBOUND):
            noted[span.reply_id] |= {f"{span.stage} in": span.began_ns, f"{span.stage} out": span.ended_ns}
    found: dict[str, list[float]] = {name: [] for name, _, _ in HOPS}
    for sample in samples:
        moments = _moments(sample, noted.get(sample.answer.reply_id, {}))
        for name, start, end in HOPS:
            if start in moments and end in moments:
                found[name].append((moments[end] - moments[start]) / NS_PER_MS)
    return found


def _moments(sample: Sample, noted: Mapping[str, int]) -> dict[str, int]:
    posted, answer = sample.posted, sample.answer
    seen = {"due": posted.due_ns, "sent": posted.sent_ns, "200": posted.answered_ns, "send": answer.at_ns}
    return {**seen, **({"read": answer.read_ns} if answer.read_ns else {}), **noted}
