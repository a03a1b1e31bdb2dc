"""A document laid out for paper in one language: what the PDF and the Word file both print, in the same words."""

from dataclasses import dataclass

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.reports.document import Align, Cell, Document, Provenance, Table
from app.reports.rendering.written import Language, grouped, head, is_figure, said, written

MOST_ROWS = 1_000
"""Of one table on paper: some thirty pages. What is left out is said below it, and is in the workbook."""
_WIDE = 8.0
"""Weights of columns that stand upright beside each other; above, the paper is turned."""

_LABELS = {
    "period": Message("报告期", "Period"),
    "scope": Message("范围", "Scope"),
    "as_of": Message("数据截至", "As of"),
    "sources": Message("数据来源", "Sources"),
    "coverage": Message("覆盖情况", "Coverage"),
    "metrics": Message("指标口径", "Metrics"),
    "caveats": Message("使用说明与局限", "Caveats"),
    "about": Message("来源、覆盖与截至时间", "Sources, coverage and as-of"),
}


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table as text. `bold_from` is the first row of the totals."""

    id: str
    title: str
    heads: tuple[str, ...]
    aligns: tuple[Align, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    bold_from: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperSection:
    """A heading with what stands below it."""

    title: str
    paragraphs: tuple[str, ...]
    tables: tuple[PaperTable, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that is printed."""

    language: Language
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    about_title: str
    about: tuple[tuple[str, tuple[str, ...]], ...]
    sections: tuple[PaperSection, ...]
    landscape: bool


def laid_out(document: Document, language: Language) -> Paper:
    """The document in one language, with tables cut to what paper holds."""
    tables = [table for section in document.sections for table in section.tables]
    scope = ("；" if language == "zh" else "; ").join(said(words, language) for words in document.scope)
    return Paper(
        language=language,
        title=said(document.title, language),
        subtitle=said(document.subtitle, language),
        facts=(
            (label("period", language), said(document.period.words, language)),
            (label("scope", language), scope),
            (label("as_of", language), moment(document.provenance)),
        ),
        about_title=label("about", language),
        about=tuple(provenance_lines(document.provenance, language)),
        sections=tuple(
            PaperSection(
                said(section.title, language),
                tuple(said(words, language) for words in section.paragraphs),
                tuple(_table(table, language) for table in section.tables),
            )
            for section in document.sections
        ),
        landscape=any(sum(column.width for column in table.columns) > _WIDE for table in tables),
    )


def label(key: str, language: Language) -> str:
    """A word of the frame in which every report stands."""
    return said(_LABELS[key], language)


def moment(provenance: Provenance) -> str:
    """The moment the figures stood at, with its distance from UTC."""
    return provenance.as_of.isoformat(sep=" ", timespec="seconds")


def provenance_lines(provenance: Provenance, language: Language) -> list[tuple[str, tuple[str, ...]]]:
    """Sources, coverage, metrics and caveats, each with its label; what there is none of is left out."""
    lines = {
        "sources": [said(source, language) for source in provenance.sources],
        "coverage": _coverage(provenance, language),
        "metrics": _metrics(provenance, language),
        "caveats": [said(caveat, language) for caveat in provenance.caveats],
    }
    return [(label(key, language), tuple(texts)) for key, texts in lines.items() if texts]


def _coverage(provenance: Provenance, language: Language) -> list[str]:
    coverage = provenance.coverage
    if coverage is None:
        return []
    filed, expected = coverage.ledgers_filed, coverage.ledgers_expected
    sent, confirmed = (
        grouped(tonnes_text(coverage.sent_grams)),
        grouped(tonnes_text(coverage.confirmed_grams)),
    )
    words = Message(
        f"已申报台账 {filed:,} 份，应申报 {expected:,} 份；转出 {sent} 吨，其中接收方已确认 {confirmed} 吨",
        f"{filed:,} ledgers filed of {expected:,} expected; {sent} t sent, of which receivers confirmed {confirmed} t",
    )
    return [said(words, language)]


def _metrics(provenance: Provenance, language: Language) -> list[str]:
    colon, end = ("：", "。") if language == "zh" else (": ", ". ")
    lines = []
    for metric in provenance.metrics:
        line = f"{said(metric.name, language)}{colon}{said(metric.formula, language)}"
        line += f" [{metric.id} v{metric.version}; {said(metric.source, language)}]"
        if metric.note is not None:
            line += end.strip() + " " + said(metric.note, language)
        lines.append(line)
    return lines


def _table(table: Table, language: Language) -> PaperTable:
    body, totals = _parted(table)
    kept = body[:MOST_ROWS]
    notes = [said(note, language) for note in table.notes]
    if len(kept) < len(body):
        notes.insert(0, _left_out(len(body), len(kept), language))
    return PaperTable(
        id=table.id,
        title=said(table.title, language),
        heads=tuple(head(column, language) for column in table.columns),
        aligns=_aligns(table),
        widths=tuple(column.width for column in table.columns),
        rows=tuple(tuple(written(cell, language) for cell in row) for row in kept + totals),
        bold_from=len(kept),
        notes=tuple(notes),
    )


def _parted(table: Table) -> tuple[tuple[tuple[Cell, ...], ...], tuple[tuple[Cell, ...], ...]]:
    at = len(table.rows) - table.total_rows
    return table.rows[:at], table.rows[at:]


def _left_out(rows: int, kept: int, language: Language) -> str:
    words = Message(
        f"本表共 {rows:,} 行，纸面只印前 {kept:,} 行，其余见电子表格（.xlsx）；合计为全部各行之和。",
        f"This table has {rows:,} rows; paper shows the first {kept:,}, the workbook (.xlsx) all of them. "
        "Totals are of all rows.",
    )
    return said(words, language)


def _aligns(table: Table) -> tuple[Align, ...]:
    first = table.rows[0] if table.rows else ()
    aligns: list[Align] = []
    for index, column in enumerate(table.columns):
        usual: Align = "right" if index < len(first) and is_figure(first[index]) else "left"
        aligns.append(column.align or usual)
    return tuple(aligns)
