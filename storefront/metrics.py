"""What /metrics tells. One registry a process, so that tests can have several side by side."""

from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from shared.cache_tally import CacheTally
from shared.circuit import Circuit
from shared.pool import Pool
from shared.readers import Reader
from storefront.cache_metrics import CacheMetrics

DURATIONS_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
DELAYS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.before_scrape: list[Callable[[], None]] = []  # whoever counts for himself tells it now
        self.requests = Counter(
            "http_requests", "Requests by route and status.", ("route", "method", "status"), registry=self.registry
        )
        self.durations_s = Histogram(
            "http_request_duration_seconds", "Time to answer.", ("route",), buckets=DURATIONS_S, registry=self.registry
        )
        self.loop_delay_s = Histogram(
            "loop_delay_seconds", "How late the event loop ran a timer.", buckets=DELAYS_S, registry=self.registry
        )
        self.pool_in_use = self._gauge("pool_connections_in_use", "Database connections in use.", "pool")
        self.pool_waiting = self._gauge("pool_waiting", "Requests that wait for a database connection.", "pool")
        self.reader_in = self._gauge("reader_in", "1 while a reader is asked.", "reader")
        self.reader_lag_s = self._gauge("reader_lag_seconds", "How far a reader is behind the writer.", "reader")
        self.outbox_age_s = self._gauge("outbox_oldest_age_seconds", "Age of the oldest message not yet sent to SQS.")
        self.steps = self._gauge("steps", "Steps of orders by state.", "step", "state")
        self.steps_overdue = self._gauge("steps_overdue", "Steps that are past their time and that nobody looks after.")
        self.mails_unsure = self._gauge("mails_unsure", "Mails whose fate is unknown for more than a minute.")
        self.mails_sent_again = self._gauge("mails_sent_again", "Mails sent again without certainty, ever.")
        self.queue_depth = self._gauge("queue_messages", "Messages in the queues.", "queue", "state")
        self.at_work = self._gauge("requests_at_work", "Requests that are being answered.")
        self.shed = self._gauge("requests_shed", "Requests that were sent away because too many were at work, ever.")
        self.dependency_well = self._gauge("dependency_well", "1 while a dependency answers.", "dependency")
        self.dependency_turns = self._gauge("dependency_times_sick", "How often it stopped to.", "dependency")

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)

    def note_request(self, route: str, method: str, status: int, duration_s: float) -> None:
        self.requests.labels(route, method, str(status)).inc()
        self.durations_s.labels(route).observe(duration_s)

    def note_kept(self, route: str, method: str, status: int, count: int) -> None:
        """Count requests that were answered with a kept page; how long that took is not measured."""
        self.requests.labels(route, method, str(int(status))).inc(count)

    def watch_pool(self, name: str, pool: Pool) -> None:
        """Let a scrape read how busy a pool is just then."""
        self.pool_in_use.labels(name).set_function(lambda: pool.in_use)
        self.pool_waiting.labels(name).set_function(lambda: pool.waiting)

    def watch_reader(self, reader: Reader) -> None:
        """Let a scrape read whether a reader is asked, and how far it was behind at the last look."""
        self.reader_in.labels(reader.name).set_function(lambda: reader.is_in)
        self.reader_lag_s.labels(reader.name).set_function(lambda: reader.lag_s)

    def watch_capacity(self, at_work: Callable[[], float], shed: Callable[[], float]) -> None:
        self.at_work.set_function(at_work)
        self.shed.set_function(shed)

    def watch_dependency(self, name: str, circuits: Sequence[Circuit]) -> None:
        """Let a scrape read what a dependency's circuits know."""
        self.dependency_well.labels(name).set_function(lambda: all(circuit.is_well for circuit in circuits))
        self.dependency_turns.labels(name).set_function(lambda: sum(circuit.times_sick for circuit in circuits))

    def watch_cache(self, name: str, tally: CacheTally) -> None:
        self.registry.register(CacheMetrics(name, tally))

    def text(self) -> bytes:
        for tell in self.before_scrape:
            tell()
        return generate_latest(self.registry)
