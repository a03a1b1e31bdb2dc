"""The JSON of transfers."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.domain.errors import Message
from app.http.fields import LongText, Tonnes
from app.http.validation import FaultyValue


class ConfirmationIn(BaseModel):
    """What the receiver says of the tonnes declared to it."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"decision": "correct", "tonnes": "480", "comment": "过磅"}]},
    )

    decision: Annotated[
        Literal["confirm", "correct", "dispute"],
        Field(description="confirm the declared tonnes, correct them to `tonnes`, or dispute them"),
    ]
    tonnes: Tonnes | None = None
    comment: LongText | None = None

    @model_validator(mode="after")
    def _tonnes_only_to_correct(self) -> "ConfirmationIn":
        if (self.decision == "correct") != (self.tonnes is not None):
            raise FaultyValue(
                "tonnes_with_correct",
                Message("更正时须填 tonnes，其他情况不填", "give tonnes to correct, and only then"),
                "/tonnes",
            )
        if self.decision == "dispute" and self.comment is None:
            raise FaultyValue(
                "comment_required", Message("提出异议须说明原因", "say why you dispute it"), "/comment"
            )
        return self


class TransferOut(BaseModel):
    """A transfer: each side's figure as it was reported, null when that side has said nothing."""

    id: str
    month: str
    waste: str
    purpose: str
    sender: str
    receiver: str
    sent_tonnes: str | None
    received_tonnes: str | None
    difference_tonnes: str | None
    state: Literal["declared", "confirmed", "corrected", "disputed"]
    confirmed_tonnes: str


class TransferPage(BaseModel):
    """Some transfers and where to go on."""

    items: list[TransferOut]
    next_cursor: str | None
