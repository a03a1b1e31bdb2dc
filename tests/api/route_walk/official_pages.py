"""The pages of the walk that officials and administrators use, and those of a case, which both sides see."""

from collections.abc import Callable
from uuid import UUID

from api.route_walk import permits
from api.route_walk.city import A_SITE, City, Kind
from api.route_walk.entry import Asked, Entry, Fate, at, fates
from api.route_walk.findings import attached

_D, _N, _H, _F, _E = Fate.DONE, Fate.NOTHING_OF_A, Fate.HIDDEN, Fate.FORBIDDEN, Fate.ELSEWHERE
_NO_PERMITS = {Kind.PERMITS: _F, Kind.FAR_PERMITS: _F, Kind.NOBODY: _E}
_OF_A = fates(_D, party=_H, other=_H, far_regulator=_H) | _NO_PERMITS
_LIST = fates(_D, party=_N, other=_N, far_regulator=_N) | _NO_PERMITS
_OFFICIALS = fates(_F, regulator=_D, admin=_D, nobody=_E)
_PERMITS = _OFFICIALS | {Kind.PERMITS: _D, Kind.FAR_REGULATOR: _N, Kind.FAR_PERMITS: _N}
_PERMIT = _OFFICIALS | {Kind.PERMITS: _D, Kind.FAR_REGULATOR: _H, Kind.FAR_PERMITS: _H}
_ADMIN = fates(_F, admin=_D, nobody=_E)
# A form counts only with the token of one's own session, which no request of the walk has; what the forms do to whom
# is in tests/web. Strangers are sent to the door.
_A_FORM = fates(_F, nobody=_E)
_ANY = UUID(int=1)
_YEAR = "?region=1402&from=2025-01&to=2025-12"


def _finding(rest: str = "") -> Callable[[City], Asked]:
    return lambda city: Asked(f"/findings/{city.finding_id}{rest}")


def _file(city: City) -> Asked:
    return Asked(
        attached(city).url.replace("/v1/findings/", "/findings/").replace("/attachments/", "/files/")
    )


def _permit(city: City) -> Asked:
    permits.sent(city)
    return Asked(f"/permits/{A_SITE}")


def _permits(city: City) -> Asked:
    permits.sent(city)
    return Asked("/permits")


def _page(path: str, asked: Callable[[City], Asked], who: dict[Kind, Fate], *, shows: bool = False) -> Entry:
    right = Kind.ADMIN if who is _ADMIN else Kind.REGULATOR
    return Entry("GET", path, asked, right, who, page=True, shows=shows, echoes=True)


def _form(path: str, asked: Callable[[City], Asked] | None = None) -> Entry:
    return Entry("POST", path, asked or at(path), Kind.NOBODY, _A_FORM, page=True, echoes=True)


OFFICIAL_PAGES = [
    _page("/chain", at(f"/chain{_YEAR}"), _OFFICIALS),
    _page("/chain/flows.svg", at(f"/chain/flows.svg{_YEAR}"), _OFFICIALS),
    _page("/chain/flows.csv", at(f"/chain/flows.csv{_YEAR}"), _OFFICIALS),
    _page("/figures", at("/figures"), _LIST, shows=True),
    _page("/targets", at("/targets?region=1402"), _OFFICIALS),
    _page("/sites/{code}/trace", at(f"/sites/{A_SITE}/trace"), _OF_A),
    _page("/findings", at("/findings"), _LIST, shows=True),
    _page("/findings/{finding_id}", _finding(), _OF_A, shows=True),
    _page("/findings/{finding_id}/files/{attachment_id}", _file, _OF_A),
    _page("/permits", _permits, _PERMITS, shows=True),
    _page("/permits/{number}", _permit, _PERMIT, shows=True),
    _page("/admin", at("/admin"), _ADMIN),
    _page("/admin/users", at("/admin/users"), _ADMIN),
    _page("/admin/clients", at("/admin/clients"), _ADMIN),
    _page("/admin/enterprises", at("/admin/enterprises"), _ADMIN),
    _page("/admin/deliveries", at("/admin/deliveries"), _ADMIN),
    # There is an administrator already: nobody makes the first one again.
    Entry("GET", "/setup", at("/setup"), Kind.NOBODY, fates(_H, nobody=_H), page=True),
    Entry("POST", "/setup", at("/setup"), Kind.NOBODY, fates(_H, nobody=_H), page=True),
    _form("/chain/runs"),
    _form("/findings/assign"),
    _form("/findings/{finding_id}/comment", _finding("/comment")),
    _form("/findings/{finding_id}/decision", _finding("/decision")),
    _form("/findings/{finding_id}/response", _finding("/response")),
    _form("/admin/jobs/retry"),
    _form("/admin/users"),
    *(
        _form(f"/admin/users/{{username}}/{what}", at(f"/admin/users/own/{what}"))
        for what in ("link", "disable", "enable", "move", "invite", "unbind")
    ),
    _form("/admin/clients"),
    _form("/admin/clients/{client_id}/disable", at("/admin/clients/c_1/disable")),
    _form("/admin/clients/{client_id}/enable", at("/admin/clients/c_1/enable")),
    _form("/admin/clients/{client_id}/secrets", at("/admin/clients/c_1/secrets")),
    _form(
        "/admin/clients/{client_id}/secrets/{secret_id}/revoke",
        at(f"/admin/clients/c_1/secrets/{_ANY}/revoke"),
    ),
    _form("/admin/deliveries/{webhook_id}/enable", at(f"/admin/deliveries/{_ANY}/enable")),
    _form(
        "/admin/deliveries/{webhook_id}/{delivery_id}/replay", at(f"/admin/deliveries/{_ANY}/{_ANY}/replay")
    ),
    _form("/admin/enterprises"),
    _form("/admin/sites"),
]
