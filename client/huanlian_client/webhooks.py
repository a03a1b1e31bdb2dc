"""Webhooks: made, looked after, taken away. Deliveries are verified by `verify`."""

from collections.abc import Iterator, Sequence
from typing import Unpack, cast

from huanlian_client.pages import each
from huanlian_client.shapes.webhooks import (
    DeliveryOut,
    NewSigningSecretOut,
    NewWebhookOut,
    ReplayOut,
    WebhookOut,
    WebhookPatch,
)
from huanlian_client.transport import Call, Transport, in_path, json_call


class Webhooks:
    """`huanlian.webhooks`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, url: str, *, types: Sequence[str] = (), description: str | None = None) -> NewWebhookOut:
        """Have events sent to an address; without `types` all that you may see. The secret is told this once."""
        body = {"url": url, "types": list(types), "description": description}
        return cast("NewWebhookOut", self._transport.post("/v1/webhooks", body))

    def find(self) -> Iterator[WebhookOut]:
        """Go through your webhooks."""
        return each(self._transport, "/v1/webhooks", {"limit": 200})

    def get(self, webhook_id: str) -> WebhookOut:
        """Read how a webhook fares."""
        return cast("WebhookOut", self._transport.get(_path(webhook_id)))

    def change(self, webhook_id: str, **changes: Unpack[WebhookPatch]) -> WebhookOut:
        """Change what is named; `enabled=True` sends again after a failure."""
        call = json_call("PATCH", _path(webhook_id), changes, repeatable=True)
        return cast("WebhookOut", self._transport.send(call).json())

    def delete(self, webhook_id: str) -> None:
        """Have nothing sent any more."""
        self._transport.send(Call("DELETE", _path(webhook_id)))

    def new_secret(self, webhook_id: str, *, previous_ends_in_hours: int = 24) -> NewSigningSecretOut:
        """Change the secret; for these hours deliveries bear the signatures of both."""
        body = {"previous_ends_in_hours": previous_ends_in_hours}
        return cast("NewSigningSecretOut", self._transport.post(f"{_path(webhook_id)}/secret", body))

    def ping(self, webhook_id: str) -> DeliveryOut:
        """Have a message of no meaning sent; its delivery tells how that went."""
        return cast(
            "DeliveryOut",
            self._transport.send(Call("POST", f"{_path(webhook_id)}/ping", repeatable=False)).json(),
        )

    def deliveries(self, webhook_id: str, *, state: str | None = None) -> Iterator[DeliveryOut]:
        """Go through the deliveries, the newest first."""
        return each(self._transport, f"{_path(webhook_id)}/deliveries", {"state": state, "limit": 200})

    def delivery(self, webhook_id: str, delivery_id: str) -> DeliveryOut:
        """Read one delivery."""
        path = f"{_path(webhook_id)}/deliveries/{in_path(delivery_id)}"
        return cast("DeliveryOut", self._transport.get(path))

    def replay(self, webhook_id: str, after: str) -> ReplayOut:
        """Have all events after a cursor of the feed sent again, with the same ids."""
        call = Call("POST", f"{_path(webhook_id)}/replay", {"after": after}, repeatable=False)
        return cast("ReplayOut", self._transport.send(call).json())


def _path(webhook_id: str) -> str:
    return f"/v1/webhooks/{in_path(webhook_id)}"
