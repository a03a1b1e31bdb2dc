"""What stands in the head of every page, by role. A page that belongs there is one line here."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.auth.subjects import Role
from app.web.access import AUTHORITIES, ENTERPRISES, EVERYONE


@dataclass(frozen=True, slots=True)
class Place:
    """A page to go to: the key of its name in the texts, its path, who is shown it."""

    key: str
    path: str
    roles: frozenset[Role]

    def holds(self, path: str) -> bool:
        """Whether an address lies in this place: the page itself and all below it."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


PLACES = (
    Place("nav.overview", "/", EVERYONE - {Role.PERMIT_SYSTEM}),
    Place("nav.chain", "/chain", AUTHORITIES),
    Place("nav.ledgers", "/ledgers", AUTHORITIES | ENTERPRISES),
    Place("nav.upload", "/upload", ENTERPRISES),
    Place("nav.inbox", "/inbox", ENTERPRISES),
    Place("nav.batches", "/batches", AUTHORITIES | ENTERPRISES),
    Place("nav.certificates", "/certificates", AUTHORITIES | ENTERPRISES),
    Place("nav.findings", "/findings", AUTHORITIES | ENTERPRISES),
    Place("nav.permits", "/permits", AUTHORITIES | {Role.PERMIT_SYSTEM}),
    Place("nav.targets", "/targets", AUTHORITIES),
    Place("nav.rewards", "/rewards", AUTHORITIES | ENTERPRISES),
    Place("nav.reports", "/reports", AUTHORITIES | ENTERPRISES),
    Place("nav.admin", "/admin", frozenset({Role.ADMIN})),
)


def places_for(role: Role | None) -> tuple[Place, ...]:
    """Choose what a person is shown; a stranger is shown nothing that needs a name."""
    return tuple(place for place in PLACES if role in place.roles)


def current(places: Iterable[Place], path: str) -> str:
    """Name the place that an address lies in, the deepest one; "" when it is none of them."""
    holding = [place for place in places if place.holds(path)]
    return max(holding, key=lambda place: len(place.path)).key if holding else ""
