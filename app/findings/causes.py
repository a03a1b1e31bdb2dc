"""Why a finding is no longer found: the ledger version that took its cause away, or what else changed."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises.models import Site
from app.findings.models import Finding
from app.findings.partitions import chunks
from app.ledgers.models import Ledger, LedgerVersion

_OTHERWISE = Message(
    "事实不再成立（转移确认、登记资料、规则参数或时间的变化）",
    "The fact no longer holds (a transfer's confirmation, the register, a rule's parameters or time changed)",
)


@dataclass(frozen=True, slots=True)
class Cause:
    """In words, and the ledger with its version when one did it."""

    message: Message
    ledger: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class _OnFile:
    """The version of a site's month that counts now."""

    site: str
    month: Month
    ledger: str
    version: int
    received_at: datetime


def causes_of(session: ReadSession, findings: Sequence[Finding]) -> dict[uuid.UUID, Cause]:
    """For each finding the ledger among those around it that is newer than its evidence, the last one filed first.

    It is read from the ledgers and not from what set the evaluation off, so that the nightly run says the same.
    """
    around = _ledgers(session, findings)
    return {finding.id: _cause(finding, around) for finding in findings}


def _ledgers(session: ReadSession, findings: Sequence[Finding]) -> dict[str, list[_OnFile]]:
    """Site → what is on file, for every site that the findings name."""
    codes = {code for finding in findings for code in _named(finding)}
    ids = {finding.site_id for finding in findings}
    found: dict[str, list[_OnFile]] = defaultdict(list)
    for batch in chunks(sorted(codes)):
        rows = session.execute(select(Site.id).where(Site.code.in_(batch)))
        ids |= {row.id for row in rows}
    for some in chunks(sorted(ids)):
        query = (
            select(Site.code, Ledger.month, Ledger.id, Ledger.version, LedgerVersion.received_at)
            .join(Ledger, Ledger.site_id == Site.id)
            .join(LedgerVersion, LedgerVersion.id == Ledger.version_id)
            .where(Site.id.in_(some), Ledger.state != LedgerState.DRAFT)
        )
        for code, month, ledger_id, version, received_at in session.execute(query):
            found[code].append(_OnFile(code, month, str(ledger_id), version, received_at))
    return found


def _named(finding: Finding) -> Iterator[str]:
    yield from (figure["site"] for figure in finding.evidence["figures"])
    yield finding.key.partition("|")[0]
    if finding.counterpart is not None:
        yield finding.counterpart


def _cause(finding: Finding, around: dict[str, list[_OnFile]]) -> Cause:
    newer = [ledger for code in set(_named(finding)) for ledger in _newer(finding, around.get(code, ()))]
    if not newer:
        return Cause(_OTHERWISE, None)
    last = max(newer, key=lambda ledger: (ledger.received_at, ledger.version, ledger.ledger))
    return Cause(
        Message(
            f"原因已由填报消除：{last.site} {last.month} 台账第 {last.version} 版",
            f"The cause was amended away: ledger of {last.site} for {last.month}, version {last.version}",
        ),
        {"id": last.ledger, "site": last.site, "month": str(last.month), "version": last.version},
    )


def _newer(finding: Finding, ledgers: Iterable[_OnFile]) -> Iterator[_OnFile]:
    """Those of a site's ledgers, in the finding's months or beside them, that its evidence did not know."""
    figures = finding.evidence["figures"]
    known = {figure["ledger"]: figure["version"] for figure in figures if figure["ledger"] is not None}
    absent = {(figure["site"], figure["month"]) for figure in figures if figure["ledger"] is None}
    if not figures:
        absent = {(finding.key.partition("|")[0], month) for month in finding.evidence["months"]}
    for ledger in ledgers:
        if ledger.ledger in known:
            is_newer = ledger.version > known[ledger.ledger]
        elif (ledger.site, str(ledger.month)) in absent:
            is_newer = True
        else:
            is_newer = _is_near(finding, ledger.month) and ledger.received_at > finding.evidence_at
        if is_newer:
            yield ledger


def _is_near(finding: Finding, month: Month) -> bool:
    first, last = finding.first_month, finding.last_month
    return first is not None and last is not None and first <= month.next and month <= last.next
