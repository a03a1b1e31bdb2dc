"""A document as a Word file: headings, paragraphs and tables whose heads repeat on each page."""

import io
import zipfile
from datetime import UTC
from typing import Any
from xml.sax.saxutils import escape

from app.reports.document import Document
from app.reports.rendering.paper import Paper, PaperTable, laid_out
from app.reports.rendering.written import Language
from chains.late import LateModule

docx: Any = LateModule("docx")
docx_oxml: Any = LateModule("docx.oxml")
docx_shared: Any = LateModule("docx.shared")
docx_section: Any = LateModule("docx.enum.section")

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FONT, _LATIN = "Microsoft YaHei", "Arial"
"""What readers' machines have; a Word file carries no font of its own."""
_MARGIN_MM, _A4_MM = 18, (210, 297)
_TWIPS_PER_MM = 1440 / 25.4
_JUSTIFIED = {"left": "left", "right": "right", "center": "center"}


def written_out(document: Document, language: Language) -> bytes:
    """The file; dated as of the figures, so that the same document gives the same bytes."""
    paper = laid_out(document, language)
    made = docx.Document()
    _set_up(made, paper)
    as_of = document.provenance.as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties = made.core_properties
    properties.title, properties.author, properties.comments = paper.title[:255], "Huanlian", ""
    properties.created = properties.modified = as_of
    made.add_heading(paper.title, level=0)
    if paper.subtitle:
        made.add_paragraph(paper.subtitle)
    for name, words in paper.facts:
        _fact(made, name, words)
    for section in paper.sections:
        made.add_heading(section.title, level=1)
        for words in section.paragraphs:
            made.add_paragraph(words)
        for table in section.tables:
            _add_table(made, table, paper)
    made.add_heading(paper.about_title, level=1)
    for name, lines in paper.about:
        made.add_heading(name, level=2)
        for words in lines:
            made.add_paragraph(words, style="List Bullet")
    file = io.BytesIO()
    made.save(file)
    return _undated(file.getvalue())


def _set_up(made: Any, paper: Paper) -> None:
    """A4, upright or turned, the fonts of both scripts, page numbers."""
    page = made.sections[0]
    short, long = (docx_shared.Mm(side) for side in _A4_MM)
    page.page_width, page.page_height = (long, short) if paper.landscape else (short, long)
    page.orientation = getattr(docx_section.WD_ORIENT, "LANDSCAPE" if paper.landscape else "PORTRAIT")
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(page, side, docx_shared.Mm(_MARGIN_MM))
    for name in ("Normal", "Title", "Heading 1", "Heading 2"):
        style = made.styles[name]
        style.font.name = _LATIN
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(f"{{{_W}}}{theme}", None)
        fonts.set(f"{{{_W}}}eastAsia", _FONT)
        style.font.color.rgb = docx_shared.RGBColor(0, 0, 0)
    made.styles["Normal"].font.size = docx_shared.Pt(10)
    made.styles["Title"].font.size = docx_shared.Pt(18)
    footer = page.footer.paragraphs[0]
    footer.alignment = 1
    footer._p.append(docx_oxml.parse_xml(f'<w:fldSimple xmlns:w="{_W}" w:instr="PAGE"/>'))  # noqa: SLF001


def _fact(made: Any, name: str, words: str) -> None:
    line = made.add_paragraph()
    line.paragraph_format.space_after = docx_shared.Pt(2)
    line.add_run(f"{name}  ").bold = True
    line.add_run(words)


def _add_table(made: Any, table: PaperTable, paper: Paper) -> None:
    made.add_heading(table.title, level=2)
    if table.rows:
        # python-docx finds each cell anew by counting; a thousand rows are written as XML in one go instead.
        body = made.element.body
        body.insert(len(body) - 1, docx_oxml.parse_xml(_table_xml(table, landscape=paper.landscape)))
    else:
        made.add_paragraph("无" if paper.language == "zh" else "none")
    for note in table.notes:
        made.add_paragraph().add_run(note).font.size = docx_shared.Pt(8)


def _table_xml(table: PaperTable, *, landscape: bool) -> str:
    across = (max(_A4_MM) if landscape else min(_A4_MM)) - 2 * _MARGIN_MM
    twips = [int(across * _TWIPS_PER_MM * width / sum(table.widths)) for width in table.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in twips)
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="999999"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    rows = [_row_xml(table.heads, table, twips, bold=True, is_head=True)]
    rows += [
        _row_xml(row, table, twips, bold=number >= table.bold_from) for number, row in enumerate(table.rows)
    ]
    return (
        f'<w:tbl xmlns:w="{_W}"><w:tblPr><w:tblW w:w="{sum(twips)}" w:type="dxa"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row_xml(
    cells: tuple[str, ...], table: PaperTable, twips: list[int], *, bold: bool, is_head: bool = False
) -> str:
    weight = "<w:b/>" if bold else ""
    style = f'<w:rPr>{weight}<w:sz w:val="16"/></w:rPr>'
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr>'
        f'<w:spacing w:before="20" w:after="20"/><w:jc w:val="{_JUSTIFIED[align]}"/></w:pPr>'
        f'<w:r>{style}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
        for text, align, width in zip(cells, table.aligns, twips, strict=True)
    )
    repeated = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{made}</w:tr>"


def _undated(packed: bytes) -> bytes:
    """The same archive with one date on all its parts: python-docx writes the hour of day into it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return out.getvalue()
