"""Os trechos somam o caminho inteiro, e os percentis são exatos."""

import pytest

from bench.end_to_end.hops import HOPS, hops
from bench.end_to_end.joined import Answer, Sample
from bench.end_to_end.load import Posted
from bench.end_to_end.measure import summary
from bench.end_to_end.traced import Span, traced
from pyloto_stream.streams.model import Plan, Turn

MS = 1_000_000


def test_the_hops_from_due_to_send_add_up_to_the_whole() -> None:
    posted = Posted(0, 1 * MS, 9 * MS, 200)
    sample = Sample(posted, Answer(40 * MS, "r", b"", 0, 30 * MS))
    spans = [
        Span("r", "session", 3 * MS, 4 * MS), Span("r", "ai", 7 * MS, 12 * MS),
        Span("r", "outbound", 20 * MS, 41 * MS), Span("r", "audit", 1, 2), Span("other", "ai", 1, 2),
    ]  # fmt: skip
    found = hops([sample], spans)
    assert list(found) == [name for name, _, _ in HOPS]
    path = [values for name, values in found.items() if name != "sent → 200"]
    assert sum(value for (value,) in path) == pytest.approx(40.0)
    assert found["session → ai"] == [3.0]


def test_percentiles_are_samples_and_not_interpolations() -> None:
    assert summary([float(n) for n in range(1, 101)]) == {"p50": 50, "p95": 95, "p99": 99, "max": 100}
    assert summary([]) == {}


def _turn() -> Turn:
    return Turn(0, "1-0", "turn", "ai", "c", 3, b"[]", b"", b"", "", 0, 0, 0)


async def test_a_traced_stage_stays_pure_or_slow_and_notes_what_it_decided() -> None:
    spans: list[Span] = []

    async def slow(_turn: Turn) -> Plan:
        return Plan()

    pure = traced("ai", lambda _turn: Plan(), spans)
    assert pure(_turn()) == Plan()
    waiting = traced("outbound", slow, spans)(_turn())
    assert not isinstance(waiting, Plan)
    await waiting  # type: ignore[misc] # Outcome é valor ou espera, conforme a etapa
    assert [span.stage for span in spans] == ["ai", "outbound"]
    assert spans[0].reply_id == spans[1].reply_id
