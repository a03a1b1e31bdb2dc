"""What is counted for Prometheus, in a registry of its own for each application: nothing is global.

Labels come from the code, never from a request: route templates, known methods, statuses. So their number is bounded,
and no path, code, token or name can get into them.
"""

import platform
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import QueuePool

from app.db.engine import Engines

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

_OUTCOMES = ("created", "unchanged", "amended", "rejected")
_LIMITS = ("client", "address", "sign_in", "sign_in_address")


def _one_process(own: CollectorRegistry, shared: CollectorRegistry) -> bytes:
    return generate_latest(own) + generate_latest(shared)


class Metrics:
    """The instruments of one application: `registry` is what this process counts, `shared` what any of several could tell."""

    def __init__(self, engines: Engines, version: str) -> None:
        self.registry = CollectorRegistry()
        self.shared = CollectorRegistry()
        self.gather: Callable[[CollectorRegistry, CollectorRegistry], bytes] = _one_process
        self.requests = Counter(
            "huanlian_http_requests",
            "Requests answered, by route template",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "huanlian_http_request_seconds",
            "Seconds from the request to the end of its answer",
            ("route", "method"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "huanlian_http_requests_in_flight", "Requests being answered now", registry=self.registry
        )
        self.limited = Counter(
            "huanlian_http_limited",
            "Requests refused for asking too often",
            ("limit",),
            registry=self.registry,
        )
        self.ledgers = Counter(
            "huanlian_ledgers", "Ledgers answered, by outcome", ("outcome",), registry=self.registry
        )
        # A series that begins with its first event hides that event from a rate.
        for outcome in _OUTCOMES:
            self.ledgers.labels(outcome)
        for limit in _LIMITS:
            self.limited.labels(limit)
        build = Gauge(
            "huanlian_build_info", "What is running; always 1", ("version", "python"), registry=self.registry
        )
        build.labels(version, platform.python_version()).set(1)
        self.registry.register(_Pools(engines))
        ProcessCollector(registry=self.registry)

    def text(self) -> bytes:
        """Write everything in Prometheus' text format."""
        return self.gather(self.registry, self.shared)


class _Pools(Collector):
    """Connections to the database, asked of the pools at each scrape."""

    def __init__(self, engines: Engines) -> None:
        shared = engines.read is engines.write
        self._pools = (
            {"shared": engines.read.pool}
            if shared
            else {"read": engines.read.pool, "write": engines.write.pool}
        )

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "huanlian_database_connections_in_use", "Connections that a request holds now", labels=("pool",)
        )
        for name, pool in self._pools.items():
            if isinstance(pool, QueuePool):
                family.add_metric((name,), pool.checkedout())
        yield family

    def describe(self) -> Iterable[Metric]:
        """Name nothing ahead: to register must not ask the pools."""
        return ()
