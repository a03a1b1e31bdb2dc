"""Official totals as a machine sends them, and what is answered to each."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from app.domain.bulletins.balance import BalanceState
from app.domain.bulletins.conventions import CANDIDATES
from app.domain.bulletins.printed import GRAMS_PER_UNIT
from app.domain.bulletins.reading import MAX_ROWS
from app.domain.bulletins.verdicts import Verdict
from app.http.answers import TextOut


def _as_printed(value: Any) -> Any:
    """Write a JSON number as it would be printed; only a string keeps its trailing zeros."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    # repr is the shortest decimal of a float, and str of a very long int would be refused by the interpreter.
    return f"{Decimal(repr(value)) if isinstance(value, float) else Decimal(value):f}"


# A figure of a bulletin has a dozen characters.
MAX_FIGURE_LENGTH = 60
_FIGURE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {
            "type": "string",
            "maxLength": MAX_FIGURE_LENGTH,
            "pattern": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)?$",
        },
        {"type": "number"},
        {"type": "null"},
    ]
}
Figure = Annotated[
    Annotated[str, Field(max_length=MAX_FIGURE_LENGTH)] | None,
    BeforeValidator(_as_printed),
    WithJsonSchema(_FIGURE_SCHEMA),
]
Name = Annotated[str, Field(max_length=200)]


class OfficialRowIn(BaseModel):
    """Printed totals of one case in its own unit; what was not printed is left out, null or empty."""

    model_config = ConfigDict(extra="forbid")

    case: Annotated[Name, Field(min_length=1, description="Any name; unique together with published_metric")]
    unit: Annotated[Name, Field(json_schema_extra={"enum": list(GRAMS_PER_UNIT)})]
    gen: Figure = None
    util: Figure = None
    util_prior: Figure = None
    disp: Figure = None
    disp_prior: Figure = None
    stored_year: Figure = None
    stored_cum: Figure = None
    dumped: Figure = None
    published_metric: Annotated[Name | None, Field(json_schema_extra={"enum": [*CANDIDATES, "", None]})] = (
        None
    )
    published_value: Annotated[
        Figure, Field(description="Per cent for a rate, in the row's unit for a balance")
    ] = None
    convention: Annotated[
        Name | None, Field(description="A = plain, B = statutory, where the source says so")
    ] = None
    expect: Name | None = None
    source: Annotated[str, Field(max_length=2000)] | None = None

    def cells(self) -> dict[str, str]:
        """Give the row the shape of a line of the CSV file."""
        return {name: value or "" for name, value in self.model_dump().items()}


OfficialRowsIn = Annotated[list[OfficialRowIn], Field(max_length=MAX_ROWS)]


class NoteOut(BaseModel):
    code: str
    message: TextOut


class BulletinOut(BaseModel):
    """The judgement of one row. `metrics` are shares of one, `balance_residual` is in the row's unit."""

    case: str
    unit: str
    metrics: dict[str, str | None]
    percents: dict[str, str | None]
    reasons: dict[str, str]
    intervals: dict[str, list[str]]
    published_metric: str | None
    published: str | None
    reproduced_by: list[str]
    verdict: Verdict
    balance_residual: str | None
    balance_residual_tonnes: str | None
    balance_tolerance: str | None
    balance: BalanceState
    warnings: list[str]
    notes: list[NoteOut]
