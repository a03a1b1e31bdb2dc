"""The scenarios, in the order in which they are best done."""

from app.sandbox.scenario import Scenario
from app.sandbox.scenarios import amending, deliveries, feed, filing, many, permits, webhooks

ALL: tuple[Scenario, ...] = (
    *filing.SCENARIOS,
    *amending.SCENARIOS,
    *many.SCENARIOS,
    *deliveries.SCENARIOS,
    *permits.SCENARIOS,
    *feed.SCENARIOS,
    *webhooks.SCENARIOS,
)
