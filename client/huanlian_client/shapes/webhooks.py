"""Webhooks, their secrets and their deliveries."""

from typing import Literal, NotRequired, TypedDict

from huanlian_client.shapes.values import TextOut


class WebhookIn(TypedDict):
    """An address to be told of events."""

    url: str
    description: NotRequired[str | None]
    types: NotRequired[list[str]]


class WebhookPatch(TypedDict):
    """What is to be different; what is not named stays."""

    description: NotRequired[str | None]
    enabled: NotRequired[bool | None]
    skip_missed: NotRequired[bool]
    types: NotRequired[list[str] | None]
    url: NotRequired[str | None]


class SigningSecretOut(TypedDict):
    """A signing secret as far as it may be told."""

    created_at: str
    ends_at: str | None
    id: str


class WebhookOut(TypedDict):
    """A webhook and how it fares."""

    created_at: str
    cursor: str
    description: str | None
    disabled_at: str | None
    disabled_reason: Literal["owner", "gone", "failing", "client_disabled", "key_changed"] | None
    enabled: bool
    failing_since: str | None
    failures: int
    id: str
    last_delivered_at: str | None
    notice: TextOut | None
    owner: str
    paused_until: str | None
    pending: int
    secrets: list[SigningSecretOut]
    types: list[str]
    url: str


class WebhookPage(TypedDict):
    """Some webhooks and where to go on."""

    items: list[WebhookOut]
    next_cursor: str | None


class NewWebhookOut(WebhookOut):
    """A webhook just made; its secret is told this once."""

    secret: str


class NewSigningSecretOut(TypedDict):
    """A secret just made, told this once; both sign until the previous one ends."""

    id: str
    previous_ends_at: str | None
    secret: str


class DeliveryOut(TypedDict):
    """One event for one webhook, with its last attempt."""

    attempts: int
    created_at: str
    cursor: str
    ended_at: str | None
    event: str | None
    excerpt: str | None
    failure: str | None
    first_attempt_at: str | None
    id: str
    last_attempt_at: str | None
    latency_ms: int | None
    next_attempt_at: str | None
    response_status: int | None
    state: Literal["pending", "delivered", "given_up"]
    type: str


class DeliveryPage(TypedDict):
    """Some deliveries, the newest first, and where to go on."""

    items: list[DeliveryOut]
    next_cursor: str | None


class ReplayOut(TypedDict):
    """The stretch of the feed that is sent again."""

    after: str
    upto: str
