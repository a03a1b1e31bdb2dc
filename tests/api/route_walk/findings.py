"""The findings of the walk: one about A alone, of which A was notified."""

from collections.abc import Callable
from typing import Any

from api.route_walk.city import City, Kind
from api.route_walk.entry import (
    ADMIN_ONLY,
    LEDGER_OF_A,
    LEDGERS_WITH_A,
    SIGNED_IN,
    Asked,
    Entry,
    Fate,
    at,
    fates,
)

_F = Fate.FORBIDDEN
_DECIDING = LEDGER_OF_A | {Kind.OWN: _F}
_ANSWERING = LEDGER_OF_A | {Kind.REGULATOR: _F, Kind.ADMIN: _F}
_FILE = {"content": b"%PDF-1.7 walk", "params": {"name": "walk.pdf"}}
_BYTES = {"Content-Type": "application/octet-stream"}


def _finding(rest: str = "", **parts: Any) -> Callable[[City], Asked]:
    return lambda city: Asked(f"/v1/findings/{city.finding_id}{rest}", parts)


def _attaching(city: City) -> Asked:
    return Asked(f"/v1/findings/{city.finding_id}/attachments", _FILE, _BYTES)


def attached(city: City) -> Asked:
    """A file that A has added to the case."""
    address = f"/v1/findings/{city.finding_id}/attachments"
    made = city.client.post(address, headers=city.headers(Kind.OWN) | _BYTES, **_FILE)
    assert made.status_code == 201, made.text
    return Asked(f"{address}/{made.json()['id']}")


def _assigning(city: City) -> Asked:
    body = {"findings": [str(city.finding_id)], "assignee": "王工"}
    return Asked("/v1/findings/assignments", {"json": body})


_VALUES = {"values": {"least_tonnes": "2"}, "reason": "本地核定"}
FINDINGS = [
    Entry("GET", "/v1/rules", at("/v1/rules"), Kind.OWN, SIGNED_IN),
    Entry("GET", "/v1/rules/{rule_id}", at("/v1/rules/line_balance"), Kind.OWN, SIGNED_IN),
    Entry(
        "PUT",
        "/v1/rules/{rule_id}/parameters",
        at("/v1/rules/line_balance/parameters", json=_VALUES),
        Kind.ADMIN,
        ADMIN_ONLY,
    ),
    Entry("GET", "/v1/findings", at("/v1/findings"), Kind.OWN, LEDGERS_WITH_A, shows=True),
    Entry(
        "GET",
        "/v1/findings",
        at("/v1/findings?format=csv"),
        Kind.OWN,
        LEDGERS_WITH_A,
        shows=True,
        note="as CSV",
    ),
    Entry("GET", "/v1/findings/scores", at("/v1/findings/scores"), Kind.OWN, LEDGERS_WITH_A, shows=True),
    Entry("GET", "/v1/findings/{finding_id}", _finding(), Kind.OWN, LEDGER_OF_A, shows=True),
    Entry(
        "POST",
        "/v1/findings/{finding_id}/decisions",
        _finding("/decisions", json={"decision": "confirm"}),
        Kind.REGULATOR,
        _DECIDING,
        shows=True,
    ),
    Entry(
        "POST",
        "/v1/findings/{finding_id}/responses",
        _finding("/responses", json={"text": "已补报"}),
        Kind.OWN,
        _ANSWERING,
        shows=True,
    ),
    Entry(
        "POST",
        "/v1/findings/{finding_id}/comments",
        _finding("/comments", json={"text": "已补报"}),
        Kind.OWN,
        LEDGER_OF_A,
        shows=True,
    ),
    Entry("POST", "/v1/findings/{finding_id}/attachments", _attaching, Kind.OWN, LEDGER_OF_A),
    Entry(
        "GET",
        "/v1/findings/{finding_id}/attachments/{attachment_id}",
        attached,
        Kind.OWN,
        LEDGER_OF_A,
    ),
    Entry(
        "POST",
        "/v1/findings/assignments",
        _assigning,
        Kind.REGULATOR,
        fates(_F, regulator=Fate.DONE, admin=Fate.DONE, far_regulator=Fate.HIDDEN),
    ),
]
