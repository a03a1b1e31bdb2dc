"""Numbers as people here write them: 万吨 with two decimals, thousands separators, the full tonnes behind."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from app.domain.periods import Month
from app.domain.quantities import GRAMS_PER_TONNE, tonnes_text
from app.domain.rates import Ratio, fixed_text
from app.web.languages import Language

GRAMS_PER_TEN_THOUSAND_TONNES = 10_000 * GRAMS_PER_TONNE
# Below this, two decimals of 万吨 say nothing: the tonnes themselves are written.
_LEAST_GRAMS = GRAMS_PER_TEN_THOUSAND_TONNES // 100
_MINUS = "−"
_NO_VALUE = "—"
# A unit never stands on another line than its number.
_NO_BREAK = "\N{NO-BREAK SPACE}"

# Four digits or more before a unit of mass; a code or a year is followed by none.
_LONG_TONNES = re.compile(r"(?<![\w.])\d{4,}(?:\.\d+)?(?=\s?(?:吨|t\b))", re.ASCII)
_UNITS = {Language.ZH: ("万吨", "吨"), Language.EN: ("×10⁴ t", "t")}
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Mass:
    """A mass to read: the figure, its unit, and the full tonnes for whoever wants them."""

    value: str
    unit: str
    full: str

    def __str__(self) -> str:
        return f"{self.value}{_NO_BREAK}{self.unit}"


def separated(text: str) -> str:
    """Put thousands separators and a real minus sign into a plain decimal: "-1234.50" → "−1,234.50"."""
    number = Decimal(text)
    return f"{number:,f}".replace("-", _MINUS)


def rounded(text: str) -> str:
    """Write a plain decimal with two decimals at most: what was divided has more than anybody measured."""
    return separated(fixed_text(Fraction(text), 2).rstrip("0").rstrip("."))


def grouped(sentence: str) -> str:
    """Put thousands separators into the tonnes of a sentence that a rule has written: 3200 吨 → 3,200 吨."""
    return _LONG_TONNES.sub(lambda found: separated(found[0]), sentence)


def mass(grams: int, language: Language) -> Mass:
    """Write a mass [g] in 万吨, rounded half even to two decimals; below 0.01 万吨 in tonnes."""
    large, small = _UNITS[language]
    full = f"{separated(tonnes_text(grams))} {small}"
    if 0 < abs(grams) < _LEAST_GRAMS:
        return Mass(separated(fixed_text(Fraction(grams, GRAMS_PER_TONNE), 2)), small, full)
    return Mass(separated(fixed_text(Fraction(grams, GRAMS_PER_TEN_THOUSAND_TONNES), 2)), large, full)


def measured(grams: int, sigma: int | None, language: Language) -> Mass:
    """Write a mass [g] with its standard uncertainty [g], both in one unit: tonnes below 1 万吨, else 万吨."""
    large, small = _UNITS[language]
    is_large = abs(grams) >= GRAMS_PER_TEN_THOUSAND_TONNES
    size, unit = (GRAMS_PER_TEN_THOUSAND_TONNES, large) if is_large else (GRAMS_PER_TONNE, small)
    # Whole tonnes, unless there are so few that their decimals count.
    places = 2 if is_large or abs(grams) < 100 * GRAMS_PER_TONNE else 0
    value = separated(fixed_text(Fraction(grams, size), places))
    full = separated(tonnes_text(grams))
    if sigma is not None:
        value = f"{value} ± {separated(fixed_text(Fraction(sigma, size), places))}"
        full = f"{full} ± {separated(tonnes_text(sigma))}"
    return Mass(value, unit, f"{full} {small}")


def mass_unit(language: Language) -> str:
    """Name the unit of chart axes, 万吨."""
    return _UNITS[language][0]


def percent(ratio: Ratio) -> str:
    """Write a rate in per cent, rounded half even to two decimals; "—" without a value."""
    text = ratio.percent_text()
    return _NO_VALUE if text is None else f"{separated(text)}%"


def share(value: Fraction) -> str:
    """Write a threshold in per cent with no more decimals than it has: 3/5 → "60%"."""
    text = fixed_text(value * 100, 4)
    return f"{separated(text.rstrip('0').rstrip('.'))}%"


def points(value: Fraction) -> str:
    """Write a difference of two rates in percentage points, without its sign."""
    return separated(fixed_text(abs(value) * 100, 2))


def fraction_percent(value: Fraction) -> str:
    """Write a share in per cent, rounded half even to two decimals."""
    return f"{separated(fixed_text(value * 100, 2))}%"


def count(number: int) -> str:
    """Write a count with thousands separators."""
    return f"{number:,}"


def month(value: Month, language: Language) -> str:
    """Write a month: 2022年3月, Mar 2022."""
    if language is Language.ZH:
        return f"{value.year}年{value.number}月"
    return f"{_ENGLISH_MONTHS[value.number - 1]} {value.year}"


def month_name(value: Month, language: Language) -> str:
    """Write a month without its year: 3月, Mar."""
    return f"{value.number}月" if language is Language.ZH else _ENGLISH_MONTHS[value.number - 1]


def year(value: int, language: Language) -> str:
    """Write a year: 2022年, 2022."""
    return f"{value}年" if language is Language.ZH else str(value)


def period(first: Month, last: Month, language: Language) -> str:
    """Write a range of months, a whole year as one word."""
    if first == last:
        return month(first, language)
    if first.year == last.year and first.number == 1 and last.number == 12:
        return year(first.year, language)
    dash = "—" if language is Language.ZH else " – "
    return f"{month(first, language)}{dash}{month(last, language)}"


def until(value: Month, language: Language) -> str:
    """Write the end of a target's period: a year's end as the year."""
    return year(value.year, language) if value.number == 12 else month(value, language)


def moment(value: datetime, timezone: str) -> str:
    """Write a moment as the clock on the wall showed it."""
    return value.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")
