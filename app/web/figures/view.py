"""A figure taken apart, as a table whose every row leads further down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from urllib.parse import urlencode

from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.domain.rates import Totals
from app.rates.service import Cell, rate_of
from app.web import numbers
from app.web.figures.gather import Parts
from app.web.languages import Language
from app.web.overview.footings import PARTS_PATH, RATES_PATH
from app.web.texts import text

MOST_ROWS = 200
COLUMNS: dict[str, Callable[[Totals], int]] = {
    "generated": lambda totals: totals.generated_grams,
    "used": lambda totals: totals.used_grams,
    "used_before": lambda totals: totals.used_from_prior_stock_grams,
    "disposed": lambda totals: totals.disposed_grams,
    "disposed_before": lambda totals: totals.disposed_from_prior_stock_grams,
    "stored": lambda totals: totals.stored_grams,
    "dumped": lambda totals: totals.dumped_grams,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One site or month: its name, where it leads, its masses, ledgers and rate."""

    name: str
    address: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """The table; `chosen` is the column of the figure that was clicked, "" when it was the rate."""

    place: str
    period: str
    waste: str
    by: str
    lead: str
    head: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    total: Row
    chosen: str
    formula: str
    as_of: str
    back: str
    up: str
    json_url: str


def figures_page(parts: Parts, figure: str, language: Language, timezone: str) -> FiguresPage:
    """Write the page."""
    scope, of_site = parts.scope, parts.scope.site is not None
    waste = scope.wastes[0] if scope.wastes else None
    asked = {
        "region": scope.region,
        "waste": waste,
        "metric": parts.metric.id,
        "from": scope.first,
        "to": scope.last,
    }
    chosen = figure if figure in COLUMNS else ""
    return FiguresPage(
        place=language.of(parts.place),
        period=numbers.period(scope.first, scope.last, language),
        waste=language.of(parts.waste) if parts.waste else text("all_wastes", language),
        by=text("figures.by_month" if of_site else "figures.by_site", language),
        lead=text("figures.lead.site" if of_site else "figures.lead", language),
        head=_head(parts, language, of_site=of_site),
        rows=_rows(parts, {**asked, "figure": chosen}, chosen, language),
        total=Row(text("figures.sum", language), "", _cells(parts, parts.whole)),
        chosen=chosen or "rate",
        formula=text("footing.formula", language, formula=language.of(parts.metric.formula)),
        as_of=text("footing.as_of", language, moment=numbers.moment(parts.as_of, timezone)),
        back=_address(asked, "/"),
        up=_address({**asked, "figure": chosen}) if of_site else "",
        json_url=_address(
            {**asked, "site": scope.site, "group_by": "month" if of_site else "site"}, RATES_PATH
        ),
    )


def _address(asked: Mapping[str, object], path: str = PARTS_PATH) -> str:
    return f"{path}?{urlencode({key: str(value) for key, value in asked.items() if value})}"


def _head(parts: Parts, language: Language, *, of_site: bool) -> tuple[tuple[str, str], ...]:
    first = "table.month" if of_site else "figures.site"
    return (
        ("name", text(first, language)),
        *((key, text(f"figures.{key}", language)) for key in COLUMNS),
        ("ledgers", text("figures.ledgers", language)),
        ("rate", language.heading(parts.metric.name)),
    )


def _rows(parts: Parts, asked: Mapping[str, object], chosen: str, language: Language) -> tuple[Row, ...]:
    """Months in their order; sites by the figure that was clicked, the many small ones in one row."""
    site = parts.scope.site
    if site is not None:
        return tuple(
            Row(numbers.month(Month.parse(key), language), f"/ledgers/{site}/{key}", _cells(parts, cell))
            for key, cell in sorted(parts.cells.items())
        )
    weight = COLUMNS.get(chosen, COLUMNS["generated"])
    ordered = sorted(parts.cells.items(), key=lambda entry: (-weight(entry[1].totals), entry[0]))
    rows = [
        Row(
            language.of(parts.names[code]) if code in parts.names else code,
            _address({**asked, "site": code}),
            _cells(parts, cell),
        )
        for code, cell in ordered[:MOST_ROWS]
    ]
    rest = [cell for _, cell in ordered[MOST_ROWS:]]
    if rest:
        name = text("figures.rest", language, count=numbers.count(len(rest)))
        rows.append(Row(name, "", _cells(parts, reduce(_both, rest))))
    return tuple(rows)


def _cells(parts: Parts, cell: Cell) -> tuple[str, ...]:
    masses = (numbers.separated(tonnes_text(of(cell.totals))) for of in COLUMNS.values())
    ledgers = f"{numbers.count(cell.ledgers_filed)}/{numbers.count(cell.ledgers_expected)}"
    return (*masses, ledgers, numbers.percent(rate_of(parts.metric, cell)))


def _both(one: Cell, other: Cell) -> Cell:
    return Cell(
        one.totals + other.totals,
        one.ledgers_filed + other.ledgers_filed,
        one.ledgers_expected + other.ledgers_expected,
        one.sent_grams + other.sent_grams,
        one.confirmed_grams + other.confirmed_grams,
        one.filed_any or other.filed_any,
    )
