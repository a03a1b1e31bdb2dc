"""The routes of findings and their cases, and of the rules."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.clock import local_date
from app.domain.quantities import grams_from_tonnes
from app.findings import attachments, cases, jobs, parameters, reading, rulebook, summary
from app.findings.cases import Decision
from app.findings.export import csv_text
from app.findings.models import CaseState
from app.findings.reading import FindingQuery
from app.findings.rule import Severity
from app.findings.schemas import (
    AssignedOut,
    AssignmentIn,
    AttachmentOut,
    CommentIn,
    DecisionIn,
    FindingDetailOut,
    FindingPage,
    ParametersIn,
    ResponseIn,
    RuleDetailOut,
    RulesOut,
    ScoresOut,
)
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.fields import CodeText, MonthText, NameText, RegionText, month_or_none
from app.outbox.jobs import enqueue

router = APIRouter(prefix="/v1", tags=["findings"])

Someone = Annotated[Subject, Depends(require(Scope.FINDINGS_WRITE))]
Region = Annotated[RegionText | None, Query()]
MinTonnes = Annotated[
    str | None, Query(max_length=17, pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$", examples=["1000"])
]


def asked(
    *,
    rule: Annotated[list[CodeText] | None, Query(max_length=50)] = None,
    region: Region = None,
    site: Annotated[CodeText | None, Query(description="as subject or as counterpart")] = None,
    waste: Annotated[str | None, Query(max_length=4, pattern=r"^SW[0-9]{2}$", examples=["SW02"])] = None,
    first: Annotated[MonthText | None, Query(alias="from")] = None,
    last: Annotated[MonthText | None, Query(alias="to")] = None,
    state: Annotated[list[CaseState] | None, Query(max_length=6)] = None,
    severity: Severity | None = None,
    present: Annotated[bool | None, Query(description="whether the rule still finds it")] = None,
    assignee: NameText | None = None,
    overdue: Annotated[bool, Query(description="only notified ones past their deadline")] = False,
    min_tonnes: MinTonnes = None,
    now: Now,
    settings: SettingsDep,
) -> FindingQuery:
    """What a list is asked for, from the address."""
    return FindingQuery(
        rules=tuple(rule or ()),
        region=region,
        site=site,
        waste=waste,
        first=month_or_none(first),
        last=month_or_none(last),
        states=tuple(state or ()),
        severity=severity,
        present=present,
        assignee=assignee,
        overdue_on=local_date(now, settings.timezone) if overdue else None,
        min_grams=None if min_tonnes is None else grams_from_tonnes(min_tonnes),
    )


Asked = Annotated[FindingQuery, Depends(asked)]


@router.get(
    "/findings",
    response_model=FindingPage,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def get_findings(
    *,
    subject: Someone,
    session: Reading,
    query: Asked,
    order: reading.Order = "tonnes",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=80, pattern=r"^[0-9A-Za-z._-]*$")] = None,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Any:
    """List findings that concern you, the heaviest first, as JSON pages or as one CSV file."""
    whole = query.asking(order, limit, cursor or None)
    if form == "json":
        items, next_cursor = reading.page(session, subject, whole)
        return {"items": items, "next_cursor": next_cursor}
    items, next_cursor = reading.export(session, subject, whole)
    headers = {"Content-Disposition": 'attachment; filename="findings.csv"'}
    if next_cursor is not None:
        headers["X-Next-Cursor"] = next_cursor
    return Response(csv_text(items), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/findings/scores", response_model=ScoresOut)
def get_scores(
    *,
    subject: Someone,
    session: Reading,
    query: Asked,
    group_by: summary.Grouping = "site",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Give the tonnes at issue by site, region or rule, the most first; what is dismissed or gone does not count."""
    found = summary.scores(session, subject, query, group_by, most=limit)
    return {"items": [summary.score_document(group, score) for group, score in found]}


@router.post("/findings/assignments", response_model=AssignedOut)
def post_assignments(body: AssignmentIn, subject: Someone, session: Writing, now: Now) -> dict[str, int]:
    """Give up to 200 findings to one official, all or none."""
    return {"changed": cases.assign(session, subject, body.findings, body.assignee, now)}


