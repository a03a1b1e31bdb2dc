"""Sentences of the page of targets."""

from app.domain.errors import Message

TEXTS = {
    "nav.targets": Message("目标", "Targets"),
    "targets": Message("目标与进度", "Targets and progress"),
    "targets.lead": Message(
        "适用于本范围的各级目标：差多少、每月要多少、年底预计到哪里。",
        "Every target that applies here: how far it is, what each month must bring, where the year will end.",
    ),
    "targets.none": Message("这个范围这一年没有目标", "No target for this scope and year"),
    "targets.none.lead": Message("换一个行政区、基地或年份再看。", "Choose another region, base or year."),
    "targets.year": Message("年份", "Year"),
    "targets.year.latest": Message("最近一年", "latest"),
    "targets.of": Message("共{count}项目标，{met}项达标", "{met} of {count} targets are met"),
    "targets.period": Message("{metric} · {wastes} · {period}", "{metric} · {wastes} · {period}"),
    "targets.ahead": Message(
        "超过目标{points}个百分点、{mass}", "{points} points and {mass} above the target"
    ),
    "targets.filed": Message("已报 {filed} 个月，共 {months} 个月", "{filed} of {months} months are filed"),
    "targets.bulk": Message("大宗固废", "bulk waste"),
    "targets.chart": Message("{name}：{value}，目标{target}", "{name}: {value}, target {target}"),
    "targets.interval": Message(
        "浅色带为年末预测的95%区间，竖线为目标。",
        "The band is the 95% interval at the year's end, the line the target.",
    ),
}
