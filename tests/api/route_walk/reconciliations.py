"""The walk's requests about reconciliations: for regulators, each in its territory."""

from collections.abc import Callable

from api.route_walk.city import MARCH, City, Kind
from api.route_walk.entry import Asked, Entry, Fate, at, fates

from app.outbox.jobs import JobContext
from app.reconciliations.jobs import carry_out

_D, _N, _H, _F = Fate.DONE, Fate.NOTHING_OF_A, Fate.HIDDEN, Fate.FORBIDDEN
_ALL = "/v1/reconciliations"
_RUN = {"region": "1402", "from": MARCH, "to": MARCH}


def _done(rest: str) -> Callable[[City], Asked]:
    """A reconciliation that the regulator has asked for and the worker has carried out."""

    def build(city: City) -> Asked:
        answer = city.client.post(_ALL, json=_RUN, headers=city.headers(Kind.REGULATOR))
        assert answer.status_code == 202, answer.text
        made = answer.json()["id"]
        carry_out(JobContext(city.sessions, city.settings, city.clock), {"reconciliation_id": made})
        return Asked(f"{_ALL}{rest.format(run=made)}")

    return build


_REGULATORS = fates(_F, regulator=_D, admin=_D)
_RUN_OF_REGULATOR = _REGULATORS | {Kind.FAR_REGULATOR: _H}
RECONCILIATIONS = [
    Entry("POST", _ALL, at(_ALL, json=_RUN), Kind.REGULATOR, _REGULATORS),
    Entry("GET", _ALL, _done(""), Kind.REGULATOR, _REGULATORS | {Kind.FAR_REGULATOR: _N}),
    Entry("GET", f"{_ALL}/{{reconciliation_id}}", _done("/{run}"), Kind.REGULATOR, _RUN_OF_REGULATOR),
    Entry(
        "GET",
        f"{_ALL}/{{reconciliation_id}}/flows",
        _done("/{run}/flows"),
        Kind.REGULATOR,
        _RUN_OF_REGULATOR,
        shows=True,
    ),
    Entry(
        "GET",
        f"{_ALL}/{{reconciliation_id}}/flows",
        _done("/{run}/flows?format=csv"),
        Kind.REGULATOR,
        _RUN_OF_REGULATOR,
        shows=True,
        note="csv",
    ),
]
