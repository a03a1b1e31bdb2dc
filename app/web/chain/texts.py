"""Sentences of the chain page."""

from app.domain.errors import Message

_PAGE = {
    "nav.chain": Message("链条", "Chains"),
    "chain": Message("链条：一吨固废从哪里来、到哪里去", "Chains: where a tonne comes from and ends"),
    "chain.choose": Message("链条", "Chain"),
    "chain.base": Message("基地", "Base"),
    "chain.base.none": Message("不限", "any"),
    "chain.level": Message("展开到", "Shown by"),
    "chain.level.waste": Message("固废种类", "waste"),
    "chain.level.site": Message("场所", "site"),
    "chain.headline": Message(
        "终端利用率{terminal}，名义综合利用率{nominal}：扣除重复计算与未成为产品的部分后，低{points}个百分点。",
        "The terminal rate is {terminal} against a nominal {nominal}: {points} points less, once double counting "
        "and what never became a product are left out.",
    ),
    "chain.headline.above": Message(
        "终端利用率{terminal}，名义综合利用率{nominal}。",
        "The terminal rate is {terminal}, the nominal one {nominal}.",
    ),
    "chain.headline.none": Message("暂无可以追踪的产生量。", "There is nothing generated to follow yet."),
    "chain.picture": Message("去向图", "Where it goes"),
    "chain.picture.desc": Message(
        "{place}{period}：{nodes}个节点、{flows}条流，其中{loops}条回流。数字见数据表。",
        "{place}, {period}: {nodes} nodes and {flows} flows, {loops} of them going back. The table has the figures.",
    ),
    "chain.picture.note": Message(
        "宽度按吨数成比例（太细的画成一条线）；回流从下方绕回；红色斜纹为去向不明。点节点看背后的场所。",
        "Widths are to scale (the thinnest are lines); what goes back returns below; red hatching is what nobody accounts for. "
        "Press a node for the sites behind it.",
    ),
    "chain.picture.folded": Message(
        "另有{count}个较小的节点并入“其他”。", "{count} smaller nodes are folded into others."
    ),
    "chain.picture.scroll": Message("可左右滚动的去向图", "The picture, to be scrolled sideways"),
    "chain.exports": Message("导出", "Export"),
    "chain.nothing": Message("这个范围内还没有可追踪的台账", "No ledgers to follow in this scope"),
    "chain.nothing.lead": Message(
        "换一个链条、行政区或时间段再看。", "Choose another chain, region or period."
    ),
    "chain.not_yet": Message("这个范围还没有追踪过", "This scope has not been followed yet"),
    "chain.not_yet.lead": Message(
        "范围内台账较多，追踪由后台完成，一般几秒到一分钟。",
        "There are many ledgers in it: a worker follows them, in seconds or a minute.",
    ),
}
_RUNS = {
    "chain.made.run": Message(
        "追踪完成于 {moment}，此后台账没有变动", "followed at {moment}; no ledger has changed since"
    ),
    "chain.made.live": Message(
        "刚刚按现有台账追踪（{moment}）", "followed just now from the present ledgers ({moment})"
    ),
    "chain.made.stale": Message(
        "这是 {moment} 追踪的结果，此后台账或链条定义有变动",
        "Followed at {moment}; ledgers or the chain have changed since",
    ),
    "chain.ask": Message("按最新台账追踪", "Follow with the latest ledgers"),
    "chain.waiting": Message("正在追踪（{moment} 提出）……", "Being followed (asked for at {moment}) …"),
    "chain.waiting.look": Message("看看好了没有", "See whether it is done"),
    "chain.failed": Message(
        "{moment} 的追踪没有完成，可以再试一次。",
        "The run asked for at {moment} was not finished; try again.",
    ),
    "done.run_asked": Message(
        "已交后台追踪，完成后本页自动更新。", "A worker is following it; this page renews itself."
    ),
}
_FIGURES = {
    "chain.tile.terminal": Message("终端利用率", "Terminal rate"),
    "chain.tile.nominal": Message("名义综合利用率", "Nominal rate"),
    "chain.tile.generated": Message("产生量", "Generated"),
    "chain.tile.untracked": Message("去向不明", "Untracked"),
    "chain.tile.secondary": Message(
        "其中再生废渣 {mass}，不重复计", "of which {mass} left by uses, not counted twice"
    ),
    "chain.tile.share": Message("占首次产生量的{share}", "{share} of what was first generated"),
    "chain.tile.unexplained": Message("另有来源不明 {mass}", "and {mass} out of nowhere"),
    "chain.tile.counts": Message(
        "最终成为产品 {ended} / 首次产生 {counted}", "{ended} ended in products of {counted} first generated"
    ),
    "chain.formula.terminal": Message(
        "跟踪二次固废与回流后，最终进入产品的吨数 ÷ 首次产生的吨数",
        "tonnes that end in a product after following residues and loops / tonnes first generated",
    ),
    "chain.formula.generated": Message(
        "各台账产生量之和（含利用后再产生的废渣）", "sum of the ledgers, residues of uses included"
    ),
    "chain.formula.untracked": Message(
        "收、产、取出多于交代的部分：途中少收、二次固废缺失、没有去向",
        "in minus accounted out: lost on the way, residues missing, no end given",
    ),
    "chain.quality": Message(
        "已核对：各去向之和与产生量相差不足百万分之一（{states}个节点）",
        "checked: the ends add up to what arose, to less than a millionth ({states} nodes)",
    ),
    "chain.quality.off": Message(
        "各去向之和与产生量相差 {error}，{states}个节点",
        "the ends differ from what arose by {error}, {states} nodes",
    ),
    "chain.sites": Message("{name}：背后的场所", "{name}: the sites behind it"),
    "chain.sites.none": Message("没有场所可列。", "No sites to list."),
    "chain.sites.more": Message("另有{count}个场所。", "{count} more sites."),
    "chain.untracked": Message("去向不明最多的场所", "Sites with most untracked tonnes"),
    "chain.untracked.none": Message("每一吨都有去向。", "Every tonne is accounted for."),
    "chain.loops": Message("回流", "Loops"),
    "chain.loop": Message("回流", "goes back"),
    "chain.loop.words": Message(
        "{states}之间回流 {mass}，经过最多的一处有{share}是回头的",
        "{mass} go round between {states}; {share} of what passes the busiest has been there before",
    ),
    "chain.remarks": Message("读数须知", "What to know of these figures"),
    "chain.table": Message("各条流，由大到小", "Every flow, the largest first"),
    "chain.table.from": Message("从", "From"),
    "chain.table.to": Message("到", "To"),
    "chain.table.tonnes": Message("吨", "Tonnes"),
    "chain.table.loop": Message("备注", "Note"),
    "chain.hover.node": Message("{name}：{mass}", "{name}: {mass}"),
    "chain.hover.inner": Message(
        "{name}：{mass}，另在内部转手 {inner}", "{name}: {mass}, and {inner} handed on within it"
    ),
    "chain.hover.flow": Message("{source} → {target}：{mass}", "{source} → {target}: {mass}"),
}
_NODES = {
    "chain.unnamed": Message("未填", "not named"),
    "chain.source.generated": Message("产生", "generated"),
    "chain.source.stock_drawn": Message("取用往年贮存", "drawn from stock"),
    "chain.source.imported": Message("范围外调入", "from outside"),
    "chain.source.unexplained": Message("来源不明", "out of nowhere"),
    "chain.fate.disposed": Message("处置", "disposed of"),
    "chain.fate.stored": Message("贮存", "stored"),
    "chain.fate.dumped": Message("倾倒丢弃", "dumped"),
    "chain.fate.exported": Message("调出范围外", "sent outside"),
    "chain.fate.air": Message("烧失与水汽", "burnt off, evaporated"),
    "chain.fate.untracked": Message("去向不明", "untracked"),
    "chain.other.state": Message("其他{count}处固废", "{count} other wastes"),
    "chain.other.process": Message("其他{count}处利用", "{count} other uses"),
    "chain.other.product": Message("其他{count}种产品", "{count} other products"),
    "chain.other.from": Message("其他{count}家外来", "{count} other senders"),
    "chain.other.to": Message("其他{count}家去向", "{count} other takers"),
    "chain.reason.missing_on_the_way": Message("途中少收", "lost on the way"),
    "chain.reason.residue_missing": Message("利用后的废渣未见", "residue of a use missing"),
    "chain.reason.unknown_receiver": Message("接收方不明", "unknown receiver"),
    "chain.reason.not_accounted_for": Message("没有去向", "no end given"),
}
TEXTS = _PAGE | _RUNS | _FIGURES | _NODES
