"""What a report says, before it is a PDF, a Word file, a workbook or JSON: plain values, nothing formatted.

A report is put together once from the figures of the services and rendered four ways, so that no format has a
figure of its own. Masses are whole grams [g], shares exact fractions, money whole fen (1/100 yuan).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from app.domain.errors import Message
from app.domain.periods import Month, months_between
from app.domain.quantities import tonnes_text
from app.domain.rates import Metric, Ratio, fixed_text

Align = Literal["left", "right", "center"]
FEN_PER_YUAN = 100


@dataclass(frozen=True, slots=True)
class Text:
    """Words: in both languages, or a name that stands for itself."""

    words: Message | str


@dataclass(frozen=True, slots=True)
class Mass:
    """A mass [g], written in tonnes; None when nobody reported it, which is not nought."""

    grams: int | None


@dataclass(frozen=True, slots=True)
class Rate:
    """A share (1 is 100 %) or, without one, why: a code of app/domain/rates.py or a sentence."""

    value: Fraction | None
    reason: Message | str | None = None

    @classmethod
    def of(cls, ratio: Ratio) -> "Rate":
        return cls(ratio.value, ratio.reason)


@dataclass(frozen=True, slots=True)
class Whole:
    """A count."""

    value: int | None


@dataclass(frozen=True, slots=True)
class Number:
    """An exact decimal with the places it is written with, for what is neither mass, share, count nor money."""

    value: Decimal | Fraction | None
    places: int = 2


@dataclass(frozen=True, slots=True)
class Money:
    """Money [fen], written in yuan."""

    fen: int | None


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day."""

    day: date | None


Cell = Text | Mass | Rate | Whole | Number | Money | Day


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `id` is its name in JSON and carries the unit (`generated_tonnes`); `width` is a weight."""

    id: str
    head: Message
    unit: Message | None = None
    align: Align | None = None
    """None: numbers to the right, words to the left."""
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, one a column; the last `total_rows` of them are totals. Raises ValueError on a ragged row."""

    id: str
    title: Message
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Message, ...] = ()
    total_rows: int = 0

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.id}: a row has not as many cells as there are columns")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under a heading."""

    title: Message
    paragraphs: tuple[Message, ...] = ()
    tables: tuple[Table, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what should be known is known: ledgers, and tonnes sent [g] with both signatures."""

    ledgers_filed: int
    ledgers_expected: int
    sent_grams: int
    confirmed_grams: int


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the figures are from, how complete they are, what stood when, and what is not certain."""

    as_of: datetime
    """An aware moment, in the zone in which it shall be written."""
    sources: tuple[Message, ...] = ()
    coverage: Coverage | None = None
    metrics: tuple[Metric, ...] = ()
    caveats: tuple[Message, ...] = ()


_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)
_QUARTERS = (("一", "first"), ("二", "second"), ("三", "third"), ("四", "fourth"))


