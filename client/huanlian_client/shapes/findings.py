"""Findings and the cases about them."""

from typing import Any, Literal, TypedDict

from huanlian_client.shapes.values import TextOut

CaseState = Literal["open", "notified", "answered", "confirmed", "dismissed", "closed"]
StepKind = Literal[
    "opened",
    "evidence",
    "gone",
    "reopened",
    "assigned",
    "notified",
    "answered",
    "commented",
    "attached",
    "confirmed",
    "dismissed",
    "closed",
]

FindingOut = TypedDict(
    "FindingOut",
    {
        "assignee": str | None,
        "closed_at": str | None,
        "counterpart": str | None,
        "deadline": str | None,
        "decided_at": str | None,
        "evidence_at": str,
        "explanation": TextOut,
        "from": str | None,
        "gone_at": str | None,
        "id": str,
        "notified_at": str | None,
        "opened_at": str,
        "present": bool,
        "region": str,
        "rule": str,
        "rule_version": int,
        "severity": Literal["low", "medium", "high"],
        "sigma_tonnes": str | None,
        "site": str,
        "site_name": str | None,
        "state": CaseState,
        "title": TextOut,
        "to": str | None,
        "tonnes": str | None,
        "waste": str | None,
    },
)
"""A finding: what a rule objects to, how much, and where its case stands."""


class FindingPage(TypedDict):
    """Some findings and where to go on."""

    items: list[FindingOut]
    next_cursor: str | None


class AttachmentOut(TypedDict):
    """A file of a case."""

    actor: str
    at: str
    id: str
    internal: bool
    media_type: str
    name: str
    sha256: str
    size_bytes: int


class EvidenceFigureOut(TypedDict):
    """A number that a finding rests on, and the ledger version that says it."""

    ledger: str | None
    month: str
    name: str
    site: str
    tonnes: str | None
    version: int | None


class EvidenceOut(TypedDict):
    """What a finding rests on: figures, what was computed from them, and what that was held to."""

    figures: list[EvidenceFigureOut]
    months: list[str]
    threshold: dict[str, str | int | bool | None]
    values: dict[str, str | int | bool | None]


class CaseStepOut(TypedDict):
    """One step of a case."""

    actor: str
    at: str
    details: dict[str, Any] | None
    from_state: CaseState | None
    internal: bool
    kind: StepKind
    text: str | None
    to_state: CaseState


class LawOut(TypedDict):
    """A provision; `verified` says whether article, wording and date were compared with the official text."""

    en: str
    verified: bool
    zh: str


class FindingDetailOut(FindingOut):
    """A finding with its evidence and everything that happened in its case; `law` is null when the rule is no more."""

    attachments: list[AttachmentOut]
    evidence: EvidenceOut
    law: LawOut | None
    steps: list[CaseStepOut]


class ResponseIn(TypedDict):
    """What the enterprise concerned answers."""

    text: str
