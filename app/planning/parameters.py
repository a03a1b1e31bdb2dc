"""What a new link costs and how far it may reach: rows of the reference data, each with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.auth.subjects import Subject
from app.db.session import ReadSession, WriteSession
from app.domain.errors import Fault, Message
from app.http.problems import Conflict, Invalid
from app.reference import service as reference
from app.reference.models import ReferenceRow

KIND = "plan_parameters"
_HAUL, _DETOUR, _LIMIT, _OTHER = (
    "haul.yuan_per_tonne_km",
    "haul.detour_factor",
    "haul.limit_km",
    "gate.other",
)
FEN_PER_YUAN = 100
_METRES_PER_KM = 1_000


class ParametersAbsent(Conflict):
    """The reference data of this database is older than the planner."""

    code = "plan_parameters_absent"
    title = Message(
        "参考数据中没有规划参数，请管理员运行 huanlian seed load",
        "The reference data has no plan parameters: an administrator runs huanlian seed load",
    )


@dataclass(frozen=True, slots=True)
class Parameters:
    """Haulage [yuan/(t·km)], road over great circle, longest haul by road [km], gate cost by process [yuan/t]."""

    yuan_per_tonne_km: Fraction
    detour_factor: Fraction
    limit_km: Fraction
    gate_yuan: Mapping[str, Fraction]
    other_gate_yuan: Fraction
    rows: tuple[ReferenceRow, ...]

    @property
    def unverified(self) -> int:
        """How many of the values nobody has found in a source."""
        return sum(not row.verified for row in self.rows)

    def road_metres(self, metres: int) -> int:
        """Road distance [m] expected for a great-circle distance [m]."""
        return round(metres * self.detour_factor)

    def is_too_far(self, road_metres: int) -> bool:
        """Whether a haul is longer than the limit."""
        return road_metres > self.limit_km * _METRES_PER_KM

    def haul_fen(self, road_metres: int) -> int:
        """Cost of a tonne's haul [fen/t], rounded half even."""
        return round(self.yuan_per_tonne_km * FEN_PER_YUAN * Fraction(road_metres, _METRES_PER_KM))

    def gate_fen(self, process: str) -> int:
        """What a plant takes for a tonne [fen/t]."""
        return round(self.gate_yuan.get(process, self.other_gate_yuan) * FEN_PER_YUAN)


def read_parameters(session: ReadSession, limit_km: Decimal | None = None) -> Parameters:
    """Read the current rows; `limit_km` replaces the longest haul for one plan. Raises ParametersAbsent."""
    rows = tuple(reference.current(session, KIND))
    values = {row.code: Fraction(str(row.body["value"])) for row in rows}
    if not {_HAUL, _DETOUR, _LIMIT, _OTHER} <= values.keys():
        raise ParametersAbsent
    gates = {str(row.body["of"]): values[row.code] for row in rows if row.body["of"] is not None}
    limit = values[_LIMIT] if limit_km is None else Fraction(limit_km)
    return Parameters(values[_HAUL], values[_DETOUR], limit, gates, values[_OTHER], rows)


def change_parameter(
    session: WriteSession, subject: Subject, code: str, changed: Mapping[str, Any], now: datetime
) -> ReferenceRow:
    """Set the value of a row with its source; what it is of and its unit stay. Raises NotFound, Invalid."""
    old = reference.history(session, KIND, code)[0]
    if code == _DETOUR and Fraction(str(changed["value"])) < 1:
        words = Message(
            "公路里程不会短于大圆距离，应不小于 1", "no road is shorter than the great circle: 1 at least"
        )
        raise Invalid(errors=[Fault("/value", "below_one", words)])
    body = {**old.body, "value": changed["value"], "stated_for": changed["stated_for"]}
    plain = ("source", "url", "retrieved_on", "verified")
    new = reference.Change(zh=old.zh, en=old.en, body=body, **{name: changed[name] for name in plain})
    return reference.change(session, KIND, code, new, subject=subject, now=now)
