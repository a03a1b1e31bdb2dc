"""Why a finding is no longer found: the ledger version that took its cause away, or what else changed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select

from app.db.session import ReadSession
from app.domain.errors import Message
from app.enterprises.models import Site
from app.findings.models import Finding
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


def causes_of(session: ReadSession, findings: Sequence[Finding]) -> dict[uuid.UUID, Cause]:
    """The newest version filed since each finding's last evidence, in its months, by its site or its counterpart.

    It is read from the ledgers and not from what set the evaluation off, so that the nightly run says the same.
    """
    return {finding.id: _cause(session, finding) for finding in findings}


def _cause(session: ReadSession, finding: Finding) -> Cause:
    if finding.first_month is None or finding.last_month is None:
        return Cause(_OTHERWISE, None)
    either = or_(Site.id == finding.site_id, Site.code == (finding.counterpart or ""))
    newest = (
        select(Ledger.id, Ledger.month, Site.code, LedgerVersion.number)
        .join(Ledger, Ledger.id == LedgerVersion.ledger_id)
        .join(Site, Site.id == Ledger.site_id)
        .where(
            and_(
                either,
                Ledger.month.between(finding.first_month.previous, finding.last_month.next),
                LedgerVersion.is_draft.is_(False),
                LedgerVersion.received_at >= finding.evidence_at,
            )
        )
        .order_by(LedgerVersion.received_at.desc(), LedgerVersion.id.desc())
        .limit(1)
    )
    found = session.execute(newest).one_or_none()
    if found is None:
        return Cause(_OTHERWISE, None)
    ledger_id, month, code, number = found
    return Cause(
        Message(
            f"原因已由修订消除：{code} {month} 台账第 {number} 版",
            f"The cause was amended away: ledger of {code} for {month}, version {number}",
        ),
        {"id": str(ledger_id), "site": code, "month": str(month), "version": number},
    )
