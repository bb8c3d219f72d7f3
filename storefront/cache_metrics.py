"""A cache's tally as /metrics tells it."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.cache_tally import CacheTally

COUNTS = ("hits", "stale", "misses", "flights", "failures", "broken", "absent", "unkept", "shed")


class CacheMetrics(Collector):
    """Reads the tally at each scrape, so that counting costs the cache nothing."""

    def __init__(self, name: str, tally: CacheTally) -> None:
        self._name, self._tally = name, tally

    def collect(self) -> Iterator[Metric]:
        counts = CounterMetricFamily(f"{self._name}_cache", "What the cache did.", labels=("what",))
        for what in COUNTS:
            counts.add_metric((what,), getattr(self._tally, what))
        yield counts
        yield GaugeMetricFamily(f"{self._name}_cache_entries", "How much is kept.", self._tally.entries)
        yield GaugeMetricFamily(f"{self._name}_cache_bytes", "Bytes that are kept.", self._tally.size)
        yield GaugeMetricFamily(
            f"{self._name}_cache_oldest_seconds", "Age of the oldest that was given out lately.", self._tally.oldest_s
        )
        self._tally.oldest_s = 0.0
