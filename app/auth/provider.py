"""Sign-in through a provider of identities: OpenID Connect, authorization code with PKCE, state and nonce.

The provider says who somebody is (issuer and subject), never what somebody may do. Everything it is asked goes
through our one door out; what it answers is believed only when it is signed by a key of the configured issuer.
"""

import base64
import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from app.auth.provider_tokens import Expected, TokenRefused, account_in, keys_of
from app.http.addresses import AddressGuard
from app.http.client import OutboundClient, OutboundFailed, open_client
from app.settings import Settings

RETURN_PATH = "/sign-in/provider/return"
_DISCOVERY = "/.well-known/openid-configuration"
_KEPT = timedelta(hours=1)
_AT_LEAST_KEPT = timedelta(minutes=1)
_SECONDS = 8.0
_MAX_BYTES = 256 * 1024
_AT_ONCE = 8
_OK = 200


class Trouble(StrEnum):
    """Why a sign-in through the provider came to nothing."""

    UNREACHABLE = "unreachable"
    """No answer, or none that says what a provider must say."""
    REFUSED = "refused"
    """The provider gave no token for the code: it was used, has expired, or is not for us."""
    BAD_TOKEN = "bad_token"  # noqa: S105 - the name of a reason
    """The token is not from this provider, not for us, not for this sign-in, or over."""
    BUSY = "busy"


class ProviderFailed(Exception):  # noqa: N818 - a fact about the provider
    """The provider could not say who somebody is; its text holds no address and no secret."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Departure:
    """What must be remembered between sending somebody to the provider and their coming back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Departure":
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody at the provider: known for good by `issuer` and `subject`; `username` may change hands there."""

    issuer: str
    subject: str
    username: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider tells of itself, and its keys, as they were at `read_at`."""

    authorization_endpoint: str
    token_endpoint: str
    end_session_endpoint: str | None
    posts_secret: bool
    names_itself: bool
    keys: Any
    read_at: datetime


