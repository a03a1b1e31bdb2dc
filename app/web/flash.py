"""The word of “done” on the page after a form: kept in a cookie until it has been shown once."""

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.web.languages import Language
from app.web.texts import TEXTS, text

COOKIE = "huanlian_done"
_PREFIX = "done."
_SECONDS = 120
_SEE_OTHER = 303


def go(address: str, key: str | None = None) -> Response:
    """Send the reader on after a form; `key` names the text "done.<key>" to be shown there."""
    response = RedirectResponse(address, _SEE_OTHER)
    if key is not None:
        if _PREFIX + key not in TEXTS:
            raise KeyError(key)
        response.set_cookie(COOKIE, key, max_age=_SECONDS, path="/", httponly=True, samesite="lax")
    return response


def told(request: Request, language: Language) -> str:
    """Read what is to be shown; nothing unless it is one of our texts without values."""
    key = _PREFIX + request.cookies.get(COOKIE, "")
    return text(key, language) if key in TEXTS else ""


def forget(response: Response) -> None:
    """Show it once only."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
