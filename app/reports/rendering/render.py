"""The one door: a document, a format and a language in, bytes with their type and name out."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from app.reports.document import Document
from app.reports.rendering import excel, pdf, word
from app.reports.rendering.written import Language

Format = Literal["json", "xlsx", "pdf", "docx"]
FORMATS: tuple[Format, ...] = ("json", "xlsx", "pdf", "docx")

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file: what is in it, what it is, what it is called (letters, digits, `-`, `_` and one dot)."""

    content: bytes
    media_type: str
    filename: str


def render(document: Document, format: Format, language: Language = "zh") -> Rendered:  # noqa: A002
    """The same document gives the same bytes. Raises RenderingFailed when a PDF cannot be set in time."""
    make, media_type = _MAKERS[format]
    return Rendered(make(document, language), media_type, filename(document, format, language))


def filename(document: Document, format: Format, language: Language) -> str:  # noqa: A002
    """Kind, scope and period: bulletin-1402-2021.pdf; of the English version bulletin-1402-2021-en.pdf."""
    parts = [document.kind, document.about, document.period.label]
    if language == "en" and format != "json":
        parts.append("en")
    stem = "-".join(_NOT_IN_NAMES.sub("_", part)[:60] for part in parts if part)
    return f"{stem}.{format}"


def _json(document: Document, _language: Language) -> bytes:
    return json.dumps(document.as_json(), ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "replace"
    )


_MAKERS: Mapping[Format, tuple[Callable[[Document, Language], bytes], str]] = {
    "json": (_json, "application/json"),
    "xlsx": (excel.workbook, excel.MEDIA_TYPE),
    "pdf": (pdf.typeset, pdf.MEDIA_TYPE),
    "docx": (word.written_out, word.MEDIA_TYPE),
}
