"""The walk's requests about chains: runs are kept for who asked, flows and traces are made from what one may see."""

from collections.abc import Callable

from api.route_walk.city import A_SITE, MARCH, City, Kind
from api.route_walk.entry import Asked, Entry, Fate, at, fates

_D, _N, _H, _F = Fate.DONE, Fate.NOTHING_OF_A, Fate.HIDDEN, Fate.FORBIDDEN
_CHAIN = "/v1/chains/all"
_MARCH = f"from={MARCH}&to={MARCH}"
_RUN = {"region": "1402", "from": MARCH, "to": MARCH}


def _asked_by(kind: Kind, rest: str) -> Callable[[City], Asked]:
    """A run that `kind` has asked for before the walk begins."""

    def build(city: City) -> Asked:
        answer = city.client.post(f"{_CHAIN}/runs", json=_RUN, headers=city.headers(kind))
        assert answer.status_code == 202, answer.text
        return Asked(f"{_CHAIN}/runs{rest.format(run=answer.json()['id'])}")

    return build


_NO_PERMITS = {Kind.PERMITS: _F, Kind.FAR_PERMITS: _F}
_OWN_PART = fates(_N, own=_D, regulator=_D, admin=_D) | _NO_PERMITS
_REGULATORS = fates(_F, regulator=_D, admin=_D)
_RUN_OF_REGULATOR = fates(_H, regulator=_D, admin=_D) | _NO_PERMITS
CHAINS = [
    Entry("POST", "/v1/chains/{chain_id}/runs", at(f"{_CHAIN}/runs", json=_RUN), Kind.REGULATOR, _REGULATORS),
    Entry("GET", "/v1/chains/{chain_id}/runs", _asked_by(Kind.REGULATOR, ""), Kind.REGULATOR, _OWN_PART),
    Entry(
        "GET",
        "/v1/chains/{chain_id}/runs/{run_id}",
        _asked_by(Kind.REGULATOR, "/{run}"),
        Kind.REGULATOR,
        _RUN_OF_REGULATOR,
    ),
    Entry(
        "GET",
        "/v1/chains/{chain_id}/flows",
        at(f"{_CHAIN}/flows?{_MARCH}&level=site"),
        Kind.OWN,
        _OWN_PART,
        shows=True,
    ),
    Entry(
        "GET",
        "/v1/chains/{chain_id}/flows",
        at(f"{_CHAIN}/flows?{_MARCH}&region=1402&format=graphml"),
        Kind.OWN,
        _OWN_PART | {Kind.FAR_REGULATOR: _F},
        note="graphml",
    ),
    Entry(
        "GET",
        "/v1/chains/{chain_id}/fates",
        at(f"{_CHAIN}/fates?{_MARCH}&group_by=site"),
        Kind.REGULATOR,
        _REGULATORS | {Kind.FAR_REGULATOR: _N},
        shows=True,
    ),
    Entry(
        "GET",
        "/v1/sites/{code}/trace",
        at(f"/v1/sites/{A_SITE}/trace?waste=SW02&{_MARCH}"),
        Kind.OWN,
        fates(_H, own=_D, regulator=_D, admin=_D) | _NO_PERMITS,
        shows=True,
    ),
]
