"""The reports of a region in the walk, and their pages: for the authorities of the territory alone."""

from collections.abc import Iterable

from api.route_walk.city import Kind
from api.route_walk.entry import Entry, Fate, at, fates

_D, _N, _F, _E = Fate.DONE, Fate.NOTHING_OF_A, Fate.FORBIDDEN, Fate.ELSEWHERE
_OFFICIALS = fates(_F, regulator=_D, admin=_D)
_PAGE = _OFFICIALS | {Kind.NOBODY: _E}
_EVERYBODY = fates(_N, own=_D, regulator=_D, admin=_D, permits=_F, far_permits=_F, nobody=_E)
_YEAR = "?region=1402&year=2025"
_KINDS = (
    ("bulletin", _YEAR),
    ("brief", "?region=1402&quarter=2025-Q1"),
    ("year-end", _YEAR),
    ("comparison", _YEAR),
)


def _routes() -> Iterable[Entry]:
    for kind, query in _KINDS:
        path = f"/v1/reports/{kind}"
        yield Entry("GET", path, at(path + query), Kind.REGULATOR, _OFFICIALS)
        yield Entry("GET", path, at(f"{path}{query}&format=xlsx"), Kind.REGULATOR, _OFFICIALS, note="xlsx")


REPORTS = [
    *_routes(),
    Entry("GET", "/reports", at("/reports"), Kind.REGULATOR, _EVERYBODY, page=True),
    Entry("GET", "/reports/{code}", at(f"/reports/bulletin{_YEAR}"), Kind.REGULATOR, _PAGE, page=True),
    Entry(
        "GET",
        "/reports/{code}/file",
        at(f"/reports/bulletin/file{_YEAR}&format=docx"),
        Kind.REGULATOR,
        _PAGE,
        page=True,
    ),
]
