"""The JSON of webhooks and their deliveries."""

import uuid
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.domain.errors import Message
from app.http.answers import TextOut
from app.http.client import MAX_URL
from app.http.fields import NameText
from app.http.validation import FaultyValue
from app.webhooks.models import DeliveryState, DisabledReason

_NULL = Message("此项不能为 null", "this must not be null")
_EXAMPLE_URL = "https://receiver.example/huanlian"

Url = Annotated[
    str, Field(min_length=8, max_length=MAX_URL, pattern=r"^https?://[!-~]+$", examples=[_EXAMPLE_URL])
]
EventTypes = Annotated[
    list[Annotated[str, Field(max_length=64, pattern=r"^[a-z_]+\.([a-z_]+|\*)$")]],
    Field(
        max_length=50,
        description="types of events, or `topic.*`; none means all that you may see",
        examples=[["ledger.submitted", "permit.*"]],
    ),
]


class WebhookIn(BaseModel):
    """An address to be told of events."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"url": _EXAMPLE_URL, "types": ["ledger.*"], "description": "ERP"}]},
    )

    url: Url
    types: EventTypes = []
    description: NameText | None = None


class WebhookPatch(BaseModel):
    """What is to be different; what is not named stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"enabled": True, "skip_missed": False}]}
    )

    url: Url | None = None
    types: EventTypes | None = None
    description: NameText | None = None
    enabled: Annotated[
        bool | None,
        Field(description="true: send again, and try at once what is pending; false: send nothing"),
    ] = None
    skip_missed: Annotated[
        bool,
        Field(
            description="with `enabled`: leave out what is pending and what happened while it was disabled"
        ),
    ] = False

    @model_validator(mode="after")
    def _refuse_null(self) -> "WebhookPatch":
        for name in ("url", "types", "enabled"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise FaultyValue("null", _NULL, f"/{name}")
        return self


class RotationIn(BaseModel):
    """How long the secret before the new one goes on signing."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"previous_ends_in_hours": 24}]}
    )

    previous_ends_in_hours: Annotated[int, Field(strict=True, ge=0, le=168)] = 24


class SigningSecretOut(BaseModel):
    """A signing secret as far as it may be told."""

    id: uuid.UUID
    created_at: datetime
    ends_at: datetime | None


class WebhookOut(BaseModel):
    """A webhook and how it fares."""

    id: uuid.UUID
    owner: str
    url: str
    types: list[str]
    description: str | None
    enabled: bool
    disabled_at: datetime | None
    disabled_reason: DisabledReason | None
    notice: Annotated[TextOut | None, Field(description="why nothing is sent, in words")]
    failing_since: Annotated[datetime | None, Field(description="the first failure after the last receipt")]
    failures: Annotated[int, Field(description="failed attempts since the last receipt")]
    paused_until: Annotated[datetime | None, Field(description="after a failure nothing is sent until then")]
    last_delivered_at: datetime | None
    pending: Annotated[int, Field(description="deliveries that wait")]
    cursor: Annotated[
        str, Field(description="the place in the feed up to which deliveries were made, as in GET /v1/events")
    ]
    secrets: list[SigningSecretOut]
    created_at: datetime


class NewWebhookOut(WebhookOut):
    """A webhook just made; its secret is told this once."""

    secret: str


class WebhookPage(BaseModel):
    """Some webhooks and where to go on."""

    items: list[WebhookOut]
    next_cursor: str | None


class NewSigningSecretOut(BaseModel):
    """A secret just made, told this once; both sign until the previous one ends."""

    id: uuid.UUID
    secret: str
    previous_ends_at: datetime | None


class DeliveryOut(BaseModel):
    """One event for one webhook, with its last attempt."""

    id: uuid.UUID
    event: Annotated[uuid.UUID | None, Field(description="null of a ping")]
    cursor: Annotated[str, Field(description="its place in the feed")]
    type: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    first_attempt_at: datetime | None
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None
    ended_at: datetime | None
    response_status: int | None
    failure: Annotated[
        str | None,
        Field(
            description=(
                "refused (an answer that is not 2xx), timeout, broken, not_connected, unknown_host, tls, "
                "refused_address, bad_url, or skipped by its owner"
            )
        ),
    ]
    latency_ms: int | None
    excerpt: Annotated[str | None, Field(description="the beginning of what the receiver answered")]


class DeliveryPage(BaseModel):
    """Some deliveries, the newest first, and where to go on."""

    items: list[DeliveryOut]
    next_cursor: str | None


class ReplayOut(BaseModel):
    """The stretch of the feed that is sent again."""

    after: str
    upto: str
