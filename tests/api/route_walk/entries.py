"""Every route of the service with a request of its own. A new route comes with an entry in the list of its slice."""

from collections.abc import Callable
from typing import Any

from api.route_walk import (
    audit,
    chains,
    custody,
    custody_pages,
    enterprise_pages,
    findings,
    imports,
    official_pages,
    open_data,
    pages,
    permit_reports,
    permits,
    planning,
    reconciliations,
    reports,
    rewards,
    site_reports,
    webhooks,
)
from api.route_walk.city import A_SITE, DRAFTED, FREE, MARCH, A, B, City, Kind, a_ledger
from api.route_walk.entry import (
    ADMIN_ONLY,
    CHANGE_OF_A,
    FILING_OF_A,
    LEDGER_OF_A,
    LEDGERS_WITH_A,
    LIST_WITH_A,
    OPEN_TO_ALL,
    RECORD_OF_A,
    SIGNED_IN,
    Asked,
    Entry,
    Fate,
    at,
    fates,
)

from app.auth.subjects import Role
from app.clients import service as clients

_D, _N, _H, _F = Fate.DONE, Fate.NOTHING_OF_A, Fate.HIDDEN, Fate.FORBIDDEN
OWN, ADMIN, REGULATOR, PARTY = Kind.OWN, Kind.ADMIN, Kind.REGULATOR, Kind.PARTY
_SITE = {
    "code": "walk-site-2",
    "enterprise": A,
    "name": "二厂",
    "region": "140212",
    "reports_from": "2025-01",
}
_FACILITY = {"site": A_SITE, "code": "TS002", "name": "二号灰场", "kind": "storage"}
_FIRM = {"credit_code": "91140200MA0WALKNEW", "name": "新企业", "industry": "44", "region": "140212"}


def _ledger(rest: str = "", month: str = MARCH, **parts: Any) -> Callable[[City], Asked]:
    return lambda city: Asked(f"/v1/ledgers/{city.ledger_id(month)}{rest}", parts)


def _amendment(city: City) -> Asked:
    body = a_ledger(MARCH, reason="复核")
    return Asked(f"/v1/ledgers/{city.ledger_id()}/amendments", {"json": body}, {"If-Match": '"1"'})


def _transfer(rest: str = "", **parts: Any) -> Callable[[City], Asked]:
    return lambda city: Asked(f"/v1/transfers/{city.transfer_id}{rest}", parts)


def _client(rest: str) -> Callable[[City], Asked]:
    return lambda city: Asked(f"/v1/clients/{city.client_of(OWN)[0]}{rest}")


def _shut_out(city: City) -> Asked:
    """A machine of its own: those of the walk must go on."""
    with city.sessions.writing() as session:
        spare = clients.create_client(
            session, name="spare", role=Role.ENTERPRISE, enterprise=A, now=city.clock()
        )
        clients.disable_client(session, spare.client_id, city.clock())
    return Asked(f"/v1/clients/{spare.client_id}/enable")


def _secret(city: City) -> Asked:
    client_id, secret_id = city.client_of(OWN)
    return Asked(f"/v1/clients/{client_id}/secrets/{secret_id}")


def _token(city: City) -> Asked:
    client_id, secret = city.new_secret(OWN)
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return Asked("/oauth/token", {"data": form})


CLIENTS = [
    Entry(
        "POST",
        "/oauth/token",
        _token,
        Kind.NOBODY,
        fates(Fate.TWO_CREDENTIALS, nobody=Fate.NOTHING_OF_A),
    ),
    Entry("GET", "/v1/clients", at("/v1/clients"), ADMIN, ADMIN_ONLY, shows=True),
    Entry(
        "POST",
        "/v1/clients",
        at("/v1/clients", json={"name": "n", "role": "enterprise", "enterprise": A}),
        ADMIN,
        ADMIN_ONLY,
    ),
    Entry("POST", "/v1/clients/{client_id}/secrets", _client("/secrets"), ADMIN, ADMIN_ONLY),
    Entry("DELETE", "/v1/clients/{client_id}/secrets/{credential_id}", _secret, ADMIN, ADMIN_ONLY),
    Entry("POST", "/v1/clients/{client_id}/disable", _client("/disable"), ADMIN, ADMIN_ONLY),
    Entry("POST", "/v1/clients/{client_id}/enable", _shut_out, ADMIN, ADMIN_ONLY),
]

_KINDS = (
    "regions",
    "industries",
    "wastes",
    "bases",
    "targets",
    "coefficients",
    "methods",
    "processes",
    "chains",
)
_COEFFICIENT = "/v1/coefficients/gangue.raw_coal"


