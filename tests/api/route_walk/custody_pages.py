"""The pages of batches and certificates in the walk."""

from collections.abc import Callable

from api.route_walk.city import A_SITE, MARCH, City, Kind
from api.route_walk.custody import EVERYBODY, code, form_id, product_id
from api.route_walk.entry import OPEN_TO_ALL, Asked, Entry, Fate, at, fates

_D, _N, _H, _F, _E = Fate.DONE, Fate.NOTHING_OF_A, Fate.HIDDEN, Fate.FORBIDDEN, Fate.ELSEWHERE
_NO_PERMITS = {Kind.PERMITS: _F, Kind.FAR_PERMITS: _F, Kind.NOBODY: _E}
_OF_A = fates(_D, party=_H, other=_H, far_regulator=_H) | _NO_PERMITS
_LIST = fates(_D, party=_N, other=_N, far_regulator=_N) | _NO_PERMITS
# A form counts only with the token of one's own session, which no request of the walk has; what the forms do to whom
# is in tests/web. Strangers are sent to the door.
_A_FORM = fates(_F, nobody=_E)


def _of(path: str, which: Callable[[City], str], rest: str = "") -> Callable[[City], Asked]:
    return lambda city: Asked(f"{path}/{which(city)}{rest}")


def _after(which: Callable[[City], str], url: str) -> Callable[[City], Asked]:
    def asked(city: City) -> Asked:
        which(city)
        return Asked(url)

    return asked


def _page(path: str, asked: Callable[[City], Asked], *, listed: bool = False) -> Entry:
    return Entry("GET", path, asked, Kind.OWN, _LIST if listed else _OF_A, page=True, shows=True, echoes=True)


def _form(path: str, asked: Callable[[City], Asked]) -> Entry:
    return Entry("POST", path, asked, Kind.NOBODY, _A_FORM, page=True, echoes=True)


CUSTODY_PAGES = [
    _page("/batches", _after(form_id, "/batches"), listed=True),
    _page("/batches/{batch_id}", _of("/batches", form_id)),
    _page("/product-batches", _after(product_id, "/product-batches"), listed=True),
    _page("/product-batches/{batch_id}", _of("/product-batches", product_id)),
    _page("/certificates", _after(code, "/certificates"), listed=True),
    _page("/certificates/{code}", _of("/certificates", code)),
    Entry("GET", "/c", at("/c"), Kind.NOBODY, OPEN_TO_ALL, page=True),
    Entry("GET", "/c/{code}", _of("/c", code), Kind.NOBODY, EVERYBODY, page=True, shows=True),
    _form("/batches", at("/batches", data={"site": A_SITE, "number": "1", "day": f"{MARCH}-01"})),
    _form("/batches/{batch_id}/withdrawal", _of("/batches", form_id, "/withdrawal")),
    _form("/product-batches", at("/product-batches", data={"site": A_SITE, "number": "1"})),
    _form("/product-batches/{batch_id}/withdrawal", _of("/product-batches", product_id, "/withdrawal")),
    _form("/certificates", at("/certificates", data={"site": A_SITE, "reference": "1"})),
    _form("/certificates/{code}/revocation", _of("/certificates", code, "/revocation")),
]
