"""Connections of this process: how many are open, and how many were ended by us and why."""

from collections.abc import Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.http.connections.rules import Connections


class ConnectionMetrics(Collector):
    """Reads what the server's protocol counts."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        """Tell both; each reason from the start, so that its first event shows in a rate."""
        yield GaugeMetricFamily(
            "huanlian_http_connections", "Connections that are open", self._connections.open
        )
        family = CounterMetricFamily(
            "huanlian_http_connections_ended",
            "Connections that this side ended before their answer, by reason",
            labels=("reason",),
        )
        for reason, times in sorted(self._connections.ended.items()):
            family.add_metric((reason,), times)
        yield family

    def describe(self) -> Iterable[Metric]:
        """Name nothing ahead."""
        return ()
