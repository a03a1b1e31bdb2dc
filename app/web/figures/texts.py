"""Sentences of the page that takes a figure apart."""

from app.domain.errors import Message

TEXTS = {
    "figures": Message("数字的来历", "Where the figures come from"),
    "figures.lead": Message(
        "下面各行相加即为总览上的数字。点场所看逐月，点月份看那一本台账的每一行。",
        "These rows add up to the figures of the overview. A site leads to its months, a month to its ledger, line by line.",
    ),
    "figures.lead.site": Message(
        "下面各月相加即为这个场所在本期的数字。点月份看那一本台账的每一行。",
        "These months add up to the site's figures of the period. A month leads to its ledger, line by line.",
    ),
    "figures.by_site": Message("按场所", "by site"),
    "figures.by_month": Message("按月份", "by month"),
    "figures.site": Message("场所", "Site"),
    "figures.generated": Message("产生", "Generated"),
    "figures.used": Message("综合利用", "Used"),
    "figures.used_before": Message("其中往年", "of it prior stock"),
    "figures.disposed": Message("处置", "Disposed of"),
    "figures.disposed_before": Message("其中往年", "of it prior stock"),
    "figures.stored": Message("贮存增量", "Stored (increase)"),
    "figures.dumped": Message("倾倒", "Dumped"),
    "figures.ledgers": Message("台账", "Ledgers"),
    "figures.sum": Message("合计", "Total"),
    "figures.rest": Message("其余{count}个场所", "{count} other sites"),
    "figures.unit": Message(
        "单位：吨；转出给他人利用、处置的，记在产生方。",
        "In tonnes; what was sent to others counts at its generator.",
    ),
    "figures.back": Message("回到总览", "Back to the overview"),
    "figures.up": Message("回到各场所", "Back to all sites"),
    "figures.empty": Message("本期没有台账", "No ledgers in this period"),
    "figures.empty.lead": Message("请换一个时段或范围。", "Choose another period or scope."),
}
