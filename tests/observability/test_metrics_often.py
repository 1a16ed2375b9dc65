"""O histograma barato mostra o mesmo que o do prometheus-client?"""

import random

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.exposition import generate_latest

from pyloto_stream.observability.metrics_often import OftenHistogram
from pyloto_stream.observability.metrics_parts import FAST


def shown(registry: CollectorRegistry) -> list[str]:
    return [line for line in generate_latest(registry).decode().splitlines() if "_created{" not in line]


def test_it_shows_what_the_library_would_show_also_on_the_edges() -> None:
    cheap, plain = CollectorRegistry(), CollectorRegistry()
    often = OftenHistogram("x_seconds", "about", FAST, "stage", cheap)
    histogram = Histogram("x_seconds", "about", ["stage"], buckets=FAST, registry=plain)
    drawn = random.Random(1)
    for value in (0.0, *FAST, 99.0, *(drawn.expovariate(100) for _ in range(500))):
        for stage in ("a", "b"):
            often.observe(stage, value)
            histogram.labels(stage).observe(value)
    assert shown(cheap) == shown(plain)
    names = {line.split("{")[0] for line in generate_latest(cheap).decode().splitlines()}
    assert names == {line.split("{")[0] for line in generate_latest(plain).decode().splitlines()}


def test_without_a_label_there_is_one_series_also_before_anything_is_observed() -> None:
    cheap, plain = CollectorRegistry(), CollectorRegistry()
    often = OftenHistogram("x_seconds", "about", FAST, None, cheap)
    histogram = Histogram("x_seconds", "about", buckets=FAST, registry=plain)
    for value in (None, 0.0, 0.3, 99.0):
        if value is not None:
            often.observe("", value)
            histogram.observe(value)
        told = [[line for line in shown(each) if "_created" not in line] for each in (cheap, plain)]
        assert told[0] == told[1]


def test_labels_that_are_no_labels_share_one_series() -> None:
    registry = CollectorRegistry()
    often = OftenHistogram("x_seconds", "about", FAST, "stage", registry)
    for odd in ("5511999999999", "a b"):
        often.observe(odd, 0.1)
    assert registry.get_sample_value("x_seconds_count", {"stage": "other"}) == 2
