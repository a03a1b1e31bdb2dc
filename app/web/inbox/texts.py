"""The sentences of the inbox."""

from app.domain.errors import Message

TEXTS = {
    "nav.inbox": Message("往来确认", "Inbox"),
    "inbox.title": Message("往来确认", "Transfers declared to you"),
    "inbox.lead": Message(
        "其他企业申报转移给您的固废。请按您实际收到的量确认、更正或提出异议；确认的量才计入双方核实的利用率。",
        "What other enterprises say they sent to you. Confirm, correct or dispute it by what you really took in; "
        "only confirmed tonnes count as supported by two signatures.",
    ),
    "inbox.waiting": Message("待确认 {count}", "{count} waiting"),
    "inbox.overdue": Message("其中逾期 {count}", "{count} of them overdue"),
    "inbox.open": Message("待确认", "Waiting"),
    "inbox.decided": Message("已处理", "Answered"),
    "inbox.empty": Message("没有待确认的转移", "Nothing is waiting"),
    "inbox.empty.lead": Message(
        "其他企业申报转移给您时，会出现在这里。",
        "When another enterprise says that it sent waste to you, it appears here.",
    ),
    "inbox.empty.decided": Message("还没有处理过", "Nothing has been answered yet"),
    "inbox.sender": Message("转出方", "Sender"),
    "inbox.site": Message("您的场所", "Your site"),
    "inbox.purpose": Message("用途", "Purpose"),
    "inbox.sent": Message("对方申报（吨）", "They say (t)"),
    "inbox.received": Message("您的台账（吨）", "Your ledger (t)"),
    "inbox.answer": Message("您的答复", "Your answer"),
    "inbox.not_filed": Message("未填", "nothing"),
    "inbox.difference": Message("差 {tonnes} 吨", "differs by {tonnes} t"),
    "inbox.is_overdue": Message("逾期", "overdue"),
    "inbox.select": Message("选择 {name}", "Select {name}"),
    "inbox.confirm": Message("确认", "Confirm"),
    "inbox.confirm_selected": Message("确认所选", "Confirm the selected"),
    "inbox.confirm_selected.lead": Message(
        "只确认勾选的行；您的台账与对方一致的已经勾好。以后仍可更正。",
        "Only the rows you ticked; those where your ledger agrees are ticked already. It can be corrected later.",
    ),
    "inbox.other": Message("更正或异议", "Correct or dispute"),
    "inbox.change": Message("更改答复", "Change the answer"),
    "inbox.tonnes": Message("实际收到（吨）", "Really taken in (t)"),
    "inbox.comment": Message("说明", "Comment"),
    "inbox.correct": Message("更正", "Correct"),
    "inbox.dispute": Message("提出异议", "Dispute"),
    "inbox.state.confirmed": Message("已确认", "confirmed"),
    "inbox.state.corrected": Message("更正为 {tonnes} 吨", "corrected to {tonnes} t"),
    "inbox.state.disputed": Message("有异议", "disputed"),
    "inbox.more": Message("只显示最早的 {count} 条。", "Only the first {count} are shown."),
    "done.transfer_confirm": Message("已确认。", "Confirmed."),
    "done.transfer_correct": Message(
        "更正已记录，转出方会看到。", "Your correction is recorded; the sender sees it."
    ),
    "done.transfer_dispute": Message(
        "异议已记录，转出方会看到。", "Your dispute is recorded; the sender sees it."
    ),
    "done.transfers_confirmed": Message("所选的都已确认。", "All that you selected are confirmed."),
    "done.transfers_none": Message("没有勾选任何一行。", "Nothing was selected."),
}