def _coefficient(city: City) -> Asked:
    """The coefficient as it is, from another source."""
    rows = city.client.get("/v1/coefficients?limit=200", headers=city.headers(ADMIN)).json()["items"]
    row = next(row for row in rows if _COEFFICIENT.endswith(row["code"]))
    body = {name: row[name] for name in ("zh", "en", "body")}
    return Asked(_COEFFICIENT, {"json": body | {"source": "示例"}})


REFERENCE = [
    *(Entry("GET", f"/v1/{kind}", at(f"/v1/{kind}"), OWN, SIGNED_IN) for kind in _KINDS),
    Entry("GET", "/v1/chains/{chain_id}", at("/v1/chains/coal-power-gypsum"), OWN, SIGNED_IN),
    Entry(
        "GET",
        "/v1/coefficients/{code}/history",
        at(f"{_COEFFICIENT}/history"),
        OWN,
        SIGNED_IN,
    ),
    Entry(
        "PUT",
        "/v1/coefficients/{code}",
        _coefficient,
        ADMIN,
        ADMIN_ONLY,
    ),
]

ENTERPRISES = [
    Entry("POST", "/v1/enterprises", at("/v1/enterprises", json=_FIRM), ADMIN, ADMIN_ONLY),
    Entry("GET", "/v1/enterprises", at("/v1/enterprises"), OWN, LIST_WITH_A, shows=True),
    Entry("GET", "/v1/enterprises/{credit_code}", at(f"/v1/enterprises/{A}"), OWN, RECORD_OF_A, shows=True),
    Entry(
        "POST",
        "/v1/enterprises/{credit_code}/succession",
        at(
            f"/v1/enterprises/{A}/succession",
            json={"successor": B, "from": "2025-07", "reason": "吸收合并"},
        ),
        ADMIN,
        ADMIN_ONLY,
    ),
    # Readers are told that they may not register before anybody looks for the enterprise.
    Entry(
        "POST", "/v1/sites", at("/v1/sites", json=_SITE), OWN, fates(_F, own=_D, party=_H, other=_H, admin=_D)
    ),
    Entry("GET", "/v1/sites", at("/v1/sites"), OWN, LIST_WITH_A, shows=True),
    Entry("GET", "/v1/sites/{code}", at(f"/v1/sites/{A_SITE}"), OWN, RECORD_OF_A, shows=True),
    Entry(
        "GET", "/v1/sites/{code}/versions", at(f"/v1/sites/{A_SITE}/versions"), OWN, RECORD_OF_A, shows=True
    ),
    Entry("PATCH", "/v1/sites/{code}", at(f"/v1/sites/{A_SITE}", json={"name": "改名厂"}), OWN, CHANGE_OF_A),
    Entry("POST", "/v1/facilities", at("/v1/facilities", json=_FACILITY), OWN, CHANGE_OF_A),
    Entry("GET", "/v1/facilities", at("/v1/facilities"), OWN, LIST_WITH_A, shows=True),
    Entry(
        "GET",
        "/v1/facilities/{site_code}/{code}",
        at(f"/v1/facilities/{A_SITE}/TS001"),
        OWN,
        RECORD_OF_A,
        shows=True,
    ),
]

_DECIDING = LEDGER_OF_A | {OWN: _F}
LEDGERS = [
    Entry("POST", "/v1/ledgers", at("/v1/ledgers", json=a_ledger(FREE)), OWN, FILING_OF_A),
    Entry("POST", "/v1/ledgers/validate", at("/v1/ledgers/validate", json=a_ledger(FREE)), OWN, FILING_OF_A),
    Entry(
        "POST",
        "/v1/ledgers/bulk",
        at("/v1/ledgers/bulk?mode=atomic", json=[a_ledger(FREE)]),
        OWN,
        FILING_OF_A | {PARTY: Fate.REJECTED, Kind.OTHER: Fate.REJECTED},
        echoes=True,
    ),
    Entry("POST", "/v1/ledgers/{ledger_id}/amendments", _amendment, OWN, FILING_OF_A),
    Entry("GET", "/v1/ledgers", at("/v1/ledgers"), OWN, LEDGERS_WITH_A, shows=True),
    Entry(
        "GET", "/v1/ledgers", at(f"/v1/ledgers?site={A_SITE}"), OWN, LEDGERS_WITH_A, shows=True, note="of A"
    ),
    Entry("GET", "/v1/ledgers/{ledger_id}", _ledger(), OWN, LEDGER_OF_A, shows=True),
    Entry(
        "GET",
        "/v1/ledgers/{ledger_id}",
        _ledger(month=DRAFTED),
        OWN,
        LEDGER_OF_A | {REGULATOR: _H},
        shows=True,
        note="draft",
    ),
    Entry("GET", "/v1/ledgers/{ledger_id}/versions", _ledger("/versions"), OWN, LEDGER_OF_A, shows=True),
    Entry(
        "GET",
        "/v1/ledgers/{ledger_id}/versions",
        _ledger("/versions", DRAFTED),
        OWN,
        LEDGER_OF_A | {REGULATOR: _H},
        shows=True,
        note="draft",
    ),
    Entry(
        "POST",
        "/v1/ledgers/{ledger_id}/decisions",
        _ledger("/decisions", json={"to": "accepted"}),
        REGULATOR,
        _DECIDING,
        shows=True,
    ),
    Entry(
        "POST",
        "/v1/closings",
        at("/v1/closings", json={"region": "1402", "month": MARCH}),
        REGULATOR,
        fates(_F, regulator=_D, admin=_D),
    ),
    Entry("GET", "/v1/selfcheck", at("/v1/selfcheck"), ADMIN, ADMIN_ONLY),
]

