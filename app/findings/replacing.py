"""The findings of a partition replaced as a set: what is new opens, what is still there stays, what is gone closes."""

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from app.db.base import table_of
from app.db.session import WriteSession
from app.domain.quantities import GRAMS_PER_TONNE, tonnes_text
from app.enterprises import service as enterprises
from app.enterprises.models import Enterprise, Site
from app.findings.causes import causes_of
from app.findings.facts import Figure
from app.findings.models import CaseState, Finding, StepKind
from app.findings.partitions import chunks
from app.findings.rule import Found, Rule, Severity, Tonnes
from app.findings.steps import Step, take
from app.ids import new_id

_SERIOUS_GRAMS = 10_000 * GRAMS_PER_TONNE
_UNDECIDED = frozenset({CaseState.OPEN, CaseState.NOTIFIED, CaseState.ANSWERED})
FoundKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Placed:
    """What a rule found in a partition."""

    rule: Rule[Any]
    partition: str
    found: Found


@dataclass(slots=True)
class Tally:
    """How many findings a run left as they were, and did what to."""

    opened: int = 0
    reopened: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0

    def add(self, other: "Tally") -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(frozen=True, slots=True)
class _Register:
    """Sites and enterprises that findings name."""

    sites: Mapping[str, enterprises.SiteRow]
    enterprises: Mapping[str, tuple[uuid.UUID, str]]
    codes: Mapping[uuid.UUID, str]


