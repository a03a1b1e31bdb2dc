"""Tables 3 to 7 of the ledger guide, filled from the forms of a site's month. Their printed heads were not compared."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.auth.subjects import Subject
from app.batches import reading
from app.batches.reading import FormQuery
from app.db.session import ReadSession
from app.domain.custody.batches import BatchKind
from app.domain.errors import Fault, Message
from app.domain.periods import Month
from app.domain.quantities import grams_from_tonnes
from app.http.problems import Invalid
from app.reports.service import Cell, Column, Day, Document, Mass, Period, Provenance, Section, Table, Text

KIND = "batch-tables"
MOST_FORMS = 5_000
_PAGE = 200
_TITLES = {
    BatchKind.LEFT: Message("附表3 出厂环节记录表", "Table 3: what left the site"),
    BatchKind.GENERATED: Message("附表4 产生环节记录表", "Table 4: what was generated"),
    BatchKind.STORED: Message("附表5 贮存环节记录表", "Table 5: what was stored"),
    BatchKind.USED: Message("附表6 自行利用环节记录表", "Table 6: what was used on the site"),
    BatchKind.DISPOSED: Message("附表7 自行处置环节记录表", "Table 7: what was disposed of on the site"),
}
_OWN: Mapping[BatchKind, tuple[tuple[str, Message], ...]] = {
    BatchKind.LEFT: (
        ("receiver", Message("接收单位", "receiver")),
        ("carrier", Message("运输单位", "carrier")),
        ("vehicle", Message("运输车辆", "vehicle")),
    ),
    BatchKind.GENERATED: (("facility", Message("产生设施", "facility")),),
    BatchKind.STORED: (("facility", Message("贮存设施", "facility")),),
    BatchKind.USED: (
        ("process", Message("利用方式", "process")),
        ("facility", Message("利用设施", "facility")),
    ),
    BatchKind.DISPOSED: (
        ("process", Message("处置方式", "way")),
        ("facility", Message("处置设施", "facility")),
    ),
}
_UNVERIFIED = Message(
    "表头未与公告2021年第82号的印刷件核对（verified = false），按指南所列事项命名",
    "the heads were not compared with the printed guide (verified = false); they name what it asks for",
)


def report(session: ReadSession, subject: Subject, site: str, month: Month, now: datetime) -> Document:
    """The five tables of a site's month. Raises NotFound; Invalid when there are more forms than a report holds."""
    reading.site_seen(session, subject, site)
    forms = [form for form in _forms(session, subject, site, month) if form["withdrawn_at"] is None]
    tables = tuple(
        _table(kind, [form for form in forms if form["kind"] == kind.value])
        for kind in sorted(BatchKind, key=lambda each: each.table)
    )
    source = Message("企业登记的批次表单", "batch forms as recorded by the enterprise")
    return Document(
        kind=KIND,
        title=Message(
            "一般工业固体废物批次记录（附表3—附表7）",
            "Batch records of industrial solid waste (tables 3 to 7)",
        ),
        subtitle=Message(f"场所 {site}", f"site {site}"),
        period=Period(month, month),
        scope=(Message(f"场所 {site}", f"site {site}"),),
        provenance=Provenance(now, (source,), caveats=(_UNVERIFIED,)),
        sections=(Section(Message("批次记录", "Batch records"), tables=tables, id="tables"),),
        about=site,
    )


def _forms(session: ReadSession, subject: Subject, site: str, month: Month) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        query = FormQuery(site=site, first=month, last=month, limit=_PAGE, cursor=cursor)
        items, cursor = reading.page(session, subject, query)
        found += items
        if cursor is None:
            return sorted(found, key=lambda form: (form["day"], form["number"]))
        if len(found) > MOST_FORMS:
            text = Message(
                f"该月表单多于 {MOST_FORMS} 份，请用接口读取",
                f"more than {MOST_FORMS} forms: read them by the API",
            )
            raise Invalid(errors=[Fault("#query/month", "too_many_forms", text)])


def _table(kind: BatchKind, forms: Sequence[Mapping[str, Any]]) -> Table:
    columns = (
        Column("number", Message("表单编号", "form"), width=1.6),
        Column("day", Message("日期", "day"), width=1.1),
        Column("waste_code", Message("代码", "code"), width=1.2),
        Column("waste", Message("类别", "class"), width=0.7),
        Column("tonnes", Message("数量", "quantity"), Message("吨", "t")),
        *(Column(name, head, width=1.4) for name, head in _OWN[kind]),
        Column("preceding", Message("前序表单编号", "preceding forms"), width=1.6),
        Column("signed_by", Message("经办人", "signed by")),
    )
    rows = tuple(_row(kind, form) for form in forms)
    total: list[Cell] = [Text("")] * len(columns)
    total[0] = Text(Message("合计", "total"))
    total[4] = Mass(sum(grams_from_tonnes(form["tonnes"]) for form in forms))
    body = (*rows, tuple(total)) if rows else ()
    return Table(f"table_{kind.table}", _TITLES[kind], columns, body, total_rows=1 if rows else 0)


def _row(kind: BatchKind, form: Mapping[str, Any]) -> tuple[Cell, ...]:
    own = [Text(form[name] or "") for name, _ in _OWN[kind]]
    return (
        Text(form["number"]),
        Day(form["day"]),
        Text(form["waste_code"] or ""),
        Text(form["waste"]),
        Mass(grams_from_tonnes(form["tonnes"])),
        *own,
        Text("、".join(each["number"] for each in form["preceding"])),
        Text(form["signed_by"]),
    )