@dataclass(frozen=True, slots=True)
class Period:
    """The closed range of months a report is about."""

    first: Month
    last: Month

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls(Month(year, 1), Month(year, 12))

    @classmethod
    def quarter(cls, text: str) -> "Period":
        """The months of "2021-Q3". Raises ValueError for anything else, MonthError among them."""
        found = _QUARTER.fullmatch(text)
        if found is None:
            raise ValueError(text[:20])
        first = Month(int(found[1]), int(found[2]) * 3 - 2)
        return cls(first, first.plus(2))

    @property
    def label(self) -> str:
        """As short as it can be said: "2021", "2021-Q3", "2021-03", else "2021-02_2021-05"."""
        first, months = self.first, months_between(self.first, self.last)
        if months == 1:
            return str(first)
        if months == 12 and first.number == 1:
            return str(first.year)
        if months == 3 and first.number % 3 == 1:
            return f"{first.year}-Q{first.number // 3 + 1}"
        return f"{first}_{self.last}"

    @property
    def words(self) -> Message:
        first, last, label = self.first, self.last, self.label
        if len(label) == 4:
            return Message(f"{label}年", label)
        if "-Q" in label:
            zh, en = _QUARTERS[first.number // 3]
            return Message(f"{first.year}年第{zh}季度", f"the {en} quarter of {first.year}")
        if first == last:
            return Message(f"{first.year}年{first.number}月", label)
        return Message(f"{first.year}年{first.number}月至{last.year}年{last.number}月", f"{first} to {last}")


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report. `about` is the code of its scope (a region, a site): it names the file."""

    kind: str
    title: Message
    subtitle: Message
    period: Period
    scope: tuple[Message, ...]
    provenance: Provenance
    sections: tuple[Section, ...]
    about: str = ""

    def as_json(self) -> dict[str, Any]:
        """Stable names; tonnes, shares and yuan as exact decimal text, so that totals can be compared to the gram."""
        return {
            "kind": self.kind,
            "title": _both(self.title),
            "subtitle": _both(self.subtitle),
            "about": self.about,
            "period": {
                "from": str(self.period.first),
                "to": str(self.period.last),
                "words": _both(self.period.words),
            },
            "scope": [_both(words) for words in self.scope],
            "provenance": _provenance_json(self.provenance),
            "sections": [_section_json(section) for section in self.sections],
        }


def _both(words: Message) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def _provenance_json(provenance: Provenance) -> dict[str, Any]:
    coverage = provenance.coverage
    return {
        "as_of": provenance.as_of.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "sources": [_both(source) for source in provenance.sources],
        "coverage": None
        if coverage is None
        else {
            "ledgers_filed": coverage.ledgers_filed,
            "ledgers_expected": coverage.ledgers_expected,
            "sent_tonnes": tonnes_text(coverage.sent_grams),
            "confirmed_tonnes": tonnes_text(coverage.confirmed_grams),
        },
        "metrics": [
            {
                "id": metric.id,
                "version": metric.version,
                "name": _both(metric.name),
                "formula": _both(metric.formula),
                "source": _both(metric.source),
                "note": None if metric.note is None else _both(metric.note),
            }
            for metric in provenance.metrics
        ],
        "caveats": [_both(caveat) for caveat in provenance.caveats],
    }


def _section_json(section: Section) -> dict[str, Any]:
    return {
        "id": section.id,
        "title": _both(section.title),
        "paragraphs": [_both(words) for words in section.paragraphs],
        "tables": [_table_json(table) for table in section.tables],
    }


def _table_json(table: Table) -> dict[str, Any]:
    names = [column.id for column in table.columns]
    return {
        "id": table.id,
        "title": _both(table.title),
        "columns": [
            {
                "id": column.id,
                "head": _both(column.head),
                "unit": None if column.unit is None else _both(column.unit),
            }
            for column in table.columns
        ],
        "rows": [dict(zip(names, map(cell_json, row), strict=True)) for row in table.rows],
        "total_rows": table.total_rows,
        "notes": [_both(note) for note in table.notes],
    }


def cell_json(cell: Cell) -> Any:
    """A cell as JSON: words as both languages or text, figures as decimal text, counts as numbers."""
    return _JSON[type(cell)](cell)


def _text_json(cell: Text) -> Any:
    return _both(cell.words) if isinstance(cell.words, Message) else cell.words


def _rate_json(cell: Rate) -> dict[str, Any]:
    reason = _both(cell.reason) if isinstance(cell.reason, Message) else cell.reason
    if cell.value is None:
        return {"value": None, "percent": None, "reason": reason}
    return {"value": fixed_text(cell.value, 6), "percent": fixed_text(cell.value * 100, 2), "reason": reason}


def _number_json(cell: Number) -> str | None:
    return None if cell.value is None else fixed_text(Fraction(cell.value), cell.places)


_JSON: dict[type, Callable[[Any], Any]] = {
    Text: _text_json,
    Mass: lambda cell: None if cell.grams is None else tonnes_text(cell.grams),
    Rate: _rate_json,
    Whole: lambda cell: cell.value,
    Number: _number_json,
    Money: lambda cell: None if cell.fen is None else fixed_text(Fraction(cell.fen, FEN_PER_YUAN), 2),
    Day: lambda cell: None if cell.day is None else cell.day.isoformat(),
}
