"""Evidence for refunds of value-added tax, gathered from recipes and ledgers and held against the row of the list."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from app.auth.subjects import Subject
from app.batches import service as batches
from app.batches.models import ProductBatch
from app.db.session import ReadSession
from app.domain.custody.credits import Recipe
from app.domain.custody.vat import Evidence, Gap, Rule, judge
from app.domain.errors import Fault, Message
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.domain.permits.execution import PeriodError, Span
from app.domain.quantities import tonnes_text
from app.domain.rates import fixed_text
from app.http.problems import Invalid
from app.ledgers.models import Ledger, LedgerVersion
from app.reference import service as reference
from app.reference.models import ReferenceRow

GAPS = {
    Gap.NO_RECIPES: Message("该期间没有这种产品的批次", "no batch of this product is on file for the period"),
    Gap.NO_LEDGER: Message(
        "有月份的台账未填报所列固废，配方无从核对",
        "in some month no ledger names a listed waste that the recipes do: they cannot be checked",
    ),
    Gap.LEDGER_BELOW_RECIPES: Message(
        "有月份配方投入的固废多于台账利用量",
        "in some month the recipes name more of a listed waste than the ledger says was used",
    ),
    Gap.NO_INPUTS: Message("配方没有投入量", "the recipes name no inputs"),
}
NOT_EXAMINED = (
    Message(
        "纳税信用等级、环保信用、排污许可、增值税发票与单独核算等条件不在本系统内，未审查",
        "tax credit grade, environmental record, permits, invoices and separate accounts are not on file here",
    ),
    Message(
        "掺兑比例按企业登记的配方计算；配方是否列全投入由企业负责",
        "the share is that of the recipes as recorded; that they name every input is for the enterprise to answer for",
    ),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A product of a site in a period; `grade` only where the list tells grades apart."""

    site: str
    product: str
    grade: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Found:
    """The evidence with the row of the list and what it stands on. Without a row nothing is judged."""

    asked: Asked
    rule: ReferenceRow | None
    evidence: Evidence | None
    recipes: tuple[tuple[ProductBatch, Recipe], ...]
    ledgers: tuple[tuple[Month, str], ...]


def span_of(period: str) -> Span:
    """A period of a query. Raises Invalid."""
    try:
        return Span.parse(period)
    except PeriodError:
        wrong = Message("应为年、季或月，如 2025、2025-Q1、2025-03", "this must be 2025, 2025-Q1 or 2025-03")
        raise Invalid(errors=[Fault("#query/period", "bad_period", wrong)]) from None


def rule_of(row: ReferenceRow) -> Rule:
    """A row of the reference data as a rule."""
    body: Mapping[str, Any] = row.body
    grades = [None if body[name] is None else Fraction(body[name]) for name in ("least_grade", "below_grade")]
    return Rule(
        code=row.code,
        products=frozenset(body["products"]),
        wastes=frozenset(body["wastes"]),
        threshold=Fraction(body["threshold"]),
        first=Month.parse(body["from"]),
        last=None if body["to"] is None else Month.parse(body["to"]),
        least_grade=grades[0],
        below_grade=grades[1],
    )


def evidence(session: ReadSession, subject: Subject, asked: Asked) -> Found:
    """Gather and judge. Raises NotFound for a site that one may not see, Invalid for a period that spans two lists."""
    site_id = batches.site_seen(session, subject, asked.site)
    row = _row(session, asked)
    months = asked.span.months
    mine = tuple(
        (batch, recipe)
        for batch, recipe in batches.recipes(session, site_id, months)
        if batch.product == asked.product and _is_of_grade(batch, asked, row)
    )
    used = batches.used(session, site_id, months)
    judged = None
    if row is not None:
        put_in = batches.put_in(session, site_id, months)
        judged = judge(rule_of(row), [recipe for _, recipe in mine], put_in, used)
    return Found(asked, row, judged, mine, _ledgers(session, site_id, months))


def _is_of_grade(batch: ProductBatch, asked: Asked, row: ReferenceRow | None) -> bool:
    """Where the list tells grades apart each is judged by itself, what has none by itself too."""
    tells = row is not None and (row.body["least_grade"] or row.body["below_grade"])
    return batch.grade == asked.grade or (asked.grade is None and not tells)


def _row(session: ReadSession, asked: Asked) -> ReferenceRow | None:
    """The row that covers the product; that of the first month must be that of the last."""
    rows = [(row, rule_of(row)) for row in reference.current(session, "vat_rules")]
    grade = None if asked.grade is None else Fraction(asked.grade)
    ends = [
        next((row for row, rule in rows if rule.covers(asked.product, grade, month)), None)
        for month in (asked.span.first, asked.span.last)
    ]
    if ends[0] is not ends[1]:
        text = Message(
            "该期间跨越两版目录，请分开核算", "two lists hold within this period: ask for each part by itself"
        )
        raise Invalid(errors=[Fault("#query/period", "two_lists", text)])
    return ends[0]


def _ledgers(
    session: ReadSession, site_id: uuid.UUID, months: Sequence[Month]
) -> tuple[tuple[Month, str], ...]:
    query = (
        select(Ledger.month, LedgerVersion.sha256)
        .join(LedgerVersion, LedgerVersion.id == Ledger.version_id)
        .where(Ledger.site_id == site_id, Ledger.month.in_(set(months)), Ledger.state != LedgerState.DRAFT)
        .order_by(Ledger.month)
    )
    return tuple((month, sha256) for month, sha256 in session.execute(query))


def document(found: Found) -> dict[str, Any]:
    """The evidence as it is answered."""
    judged = found.evidence
    share = None if judged is None else judged.share
    return {
        "site": found.asked.site,
        "product": found.asked.product,
        "grade": found.asked.grade,
        "period": found.asked.span.text,
        "rule": found.rule,
        "verdict": "no_rule" if judged is None else judged.verdict.value,
        "gaps": [_both(GAPS[gap]) for gap in (() if judged is None else judged.gaps)],
        "share_percent": None if share is None else fixed_text(100 * share, 2),
        "threshold_percent": None
        if found.rule is None
        else fixed_text(100 * Fraction(found.rule.body["threshold"]), 2),
        "listed_tonnes": tonnes_text(0 if judged is None else judged.listed_grams),
        "inputs_tonnes": tonnes_text(sum(recipe.inputs_grams for _, recipe in found.recipes)),
        "product_tonnes": tonnes_text(sum(recipe.product_grams or 0 for _, recipe in found.recipes)),
        "not_examined": [_both(words) for words in not_examined(found)],
        "documents": _documents(found),
    }


def not_examined(found: Found) -> tuple[Message, ...]:
    """What the list asks for beside the share."""
    if found.rule is None:
        return NOT_EXAMINED
    body = found.rule.body
    return (Message(body["condition"], body["condition_en"]), *NOT_EXAMINED)


def _documents(found: Found) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = [
        {
            "kind": "product_batch",
            "number": batch.number,
            "day": batch.day,
            "month": str(batch.month),
            "sha256": batch.sha256,
        }
        for batch, _ in found.recipes
    ]
    return told + [
        {"kind": "ledger", "number": str(month), "day": None, "month": str(month), "sha256": sha256}
        for month, sha256 in found.ledgers
    ]


def _both(words: Message) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
