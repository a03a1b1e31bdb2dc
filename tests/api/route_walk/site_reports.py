"""The forms of A's site: for A and the authorities of its territory alone."""

from api.route_walk.city import A_SITE, MARCH, Kind
from api.route_walk.entry import LEDGER_OF_A, Entry, at

_FORMS = {
    "tax": "quarter=2025-Q1",
    "site-sheet": "until=2025-12",
    "statistics-101": "year=2025",
    "half-year-industry": "half=2025-H1",
    "ledger-tables": f"period={MARCH}",
}
SITE_REPORTS = [
    Entry(
        "GET",
        f"/v1/reports/{kind}",
        at(f"/v1/reports/{kind}?site={A_SITE}&{asked}"),
        Kind.OWN,
        LEDGER_OF_A,
        shows=True,
    )
    for kind, asked in _FORMS.items()
]
