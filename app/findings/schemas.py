"""The JSON of findings, their cases, and the rules."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from app.findings.models import CaseState, StepKind
from app.findings.rule import Severity
from app.http.answers import TextOut
from app.http.fields import LongText, NameText


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _example(**body: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [body]})


class DecisionIn(_In):
    """An authority's decision on a finding."""

    model_config = _example(decision="notify", deadline="2026-02-10", reason="请于期限内说明去向并附磅单")

    decision: Annotated[
        Literal["notify", "confirm", "dismiss", "close"],
        Field(
            description=(
                "notify: open → notified, with a deadline; confirm: notified or answered → confirmed; "
                "dismiss (with a reason): open, notified or answered → dismissed; close: confirmed or dismissed → closed"
            )
        ),
    ]
    reason: LongText | None = None
    deadline: date | None = None


class ResponseIn(_In):
    """What the enterprise concerned answers."""

    model_config = _example(text="该批粉煤灰 4 月 1 日过磅入库，磅单见附件")

    text: LongText


class CommentIn(_In):
    """A remark in a case."""

    model_config = _example(text="已电话核实", internal=True)

    text: LongText
    internal: bool = Field(default=False, description="for authorities' eyes only")


class AssignmentIn(_In):
    """Findings given to one official, or with `assignee` null to nobody."""

    model_config = _example(findings=["0199f3c2-7e2c-7000-8000-000000000001"], assignee="王工")

    findings: Annotated[list[uuid.UUID], Field(min_length=1, max_length=200)]
    assignee: NameText | None


class AssignedOut(BaseModel):
    """How many findings changed hands."""

    changed: int


class FindingOut(BaseModel):
    """A finding: what a rule objects to, how much, and where its case stands."""

    id: str
    rule: str
    rule_version: int
    title: TextOut
    explanation: TextOut
    severity: Severity
    site: str
    site_name: str | None
    region: str
    counterpart: str | None
    waste: str | None
    first: Annotated[str | None, Field(alias="from")]
    last: Annotated[str | None, Field(alias="to")]
    tonnes: str | None
    sigma_tonnes: str | None
    present: Annotated[bool, Field(description="the rule still finds it")]
    state: CaseState
    assignee: str | None
    deadline: str | None
    opened_at: datetime
    evidence_at: datetime
    notified_at: datetime | None
    decided_at: datetime | None
    gone_at: datetime | None
    closed_at: datetime | None


class FindingPage(BaseModel):
    """Some findings and where to go on."""

    items: list[FindingOut]
    next_cursor: str | None


class FigureOut(BaseModel):
    """A number that a finding rests on, and the ledger version that says it."""

    name: str
    tonnes: str | None
    site: str
    month: str
    ledger: str | None
    version: int | None


class EvidenceOut(BaseModel):
    """What a finding rests on: figures, what was computed from them, and what that was held to."""

    months: list[str]
    figures: list[FigureOut]
    values: dict[str, str | int | bool | None]
    threshold: dict[str, str | int | bool | None]


class StepOut(BaseModel):
    """One step of a case."""

    kind: StepKind
    from_state: CaseState | None
    to_state: CaseState
    actor: str
    internal: bool
    text: str | None
    details: dict[str, Any] | None
    at: datetime


class AttachmentOut(BaseModel):
    """A file of a case."""

    id: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    actor: str
    internal: bool
    at: datetime


class LawOut(TextOut):
    """A provision; `verified` says whether article, wording and date were compared with the official text."""

    verified: bool


class FindingDetailOut(FindingOut):
    """A finding with its evidence and everything that happened in its case."""

    law: Annotated[LawOut | None, Field(description="null when the rule is no more")]

    evidence: EvidenceOut
    steps: list[StepOut]
    attachments: list[AttachmentOut]


class ScoreOut(BaseModel):
    """Tonnes at issue of a site, a region or a rule; no tonne of a site, waste and month counts twice."""

    group: str
    findings: int
    unseen_tonnes: Annotated[str, Field(description="without proven end, or not reported at all")]
    untracked_tonnes: str
    estimated_tonnes: str
    irregular_tonnes: str
    reported_tonnes: Annotated[str | None, Field(description="generated, as the ledgers say")]
    unseen_share: Annotated[str | None, Field(description="unseen / (reported + unseen)")]


class ScoresOut(BaseModel):
    items: list[ScoreOut]


class ParameterOut(BaseModel):
    """A number a rule is held to, with its bounds."""

    name: str
    value: str
    default: str
    unit: str
    low: str
    high: str
    text: TextOut


class RuleOut(BaseModel):
    """A rule: what it says, by which law, since when, with which numbers."""

    id: str
    version: int
    severity: Severity
    tonnes_are: str
    partition: str
    text: TextOut
    law: LawOut
    since: Annotated[
        date, Field(description="the provision's date of force, as well verified as the provision")
    ]
    parameters: list[ParameterOut]


class RulesOut(BaseModel):
    items: list[RuleOut]


class ParameterChangeOut(BaseModel):
    """One change of a rule's parameters."""

    number: int
    values: dict[str, str]
    reason: str
    changed_by: str
    changed_at: datetime


class RuleDetailOut(RuleOut):
    """A rule with what was changed of it, the newest first."""

    history: list[ParameterChangeOut]


_Number = Annotated[
    Decimal,
    Field(max_digits=16, decimal_places=6, ge=0, le=1_000_000_000),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "string",
                    "maxLength": 17,
                    "pattern": r"^(1000000000(\.0{1,6})?|[0-9]{1,9}(\.[0-9]{1,6})?)$",
                },
                {"type": "number", "minimum": 0, "maximum": 1_000_000_000},
            ]
        }
    ),
]
_Name = Annotated[str, Field(max_length=64, pattern=r"^[a-z_]+$")]


class ParametersIn(_In):
    """What an administrator sets of a rule's parameters; those not named stay."""

    model_config = _example(values={"critical_z": "3.5"}, reason="本省磅房精度较低")

    values: Annotated[dict[_Name, _Number], Field(min_length=1, max_length=20)]
    reason: LongText
