"""The pages of the walk: the same people with a browser."""

from api.route_walk.city import PASSWORD, City, Kind
from api.route_walk.entry import OPEN_TO_ALL, Asked, Entry, Fate, at, fates

from app.web.forms import FORM_COOKIE, form_token, new_form_nonce

_N, _F = Fate.NOTHING_OF_A, Fate.FORBIDDEN


def _sign_in(city: City) -> Asked:
    nonce = new_form_nonce()
    token = form_token(nonce, city.settings.secret_key.get_secret_value())
    filled = {"username": "other", "password": PASSWORD, "csrf": token, "next": "/"}
    return Asked("/sign-in", {"data": filled}, {"Cookie": f"{FORM_COOKIE}={nonce}"})


_START = fates(_N, own=Fate.DONE, regulator=Fate.DONE, admin=Fate.DONE)
# A permit system's start page is its permits.
_NO_FIGURES = dict.fromkeys((Kind.PERMITS, Kind.FAR_PERMITS, Kind.NOBODY), Fate.ELSEWHERE)
# Without a provider in the settings there are no such pages, and without a link nothing is told of any account.
_NOT_THERE = fates(Fate.HIDDEN, nobody=Fate.HIDDEN)
PAGES = [
    Entry("GET", "/", at("/"), Kind.OWN, _START | _NO_FIGURES, page=True),
    # Whoever has signed in already is led on.
    Entry("GET", "/sign-in", at("/sign-in"), Kind.NOBODY, fates(Fate.ELSEWHERE, nobody=Fate.DONE), page=True),
    Entry("POST", "/sign-in", _sign_in, Kind.NOBODY, dict.fromkeys(Kind, Fate.ELSEWHERE), page=True),
    Entry("GET", "/sign-in/provider", at("/sign-in/provider"), Kind.NOBODY, _NOT_THERE, page=True),
    Entry(
        "GET",
        "/sign-in/provider/return",
        at("/sign-in/provider/return?code=c"),
        Kind.NOBODY,
        _NOT_THERE,
        page=True,
    ),
    Entry("GET", "/sign-in/provider/end", at("/sign-in/provider/end"), Kind.NOBODY, _NOT_THERE, page=True),
    Entry("GET", "/password", at("/password?link=x"), Kind.NOBODY, _NOT_THERE, page=True),
    Entry("POST", "/password", at("/password"), Kind.NOBODY, _NOT_THERE, page=True),
    # Only the form of one's own session signs out.
    Entry("POST", "/sign-out", at("/sign-out"), Kind.NOBODY, fates(_F, nobody=Fate.ELSEWHERE), page=True),
    Entry("GET", "/docs", at("/docs"), Kind.NOBODY, OPEN_TO_ALL, page=True),
    Entry("GET", "/docs/api", at("/docs/api"), Kind.NOBODY, OPEN_TO_ALL, page=True),
]
