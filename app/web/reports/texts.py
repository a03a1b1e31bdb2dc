"""Sentences of the pages of reports."""

from app.domain.errors import Message

TEXTS = {
    "nav.reports": Message("报告", "Reports"),
    "reports": Message("报告", "Reports"),
    "reports.lead": Message(
        "由台账汇总，每份都注明来源、覆盖与截至时刻；可存为 PDF、Word 与 Excel。",
        "Summed from the ledgers, each with its sources, coverage and date; to keep as PDF, Word or Excel.",
    ),
    "reports.all": Message("全部报告", "All reports"),
    "reports.make": Message("生成", "Make"),
    "reports.keep": Message("下载", "Download"),
    "reports.file": Message("{title}：{format}", "{title}: {format}"),
    "reports.quarter": Message("{year}年第{number}季度", "{year}, quarter {number}"),
    "reports.half.1": Message("{year}年上半年", "{year}, first half"),
    "reports.half.2": Message("{year}年下半年", "{year}, second half"),
    "reports.none": Message("无", "none"),
}
