"""The reports of a single site: tax worksheet, site sheet, statistics, half-year form, ledger tables."""

from app.auth.subjects import Scope
from app.domain.errors import Message
from app.reports.service import Document
from app.reports.site_forms import forms
from app.reports.site_forms import site_sheet as sheets
from app.reports.site_forms.ledger_guide import ledger_guide
from app.tax.document import tax_document
from app.tax.service import tax_worksheet
from app.web.access import AUTHORITIES, ENTERPRISES
from app.web.reports.kind import Asked, Field, Kind

_WHO = AUTHORITIES | ENTERPRISES
_LEDGERS = frozenset({Scope.LEDGERS_READ})
_SITE = Field("site", "site")


def _site(asked: Asked) -> str:
    found = asked.text("site")
    if found is None:
        raise asked.refused("site", "请填写场所编码", "name a site")
    return found


def _tax(asked: Asked) -> Document:
    flags = (asked.text("falsely_declared") or "").replace("，", ",").split(",")
    named = [flag.strip() for flag in flags if flag.strip()]
    sheet = tax_worksheet(
        asked.session, asked.subject, _site(asked), asked.text("quarter") or "", named, asked.now
    )
    return tax_document(sheet)


def _sheet(asked: Asked) -> Document:
    until = sheets.last_month(asked.text("until"), asked.now)
    return sheets.site_sheet(asked.session, asked.subject, _site(asked), until, asked.now)


def _statistics(asked: Asked) -> Document:
    period = forms.year_of(asked.text("year") or "")
    return forms.form_document(
        asked.session, asked.subject, _site(asked), forms.STATISTICS, period, asked.now
    )


def _half_year(asked: Asked) -> Document:
    period = forms.half_of(asked.text("half") or "")
    return forms.form_document(asked.session, asked.subject, _site(asked), forms.HALF_YEAR, period, asked.now)


def _ledger_tables(asked: Asked) -> Document:
    return ledger_guide(asked.session, asked.subject, _site(asked), asked.text("period") or "", asked.now)


KINDS = (
    Kind(
        "tax",
        Message("环境保护税计算表", "Tax worksheet"),
        Message(
            "一个场所一个季度，分税目、分月，附每个数字的台账行；季后十五日内申报。",
            "A site and quarter by kind and month, with the ledger line of every figure; declared within fifteen days "
            "after the quarter.",
        ),
        (
            _SITE,
            Field("quarter", "quarter"),
            Field(
                "falsely_declared",
                "text",
                Message(
                    "标明虚假申报的税目代码，如 gangue（可空）",
                    "Kinds falsely declared, such as gangue (may be empty)",
                ),
                required=False,
            ),
        ),
        _tax,
        _WHO,
        _LEDGERS,
    ),
    Kind(
        "site-sheet",
        Message("场所档案", "Site sheet"),
        Message(
            "两年逐月收支、往来单位、欠报、线索、许可余量。",
            "Two years month by month, partners, missing months, findings, the room its permit leaves.",
        ),
        (_SITE, Field("until", "month", Message("截至（可空）", "Until (may be empty)"), required=False)),
        _sheet,
        _WHO,
        _LEDGERS,
    ),
    Kind(
        forms.STATISTICS,
        Message("基101表（一般工业固体废物部分）", "Statistics form 101 (industrial solid waste)"),
        Message("一个场所一年，附平衡校核。", "A site and year, with the identity checked."),
        (_SITE, Field("year", "year")),
        _statistics,
        _WHO,
        _LEDGERS,
    ),
    Kind(
        forms.HALF_YEAR,
        Message("大宗固废综合利用半年报", "Half-year report on bulk waste"),
        Message("一个场所半年，行次与基101表不同。", "A site and half-year, in other rows than form 101."),
        (_SITE, Field("half", "half")),
        _half_year,
        _WHO,
        _LEDGERS,
    ),
    Kind(
        "ledger-tables",
        Message("管理台账附表1—3", "Ledger tables 1 to 3"),
        Message("一个场所一年、一季或一月。", "A site and year, quarter or month."),
        (
            _SITE,
            Field("period", "period"),
        ),
        _ledger_tables,
        _WHO,
        _LEDGERS,
    ),
)
