"""What every slice that makes a report needs: the words of a document, and the way to a file or an answer.

    document = Document(kind="tax", title=…, sections=(Section(title, paragraphs, tables), …), …)
    render(document, "pdf", "zh")                    bytes, media type and name of a file
    return answer(document, form, language)          from an endpoint; declare it with
                                                     response_model=ReportOut, responses=FILES
    set_paper(template, data, moment)                a PDF by a template of one's own

Slices import from here; pages and commands may import from here too.
"""

from typing import Any

from app.http.files import LateFile, Response, attachment
from app.reports.document import (
    Cell,
    Column,
    Coverage,
    Day,
    Document,
    Mass,
    Money,
    Number,
    Period,
    Provenance,
    Rate,
    Section,
    Table,
    Text,
    Whole,
)
from app.reports.rendering import FORMATS, Format, Language, Rendered, render
from app.reports.rendering.excel import MEDIA_TYPE as XLSX
from app.reports.rendering.pdf import MEDIA_TYPE as PDF
from app.reports.rendering.pdf import RenderingFailed, set_paper
from app.reports.rendering.word import MEDIA_TYPE as DOCX
from app.reports.rendering.written import grouped
from app.reports.schemas import ReportOut
from app.reports.site_forms.site_months import ReferenceMissing, SiteMonths, site_months

__all__ = [
    "FILES",
    "FORMATS",
    "PDF",
    "Cell",
    "Column",
    "Coverage",
    "Day",
    "Document",
    "Format",
    "Language",
    "Mass",
    "Money",
    "Number",
    "Period",
    "Provenance",
    "Rate",
    "ReferenceMissing",
    "Rendered",
    "RenderingFailed",
    "ReportOut",
    "Section",
    "SiteMonths",
    "Table",
    "Text",
    "Whole",
    "answer",
    "grouped",
    "render",
    "set_paper",
    "site_months",
]

_BINARY = {"schema": {"type": "string", "format": "binary"}}
FILES: dict[int | str, dict[str, Any]] = {200: {"content": dict.fromkeys((PDF, XLSX, DOCX), _BINARY)}}
"""For `responses=` of a route that answers with a report: what it gives beside JSON."""


def answer(document: Document, form: Format, language: Language) -> Response:
    """The document as an answer over HTTP: a file to keep, JSON too; a 503 when its PDF cannot be set."""

    def make() -> Response:
        made = render(document, form, language)
        return attachment(made.content, made.media_type, made.filename)

    return LateFile(make)
