"""The key figures of the overview."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from app.domain.rates import METRICS, Ratio, coverage_of_ledgers
from app.web import numbers
from app.web.charts.bullets import Bullet, Verdict, single_bullet
from app.web.languages import Language
from app.web.overview.figures import Coverage, OverviewFigures, Scope, Target
from app.web.overview.footings import Footings, parts_address
from app.web.overview.verdicts import missing_grams, verdict_on, words_for
from app.web.overview.watch_tiles import watch_tiles
from app.web.texts import text
from app.web.view_models import Footing, Tile

_DISPOSAL_RATE = METRICS["disposal.statutory"]
# Where the API gives a mass: as the numerator or the denominator of a rate.
_GENERATED_IN, _USED_IN, _DISPOSED_IN, _STORED_IN = (
    METRICS["utilization.plain"],
    METRICS["utilization.plain"],
    METRICS["disposal.plain"],
    METRICS["storage.rate"],
)


def tiles(figures: OverviewFigures, footings: Footings, language: Language) -> tuple[Tile, ...]:
    """Write the rate against its target, then what the rate is made of, then how much is covered."""
    totals = figures.totals
    used_before = _of_prior_stock(totals.used_from_prior_stock_grams, language)
    disposed_before = _of_prior_stock(totals.disposed_from_prior_stock_grams, language)
    shrank = [text("tile.stock_shrank", language)] if totals.stored_grams < 0 else []
    generated = footings.of_mass("formula.generated", _GENERATED_IN)
    used = footings.of_mass("formula.used", _USED_IN)
    disposed = footings.of_mass("formula.disposed", _DISPOSED_IN)
    stored = footings.of_mass("formula.stored", _STORED_IN)
    shown = (
        _target_tile(figures, footings, language),
        _mass_tile("generated", totals.generated_grams, generated, language),
        _mass_tile("used", totals.used_grams, used, language, used_before),
        _mass_tile("disposed", totals.disposed_grams, disposed, language, disposed_before),
        _mass_tile("stored", totals.stored_grams, stored, language, shrank),
        *watch_tiles(figures, footings, language),
        _disposal_tile(figures, footings, language),
        _coverage_tile(figures.coverage, footings, language),
    )
    return shown if figures.public else tuple(_leading_on(tile, figures.scope) for tile in shown)


def _leading_on(tile: Tile, scope: Scope) -> Tile:
    """Let a figure lead to what it is the sum of; findings have pages of their own."""
    metric = _DISPOSAL_RATE.id if tile.key == "disposal-rate" else scope.metric
    return tile if tile.address else replace(tile, address=parts_address(scope, tile.key, metric))


def _of_prior_stock(grams: int, language: Language) -> list[str]:
    return [text("tile.prior", language, mass=str(numbers.mass(grams, language)))] if grams else []


def _mass_tile(key: str, grams: int, footing: Footing, language: Language, words: Sequence[str] = ()) -> Tile:
    mass = numbers.mass(grams, language)
    return Tile(key, text(f"tile.{key}", language), mass.value, mass.unit, mass.full, tuple(words), footing)


def _parts(rate: Ratio) -> tuple[str, str]:
    """Split a written rate into figure and unit; without a value there is no unit."""
    written = numbers.percent(rate)
    return written.removesuffix("%"), "%" if written.endswith("%") else ""


def _full(rate: Ratio, language: Language) -> str:
    return " / ".join(numbers.mass(grams, language).full for grams in (rate.numerator, rate.denominator))


def _target_tile(figures: OverviewFigures, footings: Footings, language: Language) -> Tile:
    rate, target = figures.rate, figures.target
    threshold = target.threshold if target is not None else None
    verdict = verdict_on(rate, threshold)
    value, unit = _parts(rate)
    words = words_for(rate, threshold, language)
    bullet = Bullet(
        name=language.heading(figures.metric.name),
        hover=words,
        percent=None if rate.value is None else float(rate.value * 100),
        value_text=numbers.percent(rate),
        verdict=verdict,
        words=words,
        target=None if threshold is None else float(threshold * 100),
        interval=_band(figures),
    )
    return Tile(
        key="rate",
        name=bullet.name,
        value=value,
        unit=unit,
        full=_full(rate, language),
        words=tuple(
            line
            for line in (
                words,
                *_gap(rate, threshold, language),
                *_reconciled(figures, language),
                *_outlook(target, language),
            )
            if line
        ),
        footing=footings.of_metric(figures.metric),
        verdict=verdict,
        chart=single_bullet("chart-rate", bullet) if rate.value is not None else None,
    )


def _band(figures: OverviewFigures) -> tuple[float, float] | None:
    found = figures.interval
    return None if found is None else (float(found.low * 100), float(found.high * 100))


def _reconciled(figures: OverviewFigures, language: Language) -> list[str]:
    """Say what the contradictory reports say together, where a reconciliation covers this very scope."""
    found = figures.interval
    if found is None:
        return []
    value, low, high = (numbers.fraction_percent(part) for part in (found.value, found.low, found.high))
    return [text("tile.reconciled", language, value=value, low=low, high=high)]


def _gap(rate: Ratio, threshold: Fraction | None, language: Language) -> list[str]:
    if verdict_on(rate, threshold) is not Verdict.BELOW or threshold is None:
        return []
    return [text("tile.gap", language, mass=str(numbers.mass(missing_grams(rate, threshold), language)))]


def _outlook(target: Target | None, language: Language) -> list[str]:
    """Say what pace the target asks for while its period runs, and where it will end at the present one."""
    if target is None:
        return []
    progress = target.progress
    until = numbers.until(target.year_end, language)
    lines = []
    if (
        progress.pace_grams is not None
        and progress.present_pace_grams is not None
        and progress.pace_grams > 0
    ):
        needed = str(numbers.mass(progress.pace_grams, language))
        present = str(numbers.mass(progress.present_pace_grams, language))
        lines.append(text("tile.pace", language, needed=needed, present=present, until=until))
    projection = progress.projection
    if progress.months_remaining and projection is not None and projection.low is not None:
        lines.append(
            text(
                "tile.projection",
                language,
                until=until,
                value=numbers.fraction_percent(projection.value),
                low=numbers.fraction_percent(projection.low),
                high=numbers.fraction_percent(projection.high or projection.low),
            )
        )
    return lines


def _disposal_tile(figures: OverviewFigures, footings: Footings, language: Language) -> Tile:
    rate = _DISPOSAL_RATE.of(figures.totals)
    value, unit = _parts(rate)
    return Tile(
        key="disposal-rate",
        name=language.heading(_DISPOSAL_RATE.name),
        value=value,
        unit=unit,
        full=_full(rate, language),
        words=(),
        footing=footings.of_metric(_DISPOSAL_RATE),
    )


def _coverage_tile(coverage: Coverage, footings: Footings, language: Language) -> Tile:
    value, unit = _parts(coverage_of_ledgers(coverage.ledgers_filed, coverage.ledgers_expected))
    ledgers = text(
        "tile.ledgers",
        language,
        filed=numbers.count(coverage.ledgers_filed),
        expected=numbers.count(coverage.ledgers_expected),
    )
    return Tile(
        key="coverage",
        name=text("tile.coverage", language),
        value=value,
        unit=unit,
        full=ledgers,
        words=(ledgers, _confirmed(coverage, language)),
        footing=footings.of_mass("formula.coverage", _USED_IN),
    )


def _confirmed(coverage: Coverage, language: Language) -> str:
    if coverage.sent_grams <= 0:
        return text("tile.nothing_sent", language)
    return text(
        "tile.confirmed",
        language,
        share=numbers.percent(Ratio.of(coverage.confirmed_grams, coverage.sent_grams)),
        confirmed=str(numbers.mass(coverage.confirmed_grams, language)),
        sent=str(numbers.mass(coverage.sent_grams, language)),
    )
