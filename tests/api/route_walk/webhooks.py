"""The webhooks of the walk: one of A's, made when the request is asked for; to everybody else it does not exist."""

from collections.abc import Callable
from typing import Any

from api.route_walk.city import City, Kind
from api.route_walk.entry import Asked, Entry, Fate, fates

_URL = {"url": "https://receiver.example/a"}
_HIDDEN = fates(Fate.HIDDEN, own=Fate.DONE, admin=Fate.DONE)
_OWN = fates(Fate.NOTHING_OF_A)


def _made(city: City) -> str:
    made = city.client.post("/v1/webhooks", json=_URL, headers=city.headers(Kind.OWN))
    assert made.status_code == 201, made.text
    return str(made.headers["location"])


def _hook(rest: str = "", **parts: Any) -> Callable[[City], Asked]:
    return lambda city: Asked(f"{_made(city)}{rest}", parts)


def _delivery(rest: str = "") -> Callable[[City], Asked]:
    """A ping of A's webhook."""

    def asked(city: City) -> Asked:
        pinged = city.client.post(f"{_made(city)}/ping", headers=city.headers(Kind.OWN))
        assert pinged.status_code == 202, pinged.text
        return Asked(f"{pinged.headers['location']}{rest}")

    return asked


_ONE, _LOG = "/v1/webhooks/{webhook_id}", "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}"
WEBHOOKS = [
    Entry("GET", "/v1/webhooks", lambda _city: Asked("/v1/webhooks"), Kind.OWN, _OWN),
    Entry("GET", _ONE, _hook(), Kind.OWN, _HIDDEN),
    Entry("PATCH", _ONE, _hook(json={"types": ["ledger.*"]}), Kind.OWN, _HIDDEN),
    Entry("DELETE", _ONE, _hook(), Kind.OWN, _HIDDEN),
    Entry("POST", f"{_ONE}/secret", _hook("/secret", json={}), Kind.OWN, _HIDDEN),
    Entry("POST", f"{_ONE}/ping", _hook("/ping"), Kind.OWN, _HIDDEN),
    Entry("POST", f"{_ONE}/replay", _hook("/replay?after=0"), Kind.OWN, _HIDDEN),
    Entry("GET", f"{_ONE}/deliveries", _hook("/deliveries"), Kind.OWN, _HIDDEN),
    Entry("GET", _LOG, _delivery(), Kind.OWN, _HIDDEN),
    Entry("POST", f"{_LOG}/replay", _delivery("/replay"), Kind.OWN, _HIDDEN),
    # Everybody may have webhooks of their own: that makes something, and tells nothing of A.
    Entry(
        "POST",
        "/v1/webhooks",
        lambda _city: Asked("/v1/webhooks", {"json": _URL}),
        Kind.OWN,
        fates(Fate.DONE),
    ),
]
