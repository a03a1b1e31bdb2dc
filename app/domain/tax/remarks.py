"""What a reader of the worksheet must know before it is declared: one function a matter, each with the tonnes at issue."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.domain.tax.claims import CALCULATED, Claim
from app.domain.tax.worksheet import Row, Whole

Weight = Literal["warning", "note"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One matter of a month and waste (of a kind as a whole: `waste` is None), with the mass at issue [g]."""

    code: str
    weight: Weight
    month: Month
    kind: str
    waste: str | None
    grams: int
    text: Message


_WHOLE = {
    Whole.DUMPED: Message(
        "台账报有倾倒丢弃：当月该税目产生量全部计税（实施条例第六条第一项）",
        "the ledger reports dumping: all that was generated of this kind in the month is taxed (regulation, article 6 (1))",
    ),
    Whole.CONFIRMED: Message(
        "监管部门已认定倾倒丢弃线索：当月该税目产生量全部计税（实施条例第六条第一项）",
        "the authority has confirmed a finding of dumping: all that was generated of this kind in the month is taxed "
        "(regulation, article 6 (1))",
    ),
    Whole.FALSE: Message(
        "制表人标明虚假申报：当月该税目产生量全部计税（实施条例第六条第二项）；本系统不作此认定",
        "whoever made this worksheet marked a false declaration: all that was generated of this kind in the month is "
        "taxed (regulation, article 6 (2)); this system does not decide that",
    ),
}


def remarks_of(rows: Sequence[Row]) -> tuple[Remark, ...]:
    """Every remark, warnings first, then by month and kind."""
    found = [remark for row in rows for remark in (*_of_row(row), *_of_claims(row))]
    return tuple(sorted(found, key=lambda each: (each.weight != "warning", each.month, each.kind, each.code)))


def _of_row(row: Row) -> Iterator[Remark]:
    for reason in row.whole:
        yield Remark(reason.value, "warning", row.month, row.kind.code, None, row.generated, _WHOLE[reason])
    excess = row.storage + row.disposal + row.use - row.refused - row.generated
    if excess > 0 and not row.whole:
        text = Message(
            "可扣减量大于产生量（多为动用本年前月贮存），按零计税，不退不抵",
            "more may be deducted than was generated (mostly stock of earlier months of the year): taxed at nought, "
            "nothing is given back or carried over",
        )
        yield Remark("above_generation", "note", row.month, row.kind.code, None, excess, text)


def _of_claims(row: Row) -> Iterator[Remark]:
    for claim in row.claims:
        for code, weight, grams, text in _matters(claim):
            if grams:
                yield Remark(code, weight, row.month, row.kind.code, claim.waste, grams, text)


def _matters(claim: Claim) -> Iterator[tuple[str, Weight, int, Message]]:
    yield "not_measured", "warning", claim.refused, _not_measured(claim)
    yield (
        "storage_beyond_increase",
        "warning",
        claim.storage_beyond_increase,
        Message(
            "合标贮存量大于当月贮存增量，按填报扣减；税务机关可能不予认可",
            "more storage in compliance is declared than the stock grew by; deducted as declared, the tax office may refuse it",
        ),
    )
    yield (
        "compliance_not_stated",
        "warning",
        claim.unstated_disposal,
        Message(
            "自行处置未说明是否合标，不予扣减",
            "own disposal that does not say whether it complies; not deducted",
        ),
    )
    yield "unfit_disposal", "note", claim.unfit_disposal, _unfit("处置", "disposal")
    yield "unfit_storage", "note", claim.unfit_storage, _unfit("贮存", "storage")
    yield "unbalanced", "warning", abs(claim.gap), _unbalanced(claim.gap)
    if claim.method in CALCULATED:
        text = Message(
            "扣减量为物料衡算或产污系数计算所得，是否属准确计量由税务机关认定",
            "deducted by a balance or a factor rather than by measuring: the tax office decides whether that is accurate",
        )
        yield "calculated", "note", claim.claimed, text


def _not_measured(claim: Claim) -> Message:
    way = "未填计量方式" if claim.method is None else f"计量方式 {claim.method} 不属准确计量"
    en = (
        "no way of measuring is named"
        if claim.method is None
        else f"{claim.method} is no accurate measurement"
    )
    return Message(
        f"{way}：贮存、处置、利用量不得扣减（财税〔2018〕23号第三条）",
        f"{en}: storage, disposal and use may not be deducted (Caishui [2018] No. 23, point 3)",
    )


def _unfit(zh: str, en: str) -> Message:
    return Message(f"不合标{zh}，计税", f"{en} that is not said to comply; taxed")


def _unbalanced(gap: int) -> Message:
    if gap > 0:
        return Message(
            "台账行不平衡：有去向不明的量，未获扣减，已在计税量内",
            "the line does not balance: what is unaccounted for is not deducted, so it is in the taxable tonnes",
        )
    return Message(
        f"台账行不平衡：去向多出 {tonnes_text(-gap)} 吨，计税量可能偏低",
        f"the line does not balance: {tonnes_text(-gap)} t more went out than there was; the taxable tonnes may be too low",
    )
