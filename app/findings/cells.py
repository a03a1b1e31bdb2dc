"""The tonnes at issue by site, waste and month, as the database takes the largest finding of each and adds them up.

Every finding is in hand there only: what comes out is as much as there are groups, however many findings there are.
"""

from typing import Any

from sqlalchemy import ColumnElement, Double, Integer, Subquery, case, cast, func, or_, select, true

from app.db.session import ReadSession
from app.domain.periods import Month
from app.findings import registry
from app.findings.models import Finding
from app.findings.rule import Tonnes
from app.rates.service import AnySelect

UNSEEN = (Tonnes.UNTRACKED, Tonnes.ESTIMATED)
"""What has no proven end or was not reported at all: in one cell only the largest of the two counts."""


def kind() -> ColumnElement[str | None]:
    """What a rule's tonnes are; null of a rule that is no more."""
    return case({rule.id: rule.tonnes_are.value for rule in registry.RULES}, value=Finding.rule)


def cells(session: ReadSession, findings: AnySelect, first: Month | None, last: Month | None) -> Subquery:
    """Each of these findings once for each month asked about, with `length`: of all its months, who share its grams.

    `findings` gives a `name`, by which is grouped; added to it is what a cell is made of.
    """
    sqlite = session.get_bind().dialect.name == "sqlite"
    months = (
        func.json_extract(Finding.evidence, "$.months")
        if sqlite
        else func.json_extract_path(Finding.evidence, "months")
    )
    parts = (kind().label("kind"), Finding.site_id, Finding.waste, Finding.grams, months.label("months"))
    # Materialized, so that what a finding rests on is read once: not for the number of its months, not for each of them.
    found = findings.add_columns(*parts).where(kind().is_not(None)).cte().prefix_with("MATERIALIZED")
    length = func.json_array_length(found.c.months, type_=Integer).label("length")
    measured = select(found, length).cte().prefix_with("MATERIALIZED")
    listed = func.json_each if sqlite else func.json_array_elements_text
    each = listed(measured.c.months).table_valued("value")
    # 2025-03 as 202503: numbers are sorted several times as fast as texts.
    month = cast(func.replace(each.c.value, "-", ""), Integer)
    kept = [column for column in measured.c if column.name != "months"]
    query = select(*kept, month.label("month")).join_from(measured, each, true())
    if first is not None:
        query = query.where(month >= 100 * first.year + first.number)
    if last is not None:
        query = query.where(month <= 100 * last.year + last.number)
    return query.subquery()


def summed(cells: Subquery) -> AnySelect:
    """Add up the largest of each cell [g]: by name, kind and length, of the kind and of what is unseen.

    Grams are added up, to be divided by the length afterwards.
    """
    placed = _placed(cells)
    place, untracked = placed.c.place, placed.c.untracked
    place_in_kind = case(
        {Tonnes.UNTRACKED.value: untracked, Tonnes.ESTIMATED.value: place - untracked},
        value=placed.c.kind,
        else_=place,
    )
    key = (placed.c.name, placed.c.kind, placed.c.length)
    return (
        select(
            *key,
            func.sum(placed.c.grams).filter(place_in_kind == 1),
            func.sum(placed.c.grams).filter(place == 1, placed.c.is_unseen),
        )
        .where(or_(place == 1, place_in_kind == 1))
        .group_by(*key)
    )


def _placed(cells: Subquery) -> Subquery:
    """Rank in each cell, the largest share first; what is irregular apart from what is unseen.

    Shares are compared exactly: first their whole grams, then the rest, which for two lengths differs by far more than a
    double's last place or not at all.
    """
    grams, length = cells.c.grams, cells.c.length
    # Worked out before they are sorted by: then the database sees that both windows are one, and sorts once.
    shares = select(
        cells,
        cells.c.kind.in_([each.value for each in UNSEEN]).label("is_unseen"),
        case((cells.c.kind == Tonnes.UNTRACKED.value, 1), else_=0).label("is_untracked"),
        (grams // length).label("whole"),
        (cast(grams % length, Double) / length).label("rest"),
    ).subquery()
    window: Any = {
        "partition_by": [shares.c[name] for name in ("month", "site_id", "waste", "name", "is_unseen")],
        "order_by": (shares.c.whole.desc(), shares.c.rest.desc()),
        "rows": (None, 0),
    }
    return select(
        shares,
        func.row_number().over(**window).label("place"),
        # How many of the unseen up to here are untracked; the others are estimated.
        func.sum(shares.c.is_untracked).over(**window).label("untracked"),
    ).subquery()
