"""Texts and numbers: both languages whole, the same values in both, figures rounded once and half even."""

import re
import string
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.periods import Month
from app.domain.quantities import MAX_GRAMS
from app.domain.rates import Ratio
from app.web import numbers
from app.web.languages import Language, language_of
from app.web.texts import TEXTS, reason_text, rich, text

WEB = Path(__file__).resolve().parents[2] / "app" / "web"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_every_text_is_whole_in_both_languages(key: str) -> None:
    message = TEXTS[key]
    assert message.zh.strip(), "no Chinese"
    assert message.en.strip(), "no English"
    assert not CHINESE.search(message.en), "Chinese in the English text"
    assert placeholders(message.zh) == placeholders(message.en)


def test_every_text_that_is_asked_for_exists_and_none_is_left_over() -> None:
    templates = "".join(path.read_text("utf-8") for path in (WEB / "templates").rglob("*.html"))
    modules = "".join(path.read_text("utf-8") for path in WEB.rglob("*.py") if path.name != "texts.py")
    asked = set(re.findall(r"""\bt\(["']([a-z_.]+)["']\s*[,)]""", templates))
    assert asked <= set(TEXTS)
    named = set(re.findall(r"""["']([a-z_.]+)["']""", templates + modules))
    # Put together from the name of a tile, a state, a step …: f"tile.{key}", f"{state}.lead", t("step." ~ kind).
    beginnings = set(re.findall(r"""f"([a-z_]+(?:\.[a-z_]+)*\.)\{""", modules))
    beginnings |= set(re.findall(r"""["']([a-z_.]+\.)["'] ~""", templates))
    states = {"no_rights", "not_found", "failed", "invalid", "too_many", "conflict", "too_large"}
    built = {key for key in TEXTS if key.startswith(tuple(beginnings))} | {
        f"{state}.lead" for state in states
    }
    built |= {key for key in TEXTS if key.startswith("done.") and key.removeprefix("done.") in named}
    assert set(TEXTS) - named - built == {"reason.unknown"}


def test_a_text_without_its_value_is_refused() -> None:
    with pytest.raises(KeyError):
        text("target", Language.ZH, target="60%")
    with pytest.raises(KeyError):
        text("no.such.text", Language.ZH)


def test_rich_texts_escape_what_is_not_markup() -> None:
    shown = rich("headline.no_target", Language.EN, metric="<b>rate</b>", value="1%")
    assert "&lt;b&gt;rate" in shown


@given(st.integers(-MAX_GRAMS, MAX_GRAMS))
def test_masses_are_rounded_once_half_even(grams: int) -> None:
    mass = numbers.mass(grams, Language.ZH)
    shown = Decimal(mass.value.replace(",", "").replace("−", "-"))
    unit = {"万吨": Decimal(10) ** 10, "吨": Decimal(10) ** 6}[mass.unit]
    exact = (Decimal(grams) / unit).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    assert shown == exact
    full = Decimal(mass.full.removesuffix(" 吨").replace(",", "").replace("−", "-"))
    assert full * 10**6 == grams


def test_masses_are_written_as_people_here_write_them() -> None:
    assert str(numbers.mass(65_230_800_000_000, Language.ZH)) == "6,523.08\N{NO-BREAK SPACE}万吨"
    assert numbers.mass(65_230_800_000_000, Language.ZH).full == "65,230,800 吨"
    assert str(numbers.mass(65_230_800_000_000, Language.EN)) == "6,523.08\N{NO-BREAK SPACE}×10⁴ t"
    assert str(numbers.mass(-12_345_000_000_000, Language.EN)) == "−1,234.50\N{NO-BREAK SPACE}×10⁴ t"
    assert str(numbers.mass(0, Language.ZH)) == "0.00\N{NO-BREAK SPACE}万吨"


def test_what_two_decimals_cannot_show_is_written_in_tonnes() -> None:
    assert str(numbers.mass(12_345_678, Language.ZH)) == "12.35\N{NO-BREAK SPACE}吨"
    assert str(numbers.mass(99_999_999, Language.ZH)) == "100.00\N{NO-BREAK SPACE}吨"
    assert str(numbers.mass(100_000_000, Language.ZH)) == "0.01\N{NO-BREAK SPACE}万吨"


def test_a_measured_mass_has_one_unit_for_value_and_uncertainty() -> None:
    told = numbers.measured(600_000_000, 10_770_329, Language.ZH)
    assert (str(told), told.full) == ("600 ± 11\N{NO-BREAK SPACE}吨", "600 ± 10.770329 吨")
    assert (
        str(numbers.measured(10_000_000_000, 5_000_000, Language.EN)) == "1.00 ± 0.00\N{NO-BREAK SPACE}×10⁴ t"
    )
    assert str(numbers.measured(99_500_000, None, Language.ZH)) == "99.50\N{NO-BREAK SPACE}吨"


def test_rates_thresholds_and_points() -> None:
    assert numbers.percent(Ratio(54_317, 652_308)) == "8.33%"
    assert numbers.percent(Ratio.of(1, 0)) == "—"
    assert numbers.percent(Ratio(8_153, 1_000)) == "815.30%"
    assert numbers.share(Fraction(3, 5)) == "60%"
    assert numbers.share(Fraction(729, 1000)) == "72.9%"
    assert numbers.points(Fraction(-1, 3)) == "33.33"
    assert numbers.fraction_percent(Fraction(1, 800)) == "0.12%"


def test_months_and_periods() -> None:
    whole, part = (Month(2022, 1), Month(2022, 12)), (Month(2022, 3), Month(2023, 2))
    assert numbers.period(*whole, Language.ZH) == "2022年"
    assert numbers.period(*part, Language.ZH) == "2022年3月—2023年2月"
    assert numbers.period(*part, Language.EN) == "Mar 2022 – Feb 2023"
    assert numbers.period(Month(2022, 3), Month(2022, 3), Language.EN) == "Mar 2022"
    assert numbers.until(Month(2025, 12), Language.ZH) == "2025年"
    assert numbers.until(Month(2025, 6), Language.EN) == "Jun 2025"


@pytest.mark.parametrize(
    ("asked", "remembered", "language"),
    [
        (None, None, Language.ZH),
        ("en", None, Language.EN),
        (None, "en", Language.EN),
        ("zh", "en", Language.ZH),
        ("xx", "en", Language.EN),
        ("<script>", "nonsense", Language.ZH),
    ],
)
def test_the_language_is_asked_remembered_or_chinese(
    asked: str | None, remembered: str | None, language: Language
) -> None:
    assert language_of(asked, remembered) is language


def test_every_reason_has_words() -> None:
    assert reason_text("empty_denominator", Language.ZH) == "本期没有产生量"
    assert reason_text("something_new", Language.EN) == "it cannot be computed"
