"""Bodies of the routes about machine clients."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.auth.subjects import Role, Scope
from app.http.fields import NameText, RegionText

CREDIT_CODE_PATTERN = r"^[0-9A-Z]{18}$"


class ClientIn(BaseModel):
    """A machine client to be made: `enterprise` for an enterprise, `region` for a regulator or a permit system."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "ERP", "role": "enterprise", "enterprise": "91140200MA0EXAMP1X"}]
        },
    )

    name: NameText
    role: Role
    enterprise: Annotated[str, Field(max_length=18, pattern=CREDIT_CODE_PATTERN)] | None = None
    region: RegionText | None = None


class SecretOut(BaseModel):
    """One secret as far as it may be told: never the secret itself."""

    id: uuid.UUID
    created_at: datetime
    revoked_at: datetime | None


class ClientOut(BaseModel):
    """A machine client."""

    client_id: str
    name: str
    role: Role
    scopes: list[Scope]
    enterprise: str | None
    region: str | None
    created_at: datetime
    disabled_at: datetime | None
    secrets: list[SecretOut]


class NewClientOut(BaseModel):
    """A client just made; the secret is told this once."""

    client_id: str
    client_secret: str
    scopes: list[Scope]


class NewSecretOut(BaseModel):
    """A secret just made; it is told this once. `revoked` are those it pushed out."""

    client_id: str
    secret_id: uuid.UUID
    client_secret: str
    revoked: list[uuid.UUID]


class ClientPage(BaseModel):
    """One page of clients."""

    items: list[ClientOut]
    next_cursor: str | None


class TokenForm(BaseModel):
    """The form of RFC 6749 section 4.4.2; the credentials may come by HTTP Basic instead."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "grant_type": "client_credentials",
                    "client_id": "c_0123456789abcdef",
                    "client_secret": "…",
                    "scope": "ledgers:write ledgers:read",
                }
            ]
        }
    )

    grant_type: Annotated[str, Field(max_length=64)] | None = None
    client_id: Annotated[str, Field(max_length=64)] | None = None
    client_secret: Annotated[str, Field(max_length=200)] | None = None
    scope: Annotated[str, Field(max_length=500)] | None = None


class TokenOut(BaseModel):
    """An access token, as RFC 6749 section 5.1 tells it."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the kind of token, not a token
    expires_in: int
    scope: str
