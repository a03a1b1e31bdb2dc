"""The audit log as metrics, asked of the database at each scrape: is somebody sealing, and how far has the chain come."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.audit import reading, sealing
from app.audit.models import AuditAnchor, AuditEntry
from app.clock import Clock
from app.db.session import Database, ReadSession


class AuditMetrics(Collector):
    """Entries sealed and waiting, since when the oldest waits, how far the newest anchor reaches."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Ask once for everything. That the database does not answer is told by the metrics of the queue."""
        try:
            with self._database.reading() as session:
                families = [_entries(session), _oldest(session, self._clock()), _anchored(session)]
        except (DBAPIError, PoolTimeout):
            return
        yield from families

    def describe(self) -> Iterable[Metric]:
        """Name nothing ahead: to register must not ask the database."""
        return ()


def _entries(session: ReadSession) -> Metric:
    family = GaugeMetricFamily("huanlian_audit_entries", "Entries of the audit log", labels=("state",))
    sealed, _ = sealing.head(session)
    family.add_metric(("sealed",), sealed)
    family.add_metric(("unsealed",), reading.unsealed_count(session))
    return family


def _oldest(session: ReadSession, now: datetime) -> Metric:
    query = select(AuditEntry.at).where(AuditEntry.number.is_(None)).order_by(AuditEntry.ordinal).limit(1)
    oldest = session.scalar(query)
    return GaugeMetricFamily(
        "huanlian_audit_oldest_unsealed_seconds",
        "How long the oldest entry waits for its seal; growing: no worker runs",
        0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
    )


def _anchored(session: ReadSession) -> Metric:
    newest = session.scalar(select(func.max(AuditAnchor.number))) or 0
    return GaugeMetricFamily("huanlian_audit_anchored_entries", "The last entry under an anchor", newest)
