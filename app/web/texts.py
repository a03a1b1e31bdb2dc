"""Every sentence of the pages in both languages, once. Values stand in braces. Each folder of pages has its own texts.py."""

from collections.abc import Mapping
from types import MappingProxyType

from markupsafe import Markup, escape

from app.domain.errors import Message
from app.domain.rates import EMPTY_DENOMINATOR, NO_LAST_YEAR
from app.rates.service import NO_LEDGERS
from app.web.admin import texts as admin
from app.web.batches import texts as batches
from app.web.certificates import texts as certificates
from app.web.chain import texts as chain
from app.web.entry import texts as entry
from app.web.figures import texts as figures
from app.web.findings import texts as findings
from app.web.inbox import texts as inbox
from app.web.languages import Language
from app.web.open_data import texts as open_data
from app.web.overview import texts as overview
from app.web.permits import texts as permits
from app.web.plan import texts as plan
from app.web.reports import texts as reports
from app.web.rewards import texts as rewards
from app.web.sandbox import texts as sandbox
from app.web.sign_in import texts as sign_in
from app.web.site_sheet import texts as site_sheet
from app.web.targets import texts as targets
from app.web.trace import texts as trace
from app.web.upload import texts as upload

_SHELL = {
    "product": Message("环链", "Huanlian"),
    "product.line": Message("大宗工业固体废物台账与综合利用", "Bulk industrial solid waste, accounted for"),
    "skip": Message("跳到正文", "Skip to content"),
    "nav": Message("主导航", "Main"),
    "nav.overview": Message("总览", "Overview"),
    "nav.docs": Message("接口文档", "API"),
    "language": Message("语言", "Language"),
    "theme": Message("外观", "Look"),
    "theme.system": Message("随系统", "as the system"),
    "theme.light": Message("浅色", "light"),
    "theme.dark": Message("深色", "dark"),
    "footer": Message(
        "数字由各企业台账汇总，按产生方口径计；每个数字旁注明口径、覆盖面与截至时刻。",
        "Figures are summed from the sites' ledgers on the generator side; "
        "formula, coverage and date stand beside each.",
    ),
}

_STATES = {
    "empty": Message("还没有台账", "No ledgers yet"),
    "empty.lead": Message(
        "这个范围内还没有企业申报。台账由接口报入后，这里即显示利用率、目标与走势。",
        "Nobody has filed in this scope. Once ledgers come in by the API, "
        "rates, target and trend appear here.",
    ),
    "empty.year": Message("这一年还没有台账", "No ledgers for this year yet"),
    "empty.year.lead": Message(
        "可在上面另选年份。企业申报后，这里即显示利用率、目标与走势。",
        "Choose another year above. Once enterprises have filed, rates, target and trend appear here.",
    ),
    "withheld.lead": Message(
        "这个范围内不足三家企业，为不泄露单个企业的数据，不予公布。",
        "Fewer than three enterprises are behind these figures: they are withheld, so that none is given away.",
    ),
    "empty.docs": Message(
        "看接口文档：怎样报入第一份台账", "API documentation: how to file the first ledger"
    ),
    "no_rights": Message("没有查看权限", "You may not see this"),
    "no_rights.lead": Message(
        "您的账号不能查看或办理此项。需要时请联系管理员。",
        "Your account may not see or do this. Ask your administrator if you need to.",
    ),
    "not_found": Message("没有这个页面", "There is no such page"),
    "not_found.lead": Message("地址可能已变，或您无权查看。", "It may have moved, or you may not see it."),
    "too_many": Message("请求过于频繁", "Too many requests"),
    "too_many.lead": Message("请等一分钟再试。", "Please wait a minute and try again."),
    "failed": Message("暂时无法显示", "This cannot be shown right now"),
    "failed.lead": Message(
        "数据没有丢失。请稍后再试；仍不行，请把下面的编号告诉管理员。",
        "No data is lost. Try again in a moment; if it stays, tell your administrator the number below.",
    ),
    "conflict": Message("现在不能这样办理", "This cannot be done now"),
    "conflict.lead": Message(
        "情况可能刚刚有变，什么也没有改动。请返回看最新情况。",
        "Things may just have changed; nothing was altered. Go back and look at the present state.",
    ),
    "too_large": Message("文件过大", "The file is too large"),
    "too_large.lead": Message("请换一个小些的文件。", "Please choose a smaller one."),
    "invalid": Message("提交的条件或内容不正确", "What was asked for is not clear"),
    "invalid.lead": Message("请改正后再看：", "Please correct this:"),
    "invalid.fault": Message("{name}：{fault}", "{name}: {fault}"),
    "request_id": Message("编号 {id}", "Number {id}"),
    "back": Message("回到总览", "Back to the overview"),
}

