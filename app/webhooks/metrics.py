"""Webhooks as metrics, asked of the database at each scrape: workers may run anywhere, their results stand there."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.clock import Clock
from app.db.session import Database, ReadSession
from app.webhooks.models import Delivery, DeliveryState, Webhook


class WebhookMetrics(Collector):
    """How many webhooks work, fail or are disabled, and how many deliveries wait or were given up."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Ask once for everything. That the database does not answer is told by the metrics of the queue."""
        try:
            with self._database.reading() as session:
                families = [
                    _webhooks(session),
                    _deliveries(session),
                    _oldest_pending(session, self._clock()),
                ]
        except (DBAPIError, PoolTimeout):
            return
        yield from families

    def describe(self) -> Iterable[Metric]:
        """Name nothing ahead: to register must not ask the database."""
        return ()


def _webhooks(session: ReadSession) -> Metric:
    disabled, failing = Webhook.disabled_at.is_not(None), Webhook.failures > 0
    query = select(
        func.count().filter(~disabled, ~failing),
        func.count().filter(~disabled, failing),
        func.count().filter(disabled),
    ).select_from(Webhook)
    family = GaugeMetricFamily(
        "huanlian_webhooks",
        "Webhooks; failing: the last attempt did not arrive; disabled ones get nothing",
        labels=("state",),
    )
    for state, count in zip(("working", "failing", "disabled"), session.execute(query).one(), strict=True):
        family.add_metric((state,), count)
    return family


def _deliveries(session: ReadSession) -> Metric:
    query = select(Delivery.state, func.count()).group_by(Delivery.state)
    counts = dict(session.execute(query).all())
    retrying = select(func.count()).where(
        Delivery.state == DeliveryState.PENDING, Delivery.next_attempt_at.is_not(None)
    )
    family = GaugeMetricFamily(
        "huanlian_webhook_deliveries",
        "Deliveries in the log by state; retrying ones are among the pending",
        labels=("state",),
    )
    for state in DeliveryState:
        family.add_metric((state.value,), counts.get(state, 0))
    family.add_metric(("retrying",), session.scalar(retrying) or 0)
    return family


def _oldest_pending(session: ReadSession, now: datetime) -> Metric:
    query = (
        select(func.min(Delivery.created_at))
        .join(Webhook, Webhook.id == Delivery.webhook_id)
        .where(Delivery.state == DeliveryState.PENDING, Webhook.disabled_at.is_(None))
    )
    oldest = session.scalar(query)
    seconds = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
    return GaugeMetricFamily(
        "huanlian_webhook_oldest_pending_seconds",
        "How long the oldest event waits for an enabled webhook",
        seconds,
    )
