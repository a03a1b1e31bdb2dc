"""The audit log of the walk: authorities read of A, others do not; A's receipt and what A may say against it."""

from collections.abc import Callable

from api.route_walk.city import City, Kind
from api.route_walk.entry import LEDGER_OF_A, SIGNED_IN, Asked, Entry, Fate, at, fates

from app.audit import anchors, sealing

_F, _D, _N, _H = Fate.FORBIDDEN, Fate.DONE, Fate.NOTHING_OF_A, Fate.HIDDEN
_AUTHORITIES = fates(_F, regulator=_D, far_regulator=_N, admin=_D)


def _seal(city: City) -> None:
    with city.sessions.writing() as session:
        while sealing.seal_some(session):
            pass
        anchors.take(session, city.clock().date(), city.clock())


def _sealed(url: str) -> Callable[[City], Asked]:
    def asked(city: City) -> Asked:
        _seal(city)
        return Asked(url)

    return asked


def _receipt(city: City) -> Asked:
    _seal(city)
    return Asked(f"/v1/ledgers/{city.ledger_id()}/receipt")


def _repudiation(city: City) -> Asked:
    body = {"version": 1, "reason": "非本单位填报"}
    return Asked(f"/v1/ledgers/{city.ledger_id()}/repudiation", {"json": body})


AUDIT = [
    Entry("GET", "/v1/audit", at("/v1/audit?limit=200"), Kind.REGULATOR, _AUTHORITIES, shows=True),
    Entry(
        "GET",
        "/v1/audit",
        lambda _city: Asked("/v1/audit", headers={"Accept": "application/x-ndjson"}),
        Kind.REGULATOR,
        _AUTHORITIES,
        shows=True,
        note="export",
    ),
    Entry("GET", "/v1/audit/verify", _sealed("/v1/audit/verify"), Kind.REGULATOR, _AUTHORITIES),
    Entry("GET", "/v1/audit/anchors", _sealed("/v1/audit/anchors"), Kind.OWN, SIGNED_IN),
    Entry("GET", "/v1/ledgers/{ledger_id}/receipt", _receipt, Kind.OWN, LEDGER_OF_A, shows=True),
    Entry(
        "POST",
        "/v1/ledgers/{ledger_id}/repudiation",
        _repudiation,
        Kind.OWN,
        fates(_F, own=_D, party=_H, other=_H),
    ),
]
