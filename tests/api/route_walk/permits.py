"""The permits of the walk: A's site has one, which its permit system has sent."""

from collections.abc import Callable
from typing import Any

from api.route_walk.city import A_NAMES, A_SITE, A, City, Kind
from api.route_walk.entry import LIST_WITH_A, RECORD_OF_A, Asked, Entry, Fate, fates

from app.outbox.jobs import JobContext
from app.permits.jobs import take_in

_D, _N, _H, _F = Fate.DONE, Fate.NOTHING_OF_A, Fate.HIDDEN, Fate.FORBIDDEN
_OF_A = f"/v1/permits/{A_SITE}"
_PERMIT = {"region": "140212", "holder": A_NAMES[0], "valid_from": "2023-05-10", "valid_until": "2028-05-09"}
_FILE = f"许可证编号,行政区划代码,单位名称\n{A}002P,140212,{A_NAMES[0]}\n".encode()
# Whoever sends permits: its own system, and an administrator; another territory's is told that it is not in charge.
_SENDING = fates(_F, permits=_D, admin=_D)
_OWN_FILE = fates(_F, permits=_D, admin=_D, far_permits=_H)


def sent(city: City) -> None:
    """Have A's permit sent by its permit system."""
    answer = city.client.put(_OF_A, json=_PERMIT, headers=city.headers(Kind.PERMITS))
    assert answer.status_code in (200, 201), answer.text


def _asked(rest: str = "") -> Callable[[City], Asked]:
    """A question about A's permit."""

    def build(city: City) -> Asked:
        sent(city)
        return Asked(f"{_OF_A}{rest}")

    return build


def _listed(city: City) -> Asked:
    _asked()(city)
    return Asked("/v1/permits")


def _file(city: City) -> Any:
    headers = city.headers(Kind.PERMITS) | {"Content-Type": "text/csv"}
    made = city.client.post("/v1/permits/import", content=_FILE, headers=headers)
    assert made.status_code == 202, made.text
    take_in(JobContext(city.sessions, city.settings, city.clock), {"import_id": made.json()["id"]})
    return made.json()["id"]


def _imported(rest: str = "") -> Callable[[City], Asked]:
    return lambda city: Asked(f"/v1/permits/imports/{_file(city)}{rest}")


PERMITS = [
    Entry(
        "PUT",
        "/v1/permits/{number}",
        lambda _city: Asked(_OF_A, {"json": _PERMIT}),
        Kind.PERMITS,
        _SENDING,
        shows=True,
    ),
    Entry("GET", "/v1/permits", _listed, Kind.OWN, LIST_WITH_A, shows=True),
    Entry("GET", "/v1/permits/{number}", _asked(), Kind.OWN, RECORD_OF_A, shows=True),
    Entry("GET", "/v1/permits/{number}/versions", _asked("/versions"), Kind.OWN, RECORD_OF_A, shows=True),
    Entry(
        "GET",
        "/v1/permits/{number}/versions/{version}/payload",
        _asked("/versions/1/payload"),
        Kind.OWN,
        RECORD_OF_A,
    ),
    Entry(
        "POST",
        "/v1/permits/import",
        lambda _city: Asked("/v1/permits/import", {"content": _FILE}, {"Content-Type": "text/csv"}),
        Kind.PERMITS,
        fates(_F, permits=_D, admin=_D, far_permits=_D),
    ),
    Entry("GET", "/v1/permits/imports/{import_id}", _imported(), Kind.PERMITS, _OWN_FILE),
    Entry(
        "GET", "/v1/permits/imports/{import_id}/rows", _imported("/rows"), Kind.PERMITS, _OWN_FILE, shows=True
    ),
    Entry("GET", "/v1/permits/imports/{import_id}/answer", _imported("/answer"), Kind.PERMITS, _OWN_FILE),
]
