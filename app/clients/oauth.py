"""The token endpoint of RFC 6749: client credentials in, a short-lived scoped token out."""

import base64
import binascii
from datetime import datetime, timedelta
from urllib.parse import unquote_plus

from app.auth.models import Client
from app.auth.subjects import Scope, Subject
from app.auth.succession import former_ids
from app.auth.tokens import API_AUDIENCE, issue
from app.clients import service
from app.clients.schemas import TokenForm, TokenOut
from app.db.session import ReadSession
from app.domain.errors import Message
from app.http.problems import Problem
from app.settings import Settings

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="huanlian", charset="UTF-8"'}
_TEXTS = {
    "invalid_request": Message(
        "须提供 grant_type、client_id 和 client_secret", "Send grant_type, client_id and client_secret"
    ),
    "unsupported_grant_type": Message("仅支持 client_credentials", "Only client_credentials is supported"),
    "invalid_client": Message("客户端编号或密钥不正确", "The client or its secret is not right"),
    "invalid_scope": Message("申请了该客户端没有的权限", "The client does not have every scope it asked for"),
}


class OAuthProblem(Problem):
    """A refusal that both an OAuth library and a reader of problem+json understand."""

    title = Message("未发放令牌", "No token was granted")

    def __init__(self, error: str) -> None:
        refused = error == "invalid_client"
        text = _TEXTS[error]
        extra = {"error": error, "error_description": text.en}
        super().__init__(text, extra=extra, headers=_CHALLENGE if refused else {})
        self.code = error
        self.status = 401 if refused else 400


def grant(
    session: ReadSession, form: TokenForm, authorization: str | None, settings: Settings, now: datetime
) -> TokenOut:
    """Give a token for the credentials of the form or of the Authorization header. Raises OAuthProblem."""
    if not form.grant_type:
        raise OAuthProblem("invalid_request")
    if form.grant_type != "client_credentials":
        raise OAuthProblem("unsupported_grant_type")
    client_id, client_secret = _credentials(form, authorization)
    client = service.authenticate(session, client_id, client_secret)
    if client is None:
        raise OAuthProblem("invalid_client")
    subject = _subject_of(session, client, form.scope)
    token = issue(
        subject,
        secret=settings.secret_key.get_secret_value(),
        audience=API_AUDIENCE,
        now=now,
        lifetime=timedelta(seconds=settings.access_token_seconds),
    )
    scope = " ".join(sorted(subject.scopes))
    return TokenOut(access_token=token, expires_in=settings.access_token_seconds, scope=scope)


def _credentials(form: TokenForm, authorization: str | None) -> tuple[str, str]:
    if authorization is not None:
        if form.client_secret is not None:
            # RFC 6749 section 2.3: one way of signing in a request, not two.
            raise OAuthProblem("invalid_request")
        return _basic(authorization)
    if not form.client_id or not form.client_secret:
        raise OAuthProblem("invalid_request")
    return form.client_id, form.client_secret


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise OAuthProblem("invalid_client")
    try:
        name, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise OAuthProblem("invalid_client") from error
    return unquote_plus(name), unquote_plus(secret)


def _subject_of(session: ReadSession, client: Client, asked: str | None) -> Subject:
    granted = frozenset(service.scopes_of(client))
    if asked and asked.strip():
        wanted = frozenset(asked.split())
        if not wanted <= frozenset(scope.value for scope in granted):
            raise OAuthProblem("invalid_scope")
        granted = frozenset(Scope(scope) for scope in wanted)
    former = former_ids(session, client.enterprise_id)
    return Subject(
        client.id,
        client.name,
        client.role,
        granted,
        client.enterprise_id,
        client.region,
        former,
        client.credentials_version,
    )
