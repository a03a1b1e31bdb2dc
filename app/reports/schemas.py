"""A report as JSON, for the description of the API: what Document.as_json() gives."""

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.http.answers import TextOut


class PaperPeriodOut(BaseModel):
    """The months a report is about."""

    model_config = ConfigDict(populate_by_name=True)

    from_: str = Field(alias="from")
    to: str
    words: TextOut


class ReportCoverageOut(BaseModel):
    """How much of what should be known is known."""

    ledgers_filed: int
    ledgers_expected: int
    sent_tonnes: str
    confirmed_tonnes: str


class ReportMetricOut(BaseModel):
    """A metric that figures of the report follow."""

    id: str
    version: int
    name: TextOut
    formula: TextOut
    source: TextOut
    note: TextOut | None


class ProvenanceOut(BaseModel):
    """Where the figures are from, how complete they are and what is not certain."""

    as_of: AwareDatetime
    sources: list[TextOut]
    coverage: ReportCoverageOut | None
    metrics: list[ReportMetricOut]
    caveats: list[TextOut]


class ReportColumnOut(BaseModel):
    """A column; `id` is the name of its cells in each row."""

    id: str
    head: TextOut
    unit: TextOut | None


class ReportTableOut(BaseModel):
    """Rows as objects: tonnes and yuan as decimal text, shares as {value, percent, reason}, null for unknown."""

    id: str
    title: TextOut
    columns: list[ReportColumnOut]
    rows: list[dict[str, Any]]
    total_rows: int
    notes: list[TextOut]


class ReportSectionOut(BaseModel):
    """A part of the report under a heading."""

    id: str
    title: TextOut
    paragraphs: list[TextOut]
    tables: list[ReportTableOut]


class ReportOut(BaseModel):
    """A whole report."""

    kind: str
    title: TextOut
    subtitle: TextOut
    about: str
    period: PaperPeriodOut
    scope: list[TextOut]
    provenance: ProvenanceOut
    sections: list[ReportSectionOut]
