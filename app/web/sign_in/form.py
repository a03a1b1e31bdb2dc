"""The form of the door, with a token of its own."""

from fastapi import Request
from starlette.responses import Response

from app.settings import Settings
from app.web import forms
from app.web.languages import Language
from app.web.rendering import language_for, render
from app.web.texts import text


def sign_in_form(
    request: Request,
    settings: Settings,
    wanted: str,
    username: str = "",
    fault: str = "",
    status: int = 200,
) -> Response:
    """Show the form; the cookie beside it lives as long as the browser."""
    nonce = request.cookies.get(forms.FORM_COOKIE) or forms.new_form_nonce()
    values = {
        "fault": fault,
        "csrf": forms.form_token(nonce, settings.secret_key.get_secret_value()),
        "next": wanted,
        "username": username[: forms.MAX_USERNAME],
        "public_page": settings.public_page,
        "provider": provider_name(settings, language_for(request)),
        "person": None,
    }
    response = render(request, "sign_in.html", values, status=status)
    keep_nonce(response, nonce, settings)
    return response


def keep_nonce(response: Response, nonce: str, settings: Settings) -> None:
    """Let the browser hold what the form's token was made of."""
    response.set_cookie(
        forms.FORM_COOKIE,
        nonce,
        path="/sign-in",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def provider_name(settings: Settings, language: Language) -> str:
    """What the provider is called; "" when there is none."""
    if settings.oidc_issuer is None:
        return ""
    return settings.oidc_name or text("sign_in.provider.name", language)
