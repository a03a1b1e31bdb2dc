"""The reports that stand on batches: evidence for refunds of value-added tax, tables 3 to 7 of the ledger guide."""

from app.auth.subjects import Scope
from app.batches import table_report
from app.certificates import vat, vat_report
from app.certificates.names import names
from app.domain.errors import Message
from app.reports.service import Document
from app.web.access import AUTHORITIES, ENTERPRISES
from app.web.reports.kind import Asked, Field, Kind

_WHO = AUTHORITIES | ENTERPRISES
_LEDGERS = frozenset({Scope.LEDGERS_READ})
_SITE = Field("site", "site")


def _vat(asked: Asked) -> Document:
    site, product, grade = asked.text("site") or "", asked.text("product") or "", asked.text("grade")
    if grade is not None and not grade.replace(".", "", 1).isdigit():
        raise asked.refused("grade", "应为如 42.5 的等级", "a grade such as 42.5")
    wanted = vat.Asked(site, product, grade, vat.span_of(asked.text("period") or ""))
    found = vat.evidence(asked.session, asked.subject, wanted)
    return vat_report.report(found, names(asked.session), asked.now)


def _tables(asked: Asked) -> Document:
    site = asked.text("site") or ""
    return table_report.report(asked.session, asked.subject, site, asked.month(), asked.now)


KINDS = (
    Kind(
        vat_report.KIND,
        Message("增值税即征即退证据", "Evidence for the refund of value-added tax"),
        Message(
            "按登记的配方计算目录所列固废的比例，列出依据的批次和台账",
            "the share of listed wastes by the recipes on file, with the batches and ledgers it stands on",
        ),
        (
            _SITE,
            Field("product", "text", Message("产品代码（如 cement）", "Product (such as cement)")),
            Field("grade", "text", Message("强度等级（水泥）", "Grade (of cement)"), required=False),
            Field("period", "period"),
        ),
        _vat,
        _WHO,
        _LEDGERS,
    ),
    Kind(
        table_report.KIND,
        Message("台账指南附表3—7", "Tables 3 to 7 of the ledger guide"),
        Message(
            "逐批记录，表头未与原文核对", "batch records; the heads were not compared with the printed guide"
        ),
        (_SITE, Field("month", "month")),
        _tables,
        _WHO,
        _LEDGERS,
    ),
)
