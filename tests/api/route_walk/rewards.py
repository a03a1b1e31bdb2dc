"""Rewards in the walk: a rule of the city, and what A claims under it once its ledger is accepted."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from api.route_walk.city import A_SITE, MARCH, City, Kind
from api.route_walk.entry import (
    FILING_OF_A,
    LEDGER_OF_A,
    LEDGERS_WITH_A,
    LIST_WITH_A,
    SIGNED_IN,
    Asked,
    Entry,
    Fate,
    at,
    fates,
)

_F = Fate.FORBIDDEN
_RULE = {
    "region": "1402",
    "zh": "示例奖励",
    "en": "example reward",
    "yuan_per_tonne": "5",
    "from": "2025-01",
    "source": "示例",
}
_MONTHS = {"rule": "walk", "site": A_SITE, "from": MARCH, "to": MARCH}
_QUERY = "&".join(f"{name}={value}" for name, value in _MONTHS.items())
_OFFICIALS = fates(_F, regulator=Fate.DONE, admin=Fate.DONE)


def _ruled(city: City) -> None:
    made = city.client.put("/v1/reward-rules/walk", json=_RULE, headers=city.headers(Kind.REGULATOR))
    assert made.status_code in (200, 201), made.text
    accepted = city.client.post(
        f"/v1/ledgers/{city.ledger_id()}/decisions",
        json={"to": "accepted"},
        headers=city.headers(Kind.REGULATOR),
    )
    # One that is accepted already stays so.
    assert accepted.status_code in (200, 409), accepted.text


def _after_the_rule(url: str, **rest: Any) -> Callable[[City], Asked]:
    def asked(city: City) -> Asked:
        _ruled(city)
        return Asked(url, rest)

    return asked


def _claimed(rest: str = "", **parts: Any) -> Callable[[City], Asked]:
    def asked(city: City) -> Asked:
        _ruled(city)
        own = city.headers(Kind.OWN)
        city.client.post("/v1/reward-claims", json=_MONTHS, headers=own)
        [claim] = city.client.get("/v1/reward-claims", headers=own).json()["items"]
        return Asked(f"/v1/reward-claims{rest.replace('ID', claim['id'])}", parts)

    return asked


def _claimed_page(city: City) -> Asked:
    _claimed()(city)
    return Asked("/rewards")


_NO_PERMITS = {Kind.PERMITS: _F, Kind.FAR_PERMITS: _F, Kind.NOBODY: Fate.ELSEWHERE}
_PAGE = LIST_WITH_A | _NO_PERMITS
_LEADERS = fates(
    _F, regulator=Fate.DONE, admin=Fate.DONE, far_regulator=Fate.NOTHING_OF_A, nobody=Fate.ELSEWHERE
)
# Only the form of one's own session counts; what forms do is in tests/web.
_A_FORM = fates(_F, nobody=Fate.ELSEWHERE)
REWARDS = [
    Entry("GET", "/v1/reward-rules", _after_the_rule("/v1/reward-rules"), Kind.OWN, SIGNED_IN),
    Entry(
        "PUT",
        "/v1/reward-rules/{code}",
        at("/v1/reward-rules/walk", json=_RULE),
        Kind.REGULATOR,
        _OFFICIALS,
    ),
    Entry(
        "GET",
        "/v1/reward-claims/preview",
        _after_the_rule(f"/v1/reward-claims/preview?{_QUERY}"),
        Kind.OWN,
        LEDGER_OF_A,
        shows=True,
    ),
    Entry(
        "POST",
        "/v1/reward-claims",
        _after_the_rule("/v1/reward-claims", json=_MONTHS),
        Kind.OWN,
        FILING_OF_A | {Kind.ADMIN: _F},
    ),
    Entry("GET", "/v1/reward-claims", _claimed(), Kind.OWN, LEDGERS_WITH_A, shows=True),
    Entry("GET", "/v1/reward-claims/{claim_id}", _claimed("/ID"), Kind.OWN, LEDGER_OF_A, shows=True),
    Entry(
        "POST",
        "/v1/reward-claims/{claim_id}/decisions",
        _claimed("/ID/decisions", json={"decision": "approved"}),
        Kind.REGULATOR,
        LEDGER_OF_A | {Kind.OWN: _F},
    ),
    Entry("GET", "/v1/leaders", at("/v1/leaders?region=1402&year=2025"), Kind.REGULATOR, _OFFICIALS),
    Entry("GET", "/rewards", _claimed_page, Kind.OWN, _PAGE, page=True, shows=True),
    Entry("GET", "/leaders", at("/leaders?year=2025"), Kind.REGULATOR, _LEADERS, page=True),
    Entry("POST", "/rewards", at("/rewards", data=_MONTHS), Kind.NOBODY, _A_FORM, page=True),
    Entry(
        "POST",
        "/rewards/{claim_id}",
        at(f"/rewards/{UUID(int=1)}", data={"decision": "approved"}),
        Kind.NOBODY,
        _A_FORM,
        page=True,
    ),
]
