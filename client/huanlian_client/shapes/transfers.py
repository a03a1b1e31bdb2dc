"""Transfers: what each side reported, and what the receiver says of it."""

from typing import Literal, NotRequired, TypedDict

from huanlian_client.shapes.values import Quantity


class TransferOut(TypedDict):
    """A transfer: each side's figure as it was reported, null when that side has said nothing."""

    confirmed_tonnes: str
    difference_tonnes: str | None
    id: str
    month: str
    purpose: str
    received_tonnes: str | None
    receiver: str
    sender: str
    sent_tonnes: str | None
    state: Literal["declared", "confirmed", "corrected", "disputed"]
    waste: str


class TransferPage(TypedDict):
    """Some transfers and where to go on."""

    items: list[TransferOut]
    next_cursor: str | None


class ConfirmationIn(TypedDict):
    """What the receiver says of the tonnes declared to it."""

    decision: Literal["confirm", "correct", "dispute"]
    comment: NotRequired[str | None]
    tonnes: NotRequired[Quantity | None]
