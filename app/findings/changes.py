"""The events after which some finding may differ, and whether one of them overtook an evaluation.

An evaluation reads its facts without holding anybody up and writes in a short transaction of its own. What was committed in
between is told by the events that have come since: those without a place then and those placed after. Each of them has a job
of its own; but that job may have written first, so an evaluation that it touches must not write what it saw before.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from app.db.session import ReadSession
from app.domain.periods import Month
from app.findings import registry
from app.findings.partitions import touched
from app.findings.partitions_register import Registered, touched_by_register
from app.outbox.models import Event

TOUCHING = frozenset(
    {
        "ledger.submitted",
        "ledger.amended",
        "transfer.confirmed",
        "transfer.corrected",
        "transfer.disputed",
    }
)
"""Those of site-months."""
PERMITS = frozenset({"permit.received", "permit.changed", "permit.matched"})
"""Those of permits."""
REGISTER = frozenset({"site.changed"})
"""Those of the register: a site, its facilities, who answers for it."""
REFERENCE = frozenset({"reference.changed"})
"""Those of reference data; of its kinds only some say anything to a rule."""
ANY = TOUCHING | PERMITS | REGISTER | REFERENCE


def rules_of_reference(events: Iterable[Event]) -> frozenset[str]:
    """The rules that hold figures to the reference data that these events of `REFERENCE` are about."""
    kinds = {str(event.payload["kind"]) for event in events if event.type in REFERENCE}
    if "methods" in kinds:  # they say every figure's uncertainty
        return frozenset(registry.BY_ID)
    return registry.COEFFICIENT_RULES if "coefficients" in kinds else frozenset()


def registered(events: Iterable[Event]) -> list[Registered]:
    """What events of `REGISTER` say."""
    return [Registered.of(event.payload) for event in events if event.type in REGISTER]


def site_months(events: Iterable[Event]) -> set[tuple[str, Month]]:
    """The site-months that events of `TOUCHING` are about."""
    return {
        (str(event.payload[name]), Month.parse(event.payload["month"]))
        for event in events
        for name in ("site", "sender", "receiver")
        if event.type in TOUCHING and event.payload.get(name) is not None
    }


@dataclass(frozen=True, slots=True)
class Seen:
    """How far the events went when the facts were read: the last place, and the numbers that had none yet."""

    place: int
    unplaced: frozenset[int]

    @classmethod
    def read(cls, session: ReadSession) -> "Seen":
        """Ask before the facts are read: what is committed while they are is then taken as later, and so looked at again."""
        unplaced = frozenset(session.scalars(select(Event.number).where(Event.position.is_(None))))
        return cls(session.scalar(select(func.max(Event.position))) or 0, unplaced)

    def overtaken(self, session: ReadSession, partitions: Collection[str]) -> bool:
        """Tell whether a change that came since touches one of these partitions."""
        later = self._later(session)
        if any(event.type in PERMITS for event in later) or rules_of_reference(later):
            return True
        if not later:
            return False
        reached = touched(session, site_months(later)) | touched_by_register(session, registered(later))
        return not set(partitions).isdisjoint(reached.names())

    def _later(self, session: ReadSession) -> Sequence[Event]:
        since = or_(Event.position.is_(None), Event.position > self.place)
        found = session.scalars(select(Event).where(Event.type.in_(ANY), since))
        return [event for event in found if event.number not in self.unplaced]