_DOCS = {
    "docs": Message("接口文档", "API documentation"),
    "docs.lead": Message(
        "全部文件由本机提供，不访问外部网站。", "Everything is served from here; no other host is asked."
    ),
    "docs.plain": Message("不用脚本的接口清单", "Plain list of the routes, without scripts"),
    "docs.interactive": Message("可试用的接口文档", "Documentation to try the calls"),
    "docs.openapi": Message("OpenAPI 文件", "OpenAPI document"),
    "docs.count": Message("共 {count} 个接口", "{count} routes"),
    "docs.parameters": Message("参数", "Parameters"),
    "docs.answers": Message("应答", "Answers"),
    "docs.required": Message("必填", "required"),
    "docs.noscript": Message(
        "此页需要脚本；不用脚本请看接口清单。", "This page needs scripts; without them read the plain list."
    ),
}

_FORMS = {
    "done.signed_out": Message("已退出。", "You have signed out."),
    "form.faults": Message("还不能保存，请改正：", "Not saved yet. Please correct this:"),
}


def _together(*parts: Mapping[str, Message]) -> Mapping[str, Message]:
    """Put the parts together; a key that stands in two of them is refused."""
    whole = {key: message for part in parts for key, message in part.items()}
    if len(whole) != sum(map(len, parts)):
        raise ValueError("a text stands twice")
    return MappingProxyType(whole)


# The shell's own sentences, then those of each folder of pages: one line a folder.
TEXTS = _together(
    _SHELL,
    _STATES,
    _DOCS,
    _FORMS,
    sign_in.TEXTS,
    overview.TEXTS,
    admin.TEXTS,
    chain.TEXTS,
    entry.TEXTS,
    figures.TEXTS,
    findings.TEXTS,
    inbox.TEXTS,
    trace.TEXTS,
    targets.TEXTS,
    permits.TEXTS,
    reports.TEXTS,
    plan.TEXTS,
    sandbox.TEXTS,
    upload.TEXTS,
    open_data.TEXTS,
    rewards.TEXTS,
    batches.TEXTS,
    certificates.TEXTS,
    site_sheet.TEXTS,
)

_REASONS: Mapping[str, Message] = MappingProxyType(
    {
        EMPTY_DENOMINATOR: Message("本期没有产生量", "nothing was generated in the period"),
        NO_LEDGERS: Message("没有台账", "no ledger was filed"),
        NO_LAST_YEAR: Message("没有上年数据", "there are no figures of last year"),
    }
)


def text(key: str, language: Language, **values: str) -> str:
    """Fill the text `key` as plain text. Raises KeyError for an unknown key or a value that is missing."""
    return language.of(TEXTS[key]).format(**values)


def rich(key: str, language: Language, **values: str) -> Markup:
    """Fill the text `key` for HTML: everything is escaped but the values that are Markup."""
    return escape(language.of(TEXTS[key])).format(**values)


def reason_text(code: str | None, language: Language) -> str:
    """Say why a rate has no value."""
    return language.of(_REASONS.get(code or "", TEXTS["reason.unknown"]))
