"""The check of a file of official totals: one judgement a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from app.domain.bulletins.balance import Balance, check_balance, judge_residual
from app.domain.bulletins.conventions import BALANCE, NEEDS
from app.domain.bulletins.hints import Findings, Notice, notices
from app.domain.bulletins.printed import unit_text
from app.domain.bulletins.reading import read_csv, read_table
from app.domain.bulletins.rows import OfficialRow
from app.domain.bulletins.verdicts import Comparison, Computed, compute, judge_rate
from app.domain.quantities import tonnes_text
from app.domain.rates import fixed_text

NOT_PRINTED = "not_printed"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What can be said of one row: metrics, verdict on the published figure, balance, notices."""

    row: OfficialRow
    computed: Mapping[str, Computed | None]
    comparison: Comparison
    balance: Balance
    notices: tuple[Notice, ...]


def check_csv(data: bytes) -> list[Judgement]:
    """Judge every row of a CSV file. Raises BulletinError with the faults, each naming row and field."""
    return [judge(row) for row in read_csv(data)]


def check_table(rows: Sequence[Mapping[str, str]]) -> list[Judgement]:
    """Judge rows given as cells by column name. Raises BulletinError like `check_csv`."""
    return [judge(row) for row in read_table(rows)]


def judge(row: OfficialRow) -> Judgement:
    """Judge one row: every metric, the published figure, the balance, and what to warn a reader of."""
    computed = {metric: compute(metric, row.amounts) for metric in NEEDS}
    balance = check_balance(row.amounts)
    comparison = judge_residual(row, balance) if row.metric == BALANCE else judge_rate(row, computed)
    return Judgement(
        row, computed, comparison, balance, notices(Findings(row, computed, comparison, balance))
    )


def as_json(judgement: Judgement) -> dict[str, Any]:
    """Give the judgement the shape of the interface.

    `metrics` and `intervals` are shares of one of six decimals (intervals widened outward),
    `balance_residual` and `balance_tolerance` are in the row's unit, `published` is the printed text.
    """
    row, balance = judgement.row, judgement.balance
    return {
        "case": row.case,
        "unit": row.unit,
        "metrics": {name: _value(found) for name, found in judgement.computed.items()},
        "percents": {name: _percent(found) for name, found in judgement.computed.items()},
        "reasons": {name: reason for name, found in judgement.computed.items() if (reason := _reason(found))},
        "intervals": {
            name: _interval(found)
            for name in row.candidates
            if (found := judgement.computed[name]) is not None
        },
        "published_metric": row.metric,
        "published": row.published_text,
        "reproduced_by": list(judgement.comparison.reproduced_by),
        "verdict": str(judgement.comparison.verdict),
        "balance_residual": _in_unit(balance.residual_grams, row),
        "balance_residual_tonnes": None
        if balance.residual_grams is None
        else tonnes_text(balance.residual_grams),
        "balance_tolerance": None
        if balance.residual_grams is None
        else _in_unit(ceil(balance.tolerance_grams), row),
        "balance": str(balance.state),
        "warnings": [notice.code for notice in judgement.notices],
        "notes": [
            {"code": notice.code, "message": {"zh": notice.message.zh, "en": notice.message.en}}
            for notice in judgement.notices
        ],
    }


def _value(found: Computed | None) -> str | None:
    return None if found is None else found.ratio.value_text()


def _percent(found: Computed | None) -> str | None:
    return None if found is None else found.ratio.percent_text()


def _reason(found: Computed | None) -> str | None:
    return NOT_PRINTED if found is None else found.ratio.reason


def _interval(found: Computed | None) -> list[str]:
    if found is None or found.low is None or found.high is None:
        return []
    outward = floor(found.low * 10**6), ceil(found.high * 10**6)
    return [fixed_text(Fraction(end, 10**6), 6) for end in outward]


def _in_unit(grams: int | None, row: OfficialRow) -> str | None:
    return None if grams is None else unit_text(grams, row.unit_grams)
