"""What a reader of a bulletin should be warned of: facts and hints beside the verdict, with their figures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.domain.bulletins.balance import Balance, BalanceState, check_balance_with_stock
from app.domain.bulletins.conventions import BALANCE, CONVENTIONS, NEEDS
from app.domain.bulletins.misprints import misprints
from app.domain.bulletins.printed import unit_text
from app.domain.bulletins.rows import OfficialRow
from app.domain.bulletins.verdicts import RANK, Comparison, Computed, Verdict
from app.domain.errors import Message
from app.domain.rates import OVER_100, warnings_for


@dataclass(frozen=True, slots=True)
class Notice:
    """A stable code and one sentence with the figures it rests on."""

    code: str
    message: Message


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is known of a row when its notices are written."""

    row: OfficialRow
    computed: Mapping[str, Computed | None]
    comparison: Comparison
    balance: Balance


def notices(found: Findings) -> tuple[Notice, ...]:
    """Every warning and hint on a row, in a fixed order."""
    return tuple(notice for rule in _RULES for notice in rule(found))


def _over_100(found: Findings) -> Iterator[Notice]:
    """Judge the rate that was published; where none was, all of them."""
    names = found.row.candidates if found.row.published is not None and found.row.candidates else tuple(NEEDS)
    over = [
        f"{name} = {computed.ratio.percent_text()} %"
        for name in names
        if (computed := found.computed[name]) is not None and OVER_100 in warnings_for(computed.ratio)
    ]
    if found.row.candidates and found.row.published is not None and found.row.published.value > 100:
        over.append(f"published_value = {found.row.published_text} %")
    if over:
        listed = ", ".join(over)
        yield Notice(
            OVER_100,
            Message(
                zh=f"比率超过 100%（{listed}）：处理往年贮存量时可以出现，须说明",
                en=f"above 100 % ({listed}): legal when old stock is used up, but to be explained",
            ),
        )


def _prior_stock_missing(found: Findings) -> Iterator[Notice]:
    amounts = found.row.amounts
    missing = [name for name in ("util", "disp") if name in amounts and f"{name}_prior" not in amounts]
    if missing:
        listed = ", ".join(f"{name}_prior" for name in missing)
        yield Notice(
            "prior_stock_missing",
            Message(
                zh=f"未公布往年贮存量（{listed}）：统计口径无法计算，平衡中按零计",
                en=f"prior stock not printed ({listed}): no statutory rate, and the balance counts none",
            ),
        )


def _exceeds_generated(found: Findings) -> Iterator[Notice]:
    amounts = found.row.amounts
    for column, code, zh, en in (
        ("util", "used_exceeds_generated", "综合利用量", "used"),
        ("disp", "disposed_exceeds_generated", "处置量", "disposed of"),
    ):
        if "gen" in amounts and column in amounts and amounts[column].grams > amounts["gen"].grams:
            yield Notice(
                code,
                Message(
                    zh=f"{zh}大于产生量：只有动用往年贮存量才可能",
                    en=f"more {en} than generated: old stock only",
                ),
            )


def _prior_exceeds_total(found: Findings) -> Iterator[Notice]:
    amounts = found.row.amounts
    for column, code, zh, en in (
        ("util", "prior_exceeds_used", "综合利用", "used"),
        ("disp", "prior_exceeds_disposed", "处置", "disposed of"),
    ):
        prior = amounts.get(f"{column}_prior")
        if column in amounts and prior is not None and prior.low > amounts[column].high:
            yield Notice(
                code,
                Message(
                    zh=f"{zh}往年贮存量大于{zh}量：二者必有一误",
                    en=f"more prior stock {en} than {en} in all: one of the two is wrong",
                ),
            )


def _own_exceeds_generated(found: Findings) -> Iterator[Notice]:
    """Net of the printed prior stock, no more of a period's waste can be used and disposed of than arose."""
    amounts = found.row.amounts
    pairs = [name for name in ("util", "disp") if name in amounts and f"{name}_prior" in amounts]
    if "gen" not in amounts or not pairs:
        return
    least = sum(amounts[name].low - amounts[f"{name}_prior"].high for name in pairs)
    if least > amounts["gen"].high:
        excess = (
            sum(amounts[name].grams - amounts[f"{name}_prior"].grams for name in pairs) - amounts["gen"].grams
        )
        text = unit_text(excess, found.row.unit_grams)
        yield Notice(
            "own_waste_exceeds_generated",
            Message(
                zh=f"扣除往年贮存量后，利用与处置仍比产生量多 {text} {found.row.unit}：数字有误或口径不一",
                en=f"net of prior stock, {text} {found.row.unit} more is used or disposed of than arose",
            ),
        )