@router.get("/findings/{finding_id}", response_model=FindingDetailOut)
def get_finding(finding_id: uuid.UUID, subject: Someone, session: Reading) -> dict[str, Any]:
    """Give one finding with its evidence, the steps of its case and its files."""
    return reading.one(session, subject, finding_id)


@router.post("/findings/{finding_id}/decisions", response_model=FindingDetailOut)
def post_decision(
    finding_id: uuid.UUID,
    body: DecisionIn,
    subject: Someone,
    session: Writing,
    now: Now,
    settings: SettingsDep,
) -> dict[str, Any]:
    """Notify the parties, confirm, dismiss or close, as an authority of the territory."""
    decision = Decision(body.decision, body.reason, body.deadline)
    cases.decide(session, subject, finding_id, decision, now, local_date(now, settings.timezone))
    return reading.one(session, subject, finding_id)


@router.post("/findings/{finding_id}/responses", response_model=FindingDetailOut)
def post_response(
    finding_id: uuid.UUID, body: ResponseIn, subject: Someone, session: Writing, now: Now
) -> dict[str, Any]:
    """Answer a notification, as the enterprise concerned."""
    cases.respond(session, subject, finding_id, body.text, now)
    return reading.one(session, subject, finding_id)


@router.post("/findings/{finding_id}/comments", response_model=FindingDetailOut)
def post_comment(
    finding_id: uuid.UUID, body: CommentIn, subject: Someone, session: Writing, now: Now
) -> dict[str, Any]:
    """Add a remark to a case."""
    cases.comment(session, subject, finding_id, body.text, now, internal=body.internal)
    return reading.one(session, subject, finding_id)


@router.post("/findings/{finding_id}/attachments", response_model=AttachmentOut, status_code=201)
def post_attachment(
    finding_id: uuid.UUID,
    content: Annotated[
        bytes,
        Body(
            media_type="application/octet-stream",
            max_length=attachments.MAX_BYTES,
            examples=["%PDF-1.7 …"],
        ),
    ],
    subject: Someone,
    session: Writing,
    now: Now,
    settings: SettingsDep,
    name: Annotated[NameText, Query(examples=["磅单.pdf"])],
    *,
    internal: Annotated[bool, Query(description="for authorities' eyes only")] = False,
) -> dict[str, Any]:
    """Add a file of at most 1.5 MB to a case: the body is its content; PDF, JPEG, PNG, XLSX, DOCX or text."""
    folder = settings.attachments_folder
    made = attachments.attach(session, subject, finding_id, name, content, folder, now, internal=internal)
    return reading.attachment_document(made, subject)


@router.get(
    "/findings/{finding_id}/attachments/{attachment_id}",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    },
)
def get_attachment(
    finding_id: uuid.UUID,
    attachment_id: uuid.UUID,
    subject: Someone,
    session: Reading,
    settings: SettingsDep,
) -> Response:
    """Give a file of a case as a download."""
    folder = settings.attachments_folder
    made, content = attachments.content_of(session, subject, finding_id, attachment_id, folder)
    headers = {
        "Content-Disposition": f'attachment; filename="{made.id}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


Code = Annotated[str, Path(max_length=64, pattern=r"^[a-z_]+$", examples=["line_balance"])]


@router.get("/rules", response_model=RulesOut)
def get_rules(_subject: Annotated[Subject, Depends(require())], session: Reading) -> dict[str, Any]:
    """List the rules with what they say, by which law, since when, and the values of their parameters."""
    return {"items": rulebook.documents(session)}


@router.get("/rules/{rule_id}", response_model=RuleDetailOut)
def get_rule(
    rule_id: Code, _subject: Annotated[Subject, Depends(require())], session: Reading
) -> dict[str, Any]:
    """Give one rule with the history of its parameters."""
    return rulebook.document(session, rule_id)


@router.put("/rules/{rule_id}/parameters", response_model=RuleDetailOut)
def put_parameters(
    rule_id: Code,
    body: ParametersIn,
    subject: Annotated[Subject, Depends(require(Scope.ADMIN))],
    session: Writing,
    now: Now,
) -> dict[str, Any]:
    """Set some of a rule's parameters within their bounds, with a reason; its findings are then evaluated anew."""
    if parameters.change(session, subject, rule_id, body.values, body.reason, now):
        enqueue(session, jobs.FULL, {"rule": rule_id}, now=now, key=f"rule:{rule_id}")
    return rulebook.document(session, rule_id)
