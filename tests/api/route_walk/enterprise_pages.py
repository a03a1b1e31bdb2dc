"""The enterprise's pages of the walk: months, forms, files, the inbox, the site sheet."""

from collections.abc import Callable

from api.route_walk import imports
from api.route_walk.city import A_SITE, FREE, MARCH, City, Kind
from api.route_walk.entry import Asked, Entry, Fate, at, fates

_D, _N, _H, _F, _E = Fate.DONE, Fate.NOTHING_OF_A, Fate.HIDDEN, Fate.FORBIDDEN, Fate.ELSEWHERE
_NO_PERMITS = {Kind.PERMITS: _F, Kind.FAR_PERMITS: _F, Kind.NOBODY: _E}
_OF_A = fates(_D, party=_H, other=_H, far_regulator=_H) | _NO_PERMITS
_LIST = fates(_D, party=_N, other=_N, far_regulator=_N) | _NO_PERMITS
_OWN_LIST = fates(_F, own=_D, party=_N, other=_N, nobody=_E)
_OWN_RECORD = fates(_F, own=_D, party=_H, other=_H, nobody=_E)
# A form counts only with the token of one's own session, which no request of the walk has; what the forms do to whom
# is in tests/web. Strangers are sent to the door.
_A_FORM = fates(_F, nobody=_E)
_LEDGER, _FREE = f"/ledgers/{A_SITE}/{MARCH}", f"/ledgers/{A_SITE}/{FREE}"


def _of_an_import(rest: str = "") -> Callable[[City], Asked]:
    def asked(city: City) -> Asked:
        made = imports.sent(city)
        return Asked(f"/upload/{made}{rest}")

    return asked


def _transfer(city: City) -> Asked:
    return Asked(f"/inbox/{city.transfer_id}", {"data": {"decision": "confirm"}})


def _form(method_path: str, asked: Callable[[City], Asked]) -> Entry:
    return Entry("POST", method_path, asked, Kind.NOBODY, _A_FORM, page=True, echoes=True)


ENTERPRISE_PAGES = [
    Entry("GET", "/ledgers", at("/ledgers"), Kind.OWN, _LIST, page=True, shows=True),
    Entry("GET", "/ledgers/{site}/{month}", at(_LEDGER), Kind.OWN, _OF_A, page=True, shows=True, echoes=True),
    Entry(
        "GET", "/sites/{site}", at(f"/sites/{A_SITE}"), Kind.OWN, _OF_A, page=True, shows=True, echoes=True
    ),
    Entry("GET", "/inbox", at("/inbox"), Kind.PARTY, _OWN_LIST | {Kind.PARTY: _D}, page=True, shows=True),
    Entry("GET", "/upload", at("/upload"), Kind.OWN, _OWN_LIST, page=True, shows=True),
    Entry(
        "GET",
        "/upload/template",
        at(f"/upload/template?site={A_SITE}&month={FREE}"),
        Kind.OWN,
        _OWN_RECORD,
        page=True,
        echoes=True,
    ),
    Entry("GET", "/upload/{import_id}", _of_an_import(), Kind.OWN, _OWN_RECORD, page=True, shows=True),
    _form("/ledgers/{site}/{month}", at(_FREE, data={"action": "nil", "signed_by": "甲"})),
    _form("/ledgers/{site}/{month}/check", at(f"{_FREE}/check", data={"action": "check"})),
    _form("/ledgers/{site}/{month}/decision", at(f"{_LEDGER}/decision", data={"to": "accepted"})),
    _form("/inbox", at("/inbox", data={"transfer": "1"})),
    _form("/inbox/{transfer_id}", _transfer),
    _form("/upload", at("/upload", data={"mode": "each"})),
    _form("/upload/{import_id}/filing", _of_an_import("/filing")),
]
