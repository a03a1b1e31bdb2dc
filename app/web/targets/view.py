"""The page of targets as a view model."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from urllib.parse import urlencode

from markupsafe import Markup

from app.domain.errors import Message
from app.domain.projection import OUTLOOK_WORDS, STATUS_WORDS, Progress, Status
from app.rates.progress import TargetProgress, TargetsAnswer
from app.web import numbers
from app.web.charts.bullets import Bullet, Verdict, single_bullet
from app.web.languages import Language
from app.web.overview.verdicts import words_for
from app.web.texts import reason_text, text
from app.web.view_models import Choice, Footing

_YEARS_BACK = 8


@dataclass(frozen=True, slots=True)
class TargetLine:
    """One target: how the scope stands to it, in words and drawn."""

    code: str
    name: str
    what: str
    value: str
    full: str
    verdict: Verdict
    status: str
    chart: Markup
    words: tuple[str, ...]
    outlook: str
    footing: Footing


@dataclass(frozen=True, slots=True)
class TargetsPage:
    """The whole page."""

    place: str
    summary: str
    lines: tuple[TargetLine, ...]
    regions: tuple[Choice, ...]
    bases: tuple[Choice, ...]
    years: tuple[Choice, ...]
    json_url: str
    asked: str
    """Region and year for the pages of the way to the target and of the forecast."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names of what can be chosen, and of the wastes."""

    place: Message
    regions: Mapping[str, Message]
    bases: Mapping[str, Message]
    wastes: Mapping[str, Message]


def targets_page(
    answer: TargetsAnswer, year: int | None, names: Names, language: Language, timezone: str
) -> TargetsPage:
    """Write and draw the page."""
    items = answer.items
    met = sum(item.progress.status is Status.MET for item in items)
    lines = tuple(_line(item, names, answer.as_of, language, timezone) for item in items)
    counts = {"count": numbers.count(len(items)), "met": numbers.count(met)}
    fields = {"region": answer.region, "base": answer.base, "year": year}
    asked = urlencode({name: value for name, value in fields.items() if value})
    return TargetsPage(
        place=language.of(names.place),
        summary=text("targets.of", language, **counts) if items else "",
        lines=lines,
        regions=_choices(names.regions, answer.region or "", language),
        bases=(
            Choice("", text("chain.base.none", language), not answer.base),
            *_choices(names.bases, answer.base or "", language),
        ),
        years=_years(answer.as_of.year, year, language),
        json_url=f"/v1/targets/progress?{asked}",
        asked=_further(answer.region, year),
    )


def _further(region: str | None, year: int | None) -> str:
    fields = {"region": region, "year": year}
    asked = urlencode({name: value for name, value in fields.items() if value})
    return f"?{asked}" if asked else ""


def _choices(options: Mapping[str, Message], chosen: str, language: Language) -> tuple[Choice, ...]:
    return tuple(Choice(value, language.heading(name), value == chosen) for value, name in options.items())


def _years(present: int, chosen: int | None, language: Language) -> tuple[Choice, ...]:
    years = set(range(present - _YEARS_BACK, present + 1)) | ({chosen} if chosen else set())
    latest = Choice("", text("targets.year.latest", language), chosen is None)
    offered = (
        Choice(str(year), numbers.year(year, language), year == chosen) for year in sorted(years)[::-1]
    )
    return (latest, *offered)


