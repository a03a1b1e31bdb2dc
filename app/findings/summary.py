"""How many tonnes are at issue, by site, region or rule: the score in which hidden volume counts, not the mix."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from sqlalchemy import func, select

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.ledger import LedgerState
from app.domain.quantities import tonnes_text
from app.enterprises.models import Site
from app.findings import registry
from app.findings.models import CaseState, Finding
from app.findings.reading import FindingQuery, conditions, visible
from app.findings.rule import Tonnes
from app.ledgers.models import Ledger, LedgerLine

Grouping: TypeAlias = Literal["site", "region", "rule"]
_Cell: TypeAlias = tuple[str, str | None, str]
"""Site, waste and month: where one tonne is counted once."""


@dataclass(slots=True)
class Score:
    """Tonnes at issue of a group [g], each (site, waste, month) by the largest finding of a kind there."""

    findings: int = 0
    cells: dict[Tonnes, dict[_Cell, Fraction]] = field(default_factory=lambda: defaultdict(dict))
    reported_grams: int | None = None

    def add(self, kind: Tonnes, cell: _Cell, grams: Fraction) -> None:
        kept = self.cells[kind].get(cell)
        if kept is None or grams > kept:
            self.cells[kind][cell] = grams

    def grams(self, *kinds: Tonnes) -> int:
        """The sum over the cells, of several kinds by the largest in each cell."""
        first, *others = kinds
        largest = dict(self.cells[first])
        for kind in others:
            for cell, grams in self.cells[kind].items():
                kept = largest.get(cell)
                if kept is None or grams > kept:
                    largest[cell] = grams
        return round(_sum(largest.values()))

    @property
    def unseen_grams(self) -> int:
        """What has no proven end or was not reported at all."""
        return self.grams(Tonnes.UNTRACKED, Tonnes.ESTIMATED)

    @property
    def share(self) -> Fraction | None:
        """Unseen / (reported + unseen): 0 when all is seen, near 1 when almost all is hidden; None without any tonnes."""
        if self.reported_grams is None:
            return None
        whole = self.reported_grams + self.unseen_grams
        return Fraction(self.unseen_grams, whole) if whole else None


def _sum(shares: Iterable[Fraction]) -> Fraction:
    """Their exact sum, added up by denominator first: a territory has hundreds of thousands, and few denominators."""
    numerators: dict[int, int] = defaultdict(int)
    for share in shares:
        numerators[share.denominator] += share.numerator
    return sum((Fraction(above, below) for below, above in numerators.items()), Fraction(0))


def scores(
    session: ReadSession, subject: Subject, query: FindingQuery, by: Grouping
) -> list[tuple[str, Score]]:
    """Every group with its score, the most unseen tonnes first. Dismissed findings and those gone do not count."""
    found: dict[str, Score] = defaultdict(Score)
    rows = session.execute(
        select(Finding.rule, Finding.waste, Finding.grams, Finding.evidence, Finding.region, Site.code)
        .join(Site, Site.id == Finding.site_id)
        .where(
            visible(subject),
            *conditions(subject, query),
            Finding.present.is_(True),
            Finding.state != CaseState.DISMISSED,
        )
    )
    for rule_id, waste, grams, evidence, region, site in rows:
        group = {"site": site, "region": region, "rule": rule_id}[by]
        found[group].findings += 1
        rule = registry.BY_ID.get(rule_id)
        if rule is None:
            continue
        months = _asked_for(evidence["months"], query)
        share = Fraction(grams, len(evidence["months"])) if months else Fraction(0)
        for month in months:
            found[group].add(rule.tonnes_are, (site, waste, month), share)
    if by != "rule":
        for group, reported in _reported(session, by, found, query).items():
            found[group].reported_grams = reported
    return sorted(found.items(), key=lambda item: (-item[1].unseen_grams, item[0]))


def _asked_for(months: Iterable[str], query: FindingQuery) -> list[str]:
    """Those of a finding's months that the question is about; a month's text sorts as the month does."""
    first, last = str(query.first or ""), str(query.last or "9999-99")
    return [month for month in months if first <= month <= last]


def _reported(
    session: ReadSession, by: Literal["site", "region"], groups: Mapping[str, Any], query: FindingQuery
) -> dict[str, int]:
    """What the groups' ledgers say was generated [g]."""
    column = Site.code if by == "site" else Site.region
    statement = (
        select(column, func.sum(LedgerLine.generated_grams))
        .join(Ledger, Ledger.site_id == Site.id)
        .join(LedgerLine, LedgerLine.version_id == Ledger.version_id)
        .where(Ledger.state != LedgerState.DRAFT)
        .group_by(column)
    )
    if query.first is not None:
        statement = statement.where(Ledger.month >= query.first)
    if query.last is not None:
        statement = statement.where(Ledger.month <= query.last)
    if query.waste is not None:
        statement = statement.where(LedgerLine.waste == query.waste)
    found = dict.fromkeys(groups, 0)
    for group, grams in session.execute(statement.where(column.in_(list(groups)))):
        found[group] = int(grams or 0)
    return found


def score_document(group: str, score: Score) -> dict[str, Any]:
    """A score as it is answered."""
    share = score.share
    return {
        "group": group,
        "findings": score.findings,
        "unseen_tonnes": tonnes_text(score.unseen_grams),
        "untracked_tonnes": tonnes_text(score.grams(Tonnes.UNTRACKED)),
        "estimated_tonnes": tonnes_text(score.grams(Tonnes.ESTIMATED)),
        "irregular_tonnes": tonnes_text(score.grams(Tonnes.IRREGULAR)),
        "reported_tonnes": None if score.reported_grams is None else tonnes_text(score.reported_grams),
        "unseen_share": None if share is None else f"{float(share):.6f}",
    }
