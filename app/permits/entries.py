"""One entry of a JSON list, or one permit of a file, on its way in."""

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from app.domain.errors import Fault, Message
from app.http.problems import Invalid
from app.http.validation import faults_from
from app.permits.commands import Incoming, Outcome, Result
from app.permits.permit_in import NUMBER, PermitIn

_NO_NUMBER = Message("缺少许可证编号，或格式不正确", "the permit number is missing or malformed")


@dataclass(frozen=True, slots=True)
class Note:
    """What is said of one row: its number as the spreadsheet counts, and our name of the column."""

    row: int
    field: str | None
    severity: Literal["error", "warning"]
    fault: Fault

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        message = self.fault.message
        return {
            "field": self.field,
            "severity": self.severity,
            "code": self.fault.code,
            "message": {"zh": message.zh, "en": message.en},
        }


@dataclass(slots=True)
class Entry:
    """One permit of a file: its rows, what they say, and what is wrong with them before anybody judges the permit.

    `waste_rows` and `facility_rows` are the first rows of each waste and facility of the body.
    """

    rows: tuple[int, ...]
    number: str | None
    incoming: Incoming | None = None
    notes: list[Note] = field(default_factory=list)
    waste_rows: tuple[int, ...] = ()
    facility_rows: tuple[int, ...] = ()

    def note(self, fault: Fault, severity: Literal["error", "warning"]) -> Note:
        """Say a fault of the body at the row and column that it comes from."""
        parts = fault.pointer.split("/")[1:]
        row, name = self.rows[0], parts[0] if parts else None
        listed = {"wastes": self.waste_rows, "facilities": self.facility_rows}.get(name or "", ())
        if len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(listed):
            row = listed[int(parts[1])]
            name = _field(parts[0], parts[2:])
        elif name == "report_deadlines":
            name = None
        return Note(row, name, severity, fault)


_FIELDS = {
    ("wastes", "name"): "waste_name",
    ("wastes", "class"): "waste_class",
    ("facilities", "code"): "facility",
    ("facilities", "kind"): "facility_kind",
    ("facilities", "name"): "facility_name",
    ("facilities", "type"): "facility_type",
    ("facilities", "wastes"): "facility_wastes",
}


def _field(listed: str, rest: list[str]) -> str | None:
    """Our name of the column that a part of a waste or facility stands in."""
    if not rest:
        return {"wastes": "waste", "facilities": "facility"}[listed]
    if rest[:2] == ["capacity", "unit"]:
        return "capacity_unit"
    return _FIELDS.get((listed, rest[0]), rest[0])


def incoming_of(value: Any, raw: bytes) -> Incoming | Result:
    """Read an entry of a JSON list: a permit with its `number`. What cannot be read is a result that says why."""
    number = value.get("number") if isinstance(value, dict) else None
    if not isinstance(number, str) or NUMBER.fullmatch(number) is None:
        return Result(Outcome.REJECTED, "", bad_number())
    body = body_of(value)
    if isinstance(body, Invalid):
        return Result(Outcome.REJECTED, number, body)
    return Incoming(number, body, raw, "application/json")


def body_of(value: Any) -> PermitIn | Invalid:
    """Read what a permit says, or say why it cannot be read."""
    try:
        return PermitIn.model_validate(value)
    except ValidationError as error:
        return Invalid(errors=[fault for _, fault in faults_from(error.errors())])


def bad_number() -> Invalid:
    """Say that no permit can be meant."""
    return Invalid(errors=[Fault("/number", "bad_number", _NO_NUMBER)])
