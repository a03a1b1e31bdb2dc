"""The site sheet as its template shows it: charts drawn, every month a link to its ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import GRAMS_PER_TONNE, tonnes_text
from app.reports.site_forms.sheet_facts import MonthSums, Sheet
from app.web import numbers
from app.web.charts import palette
from app.web.charts.months import MonthTick
from app.web.charts.stacks import StackChart, StackColumn, StackSeries, stack_chart
from app.web.languages import Language
from app.web.overview.trend import month_ticks
from app.web.texts import text
from app.web.view_models import Choice, Table

_MOST_OWED = 12
_ENDINGS = (("pdf", "PDF"), ("docx", "Word"), ("xlsx", "Excel"))
_LARGE_GRAMS = numbers.GRAMS_PER_TEN_THOUSAND_TONNES


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of the table."""

    name: str
    address: str
    cells: tuple[str, ...]
    filed: bool
    unbalanced: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its name."""

    key: str
    name: str
    drawn: Markup


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding."""

    words: str
    title: str
    severity: str
    address: str


@dataclass(frozen=True, slots=True)
class Owed:
    """A month that is missing."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class SheetPage:
    """The whole page."""

    name: str
    code: str
    facts: tuple[tuple[str, str], ...]
    period: str
    coverage: str
    wastes: tuple[Choice, ...]
    until: str
    files: tuple[tuple[str, str], ...]
    tax: str
    charts: tuple[Chart, ...]
    head: tuple[str, ...]
    months: tuple[MonthRow, ...]
    totals: tuple[str, ...]
    partners: Table | None
    owed: tuple[Owed, ...]
    owed_more: str
    findings: tuple[FindingRow, ...]
    amended: tuple[tuple[str, str, str, str], ...]
    headroom: Table | None
    has_ledgers: bool


_IN = (("generated", palette.MUTED, False), ("received", palette.STONE, True))
_OUT = (
    ("used", palette.USED, False),
    ("disposed", palette.DISPOSED, False),
    ("sent", palette.STONE, True),
    ("dumped", palette.WARNING, True),
)
_STOCK = (("closing", palette.STONE, False),)


def sheet_view(found: Sheet, language: Language) -> SheetPage:
    """Place everything."""
    site, months = found.site, found.months
    first, last = (numbers.month(month, language) for month in (months[0], months[-1]))
    filed = found.expected - len(found.owed)
    return SheetPage(
        name=site.name,
        code=site.code,
        facts=tuple(_facts(found, language)),
        period=text("sheet.period", language, first=first, last=last),
        coverage=text("sheet.coverage", language, filed=str(filed), expected=str(found.expected)),
        wastes=_wastes(found, language),
        until=str(months[-1]),
        files=tuple(_files(found, language)),
        tax=f"/reports/tax?{urlencode({'site': site.code, 'quarter': _quarter(months[-1])})}",
        charts=tuple(
            _chart(found, key, parts, language)
            for key, parts in (("in", _IN), ("out", _OUT), ("stock", _STOCK))
        ),
        head=tuple(text(f"sheet.{name}", language) for name in ("month", *_names(), "gap")),
        months=tuple(_month(found, month, language) for month in reversed(months)),
        totals=_totals(found),
        partners=_partners(found, language),
        owed=tuple(
            Owed(numbers.month(month, language), _ledger(found, month)) for month in found.owed[:_MOST_OWED]
        ),
        owed_more=text("sheet.late.more", language, count=str(len(found.owed) - _MOST_OWED))
        if len(found.owed) > _MOST_OWED
        else "",
        findings=tuple(_finding(each, language) for each in found.findings),
        amended=tuple(
            (numbers.month(each.month, language), _ledger(found, each.month), str(each.version), each.reason)
            for each in found.amended
        ),
        headroom=_headroom(found, language),
        has_ledgers=bool(found.sums),
    )


def _files(found: Sheet, language: Language) -> Iterator[tuple[str, str]]:
    """The printed sheet: address and what it is called."""
    for ending, words in _ENDINGS:
        asked = {"site": found.site.code, "until": str(found.months[-1])}
        query = urlencode(asked | {"format": ending, "language": language.value})
        yield f"/reports/site-sheet/file?{query}", words


def _quarter(month: Month) -> str:
    return f"{month.year}-Q{(month.number + 2) // 3}"


def _names() -> list[str]:
    return [field.name for field in fields(MonthSums)]


def _facts(found: Sheet, language: Language) -> list[tuple[str, str]]:
    site = found.site
    reports = numbers.month(site.reports_from, language)
    if site.reports_until is not None:
        until = numbers.month(site.reports_until, language)
        reports = text("sheet.reports.until", language, first=reports, last=until)
    stated = {
        "enterprise": found.enterprise,
        "region": language.of(found.region),
        "base": language.of(found.base) if found.base else "",
        "park": site.park,
        "permit": site.permit_number,
        "reports": reports,
    }
    return [(text(f"sheet.{key}", language), value) for key, value in stated.items() if value]


def _wastes(found: Sheet, language: Language) -> tuple[Choice, ...]:
    shown = [Choice("", text("sheet.all_wastes", language), chosen=found.waste is None)]
    for code, row in found.wastes.items():
        name = language.of(Message(row.zh, row.en))
        shown.append(Choice(code, f"{code} {name}", chosen=code == found.waste))
    return tuple(shown)


def _ledger(found: Sheet, month: Month) -> str:
    return f"/ledgers/{found.site.code}/{month}"


def _chart(found: Sheet, key: str, parts: Sequence[tuple[str, str, bool]], language: Language) -> Chart:
    """Draw one chart; a part that never was is left out, in 万吨 or in tonnes as the largest column asks."""
    present = [part for part in parts if any(getattr(sums, part[0]) for sums in found.sums.values())] or list(
        parts[:1]
    )
    tallest = max(
        (sum(getattr(sums, part[0]) for part in present) for sums in found.sums.values()), default=0
    )
    is_large = tallest >= _LARGE_GRAMS
    name = text(f"sheet.{key}", language)
    columns = tuple(
        _column(found, month, tick, present, language, _LARGE_GRAMS if is_large else GRAMS_PER_TONNE)
        for month, tick in zip(found.months, month_ticks(found.months, language), strict=True)
    )
    first, last = (numbers.month(month, language) for month in (found.months[0], found.months[-1]))
    chart = StackChart(
        chart_id=f"chart-{key}",
        title=name,
        description=text("sheet.desc", language, name=name, first=first, last=last),
        unit=numbers.mass_unit(language) if is_large else numbers.mass(0, language).full.split()[-1],
        series=tuple(
            StackSeries(text(f"sheet.{part}", language), colour, hatched) for part, colour, hatched in present
        ),
        columns=columns,
    )
    return Chart(key, name, stack_chart(chart))


def _column(
    found: Sheet,
    month: Month,
    tick: MonthTick,
    parts: Sequence[tuple[str, str, bool]],
    language: Language,
    unit: int,
) -> StackColumn:
    shown = numbers.month(month, language)
    sums = found.sums.get(month)
    if sums is None:
        absent = text("sheet.not_filed" if month in found.owed else "sheet.not_due", language)
        return StackColumn(text("sheet.hover", language, month=shown, parts=absent), None, absent, tick)
    written = [
        text(
            "sheet.part",
            language,
            name=text(f"sheet.{part}", language),
            mass=numbers.mass(getattr(sums, part), language).full,
        )
        for part, _, _ in parts
    ]
    hover = text("sheet.hover", language, month=shown, parts=text("comma", language).join(written))
    return StackColumn(hover, tuple(getattr(sums, part) / unit for part, _, _ in parts), tick=tick)


def _month(found: Sheet, month: Month, language: Language) -> MonthRow:
    sums = found.sums.get(month)
    name = numbers.month(month, language)
    if sums is None:
        words = text("sheet.not_filed" if month in found.owed else "sheet.not_due", language)
        return MonthRow(name, _ledger(found, month), (words,), filed=False, unbalanced=False)
    cells = tuple(_tonnes(getattr(sums, each)) for each in _names())
    return MonthRow(
        name, _ledger(found, month), (*cells, _tonnes(sums.gap)), filed=True, unbalanced=sums.gap != 0
    )


def _totals(found: Sheet) -> tuple[str, ...]:
    """Sums of what flows; a stock is none, so its columns stay empty."""
    sums = {name: sum(getattr(month, name) for month in found.sums.values()) for name in (*_names(), "gap")}
    return tuple("" if name in ("opening", "closing") else _tonnes(grams) for name, grams in sums.items())


def _tonnes(grams: int) -> str:
    return numbers.separated(tonnes_text(grams))


def _partners(found: Sheet, language: Language) -> Table | None:
    if not found.partners:
        return None
    nothing = text("sheet.nothing_said", language)
    rows = tuple(
        (
            f"{each.name} {each.code}".strip(),
            text("sheet.direction.out" if each.outgoing else "sheet.direction.in", language),
            each.waste,
            nothing if each.ours is None else _tonnes(each.ours),
            nothing if each.theirs is None else _tonnes(each.theirs),
        )
        for each in found.partners
    )
    head = ("partner", "direction", "waste", "ours", "theirs")
    return Table(
        text("sheet.partners.caption", language), tuple(text(f"sheet.{key}", language) for key in head), rows
    )


def _finding(found: dict[str, Any], language: Language) -> FindingRow:
    title, words = (Message(found[key]["zh"], found[key]["en"]) for key in ("title", "explanation"))
    return FindingRow(
        language.of(words), language.heading(title), found["severity"], f"/findings/{found['id']}"
    )


def _headroom(found: Sheet, language: Language) -> Table | None:
    if found.headroom is None:
        return None
    rows = tuple(_room(item, language) for item in found.headroom["items"])
    month = numbers.month(Month.parse(found.headroom["month"]), language)
    caption = text("sheet.permit.caption", language, month=month, number=found.headroom["held_to"]["permit"])
    head = ("facility", "waste", "capacity", "taken", "room", "pace", "exceeded")
    return Table(caption, tuple(text(f"sheet.{key}", language) for key in head), rows)


def _room(item: dict[str, Any], language: Language) -> tuple[str, ...]:
    named = (f"{each['code']} {each['name'] or ''}".strip() for each in item["facilities"])
    exceeded = item["exceeded_in"]
    return (
        text("comma", language).join(named),
        " ".join(item["wastes"]),
        _known(item["capacity_tonnes"]),
        numbers.separated(item["taken_tonnes"]),
        _known(item["headroom_tonnes"]),
        numbers.rounded(item["pace_tonnes_per_month"]),
        text("sheet.exceeded.never", language)
        if exceeded is None
        else numbers.month(Month.parse(exceeded), language),
    )


def _known(tonnes: str | None) -> str:
    return "—" if tonnes is None else numbers.separated(tonnes)
