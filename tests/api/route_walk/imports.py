"""The imports of the walk: a file of A's, previewed, so that nothing else in the city changes."""

from collections.abc import Callable

from api.route_walk.city import A_NAMES, A_SITE, FREE, City, Kind
from api.route_walk.entry import FILING_OF_A, LEDGERS_WITH_A, Asked, Entry, Fate, at, fates

from app.imports.jobs import carry_out
from app.outbox.jobs import JobContext

_F, _D = Fate.FORBIDDEN, Fate.DONE
_FILE = f"site,month,waste,generated_tonnes\n{A_SITE},{FREE},SW02,73191.25\n".encode()
_NAMED = {"name": f"{A_NAMES[1]}.csv", "dry_run": "true"}
_LIST = LEDGERS_WITH_A | {Kind.REGULATOR: _F, Kind.FAR_REGULATOR: _F}


def _sending(_city: City) -> Asked:
    return Asked("/v1/imports", {"content": _FILE, "params": _NAMED})


def sent(city: City) -> str:
    """The id of an import of A's that has been carried out."""
    made = city.client.post("/v1/imports", content=_FILE, params=_NAMED, headers=city.headers(Kind.OWN))
    assert made.status_code == 202, made.text
    import_id: str = made.json()["id"]
    carry_out(JobContext(city.sessions, city.settings, city.clock), {"import_id": import_id})
    return import_id


def _sent(rest: str = "") -> Callable[[City], Asked]:
    return lambda city: Asked(f"/v1/imports/{sent(city)}{rest}")


def _listed(city: City) -> Asked:
    sent(city)
    return Asked("/v1/imports")


IMPORTS = [
    Entry(
        "POST",
        "/v1/imports",
        _sending,
        Kind.OWN,
        fates(_F, own=_D, party=_D, other=_D, admin=_D),
        shows=True,
    ),
    Entry("GET", "/v1/imports", _listed, Kind.OWN, _LIST, shows=True),
    Entry(
        "GET",
        "/v1/imports/template.xlsx",
        at(f"/v1/imports/template.xlsx?site={A_SITE}&month={FREE}"),
        Kind.OWN,
        FILING_OF_A,
    ),
    Entry(
        "GET",
        "/v1/ledgers/export",
        at("/v1/ledgers/export?format=ndjson"),
        Kind.OWN,
        LEDGERS_WITH_A,
    ),
    Entry("GET", "/v1/imports/{import_id}", _sent(), Kind.OWN, FILING_OF_A, shows=True),
    Entry("GET", "/v1/imports/{import_id}/ledgers", _sent("/ledgers"), Kind.OWN, FILING_OF_A, shows=True),
    Entry("GET", "/v1/imports/{import_id}/errors.xlsx", _sent("/errors.xlsx"), Kind.OWN, FILING_OF_A),
]
