"""Como uma métrica nasce, e que rótulos ela pode ter? A parte comum de todas as métricas de um processo."""

from typing import TypeVar, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

from pyloto_stream.observability.metrics_labels import label
from pyloto_stream.observability.metrics_often import OftenHistogram

FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Faixas, em segundos, do que acontece nesta máquina ou no Redis."""
SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Faixas, em segundos, do que depende da rede ou de pessoas."""

_Family = TypeVar("_Family", Counter, Gauge, Histogram)


class Registered:
    """Métricas no seu próprio `registry`, com o prefixo do projeto."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._children: dict[tuple[object, ...], object] = {}

    def _of(self, family: _Family, *values: str | int) -> _Family:
        """A série de `family` com estes rótulos, achada uma vez: só para poucos, e que se contam muito."""
        key = (family, *values)
        if key not in self._children:
            self._children[key] = family.labels(*map(label, values))
        return cast("_Family", self._children[key])

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"pyloto_{name}", about, labels, registry=self.registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"pyloto_{name}", about, labels, registry=self.registry)

    def _histogram(self, name: str, about: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"pyloto_{name}", about, labels, buckets=buckets, registry=self.registry)

    def _often(
        self, name: str, about: str, buckets: tuple[float, ...], by: str | None = None
    ) -> OftenHistogram:
        """Como `_histogram`, do que se observa a cada turno ou pedido."""
        return OftenHistogram(f"pyloto_{name}", about, buckets, by, self.registry)
