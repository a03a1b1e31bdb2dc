"""A document as bytes: JSON, a workbook, a PDF or a Word file. `render` is all that others need."""

from app.reports.rendering.render import FORMATS, Format, Rendered, render
from app.reports.rendering.written import Language

__all__ = ["FORMATS", "Format", "Language", "Rendered", "render"]
