"""What plans are computed with, as it leaves and as an administrator sets it."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.http.fields import LongText
from app.planning.parameters import Parameters


class PlanParameterOut(BaseModel):
    """A value that the plan was computed with, and where it is from."""

    code: str
    zh: str
    en: str
    value: str
    unit: str
    of: str | None
    stated_for: str
    source: str
    verified: bool
    version: int


def parameters_out(parameters: Parameters) -> list[PlanParameterOut]:
    """All values, in the order of their codes."""
    plain = ("code", "zh", "en", "source", "verified", "version")
    stated = ("value", "unit", "of", "stated_for")
    return [
        PlanParameterOut(
            **{name: getattr(row, name) for name in plain}, **{name: row.body[name] for name in stated}
        )
        for row in parameters.rows
    ]


class PlanParameterPage(BaseModel):
    """All values that plans are computed with."""

    items: list[PlanParameterOut]


class PlanParameterIn(BaseModel):
    """A value as an administrator sets it; what it is of and its unit stay."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {"value": "0.40", "stated_for": "2026-10", "source": "市交通局运价监测", "verified": False}
            ]
        },
    )

    value: Annotated[str, Field(max_length=12, pattern=r"^[0-9]{1,6}(\.[0-9]{1,4})?$")]
    stated_for: Annotated[str, Field(max_length=7, pattern=r"^(199[0-9]|2[01][0-9]{2})-(0[1-9]|1[0-2])$")]
    source: LongText
    url: Annotated[str, Field(max_length=500, pattern=r"^https?://[!-~]+$")] | None = None
    retrieved_on: date | None = None
    verified: bool = False