def _unexplained(found: Findings) -> Iterator[Notice]:
    balance, amounts = found.balance, found.row.amounts
    if (
        balance.state is not BalanceState.FAILS
        or balance.residual_grams is None
        or balance.residual_grams > 0
    ):
        return
    if "util_prior" not in amounts or "disp_prior" not in amounts:
        text = unit_text(-balance.residual_grams, found.row.unit_grams)
        yield Notice(
            "prior_stock_would_close",
            Message(
                zh=f"若其中有未公布的往年贮存量 {text} {found.row.unit}，则收支平衡",
                en=f"{text} {found.row.unit} of prior stock, not printed, would close the balance",
            ),
        )


def _stock_closes(found: Findings) -> Iterator[Notice]:
    with_stock = check_balance_with_stock(found.row.amounts)
    if found.balance.state is not BalanceState.CLOSES and with_stock.state is BalanceState.CLOSES:
        yield Notice(
            "stored_cum_closes_balance",
            Message(
                zh="所列累计贮存量恰可使收支平衡：可能实为本年贮存量",
                en="the balance closes with the printed stock: it may be the storage of this period",
            ),
        )


def _convention(found: Findings) -> Iterator[Notice]:
    row, comparison = found.row, found.comparison
    if not row.candidates:
        return
    if row.convention and row.convention.upper() not in CONVENTIONS:
        yield Notice(
            "unknown_convention",
            Message(
                zh="convention 只认 A（简式）、B（统计口径）",
                en="convention knows A (plain) and B (statutory) only",
            ),
        )
    reproduced = ", ".join(comparison.reproduced_by)
    stated = row.stated_metric
    if stated is None or not comparison.reproduced_by:
        return
    if stated not in comparison.reproduced_by:
        yield Notice(
            "convention_differs",
            Message(
                zh=f"与所注口径 {stated} 不符，与 {reproduced} 相符",
                en=f"follows {reproduced}, not {stated} as stated",
            ),
        )
    closer = [
        name
        for name in comparison.reproduced_by
        if RANK[comparison.outcomes[name]] < RANK[comparison.verdict]
    ]
    if closer:
        listed = ", ".join(closer)
        yield Notice(
            "closer_convention",
            Message(
                zh=f"与所注口径相比，{listed} 更接近公布值",
                en=f"{listed} comes closer to the published figure than the convention stated",
            ),
        )


def _not_computable(found: Findings) -> Iterator[Notice]:
    row = found.row
    if row.published is not None and not found.comparison.outcomes:
        needed = BALANCE if row.metric == BALANCE else " / ".join(row.candidates)
        yield Notice(
            "not_computable",
            Message(
                zh=f"所列数量不足以计算 {needed}，公布值无从核对",
                en=f"the printed amounts do not suffice for {needed}: the published figure cannot be checked",
            ),
        )


def _misprints(found: Findings) -> Iterator[Notice]:
    row = found.row
    if found.comparison.verdict is not Verdict.MISMATCH or row.published is None:
        return
    if row.metric == BALANCE:
        residual = found.balance.residual_grams
        if residual and residual == -row.published.value * row.unit_grams:
            yield Notice(
                "sign_reversed",
                Message(zh="公布的差额符号相反", en="the residual is stated with the other sign"),
            )
        return
    percents = {
        name: value * 100
        for name, computed in found.computed.items()
        if computed is not None and (value := computed.ratio.value) is not None
    }
    for slip in misprints(row.published, row.candidates, percents):
        fitting = ", ".join(f"{name} = {text} %" for name, text in slip.fitting.items())
        yield Notice(
            slip.code, Message(zh=f"{slip.words.zh}（{fitting}）", en=f"{slip.words.en} ({fitting})")
        )


_RULES: tuple[Callable[[Findings], Iterator[Notice]], ...] = (
    _over_100,
    _prior_stock_missing,
    _exceeds_generated,
    _prior_exceeds_total,
    _own_exceeds_generated,
    _unexplained,
    _stock_closes,
    _convention,
    _not_computable,
    _misprints,
)
