"""The walk's requests about plans, what they are computed with, and forecasts: for the authorities of the territory."""

from api.route_walk.city import A_SITE, B_SITE, Kind
from api.route_walk.entry import ADMIN_ONLY, Entry, Fate, at, fates

_D, _N, _H, _F, _E = Fate.DONE, Fate.NOTHING_OF_A, Fate.HIDDEN, Fate.FORBIDDEN, Fate.ELSEWHERE
_REGULATORS = fates(_F, regulator=_D, admin=_D)
_READERS = fates(_N, permits=_F, far_permits=_F)
_PAGES = _REGULATORS | {Kind.NOBODY: _E}
_PARAMETER = "/v1/plan-parameters/haul.limit_km"
_VALUE = {"value": "120", "stated_for": "2026-10", "source": "示例"}

PLANNING = [
    Entry("GET", "/v1/plans", at("/v1/plans?region=1402&year=2025"), Kind.REGULATOR, _REGULATORS),
    Entry(
        "GET",
        "/v1/plans",
        at("/v1/plans?region=1402&year=2025&format=xlsx"),
        Kind.REGULATOR,
        _REGULATORS,
        note="xlsx",
    ),
    Entry(
        "GET",
        "/v1/plans/what-if",
        at(f"/v1/plans/what-if?year=2025&to={A_SITE}&from={B_SITE}&of=SW02&tonnes=1&process=roadbase"),
        Kind.REGULATOR,
        fates(_F, regulator=_D, admin=_D, far_regulator=_H),
        shows=True,
    ),
    Entry("GET", "/v1/plan-parameters", at("/v1/plan-parameters"), Kind.REGULATOR, _READERS),
    Entry("PUT", "/v1/plan-parameters/{code}", at(_PARAMETER, json=_VALUE), Kind.ADMIN, ADMIN_ONLY),
    Entry("GET", "/v1/forecasts", at("/v1/forecasts?region=1402&year=2025"), Kind.REGULATOR, _REGULATORS),
]
PLANNING_PAGES = [
    Entry(
        "GET",
        "/targets/plan",
        at("/targets/plan?region=1402&year=2025"),
        Kind.REGULATOR,
        _PAGES,
        page=True,
        echoes=True,
    ),
    Entry(
        "GET",
        "/targets/forecast",
        at("/targets/forecast?region=1402&year=2025"),
        Kind.REGULATOR,
        _PAGES,
        page=True,
        echoes=True,
    ),
]
