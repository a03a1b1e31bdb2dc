"""Transfers: read by both parties, answered by the receiver."""

from collections.abc import Iterator
from typing import Literal, cast

from huanlian_client.pages import each
from huanlian_client.shapes.transfers import ConfirmationIn, TransferOut
from huanlian_client.shapes.values import Quantity
from huanlian_client.transport import Transport, in_path


class Transfers:
    """`huanlian.transfers`. Every answer is kept, so one whose fate is unknown is not repeated: read the transfer first."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def find(
        self,
        *,
        direction: Literal["incoming", "outgoing"] | None = None,
        site: str | None = None,
        waste: str | None = None,
        first: str | None = None,
        last: str | None = None,
        undecided: bool = False,
    ) -> Iterator[TransferOut]:
        """Go through the transfers you are a party of; `undecided` are those that await the receiver's answer."""
        asked = {
            "direction": direction,
            "site": site,
            "waste": waste,
            "from": first,
            "to": last,
            "undecided": undecided,
            "limit": 200,
        }
        return each(self._transport, "/v1/transfers", asked)

    def get(self, transfer_id: str) -> TransferOut:
        """Read one transfer with both sides' figures."""
        return cast("TransferOut", self._transport.get(f"/v1/transfers/{in_path(transfer_id)}"))

    def confirm(self, transfer_id: str, *, comment: str | None = None) -> TransferOut:
        """Say that what the sender declared has come."""
        return self._answer(transfer_id, {"decision": "confirm", "comment": comment})

    def correct(self, transfer_id: str, tonnes: Quantity, *, comment: str | None = None) -> TransferOut:
        """Say how much has come instead."""
        return self._answer(transfer_id, {"decision": "correct", "tonnes": tonnes, "comment": comment})

    def dispute(self, transfer_id: str, comment: str) -> TransferOut:
        """Say why what was declared is not so."""
        return self._answer(transfer_id, {"decision": "dispute", "comment": comment})

    def _answer(self, transfer_id: str, body: ConfirmationIn) -> TransferOut:
        path = f"/v1/transfers/{in_path(transfer_id)}/confirmation"
        return cast("TransferOut", self._transport.post(path, body))
