"""The key figures of the chain page."""

from datetime import datetime
from fractions import Fraction

from app.chain_runs.schemas import RateOut, SummaryOut
from app.domain.quantities import grams_from_tonnes
from app.domain.rates import METRICS, Ratio
from app.web import numbers
from app.web.languages import Language
from app.web.texts import reason_text, text
from app.web.view_models import Footing, Tile

NOMINAL = "utilization.statutory"


def ratio_of(rate: RateOut) -> Ratio:
    """Read a rate back as an exact fraction."""
    numerator, denominator = (
        grams_from_tonnes(tonnes) for tonnes in (rate.numerator_tonnes, rate.denominator_tonnes)
    )
    return Ratio(numerator, denominator, rate.reason)


def as_of(moment: datetime | None, language: Language, timezone: str) -> str:
    return text("footing.as_of", language, moment=numbers.moment(moment, timezone)) if moment else ""


def tiles(
    summary: SummaryOut, made_at: datetime | None, language: Language, timezone: str
) -> tuple[Tile, ...]:
    """Write the terminal rate beside the nominal one, then what they are made of."""

    def footing(formula: str, source: str = "") -> Footing:
        coverage = text(
            "footing.coverage",
            language,
            filed=numbers.count(summary.coverage.ledgers_filed),
            expected=numbers.count(summary.coverage.ledgers_expected),
        )
        words = text("footing.formula", language, formula=formula)
        return Footing(words, coverage, as_of(made_at, language, timezone), source=source)

    nominal = METRICS[NOMINAL]
    return (
        _rate_tile("terminal", summary.terminal, footing(text("chain.formula.terminal", language)), language),
        _rate_tile(
            "nominal",
            summary.nominal[NOMINAL],
            footing(
                language.of(nominal.formula),
                text("footing.source", language, source=language.of(nominal.source)),
            ),
            language,
        ),
        _generated(summary, footing(text("chain.formula.generated", language)), language),
        _missing(summary, footing(text("chain.formula.untracked", language)), language),
    )


def _rate_tile(key: str, rate: RateOut, footing: Footing, language: Language) -> Tile:
    ratio = ratio_of(rate)
    ended, counted = (numbers.mass(grams, language) for grams in (ratio.numerator, ratio.denominator))
    full = f"{ended.full} / {counted.full}"
    if ratio.value is None:
        words: tuple[str, ...] = (reason_text(ratio.reason, language),)
    elif key == "terminal":
        words = (text("chain.tile.counts", language, ended=str(ended), counted=str(counted)),)
    else:
        words = (f"{ended} / {counted}",)
    value = ratio.percent_text()
    return Tile(
        key=f"chain-{key}",
        name=text(f"chain.tile.{key}", language),
        value="—" if value is None else numbers.separated(value),
        unit="" if value is None else "%",
        full=full,
        words=words,
        footing=footing,
    )


def _generated(summary: SummaryOut, footing: Footing, language: Language) -> Tile:
    mass = numbers.mass(grams_from_tonnes(summary.generated_tonnes), language)
    secondary = grams_from_tonnes(summary.secondary_tonnes)
    words = (text("chain.tile.secondary", language, mass=str(numbers.mass(secondary, language))),)
    return Tile(
        key="chain-generated",
        name=text("chain.tile.generated", language),
        value=mass.value,
        unit=mass.unit,
        full=mass.full,
        words=words if secondary else (),
        footing=footing,
    )


def _missing(summary: SummaryOut, footing: Footing, language: Language) -> Tile:
    grams = sum(map(grams_from_tonnes, summary.untracked_tonnes.values()))
    counted = grams_from_tonnes(summary.counted_tonnes)
    unexplained = sum(map(grams_from_tonnes, summary.unexplained_tonnes.values()))
    mass = numbers.mass(grams, language)
    words = []
    if counted:
        share = numbers.fraction_percent(Fraction(grams, counted))
        words.append(text("chain.tile.share", language, share=share))
    if unexplained:
        nowhere = str(numbers.mass(unexplained, language))
        words.append(text("chain.tile.unexplained", language, mass=nowhere))
    return Tile(
        key="chain-untracked",
        name=text("chain.tile.untracked", language),
        value=mass.value,
        unit=mass.unit,
        full=mass.full,
        words=tuple(words),
        footing=footing,
    )