TRANSFERS = [
    Entry("GET", "/v1/transfers", at("/v1/transfers"), OWN, LEDGERS_WITH_A | {PARTY: _D}, shows=True),
    Entry("GET", "/v1/transfers/{transfer_id}", _transfer(), OWN, LEDGER_OF_A | {PARTY: _D}, shows=True),
    Entry(
        "POST",
        "/v1/transfers/{transfer_id}/confirmation",
        _transfer("/confirmation", json={"decision": "confirm"}),
        PARTY,
        fates(_F, party=_D, other=_H),
        shows=True,
    ),
]

_RATES = f"/v1/rates?metric=utilization.statutory&from={MARCH}&to={MARCH}"
_RATES_FATES = fates(_F, own=_D, party=_N, other=_N, regulator=_D, admin=_D)
RATES = [
    Entry("GET", "/v1/rates", at(f"{_RATES}&region=1402&group_by=site"), OWN, _RATES_FATES, shows=True),
    Entry(
        "GET",
        "/v1/rates",
        at(f"{_RATES}&group_by=site"),
        OWN,
        _RATES_FATES | {Kind.FAR_REGULATOR: _N},
        shows=True,
        note="of whatever one may see",
    ),
    Entry(
        "GET",
        "/v1/rates",
        at(f"{_RATES}&site={A_SITE}"),
        OWN,
        _RATES_FATES | {PARTY: _H, Kind.OTHER: _H, Kind.FAR_REGULATOR: _H},
        shows=True,
        note="of A",
    ),
    Entry("GET", "/v1/metrics", at("/v1/metrics"), OWN, fates(_N, permits=_F, far_permits=_F)),
    Entry(
        "GET",
        "/v1/targets/progress",
        at("/v1/targets/progress?region=1402&year=2025"),
        REGULATOR,
        fates(_F, regulator=_D, admin=_D),
    ),
]

_OFFICIAL = (
    "case,unit,gen,util,util_prior,disp,disp_prior,stored_year,stored_cum,published_metric,published_value\n"
    "walk,t,1000,500,,,,,,util,50.00\n"
)
BULLETINS = [
    Entry(
        "POST",
        "/v1/bulletins/check",
        lambda _city: Asked("/v1/bulletins/check", {"content": _OFFICIAL}, {"Content-Type": "text/csv"}),
        OWN,
        fates(_N, permits=_F, far_permits=_F),
    )
]
# What is told of ledgers needs the scope to read them, so permit systems poll and find nothing.
LEDGER_EVENTS = LIST_WITH_A | {Kind.PERMITS: _N}
EVENTS = [Entry("GET", "/v1/events", at("/v1/events"), OWN, LEDGER_EVENTS, shows=True)]
OPERATIONS = [
    *(Entry("GET", path, at(path), Kind.NOBODY, OPEN_TO_ALL) for path in ("/healthz", "/readyz")),
    Entry("GET", "/metrics", at("/metrics"), ADMIN, ADMIN_ONLY),
]

ENTRIES = [
    *CLIENTS,
    *REFERENCE,
    *ENTERPRISES,
    *LEDGERS,
    *TRANSFERS,
    *RATES,
    *BULLETINS,
    *EVENTS,
    *webhooks.WEBHOOKS,
    *audit.AUDIT,
    *chains.CHAINS,
    *findings.FINDINGS,
    *imports.IMPORTS,
    *permits.PERMITS,
    *permit_reports.PERMIT_REPORTS,
    *planning.PLANNING,
    *planning.PLANNING_PAGES,
    *reconciliations.RECONCILIATIONS,
    *custody.CUSTODY,
    *custody_pages.CUSTODY_PAGES,
    *reports.REPORTS,
    *site_reports.SITE_REPORTS,
    *rewards.REWARDS,
    *open_data.OPEN_DATA,
    *OPERATIONS,
    *pages.PAGES,
    *enterprise_pages.ENTERPRISE_PAGES,
    *official_pages.OFFICIAL_PAGES,
]