class Provider:
    """The one provider that the settings name. Nothing is asked of it before somebody wants to sign in."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.issuer = settings.oidc_issuer or ""
        self._guard = AddressGuard(
            settings.outbound,
            settings.outbound_allow_private or settings.oidc_allow_private,
            settings.outbound_allowed_networks,
        )
        self._known: _Known | None = None
        self._places = threading.BoundedSemaphore(_AT_ONCE)

    @property
    def return_url(self) -> str:
        return f"{self._settings.public_url}{RETURN_PATH}"

    def departure_url(self, departure: Departure, now: datetime) -> str:
        """Address the provider's own sign-in. Raises ProviderFailed."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]  # noqa: PLC0415 - late
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]  # noqa: PLC0415 - late

        with self._asking() as client:
            known = self._read(client, now, oldest=now - _KEPT)
        return str(
            prepare_grant_uri(
                known.authorization_endpoint,
                self._settings.oidc_client_id,
                "code",
                redirect_uri=self.return_url,
                scope=self._settings.oidc_scopes,
                state=departure.state,
                nonce=departure.nonce,
                code_challenge=create_s256_code_challenge(departure.verifier),
                code_challenge_method="S256",
            )
        )

    def account(self, code: str, named_issuer: str | None, departure: Departure, now: datetime) -> Account:
        """Exchange the code that came back for who came back. Raises ProviderFailed."""
        with self._asking() as client:
            known = self._read(client, now, oldest=now - _KEPT)
            # RFC 9207: a provider that names itself in its answers always does, and another's name is an attack.
            if named_issuer != self.issuer and (named_issuer is not None or known.names_itself):
                raise ProviderFailed(Trouble.BAD_TOKEN)
            answer = self._exchange(client, known, code, departure)
            token = answer.get("id_token")
            if not isinstance(token, str):
                raise ProviderFailed(Trouble.BAD_TOKEN)
            expected = self._expected(departure, answer.get("access_token"))
            try:
                claims = account_in(token, known.keys, expected, now)
            except TokenRefused:
                # It may have changed its keys since; those who send us rubbish make us look once a minute.
                known = self._read(client, now, oldest=now - _AT_LEAST_KEPT)
                try:
                    claims = account_in(token, known.keys, expected, now)
                except TokenRefused:
                    raise ProviderFailed(Trouble.BAD_TOKEN) from None
        username = claims.get(self._settings.oidc_username_claim, "")
        return Account(self.issuer, claims["sub"], username if isinstance(username, str) else "")

    def end_url(self, now: datetime) -> str | None:
        """Address the provider's sign-out; None when it has none. Raises ProviderFailed."""
        with self._asking() as client:
            end = self._read(client, now, oldest=now - _KEPT).end_session_endpoint
        if end is None:
            return None
        back = {
            "client_id": self._settings.oidc_client_id or "",
            "post_logout_redirect_uri": f"{self._settings.public_url}/sign-in",
        }
        return f"{end}{'&' if '?' in end else '?'}{urlencode(back)}"

    @contextmanager
    def _asking(self) -> Iterator[OutboundClient]:
        """Ask with a few threads at most: a provider that hangs must not hang everybody else here."""
        if not self._places.acquire(blocking=False):
            raise ProviderFailed(Trouble.BUSY)
        try:
            with open_client(
                self._settings, timeout_seconds=_SECONDS, max_body_bytes=_MAX_BYTES, guard=self._guard
            ) as client:
                yield client
        except OutboundFailed:
            raise ProviderFailed(Trouble.UNREACHABLE) from None
        finally:
            self._places.release()

    def _read(self, client: OutboundClient, now: datetime, oldest: datetime) -> _Known:
        """Give what the provider tells of itself, asked again when it is older than `oldest`."""
        known = self._known
        if known is None or known.read_at < oldest:
            told = _json(client.request("GET", self.issuer.rstrip("/") + _DISCOVERY))
            # OpenID Connect Discovery 1.0, 4.3: a document of another issuer is not this one's.
            if told.get("issuer") != self.issuer:
                raise ProviderFailed(Trouble.UNREACHABLE)
            keys = keys_of(_json(client.request("GET", _address(told, "jwks_uri"))))
            known = self._known = _known(told, keys, now)
        return known

    def _exchange(
        self, client: OutboundClient, known: _Known, code: str, departure: Departure
    ) -> Mapping[str, Any]:
        from authlib.oauth2.rfc6749.parameters import prepare_token_request  # noqa: PLC0415 - late

        client_id = self._settings.oidc_client_id or ""
        secret = self._settings.oidc_client_secret
        fields = {"code": code, "code_verifier": departure.verifier}
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        if secret is None:
            fields["client_id"] = client_id
        elif known.posts_secret:
            fields |= {"client_id": client_id, "client_secret": secret.get_secret_value()}
        else:
            headers["authorization"] = _basic(client_id, secret.get_secret_value())
        body = prepare_token_request("authorization_code", redirect_uri=self.return_url, **fields)
        answer = client.request("POST", known.token_endpoint, headers=headers, content=body.encode())
        if answer.status != _OK:
            raise ProviderFailed(Trouble.REFUSED)
        return _json(answer)

    def _expected(self, departure: Departure, access_token: Any) -> Expected:
        return Expected(self.issuer, self._settings.oidc_client_id or "", departure.nonce, access_token)


def _known(told: Mapping[str, Any], keys: Any, now: datetime) -> _Known:
    methods = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return _Known(
        authorization_endpoint=_address(told, "authorization_endpoint"),
        token_endpoint=_address(told, "token_endpoint"),
        end_session_endpoint=_address(told, "end_session_endpoint")
        if "end_session_endpoint" in told
        else None,
        posts_secret="client_secret_basic" not in methods and "client_secret_post" in methods,
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
        keys=keys,
        read_at=now,
    )


def _address(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    if not isinstance(found, str) or urlsplit(found).scheme not in {"http", "https"}:
        raise ProviderFailed(Trouble.UNREACHABLE)
    return found


def _json(answer: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(answer.body) if answer.status == _OK and answer.is_whole else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderFailed(Trouble.UNREACHABLE)
    return found


def _basic(client_id: str, secret: str) -> str:
    """RFC 6749, 2.3.1: both parts are form-encoded before they are joined."""
    return "Basic " + base64.b64encode(f"{quote(client_id, '')}:{quote(secret, '')}".encode()).decode()
