"""Metrics: what the service counts, in Prometheus text.

The workers of a service write to files in one folder (`PROMETHEUS_MULTIPROC_DIR`), and whichever worker is asked adds
them up; without the folder the process counts for itself.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_BUCKETS = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.125, 0.25, 0.5, 1.0, 2.0)  # seconds


class Metrics:
    """Counters and histograms of one process."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._seconds = Histogram(
            "esnaf_request_seconds", "Time to answer", ["path"], buckets=_BUCKETS, registry=registry
        )
        self._errors = Counter(
            "esnaf_request_errors", "Answers that are not a success", ["path", "status"], registry=registry
        )
        self._hits = Counter("esnaf_list_cache_hits", "Lists that were ready", registry=registry)
        self._misses = Counter("esnaf_list_cache_misses", "Lists that had to be made", registry=registry)
        self._fallback = Counter(
            "esnaf_fallback_products", "Products that filled lists, by what named them", ["source"], registry=registry
        )
        self._switched = Counter("esnaf_model_switches", "Times that a worker took up another model", registry=registry)
        self._refused = Counter(
            "esnaf_model_refusals", "Times that a worker refused the model it was to take up", registry=registry
        )
        self._events = Counter("esnaf_events", "Live events by what became of them", ["verdict"], registry=registry)
        self._accepted, self._duplicates = self._events.labels("accepted"), self._events.labels("duplicate")
        self._exposures = Counter(
            "esnaf_exposures", "Lists that were shown, by whether the log has them", ["outcome"], registry=registry
        )
        self._registry = registry
        self._by_path: dict[str, Histogram] = {}

    def answered(self, path: str, status: int, seconds: float) -> None:
        """One request came to its end; `path` is the route, never what a sender wrote."""
        histogram = self._by_path.get(path)
        if histogram is None:
            histogram = self._by_path[path] = self._seconds.labels(path)
        histogram.observe(seconds)
        if status >= 400:
            self._errors.labels(path, str(status)).inc()

    def looked_up(self, *, hits: int, misses: int) -> None:
        """Lists were asked of the cache."""
        if hits:
            self._hits.inc(hits)
        if misses:
            self._misses.inc(misses)

    def fell_back(self, source: str, count: int) -> None:
        """Something other than the customer's own candidates named `count` products of a list."""
        self._fallback.labels(source).inc(count)

    def switched(self) -> None:
        """Another model answers from now on."""
        self._switched.inc()

    def refused(self) -> None:
        """A model was refused, and the one before it goes on."""
        self._refused.inc()

    def took_in(self, accepted: int, duplicates: int, rejected: Sequence[str]) -> None:
        """Live events got their verdicts; of those that were rejected, the reasons."""
        if accepted:
            self._accepted.inc(accepted)
        if duplicates:
            self._duplicates.inc(duplicates)
        for reason in rejected:
            self._events.labels(reason).inc()

    def recorded(self, count: int) -> None:
        """Lists that were shown are in the exposure log."""
        self._exposures.labels("written").inc(count)

    def not_recorded(self, count: int) -> None:
        """Lists that were shown will never be in the exposure log."""
        self._exposures.labels("dropped").inc(count)

    def text(self, *, age: int, version: str, store: "StoreFigures | None" = None) -> bytes:
        """Everything counted so far by all workers, and the model and the store as they are."""
        scraped = CollectorRegistry()
        scraped.register(_Model(age, version))
        if store is not None:
            scraped.register(_Store(store))
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            MultiProcessCollector(scraped)  # type: ignore[no-untyped-call]  # registers itself
            return generate_latest(scraped)
        return generate_latest(scraped) + generate_latest(self._registry)


@dataclass(frozen=True)
class StoreFigures:
    """The live store of one worker."""

    up: bool
    waiting: int  # events in the queue
    lag: float  # seconds that the oldest of them has waited


class _Store(Collector):
    def __init__(self, figures: StoreFigures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("esnaf_store_up", "Whether the live store can be used", value=self._figures.up)
        waiting = "Events that wait to be written"
        yield GaugeMetricFamily("esnaf_store_waiting_events", waiting, value=self._figures.waiting)
        lag = "Since when the oldest event waits that is not on the disk yet"
        yield GaugeMetricFamily("esnaf_store_lag_seconds", lag, value=self._figures.lag)


class _Model(Collector):
    """The model, read when asked."""

    def __init__(self, age: int, version: str) -> None:
        self._age = age
        self._version = version

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("esnaf_model_age_seconds", "From the end of the model's data to now", value=self._age)
        served = GaugeMetricFamily("esnaf_model", "The version that serves", labels=["version"])
        served.add_metric([self._version], 1)
        yield served
