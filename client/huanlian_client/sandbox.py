"""A sandbox's own routes; another service answers NotFound."""

from typing import cast

from huanlian_client.shapes.sandbox import ForgeryOut, ResultsOut
from huanlian_client.transport import Transport


class Sandbox:
    """`huanlian.sandbox`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def results(self) -> ResultsOut:
        """Read which scenarios you have passed."""
        return cast("ResultsOut", self._transport.get("/v1/sandbox/results"))

    def forge(self, webhook_id: str) -> ForgeryOut:
        """Have a message with a wrong signature sent to your webhook, which should refuse it."""
        return cast("ForgeryOut", self._transport.post("/v1/sandbox/forgeries", {"webhook": webhook_id}))
