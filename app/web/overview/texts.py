"""Sentences of the overview."""

from app.domain.errors import Message

TEXTS = {
    "headline.below": Message(
        "{metric}{value}，比目标{target}低{points}个百分点；按现有产生量，还差{mass}。",
        "The {metric} is {value}, {points} points short of the {target} target; "
        "at the present generation {mass} are missing.",
    ),
    "headline.met": Message(
        "{metric}{value}，达到目标{target}，高出{points}个百分点。",
        "The {metric} is {value}: the {target} target is met by {points} points.",
    ),
    "headline.no_target": Message("{metric}{value}。", "The {metric} is {value}."),
    "headline.no_value": Message(
        "{metric}暂无数值：{reason}。", "There is no value for the {metric} yet: {reason}."
    ),
    "all_wastes": Message("全部固废种类", "All waste streams"),
    "scope": Message("查看范围", "Scope"),
    "scope.region": Message("行政区", "Region"),
    "scope.waste": Message("固废种类", "Waste"),
    "scope.metric": Message("口径", "Rate"),
    "scope.from": Message("起", "From"),
    "scope.to": Message("止", "To"),
    "scope.year": Message("年份", "Year"),
    "scope.show": Message("查看", "Show"),
    "scope.public": Message(
        "公开数据：只列区域合计；不足三家企业的单元，以及可据以推算出它们的单元，不予公布。",
        "Public figures: totals of the region only. Cells of fewer than three enterprises are withheld, "
        "and those from which they could be computed.",
    ),
    "tiles": Message("主要数字", "Key figures"),
    "tile.generated": Message("产生量", "Generated"),
    "tile.used": Message("综合利用量", "Used"),
    "tile.disposed": Message("处置量", "Disposed of"),
    "tile.stored": Message("贮存量（本期增量）", "Stored (increase)"),
    "tile.coverage": Message("台账覆盖", "Coverage"),
    "tile.prior": Message("其中往年贮存 {mass}", "of which from prior stock {mass}"),
    "tile.gap": Message("按现有产生量，还差{mass}", "{mass} short at the present generation"),
    "tile.projection": Message(
        "预计{until}末 {value}（95%区间 {low}—{high}）",
        "Projected for the end of {until}: {value} (95% interval {low} to {high})",
    ),
    "tile.pace": Message(
        "要在{until}末达标，余下每月须利用{needed}，目前月均{present}",
        "{needed} a month needed to meet it by the end of {until}, {present} at present",
    ),
    "tile.reconciled": Message(
        "数据协调后 {value}（95%区间 {low}—{high}）",
        "{value} after reconciliation (95% interval {low} to {high})",
    ),
    "tile.untracked": Message("去向不明（线索）", "Untracked (findings)"),
    "tile.estimated": Message("另有按常态估计的未申报 {mass}", "and {mass} not reported, by estimate"),
    "tile.findings": Message("待办线索", "Findings to be handled"),
    "tile.findings.overdue": Message("其中{count}条答复逾期", "{count} answers are overdue"),
    "formula.untracked": Message(
        "线索所涉吨数，同一场所、固废、月份只计一次",
        "tonnes of the findings, each site, waste and month once",
    ),
    "formula.findings": Message(
        "待通知、待答复、待认定、待结案", "to be notified, answered, decided or closed"
    ),
    "tile.stock_shrank": Message("库存减少", "the stock shrank"),
    "tile.ledgers": Message("已报台账 {filed} / 应报 {expected}", "{filed} of {expected} ledgers filed"),
    "tile.confirmed": Message(
        "转出量中接收方已确认 {share}（{confirmed} / {sent}）",
        "{share} of what was sent is confirmed ({confirmed} of {sent})",
    ),
    "tile.nothing_sent": Message("本期没有转出", "nothing was sent"),
    "formula.generated": Message("各台账产生量之和", "sum of what the ledgers report as generated"),
    "formula.used": Message("自行利用 + 委托利用，产生方口径", "used on site + sent for use, generator side"),
    "formula.disposed": Message(
        "自行处置 + 委托处置，产生方口径", "disposed of on site + sent for disposal, generator side"
    ),
    "formula.stored": Message("本期贮存增量，不是累计贮存量", "increase in the period, not the stock"),
    "formula.fates": Message(
        "利用、处置含往年贮存；贮存为当月增量，库存减少时画在零线以下",
        "used and disposed of include prior stock; "
        "stored is the month's increase, drawn below zero where the stock shrank",
    ),
    "formula.coverage": Message(
        "已报台账 ÷ 应报台账（零申报计入）", "filed / expected, nil returns included"
    ),
    "target": Message("目标{target}（{until}）", "Target {target} ({until})"),
    "target.source": Message("目标：{name}。依据：{source}", "Target: {name}. Source: {source}"),
    "target.source.unverified": Message(
        "目标：{name}。依据：{source}（原文待核）",
        "Target: {name}. Source: {source} (not yet checked against the original)",
    ),
    "words.below": Message(
        "低于目标{target}，差{points}个百分点", "{points} points below the {target} target"
    ),
    "words.below.mass": Message(
        "低于目标{target}，差{points}个百分点、{mass}",
        "{points} points and {mass} below the {target} target",
    ),
    "words.met": Message("达到目标{target}", "meets the {target} target"),
    "words.no_target": Message("未设目标", "no target"),
    "words.withheld": Message(
        "为免泄露单家企业的数据，不予公布", "withheld, so that no single enterprise is given away"
    ),
    "panel": Message("{metric}：{name}", "{metric}: {name}"),
    "trend": Message("近{count}个月", "the last {count} months"),
    "trend.desc": Message(
        "{first}至{last}逐月{metric}；有数值的月份{known}个，缺{missing}个。",
        "{metric} by month from {first} to {last}; {known} months with a value, {missing} without.",
    ),
    "trend.hover": Message(
        "{month}：{value}（{numerator} / {denominator}），台账 {filed}/{expected}",
        "{month}: {value} ({numerator} / {denominator}), ledgers {filed}/{expected}",
    ),
    "trend.withheld": Message(
        "{month}：为免泄露单家企业的数据，不予公布",
        "{month}: withheld, so that no single enterprise is given away",
    ),
    "withheld": Message("不予公布", "withheld"),
    "trend.no_value.gap": Message("无数值", "no value"),
    "trend.gap": Message("未申报", "not filed"),
    "trend.missing": Message("{month}：未申报，不作零计", "{month}: not filed; not counted as zero"),
    "trend.not_due": Message("{month}：尚无须申报", "{month}: no ledger was due yet"),
    "trend.not_due.gap": Message("尚无须申报", "not due yet"),
    "trend.no_value": Message("{month}：{reason}", "{month}: {reason}"),
    "fates": Message("每月去向", "Where each month's tonnes went"),
    "fates.desc": Message(
        "{first}至{last}逐月综合利用、处置、贮存（增量）的数量。",
        "Used, disposed of and stored (increase) by month from {first} to {last}.",
    ),
    "fates.used": Message("利用", "used"),
    "fates.disposed": Message("处置", "disposed"),
    "fates.stored": Message("贮存", "stored"),
    "fates.dumped": Message("倾倒", "dumped"),
    "comma": Message("，", ", "),
    "fates.hover": Message("{month}：{parts}", "{month}: {parts}"),
    "fates.part": Message("{name} {mass}", "{name} {mass}"),
    "by_region": Message("分行政区", "by region"),
    "regions.note": Message(
        "按行政区划代码排列，不是地图；点开即看该区。",
        "In the order of the codes; not a map. Each leads to its region.",
    ),
    "by_waste": Message("分固废种类", "by waste"),
    "by_industry": Message("分行业", "by industry"),
    "bullet.hover": Message(
        "{name}：{value}（{numerator} / {denominator}）", "{name}: {value} ({numerator} / {denominator})"
    ),
    "sites": Message("场所", "Sites"),
    "sites.leaders": Message("领跑：利用率最高", "Leading: highest rates"),
    "sites.laggards": Message("落后：离目标缺口最大", "Lagging: most tonnes short of the target"),
    "sites.lowest": Message("落后：利用率最低", "Lagging: lowest rates"),
    "sites.short": Message("差{mass}", "{mass} short"),
    "sites.none": Message("没有可比的场所。", "No sites to compare."),
    "table": Message("看数据表", "Show the table"),
    "table.month": Message("月份", "Month"),
    "table.name": Message("名称", "Name"),
    "table.rate": Message("利用率", "Rate"),
    "table.numerator": Message("分子（吨）", "Numerator (t)"),
    "table.denominator": Message("分母（吨）", "Denominator (t)"),
    "table.ledgers": Message("台账（已报/应报）", "Ledgers (filed/expected)"),
    "table.verdict": Message("与目标比", "Against the target"),
    "table.tonnes": Message("{name}（吨）", "{name} (t)"),
    "footing.formula": Message("口径：{formula}", "Formula: {formula}"),
    "footing.source": Message("依据：{source}", "Source: {source}"),
    "footing.coverage": Message("覆盖：台账 {filed}/{expected}", "Coverage: {filed} of {expected} ledgers"),
    "footing.as_of": Message("截至 {moment}", "As of {moment}"),
    "footing.data": Message("本图数据", "Data of this figure"),
    "reason.unknown": Message("无法计算", "it cannot be computed"),
}
