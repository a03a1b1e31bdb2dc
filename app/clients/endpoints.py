"""Routes for tokens and for the machine clients that get them."""

import uuid
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Header, Path, Query, Response

from app.auth.dependencies import public, require
from app.auth.models import Client, ClientSecret
from app.auth.subjects import Scope, Subject
from app.clients import oauth, repository, service
from app.clients.schemas import (
    ClientIn,
    ClientOut,
    ClientPage,
    NewClientOut,
    NewSecretOut,
    SecretOut,
    TokenForm,
    TokenOut,
)
from app.db.session import ReadSession
from app.http.dependencies import Now, Reading, SettingsDep, Writing

router = APIRouter(tags=["clients"])

Admin = Annotated[Subject, Depends(require(Scope.ADMIN))]
ClientId = Annotated[str, Path(max_length=64)]


@router.post("/oauth/token", dependencies=[Depends(public("this is where one signs in"))])
def issue_access_token(
    session: Reading,
    settings: SettingsDep,
    now: Now,
    form: Annotated[TokenForm, Form()],
    response: Response,
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> TokenOut:
    """Exchange client credentials (HTTP Basic or form) for an access token; without `scope` it has all scopes."""
    response.headers["Cache-Control"] = "no-store"
    return oauth.grant(session, form, authorization, settings, now)


@router.post("/v1/clients", status_code=201)
def create_client(session: Writing, now: Now, admin: Admin, body: ClientIn) -> NewClientOut:
    """Make a machine client with all the scopes of its role; its secret is told this once."""
    made = service.create_client(
        session,
        name=body.name,
        role=body.role,
        enterprise=body.enterprise,
        region=body.region,
        now=now,
        by=admin,
    )
    return NewClientOut(client_id=made.client_id, client_secret=made.client_secret, scopes=list(made.scopes))


@router.get("/v1/clients")
def list_clients(
    session: Reading,
    _admin: Admin,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: uuid.UUID | None = None,
) -> ClientPage:
    """List the machine clients in the order in which they were made, a page at a time."""
    found = repository.clients_after(session, cursor, limit + 1)
    page = found[:limit]
    more = str(page[-1].id) if len(found) > limit else None
    return ClientPage(items=_shown(session, page), next_cursor=more)


@router.post("/v1/clients/{client_id}/secrets", status_code=201)
def rotate_client_secret(session: Writing, now: Now, admin: Admin, client_id: ClientId) -> NewSecretOut:
    """Give a client a new secret, told this once; the two newest work, older ones end now."""
    made = service.rotate_secret(session, client_id, now, admin)
    return NewSecretOut(
        client_id=client_id,
        secret_id=made.id,
        client_secret=made.client_secret,
        revoked=list(made.revoked),
    )


@router.delete("/v1/clients/{client_id}/secrets/{credential_id}", status_code=204)
def revoke_client_secret(
    session: Writing, now: Now, admin: Admin, client_id: ClientId, credential_id: uuid.UUID
) -> None:
    """End one secret of a client at once."""
    service.revoke_secret(session, client_id, credential_id, now, admin)


@router.post("/v1/clients/{client_id}/disable")
def disable_client(session: Writing, now: Now, admin: Admin, client_id: ClientId) -> ClientOut:
    """Shut a client out; tokens it holds end at once."""
    return _shown(session, [service.disable_client(session, client_id, now, admin)])[0]


@router.post("/v1/clients/{client_id}/enable")
def enable_client(session: Writing, now: Now, admin: Admin, client_id: ClientId) -> ClientOut:
    """Let a client that was shut out in again, with the secrets that it has."""
    return _shown(session, [service.enable_client(session, client_id, now, admin)])[0]


def _shown(session: ReadSession, clients: Sequence[Client]) -> list[ClientOut]:
    secrets = repository.secrets_of(session, [client.id for client in clients])
    codes = repository.credit_codes(
        session, [c.enterprise_id for c in clients if c.enterprise_id is not None]
    )
    return [
        ClientOut(
            client_id=client.client_id,
            name=client.name,
            role=client.role,
            scopes=list(service.scopes_of(client)),
            enterprise=codes[client.enterprise_id] if client.enterprise_id is not None else None,
            region=client.region,
            created_at=client.created_at,
            disabled_at=client.disabled_at,
            secrets=[_secret(secret) for secret in secrets if secret.client_pk == client.id],
        )
        for client in clients
    ]


def _secret(secret: ClientSecret) -> SecretOut:
    return SecretOut(id=secret.id, created_at=secret.created_at, revoked_at=secret.revoked_at)
