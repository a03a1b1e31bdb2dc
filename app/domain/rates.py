"""The rates of the statistics: one function each, a fraction of two exact masses, rounded once at the edge.

All masses are whole grams [g] of the generator side: own waste used on the site plus own waste sent for use.
What a receiver books is kept elsewhere and never added here, so no tonne counts twice. `used` and `disposed`
include what was taken from the stock of earlier years; `stored` is the period's increase, never the stock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from operator import add, attrgetter
from types import MappingProxyType

from app.domain.errors import Message

EMPTY_DENOMINATOR = "empty_denominator"
NO_LAST_YEAR = "no_last_year"
OVER_100 = "over_100"
BELOW_0 = "below_0"


@dataclass(frozen=True, slots=True)
class Totals:
    """What a scope (site, region, base …) did with its waste in a period [g]; adds up."""

    generated_grams: int = 0
    used_grams: int = 0
    used_from_prior_stock_grams: int = 0
    disposed_grams: int = 0
    disposed_from_prior_stock_grams: int = 0
    disposed_harmlessly_grams: int = 0
    stored_grams: int = 0
    """Increase of the stock within the period; negative when the stock shrank."""
    dumped_grams: int = 0
    used_on_site_grams: int = 0
    """Own waste only: what was received from others belongs to its generator."""
    sent_for_use_grams: int = 0
    confirmed_for_use_grams: int = 0
    """The part of `sent_for_use_grams` the receivers confirmed."""
    followed_grams: int = 0
    """Generated less the residues of uses within the scope: what the terminal rate follows to its end."""
    ended_in_product_grams: int = 0
    """The part of `followed_grams` that ended in a product."""

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(*map(add, _figures(self), _figures(other)))


_figures = attrgetter(*(field.name for field in fields(Totals)))


@dataclass(frozen=True, slots=True)
class Ratio:
    """A fraction of two whole numbers; without a value it carries the code of the reason instead.

    Raises ValueError when the denominator is not positive and no reason is given.
    """

    numerator: int
    denominator: int
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.denominator <= 0 and self.reason is None:
            raise ValueError(f"no value without a denominator: {self.numerator}/{self.denominator}")

    @classmethod
    def of(cls, numerator: int, denominator: int, when_empty: str = EMPTY_DENOMINATOR) -> "Ratio":
        return cls(numerator, denominator, None if denominator > 0 else when_empty)

    @property
    def value(self) -> Fraction | None:
        return None if self.reason is not None else Fraction(self.numerator, self.denominator)

    def value_text(self, places: int = 6) -> str | None:
        """Round the value once, half even: "0.800000"; None without a value."""
        value = self.value
        return None if value is None else fixed_text(value, places)

    def percent_text(self, places: int = 2) -> str | None:
        """Round the value in per cent once, half even: "80.00"; None without a value."""
        value = self.value
        return None if value is None else fixed_text(value * 100, places)


def fixed_text(value: Fraction, places: int) -> str:
    """Write an exact number with `places` decimals, rounded half even; never "-0.00"."""
    scaled = round(value * 10**places)
    sign = "-" if scaled < 0 else ""
    whole, rest = divmod(abs(scaled), 10**places)
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"


def identity_residual_grams(totals: Totals) -> int:
    """Take from what was generated all that the statistical identity explains [g], version 1.

    generated − (used − of prior stock) − stored − (disposed − of prior stock) − dumped: 0 when the figures
    close, below 0 when more is booked than arose.
    Source: National Bureau of Statistics, explanation of indicators, 一般工业固体废物产生量.
    """
    own_used = totals.used_grams - totals.used_from_prior_stock_grams
    own_disposed = totals.disposed_grams - totals.disposed_from_prior_stock_grams
    return totals.generated_grams - own_used - totals.stored_grams - own_disposed - totals.dumped_grams


def utilization_statutory(totals: Totals) -> Ratio:
    """综合利用率 [t/t], version 1: used / (generated + used from prior stock).

    Source: National Bureau of Statistics, explanation of indicators, 工业固体废物综合利用率.
    """
    return Ratio.of(totals.used_grams, totals.generated_grams + totals.used_from_prior_stock_grams)


def utilization_plain(totals: Totals) -> Ratio:
    """综合利用率, the short way [t/t], version 1: used / generated.

    Source: practice of city bulletins (大同 2021, 安康 2023).
    """
    return Ratio.of(totals.used_grams, totals.generated_grams)


def utilization_new_waste(totals: Totals) -> Ratio:
    """新增大宗固废综合利用率 [t/t], version 1: (used − used from prior stock) / generated.

    Source: 发改环资〔2021〕381号 names the rate without a formula: this is our reading.
    """
    return Ratio.of(totals.used_grams - totals.used_from_prior_stock_grams, totals.generated_grams)


def utilization_confirmed(totals: Totals) -> Ratio:
    """双方确认的综合利用率 [t/t], version 1: (used on site + sent and confirmed) / the statutory denominator.

    Source: ours; the part of the statutory rate that two signatures support.
    """
    supported = totals.used_on_site_grams + totals.confirmed_for_use_grams
    return Ratio.of(supported, totals.generated_grams + totals.used_from_prior_stock_grams)


def utilization_terminal(totals: Totals) -> Ratio:
    """最终利用率 [t/t], version 1: generation followed to a product / generation without residues of uses.

    Gangue burnt for power counts as far as its ash ends in a product, and not once more as ash.
    Source: ours, after Kemeny & Snell 1960 (absorbing chains); docs/decisions/0015.
    """
    return Ratio.of(totals.ended_in_product_grams, totals.followed_grams)


def disposal_statutory(totals: Totals) -> Ratio:
    """处置率 [t/t], version 1: disposed / (generated + disposed from prior stock).

    Source: the utilization rate's definition carried over; printed so by 乌海 2023.
    """
    return Ratio.of(totals.disposed_grams, totals.generated_grams + totals.disposed_from_prior_stock_grams)


def disposal_plain(totals: Totals) -> Ratio:
    """处置率, the short way [t/t], version 1: disposed / generated.

    Source: practice of city bulletins (安康 2023: 815.30 %).
    """
    return Ratio.of(totals.disposed_grams, totals.generated_grams)


def storage_rate(totals: Totals) -> Ratio:
    """贮存率 [t/t], version 1: stored / generated; negative when the stock shrank.

    Source: the 贮存量 of the statistical identity over 产生量.
    """
    return Ratio.of(totals.stored_grams, totals.generated_grams)


def consumption_ratio(totals: Totals) -> Ratio:
    """消纳比 [t/t], version 1: (used + harmlessly disposed) / generated; 消大于产 is ≥ 1.

    Source: 黔府办发〔2018〕14号 (phosphogypsum, Guizhou).
    """
    return Ratio.of(_consumed_grams(totals), totals.generated_grams)


def consumption_growth(totals: Totals, last_year: Totals | None) -> Ratio:
    """消纳量增长率 [t/t], version 1: consumed this year / consumed last year − 1; the target is ≥ 10 %.

    Without last year's figures, or with nothing consumed then, there is no value (`no_last_year`).
    Source: 黔府办发〔2018〕14号 (phosphogypsum, Guizhou).
    """
    before = 0 if last_year is None else _consumed_grams(last_year)
    return Ratio.of(_consumed_grams(totals) - before, before, when_empty=NO_LAST_YEAR)


def _consumed_grams(totals: Totals) -> int:
    return totals.used_grams + totals.disposed_harmlessly_grams


def coverage_of_ledgers(filed: int, expected: int) -> Ratio:
    """申报覆盖率 [ledgers/ledgers], version 1: ledgers filed / expected; a nil return is filed."""
    return Ratio.of(filed, expected)


def coverage_of_tonnes(totals: Totals) -> Ratio:
    """确认覆盖率 [t/t], version 1: sent for use and confirmed / sent for use."""
    return Ratio.of(totals.confirmed_for_use_grams, totals.sent_for_use_grams)


def warnings_for(ratio: Ratio) -> tuple[str, ...]:
    """Codes of what a reader should know of a value: above 100 % is legal (old stock), but said."""
    value = ratio.value
    if value is None:
        return ()
    if value > 1:
        return (OVER_100,)
    return (BELOW_0,) if value < 0 else ()


@dataclass(frozen=True, slots=True)
class Metric:
    """A rate by its id: how it is computed, in words, after which source, in which version."""

    id: str
    version: int
    name: Message
    formula: Message
    source: Message
    function: Callable[[Totals, Totals | None], Ratio]
    note: Message | None = None
    needs_last_year: bool = False
    needs_fates: bool = False
    unit: str = "t/t"

    def of(self, totals: Totals, last_year: Totals | None = None) -> Ratio:
        return self.function(totals, last_year)


def _this_period(rate: Callable[[Totals], Ratio]) -> Callable[[Totals, Totals | None], Ratio]:
    """Give a rate of one period the shape of those that also look at last year."""
    return lambda totals, _last_year: rate(totals)


_STATISTICS = Message(
    zh="国家统计局统计指标解释", en="National Bureau of Statistics, explanation of indicators"
)
_BULLETINS = Message(
    zh="各地固体废物污染环境防治信息公告的通行算法", en="Practice of city bulletins on solid waste"
)
_GUIZHOU = Message(zh="黔府办发〔2018〕14号", en="Guizhou General Office, Qianfubanfa [2018] No. 14")

_ALL = (
    Metric(
        "utilization.statutory",
        1,
        Message(zh="综合利用率", en="utilization rate"),
        Message(
            zh="综合利用量 ÷（产生量 + 综合利用往年贮存量）",
            en="used / (generated + used from prior stock)",
        ),
        _STATISTICS,
        _this_period(utilization_statutory),
    ),
    Metric(
        "utilization.plain",
        1,
        Message(zh="综合利用率（简式）", en="utilization rate, plain"),
        Message(zh="综合利用量 ÷ 产生量", en="used / generated"),
        _BULLETINS,
        _this_period(utilization_plain),
    ),
    Metric(
        "utilization.new_waste",
        1,
        Message(zh="新增大宗固废综合利用率", en="utilization rate of newly generated waste"),
        Message(
            zh="（综合利用量 − 其中往年贮存量）÷ 产生量",
            en="(used - used from prior stock) / generated",
        ),
        Message(zh="发改环资〔2021〕381号", en="NDRC, Fagaihuanzi [2021] No. 381"),
        _this_period(utilization_new_waste),
        note=Message(
            zh="政策文件未印出公式，此为本系统的理解。",
            en="Our reading: no formula is printed in the policy.",
        ),
    ),
    Metric(
        "utilization.confirmed",
        1,
        Message(zh="双方确认的综合利用率", en="utilization rate confirmed by both sides"),
        Message(
            zh="（自行利用量 + 接收方已确认的委托利用量）÷（产生量 + 综合利用往年贮存量）",
            en="(used on site + sent for use and confirmed) / (generated + used from prior stock)",
        ),
        Message(zh="本系统定义", en="Defined by this system"),
        _this_period(utilization_confirmed),
        note=Message(
            zh="有转出、接收双方签认支撑的利用率，不高于申报口径即属正常。",
            en="What two signatures support; lower than the reported rate while confirmations are open.",
        ),
    ),
    Metric(
        "disposal.statutory",
        1,
        Message(zh="处置率", en="disposal rate"),
        Message(
            zh="处置量 ÷（产生量 + 处置往年贮存量）", en="disposed / (generated + disposed from prior stock)"
        ),
        Message(
            zh="比照综合利用率的统计定义；乌海市2023年公告用此式",
            en="By analogy with the statistical utilization rate; printed so by Wuhai 2023",
        ),
        _this_period(disposal_statutory),
    ),
    Metric(
        "disposal.plain",
        1,
        Message(zh="处置率（简式）", en="disposal rate, plain"),
        Message(zh="处置量 ÷ 产生量", en="disposed / generated"),
        _BULLETINS,
        _this_period(disposal_plain),
        note=Message(
            zh="处置往年贮存量时可超过100%（安康市2023年：815.30%）。",
            en="May exceed 100 % when old stock is disposed of (Ankang 2023: 815.30 %).",
        ),
    ),
    Metric(
        "storage.rate",
        1,
        Message(zh="贮存率", en="storage rate"),
        Message(zh="本期贮存量（增量）÷ 产生量", en="increase of the stock in the period / generated"),
        _STATISTICS,
        _this_period(storage_rate),
        note=Message(
            zh="用本期贮存增量，不用累计贮存量；库存减少时为负。",
            en="Uses the increase of the period, never the stock; negative when the stock shrank.",
        ),
    ),
    Metric(
        "consumption.ratio",
        1,
        Message(zh="消纳比", en="consumption ratio"),
        Message(zh="（综合利用量 + 无害化处置量）÷ 产生量", en="(used + harmlessly disposed) / generated"),
        _GUIZHOU,
        _this_period(consumption_ratio),
        note=Message(
            zh="消纳不等于利用；≥ 1 即“消大于产”。",
            en="Consumption is not use; 1 or more means more consumed than made.",
        ),
    ),
    Metric(
        "consumption.growth",
        1,
        Message(zh="消纳量增长率", en="growth of consumption"),
        Message(zh="本年消纳量 ÷ 上年消纳量 − 1", en="consumed this year / consumed last year - 1"),
        _GUIZHOU,
        consumption_growth,
        needs_last_year=True,
    ),
)

METRICS: Mapping[str, Metric] = MappingProxyType({metric.id: metric for metric in _ALL})

TERMINAL = Metric(
    "utilization.terminal",
    1,
    Message(zh="最终利用率", en="terminal utilization rate"),
    Message(
        zh="追踪次生固废与回路后最终成为产品的量 ÷（产生量 − 利用中产生的次生固废）",
        en="generation that ends in a product, residues and loops followed / (generated - residues of uses)",
    ),
    Message(zh="本系统定义", en="Defined by this system"),
    _this_period(utilization_terminal),
    note=Message(
        zh="追踪到所问范围的边界为止：转出范围的量不计入利用。单个场所追踪到所在市的边界。",
        en="Followed to the edge of the scope: what leaves it does not count as used. A single site is "
        "followed within its city.",
    ),
    needs_fates=True,
)
"""Stands apart from METRICS, which are computed from the sums of ledgers alone."""
