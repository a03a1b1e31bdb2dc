"""The queue of jobs as metrics, asked of the database at each scrape."""

from collections.abc import Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.clock import Clock
from app.db.session import Database
from app.outbox.models import JobState
from app.outbox.queue import QueueDepth, queue_depths


class QueueMetrics(Collector):
    """How many jobs wait, run and lie dead, by kind, and how late the oldest waiting one is.

    A database that does not answer is a metric too: the others must be read just then.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Ask once for everything."""
        try:
            with self._database.reading() as session:
                depths = queue_depths(session)
        except (DBAPIError, PoolTimeout):
            yield GaugeMetricFamily("huanlian_database_up", "Whether the database answers", 0)
            return
        yield GaugeMetricFamily("huanlian_database_up", "Whether the database answers", 1)
        yield self._counted(depths)
        yield self._late(depths)

    def describe(self) -> Iterable[Metric]:
        """Name nothing ahead: to register must not ask the database."""
        return ()

    @staticmethod
    def _counted(depths: list[QueueDepth]) -> Metric:
        family = GaugeMetricFamily(
            "huanlian_jobs",
            "Jobs by kind and state; dead ones wait for an administrator",
            labels=("kind", "state"),
        )
        for depth in depths:
            family.add_metric((depth.kind, depth.state.value), depth.jobs)
        return family

    def _late(self, depths: list[QueueDepth]) -> Metric:
        family = GaugeMetricFamily(
            "huanlian_jobs_oldest_due_seconds",
            "How long the oldest waiting job has been due",
            labels=("kind",),
        )
        now = self._clock()
        for depth in depths:
            if depth.state is JobState.WAITING:
                family.add_metric((depth.kind,), max(0.0, (now - depth.oldest_due_at).total_seconds()))
        return family
