"""One row of official totals: from the texts of its columns to amounts in grams, or the faults in them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from app.domain.bulletins.conventions import AMOUNTS, CANDIDATES, CONVENTIONS, SIGNED
from app.domain.bulletins.printed import Amount, Printed, PrintedError, amount, grams_per_unit, read_printed
from app.domain.errors import Fault, Message

_LONGEST_CASE = 200


@dataclass(frozen=True, slots=True)
class OfficialRow:
    """Printed totals of one case and a published figure; an amount that was not printed is absent.

    `published` is in per cent for a rate, in the row's unit for a balance; `published_text` is as printed.
    """

    case: str
    unit: str
    unit_grams: int
    amounts: Mapping[str, Amount]
    metric: str | None
    published: Printed | None
    published_text: str | None
    convention: str

    @property
    def candidates(self) -> tuple[str, ...]:
        """Ids of the formulas the published rate may follow; none for a balance."""
        return () if self.metric is None else CANDIDATES[self.metric]

    @property
    def stated_metric(self) -> str | None:
        """The formula the file says the bulletin used (column `convention`), if it says so."""
        ending = CONVENTIONS.get(self.convention.upper())
        return next((name for name in self.candidates if ending and name.endswith(ending)), None)


class RowError(ValueError):
    """A row that cannot be read; `faults` names every field that forbids it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = faults


def read_row(index: int, texts: Mapping[str, str], header_rows: int = 0) -> OfficialRow:
    """Read row `index`, 0 being the first of figures. Raises RowError with all its faults.

    Faults point to the index and speak of the row as people count it, after `header_rows` lines of heading.
    """
    cells = {name: text.strip() for name, text in texts.items()}
    reader = _Reader(index, cells, header_rows)
    case = reader.case()
    unit_grams = reader.unit_grams()
    amounts = reader.amounts(unit_grams)
    metric, published = reader.published()
    if reader.faults:
        raise RowError(reader.faults)
    return OfficialRow(
        case=case,
        unit=cells["unit"],
        unit_grams=unit_grams,
        amounts=amounts,
        metric=metric,
        published=published,
        published_text=cells["published_value"] or None,
        convention=cells.get("convention", ""),
    )


class _Reader:
    """Reads the cells of one row and gathers their faults."""

    def __init__(self, index: int, cells: Mapping[str, str], header_rows: int) -> None:
        self._index = index
        self._cells = cells
        self._header_rows = header_rows
        self.faults: list[Fault] = []

    def case(self) -> str:
        case = self._cells["case"]
        if not case:
            self._refuse("case", "empty")
        elif len(case) > _LONGEST_CASE:
            self._refuse("case", "too_long")
        elif not case.isprintable():
            self._refuse("case", "not_printable")
        return case

    def unit_grams(self) -> int:
        grams = grams_per_unit(self._cells["unit"])
        if grams is None:
            self._refuse("unit", "unknown_unit")
            return 1
        return grams

    def amounts(self, unit_grams: int) -> dict[str, Amount]:
        printed = {name: figure for name in AMOUNTS if (figure := self._figure(name)) is not None}
        finest = max((figure.decimals for figure in printed.values()), default=0)
        found = {}
        for name, figure in printed.items():
            # A bare "0" is written without its decimals: its last place is that of its finest neighbour.
            exact = figure if figure.value else replace(figure, decimals=finest)
            try:
                found[name] = amount(exact, unit_grams, may_be_negative=name == "stored_year")
            except PrintedError as error:
                self._refuse(name, error.code)
        return found

    def published(self) -> tuple[str | None, Printed | None]:
        metric = self._cells["published_metric"]
        figure = self._figure("published_value")
        if metric and metric not in CANDIDATES:
            self._refuse("published_metric", "unknown_metric")
        if figure is not None and not metric:
            self._refuse("published_metric", "empty")
        if figure is not None and figure.value < 0 and metric not in SIGNED:
            self._refuse("published_value", "negative")
        return metric or None, figure

    def _figure(self, name: str) -> Printed | None:
        text = self._cells.get(name, "")
        if not text:
            return None
        try:
            return read_printed(text)
        except PrintedError as error:
            self._refuse(name, error.code)
            return None

    def _refuse(self, field: str, code: str) -> None:
        self.faults.append(row_fault(self._index, field, code, self._header_rows))


_REASONS: Mapping[str, Message] = MappingProxyType(
    {
        "empty": Message(zh="不能为空", en="must not be empty"),
        "too_long": Message(zh=f"超过 {_LONGEST_CASE} 字", en=f"is longer than {_LONGEST_CASE} characters"),
        "not_printable": Message(zh="含有不可打印的字符", en="holds characters that cannot be printed"),
        "unknown_unit": Message(
            zh="不是可识别的质量单位（吨、万吨、亿吨、kt 等）",
            en="is no known unit of mass (吨, 万吨, 亿吨, t, kt …)",
        ),
        "unknown_metric": Message(
            zh=f"不是可核对的指标（{'、'.join(CANDIDATES)}）",
            en=f"is no metric that can be checked ({', '.join(CANDIDATES)})",
        ),
        "not_a_number": Message(
            zh="不是普通小数（不接受千分位、百分号和科学记数法）",
            en="is no plain decimal (no thousands separators, per-cent signs or exponents)",
        ),
        "not_finite": Message(zh="不是有限的数", en="is not a finite number"),
        "negative": Message(zh="不能为负", en="must not be negative"),
        "too_large": Message(zh="超过 1000 亿吨，请检查单位", en="is above 10^11 t: check the unit"),
        "too_precise": Message(zh="精度细于 1 克", en="is finer than one gram"),
        "duplicate_row": Message(
            zh="与前面某一行的 case 和 published_metric 相同",
            en="repeats the case and published_metric of an earlier row",
        ),
        "cell_count": Message(
            zh="所在行的单元格数与表头不符", en="stands in a row with not as many cells as the header"
        ),
    }
)


def row_fault(index: int, field: str, code: str, header_rows: int) -> Fault:
    """Name row and field of a fault; rows count from 1, the heading included, as a spreadsheet shows them."""
    reason, row = _REASONS[code], index + 1 + header_rows
    message = Message(
        zh=f"第 {row} 行，字段 {field}：{reason.zh}", en=f"row {row}, field {field}: {reason.en}"
    )
    return Fault(f"/{index}/{field}", code, message)
