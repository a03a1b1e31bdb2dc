"""Sentences of the trace page."""

from app.domain.errors import Message

TEXTS = {
    "trace.title": Message("追踪：{site}的{waste}", "Trace: {waste} of {site}"),
    "trace.sheet": Message("场所情况", "Site sheet"),
    "trace.way": Message("方向", "Direction"),
    "trace.way.down": Message("到哪里去", "where it goes"),
    "trace.way.up": Message("从哪里来", "where it comes from"),
    "trace.lead.down": Message(
        "{period}进入本场所的 {mass}，沿台账一路跟到终点。",
        "{mass} that entered the site in {period}, followed through the ledgers to their ends.",
    ),
    "trace.lead.up": Message(
        "{period}进入本场所的 {mass}，沿台账一路追到源头。",
        "{mass} that entered the site in {period}, followed back to where they began.",
    ),
    "trace.nothing": Message("这段时间没有这种固废的台账", "No ledger of this waste in the period"),
    "trace.nothing.lead": Message("换一种固废或时间段再看。", "Choose another waste or period."),
    "trace.steps.down": Message("经过的场所", "Sites on the way"),
    "trace.steps.up": Message("源头场所", "Sites it began at"),
    "trace.steps.none": Message("没有经过别的场所。", "No other site on the way."),
    "trace.more": Message("另有{count}处。", "{count} more."),
    "trace.ends": Message("最终去向", "Where it ends"),
    "trace.outside.down": Message("出了您可见范围的去向", "Handed to parties beyond what you may see"),
    "trace.outside.up": Message("来自您可见范围之外", "Come from parties beyond what you may see"),
    "trace.here": Message("本场所", "this site"),
    "trace.months": Message("逐月", "Month by month"),
    "trace.months.show": Message("逐月看", "Show month by month"),
    "trace.months.note": Message(
        "每个月单独追踪：当月入库的，当月算作贮存。",
        "Each month is followed by itself: what it puts in stock counts as stored.",
    ),
    "trace.months.most": Message(
        "逐月追踪最多{count}个月，显示最后{count}个月。", "At most {count} months, the last ones."
    ),
    "trace.month": Message("月份", "Month"),
    "trace.entering": Message("进入（吨）", "Entering (t)"),
    "trace.source.generated": Message("产生", "generated"),
    "trace.source.stock_drawn": Message("取用往年贮存", "drawn from stock"),
    "trace.source.imported": Message("外来", "from outside"),
    "trace.source.unexplained": Message("来源不明", "out of nowhere"),
    "trace.fate.product": Message("成为产品", "ended in products"),
    "trace.purpose.use": Message("利用", "for use"),
    "trace.purpose.dispose": Message("处置", "for disposal"),
    "trace.purpose.store": Message("贮存", "for storage"),
    "trace.formula": Message(
        "按混合库存，各股按比例分摊；回流的吨数只计一次",
        "stocks are mixed, every stream is shared out in proportion; what comes back counts once",
    ),
    "trace.json": Message("本页数据", "Data of this page"),
}
