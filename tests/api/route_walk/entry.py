"""What an entry of the walk says: a request that would succeed for the right subject, and how everybody fares with it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from api.route_walk.city import City, Kind


def as_in_the_contract(path: str) -> str:
    """A route's path without what its parts are read by: {id:uuid} is {id} there."""
    return re.sub(r":\w+}", "}", path)


class Fate(Enum):
    """How a request ends."""

    DONE = "2xx"
    NOTHING_OF_A = "2xx without anything of A's"
    HIDDEN = "404"
    FORBIDDEN = "403"
    STRANGER = "401"
    REJECTED = "422 that says the site is unknown"
    ELSEWHERE = "303 to another page"
    TWO_CREDENTIALS = "400: one way of signing in, not two"


@dataclass(frozen=True)
class Asked:
    """The parts of a request, as the test client takes them."""

    url: str
    rest: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


Fates = Mapping[Kind, Fate]


@dataclass(frozen=True)
class Entry:
    """One request of a route. `right` sends it last and is answered 2xx; `shows` says that A's data is in that answer."""

    method: str
    path: str
    asked: Callable[[City], Asked]
    right: Kind
    fates: Fates
    shows: bool = False
    page: bool = False
    echoes: bool = False
    """The answer repeats what the caller itself sent, line by line."""
    note: str = ""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}{' ' if self.note else ''}{self.note}"


def fates(default: Fate, **others: Fate) -> dict[Kind, Fate]:
    """Everybody's fate: `default` but for those named; nobody is always sent away unless named."""
    named = {Kind[name.upper()]: fate for name, fate in others.items()}
    return dict.fromkeys(Kind, default) | {Kind.NOBODY: Fate.STRANGER} | named


_D, _N, _H, _F = Fate.DONE, Fate.NOTHING_OF_A, Fate.HIDDEN, Fate.FORBIDDEN

OPEN_TO_ALL = fates(_N, nobody=_N)
SIGNED_IN = fates(_N)
ADMIN_ONLY = fates(_F, admin=_D)
RECORD_OF_A = fates(_D, party=_H, other=_H, far_regulator=_H, far_permits=_H)
LIST_WITH_A = fates(_D, party=_N, other=_N, far_regulator=_N, far_permits=_N)
LEDGER_OF_A = RECORD_OF_A | {Kind.PERMITS: _F, Kind.FAR_PERMITS: _F}
LEDGERS_WITH_A = LIST_WITH_A | {Kind.PERMITS: _F, Kind.FAR_PERMITS: _F}
CHANGE_OF_A = RECORD_OF_A | {Kind.REGULATOR: _F, Kind.PERMITS: _F}
FILING_OF_A = fates(_F, own=_D, party=_H, other=_H, admin=_D)


def at(url: str, **rest: Any) -> Callable[[City], Asked]:
    """A request that needs nothing of the city."""
    return lambda _city: Asked(url, rest)


def form(url: str, **data: str) -> Callable[[City], Asked]:
    return lambda _city: Asked(url, {"data": data})