def _line(
    item: TargetProgress, names: Names, as_of: datetime, language: Language, timezone: str
) -> TargetLine:
    progress, target = item.progress, item.target
    name = language.heading(Message(target.zh, target.en))
    wastes = [language.of(names.wastes.get(code, Message(code, code))) for code in target.body["wastes"]]
    what = text(
        "targets.period",
        language,
        metric=language.heading(item.metric.name),
        wastes=text("comma", language).join(wastes) or text("targets.bulk", language),
        period=numbers.period(item.first, item.last, language),
    )
    verdict = _verdict(progress)
    value = numbers.percent(progress.value)
    full = " / ".join(
        numbers.mass(grams, language).full for grams in (progress.value.numerator, progress.value.denominator)
    )
    return TargetLine(
        code=target.code,
        name=name,
        what=what,
        value=value,
        full=full,
        verdict=verdict,
        status=language.heading(STATUS_WORDS[progress.status]),
        chart=single_bullet(f"target-{target.code}", _bullet(name, value, progress, verdict, language)),
        words=tuple(_words(item, language)),
        outlook="" if not _is_open(progress) else language.heading(OUTLOOK_WORDS[progress.outlook]),
        footing=_footing(item, as_of, language, timezone),
    )


def _verdict(progress: Progress) -> Verdict:
    if progress.status is Status.NO_DATA_YET:
        return Verdict.NO_VALUE
    return Verdict.MET if progress.status is Status.MET else Verdict.BELOW


def _bullet(name: str, value: str, progress: Progress, verdict: Verdict, language: Language) -> Bullet:
    projection = progress.projection
    interval = None
    if (
        _is_open(progress)
        and projection is not None
        and projection.low is not None
        and projection.high is not None
    ):
        interval = (float(projection.low * 100), float(projection.high * 100))
    threshold = numbers.share(progress.threshold)
    rate = progress.value.value
    return Bullet(
        name=name,
        hover=text("targets.chart", language, name=name, value=value, target=threshold),
        percent=None if rate is None else float(rate * 100),
        value_text=value,
        verdict=verdict,
        words="",
        target=float(progress.threshold * 100),
        interval=interval,
    )


def _is_open(progress: Progress) -> bool:
    """Whether months are still to be filed: a year that is whole has nothing to project."""
    return progress.projection is not None and progress.months_filed < progress.months_in_period


def _words(item: TargetProgress, language: Language) -> list[str]:
    progress = item.progress
    if progress.value.value is None or progress.gap is None or progress.gap_grams is None:
        return [reason_text(progress.value.reason, language)]
    if progress.status is Status.MET:
        ahead = str(numbers.mass(-progress.gap_grams, language))
        words = [text("targets.ahead", language, points=numbers.points(progress.gap), mass=ahead)]
    else:
        words = [words_for(progress.value, progress.threshold, language, with_mass=True)]
    until = numbers.until(item.last, language)
    if (
        progress.pace_grams is not None
        and progress.pace_grams > 0
        and progress.present_pace_grams is not None
    ):
        needed, present = (
            str(numbers.mass(grams, language)) for grams in (progress.pace_grams, progress.present_pace_grams)
        )
        words.append(text("tile.pace", language, until=until, needed=needed, present=present))
    projection = progress.projection
    if (
        _is_open(progress)
        and projection is not None
        and projection.low is not None
        and projection.high is not None
    ):
        bounds = {"low": _percent(projection.low), "high": _percent(projection.high)}
        words.append(
            text("tile.projection", language, until=until, value=_percent(projection.value), **bounds)
        )
    filed, months = numbers.count(progress.months_filed), numbers.count(progress.months_in_period)
    words.append(text("targets.filed", language, filed=filed, months=months))
    return words


def _percent(value: Fraction) -> str:
    return numbers.fraction_percent(value)


def _footing(item: TargetProgress, as_of: datetime, language: Language, timezone: str) -> Footing:
    target = item.target
    key = "target.source" if target.verified else "target.source.unverified"
    name = language.of(Message(target.zh, target.en))
    return Footing(
        formula=text("footing.formula", language, formula=language.of(item.metric.formula)),
        coverage=text(
            "footing.coverage",
            language,
            filed=numbers.count(item.cell.ledgers_filed),
            expected=numbers.count(item.cell.ledgers_expected),
        ),
        as_of=text("footing.as_of", language, moment=numbers.moment(as_of, timezone)),
        source=text(key, language, name=name, source=target.source),
    )
