"""The walk's requests about ledgers against permits: for whoever may see the permit, which has the site's ledgers in it."""

from collections.abc import Callable

from api.route_walk.city import A_SITE, City, Kind
from api.route_walk.entry import RECORD_OF_A, Asked, Entry

_OF_A = f"/v1/permits/{A_SITE}"
_PERMIT = {
    "region": "140212",
    "valid_from": "2023-05-10",
    "valid_until": "2028-05-09",
    "wastes": [{"waste": "SW03", "routes": [{"by": "self", "way": "use"}]}],
    "facilities": [{"code": "TS001", "kind": "storage", "capacity": {"amount": "50", "unit": "万t"}}],
}


def _of_a(rest: str) -> Callable[[City], Asked]:
    """A question about A's permit, which its permit system has sent."""

    def build(city: City) -> Asked:
        sent = city.client.put(_OF_A, json=_PERMIT, headers=city.headers(Kind.PERMITS))
        assert sent.status_code in (200, 201), sent.text
        return Asked(f"{_OF_A}{rest}")

    return build


def _entry(route: str, query: str = "", *, shows: bool = True, note: str = "") -> Entry:
    path = f"/v1/permits/{{number}}/{route}"
    return Entry("GET", path, _of_a(f"/{route}{query}"), Kind.PERMITS, RECORD_OF_A, shows=shows, note=note)


PERMIT_REPORTS = [
    _entry("compliance", "?from=2025-01&to=2025-06"),
    _entry("headroom"),
    _entry("execution-report", "?period=2025-Q1"),
    # Cells of a workbook are compressed: what A wrote is not to be found in it by looking at the bytes.
    _entry("execution-report", "?period=2025&format=xlsx", shows=False, note="xlsx"),
    _entry("ledger-tables", "?period=2025-03"),
    _entry("ledger-tables", "?period=2025&format=xlsx", shows=False, note="xlsx"),
]