@dataclass(slots=True)
class _Changes:
    tally: Tally = field(default_factory=Tally)
    rows: list[dict[str, Any]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def replace(
    session: WriteSession,
    rule_ids: Collection[str],
    partitions: Iterable[str],
    placed: Sequence[Placed],
    now: datetime,
) -> Tally:
    """Let these rules' findings in these partitions be exactly `placed`. The caller holds the evaluation's lock."""
    wanted = {(each.rule.id, each.found.full_key): each for each in placed}
    if len(wanted) != len(placed):
        raise ValueError(f"two findings of one key: {_twice(placed)}")
    present = _on_file(session, rule_ids, partitions, wanted)
    register = _register(session, placed, present.values())
    changes = _Changes()
    for key in sorted(wanted):
        if key in present:
            _keep(present[key], wanted[key], register, changes, now)
        else:
            _open(wanted[key], register, changes, now)
    _let_go(session, [row for key, row in present.items() if key not in wanted], register, changes, now)
    session.flush()
    if changes.rows:
        session.execute(insert(table_of(Finding)), changes.rows)
    take(session, changes.steps, now)
    return changes.tally


def _twice(placed: Sequence[Placed]) -> str:
    keys = [f"{each.rule.id} {each.found.full_key}" for each in placed]
    return next(key for key in keys if keys.count(key) > 1)


def _on_file(
    session: WriteSession, rule_ids: Collection[str], partitions: Iterable[str], wanted: Collection[FoundKey]
) -> dict[FoundKey, Finding]:
    """The findings of the partitions, and those of the keys that lay in another one before."""
    found: dict[FoundKey, Finding] = {}
    for names in chunks(sorted(partitions)):
        query = select(Finding).where(Finding.partition.in_(names), Finding.rule.in_(rule_ids))
        for row in session.scalars(query.with_for_update()):
            found[row.rule, row.key] = row
    for keys in chunks(sorted(key for key in wanted if key not in found)):
        query = select(Finding).where(
            Finding.rule.in_({rule for rule, _ in keys}), Finding.key.in_({key for _, key in keys})
        )
        for row in session.scalars(query.with_for_update()):
            if (row.rule, row.key) in wanted:
                found[row.rule, row.key] = row
    return found


def _register(session: WriteSession, placed: Sequence[Placed], present: Iterable[Finding]) -> _Register:
    codes = {each.found.site for each in placed}
    codes |= {each.found.counterpart for each in placed if each.found.counterpart is not None}
    sites = enterprises.sites_by_code(session, codes)
    firms: dict[str, tuple[uuid.UUID, str]] = {}
    for names in chunks(sorted(codes - sites.keys())):
        query = select(Enterprise.credit_code, Enterprise.id, Enterprise.region)
        for code, firm_id, region in session.execute(query.where(Enterprise.credit_code.in_(names))):
            firms[code] = (firm_id, region)
    by_id = {site.id: site.code for site in sites.values()}
    for ids in chunks(sorted({row.site_id for row in present} - by_id.keys())):
        rows = session.execute(select(Site.id, Site.code).where(Site.id.in_(ids)))
        by_id |= {row.id: row.code for row in rows}
    return _Register(sites, firms, by_id)


def _open(each: Placed, register: _Register, changes: _Changes, now: datetime) -> None:
    finding = Finding(
        id=new_id(),
        rule=each.rule.id,
        key=each.found.full_key,
        present=True,
        state=CaseState.OPEN,
        opened_at=now,
        evidence_at=now,
        assignee=None,
        deadline=None,
        notified_at=None,
        decided_at=None,
        gone_at=None,
        closed_at=None,
        **_told(each, register),
    )
    changes.rows.append(_columns_of(finding))
    changes.tally.opened += 1
    changes.steps.append(
        Step(finding, each.found.site, StepKind.OPENED, None, text=finding.en, details=finding.evidence)
    )


def _columns_of(finding: Finding) -> dict[str, Any]:
    """A new finding as a row of a multi-row insert."""
    return {column.name: getattr(finding, column.name) for column in table_of(Finding).columns}


def _keep(finding: Finding, each: Placed, register: _Register, changes: _Changes, now: datetime) -> None:
    told = _told(each, register)
    is_new_evidence = told["evidence_sha256"] != finding.evidence_sha256
    before = finding.state
    for name, value in told.items():
        if getattr(finding, name) != value:
            setattr(finding, name, value)
    if is_new_evidence:
        finding.evidence_at = now
    came_back = not finding.present
    finding.present, finding.gone_at = True, None
    if came_back and finding.state is CaseState.CLOSED:
        finding.state, finding.closed_at = CaseState.OPEN, None
    if came_back:
        changes.tally.reopened += 1
        kind = StepKind.REOPENED
    elif is_new_evidence:
        changes.tally.changed += 1
        kind = StepKind.EVIDENCE
    else:
        changes.tally.unchanged += 1
        return
    changes.steps.append(
        Step(finding, each.found.site, kind, before, text=finding.en, details=finding.evidence)
    )


def _let_go(
    session: WriteSession, rows: Sequence[Finding], register: _Register, changes: _Changes, now: datetime
) -> None:
    """Close what is no longer found, unless somebody has decided on it: then only say so."""
    gone = [row for row in rows if row.present]
    causes = causes_of(session, gone)
    for finding in gone:
        before = finding.state
        finding.present, finding.gone_at = False, now
        if before in _UNDECIDED:
            finding.state, finding.closed_at = CaseState.CLOSED, now
        cause = causes[finding.id]
        changes.tally.gone += 1
        changes.steps.append(
            Step(
                finding,
                register.codes[finding.site_id],
                StepKind.GONE,
                before,
                text=cause.message.en,
                details={"zh": cause.message.zh, "en": cause.message.en, "ledger": cause.ledger},
            )
        )


def _told(each: Placed, register: _Register) -> dict[str, Any]:
    """What a finding says and whom it concerns, as columns."""
    found, site = each.found, register.sites[each.found.site]
    document = evidence(found)
    months = sorted(found.months)
    severity = found.severity or each.rule.severity
    # Where volume is what is wrong, much of it is serious whatever the rule.
    if each.rule.tonnes_are is not Tonnes.IRREGULAR and (found.grams or 0) >= _SERIOUS_GRAMS:
        severity = Severity.HIGH
    columns = {
        "rule_version": each.rule.version,
        "partition": each.partition,
        "severity": severity,
        "site_id": site.id,
        "region": site.region,
        "enterprise_id": site.registered_id,
        "waste": found.waste,
        "first_month": months[0] if months else None,
        "last_month": months[-1] if months else None,
        "grams": found.grams or 0,
        "is_weighed": found.grams is not None,
        "sigma_grams": found.sigma_grams,
        "zh": found.explanation.zh,
        "en": found.explanation.en,
        "evidence": document,
        **_counterpart(found, register),
    }
    said = [columns[name] for name in ("rule_version", "severity", "grams", "zh", "en", "evidence")]
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return columns | {"evidence_sha256": hashlib.sha256(text.encode()).hexdigest()}


def _counterpart(found: Found, register: _Register) -> dict[str, Any]:
    """The other party; who it is only where it may see the finding."""
    site = register.sites.get(found.counterpart or "")
    firm, region = register.enterprises.get(found.counterpart or "", (None, None))
    if site is not None:
        firm, region = site.registered_id, site.region
    return {
        "counterpart": found.counterpart,
        "counterpart_region": region if found.is_shared else None,
        "counterpart_enterprise_id": firm if found.is_shared else None,
    }


def evidence(found: Found) -> dict[str, Any]:
    """What a finding rests on, as it is kept: every figure with the ledger that says it."""
    return {
        "months": [str(month) for month in sorted(found.months)],
        "figures": [_figure(figure) for figure in found.figures],
        "values": dict(found.values),
        "threshold": dict(found.threshold),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "tonnes": None if figure.grams is None else tonnes_text(figure.grams),
        "site": figure.site,
        "month": str(figure.month),
        "ledger": None if figure.ref is None else figure.ref.ledger,
        "version": None if figure.ref is None else figure.ref.version,
    }
