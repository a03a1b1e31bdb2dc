"""Sentences of the pages of permits."""

from app.domain.errors import Message

TEXTS = {
    "nav.permits": Message("许可", "Permits"),
    "permits": Message("排污许可与台账", "Permits and ledgers"),
    "permits.lead": Message(
        "每张许可证是否在有效期内，台账有没有超出许可。",
        "Whether each permit is valid, and whether the ledgers keep to it.",
    ),
    "permits.view": Message("范围", "Show"),
    "permits.view.all": Message("全部", "all"),
    "permits.view.expired": Message("已过期", "expired"),
    "permits.view.expiring": Message("60天内到期", "expiring within 60 days"),
    "permits.view.unmatched": Message("未对上场所", "without a site"),
    "permits.view.departing": Message("台账超出许可", "ledgers depart from it"),
    "permits.tile.all": Message("许可证", "Permits"),
    "permits.tile.expired": Message("已过期", "Expired"),
    "permits.tile.expiring": Message("60天内到期", "Expiring within 60 days"),
    "permits.tile.unmatched": Message("未对上场所", "Without a site"),
    "permits.tile.departing": Message("台账超出许可的场所", "Sites that depart from it"),
    "permits.formula.departing": Message(
        "有许可类线索（规则仍查得到、未被不予认定）的场所",
        "sites with a finding of a permit rule that is still found and not dismissed",
    ),
    "permits.none": Message("没有这样的许可证", "No such permit"),
    "permits.none.lead": Message(
        "许可证由许可系统推送或导入；换个条件再看。",
        "Permits come from the permit system. Change the conditions.",
    ),
    "permits.number": Message("许可证编号", "Permit number"),
    "permits.site": Message("场所", "Site"),
    "permits.until": Message("有效期至", "Valid until"),
    "permits.state": Message("状态", "State"),
    "permits.findings": Message("许可类线索", "Findings"),
    "permits.state.valid": Message("有效", "valid"),
    "permits.state.expired": Message("已过期{days}天", "expired {days} days ago"),
    "permits.state.expiring": Message("还有{days}天到期", "{days} days left"),
    "permits.state.not_yet": Message("尚未生效", "not valid yet"),
    "permits.state.unknown": Message("未载明有效期", "no validity stated"),
    "permits.unmatched": Message("没有登记此编号的场所", "no site has this number"),
    "permits.next": Message("下一页", "Next page"),
    "permits.findings.count": Message("{rule} {count}", "{rule} {count}"),
    "permits.all": Message("全部许可证", "All permits"),
    "permits.verdict.complies": Message("比对的月份都在许可之内", "Every month compared keeps to the permit"),
    "permits.verdict.departs": Message("台账超出许可", "The ledgers depart from the permit"),
    "permits.verdict.not_determinable": Message(
        "还不能判断：有月份没有台账或没有生效的许可",
        "Not to be said yet: months lack a ledger or a permit in force",
    ),
    "permits.months": Message(
        "比对 {first} 至 {last}：应报 {expected} 个月，已报 {filed} 个月",
        "{first} to {last}: {filed} of {expected} months filed",
    ),
    "permits.departures": Message("超出许可之处", "Departures"),
    "permits.departures.none": Message("没有发现。", "None found."),
    "permits.departure.capacity": Message("许可能力 {mass}", "permitted {mass}"),
    "permits.headroom": Message("能力余量（{month}末）", "Headroom (end of {month})"),
    "permits.headroom.unknown": Message("能力余量", "Headroom"),
    "permits.headroom.none": Message(
        "没有可比的台账，看不出余量。", "No ledger to compare: the headroom is not known."
    ),
    "permits.headroom.words": Message("已用 {taken} / 能力 {capacity}", "{taken} of {capacity} taken"),
    "permits.headroom.unbounded": Message(
        "已用 {taken}，许可未载明能力", "{taken} taken; the permit states no capacity"
    ),
    "permits.headroom.exceeded": Message(
        "按目前速度（月均 {pace}）将在 {month} 超过",
        "at the present pace ({pace} a month) exceeded in {month}",
    ),
    "permits.headroom.over": Message("已超过许可能力", "above the permitted capacity already"),
    "permits.headroom.never": Message(
        "按目前速度（月均 {pace}）不会超过", "at the present pace ({pace} a month) not exceeded"
    ),
    "permits.way.store": Message("贮存", "storage"),
    "permits.way.use": Message("利用", "use"),
    "permits.way.dispose": Message("处置", "disposal"),
    "permits.wastes": Message("许可的固废与去向", "Permitted wastes and ways"),
    "permits.waste": Message("固废", "Waste"),
    "permits.code": Message("代码", "Code"),
    "permits.routes": Message("许可的去向", "Permitted ways"),
    "permits.by.self": Message("自行{way}", "own {way}"),
    "permits.by.entrusted": Message("委托{way}", "entrusted {way}"),
    "permits.versions": Message("版本", "Versions"),
    "permits.version": Message(
        "第{version}版，{from_}起生效，{at}收到", "version {version}, in force from {from_}, received {at}"
    ),
    "permits.register": Message("登记时的提示", "Remarks on the register"),
    "permits.reports": Message("执行报告与核对", "Execution report and comparison"),
    "permits.report.compliance": Message("比对结果 JSON", "Comparison, JSON"),
    "permits.report.execution": Message("年度执行报告 xlsx", "Yearly execution report, xlsx"),
}
