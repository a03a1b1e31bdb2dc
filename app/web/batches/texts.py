"""The sentences of the pages of batch forms and product batches."""

from app.domain.errors import Message

TEXTS = {
    "nav.batches": Message("批次", "Batches"),
    "batches": Message("批次表单", "Batch forms"),
    "batches.lead": Message(
        "台账指南附表3—7 的逐批记录，挂在月度台账的行下。与台账不一致会被标明，不会被拒绝；填错的作废后另行补录。",
        "The forms of tables 3 to 7 hang under the lines of the monthly ledger. What does not fit is said, not refused; "
        "a mistake is withdrawn and recorded anew.",
    ),
    "batches.site": Message("场所", "Site"),
    "batches.month": Message("月份", "Month"),
    "batches.none": Message("这个月还没有批次表单", "No forms of this month yet"),
    "batches.none.lead": Message(
        "可在下面逐份填写，或由接口成批报入。", "Enter them one by one below, or send many by the API."
    ),
    "batches.no_sites": Message("还没有场所登记过批次表单", "No site has recorded forms yet"),
    "batches.no_sites.lead": Message(
        "企业登记后会出现在这里。", "They appear here once an enterprise has recorded some."
    ),
    "batches.sums": Message("与台账核对", "Beside the ledger"),
    "batches.forms": Message("表单", "Forms"),
    "batches.count": Message("份数", "Forms"),
    "batches.sum": Message("表单合计（吨）", "Sum of the forms (t)"),
    "batches.ledger": Message("台账（吨）", "Ledger (t)"),
    "batches.difference": Message("差（吨）", "Difference (t)"),
    "batches.standing": Message("核对", "Verdict"),
    "batches.standing.equal": Message("一致", "equal"),
    "batches.standing.below": Message("尚有未记录的", "some has no form"),
    "batches.standing.beyond": Message("多于台账", "more than the ledger"),
    "batches.standing.no_line": Message("台账未报", "no ledger"),
    "batches.standing.within": Message("未超过可贮存的量", "no more than there was"),
    "batches.number": Message("表单编号", "Form"),
    "batches.kind": Message("环节", "Kind"),
    "batches.day": Message("日期", "Day"),
    "batches.waste": Message("固废", "Waste"),
    "batches.tonnes": Message("数量（吨）", "Tonnes"),
    "batches.preceding": Message("前序表单编号", "Preceding form"),
    "batches.preceding.site": Message(
        "前序表单的场所（本场所可不填）", "Site of the preceding form (own: leave empty)"
    ),
    "batches.preceding_words": Message("前序表单", "Drawn from"),
    "batches.signed_by": Message("经办人", "Signed by"),
    "batches.receiver": Message("接收单位（出厂）", "Receiver (of what left)"),
    "batches.facility": Message("设施", "Facility"),
    "batches.process": Message("利用或处置方式", "Process"),
    "batches.carrier": Message("运输单位", "Carrier"),
    "batches.vehicle": Message("车辆", "Vehicle"),
    "batches.note": Message("备注", "Note"),
    "batches.said": Message("提示", "Remarks"),
    "batches.withdrawn": Message("已作废", "withdrawn"),
    "batches.enter": Message("填写一份", "Enter a form"),
    "batches.record": Message("登记", "Record"),
    "batches.next": Message("后面的表单", "Further forms"),
    "batches.tables": Message("下载附表3—7", "Download tables 3 to 7"),
    "batches.kind.left": Message("出厂（表3）", "left the site (table 3)"),
    "batches.kind.generated": Message("产生（表4）", "generated (table 4)"),
    "batches.kind.stored": Message("贮存（表5）", "stored (table 5)"),
    "batches.kind.used": Message("利用（表6）", "used (table 6)"),
    "batches.kind.disposed": Message("处置（表7）", "disposed of (table 7)"),
    "batches.trace": Message("上下游", "Upstream and downstream"),
    "batches.trace.words": Message(
        "{count} 份表单，箭头由前序指向后续。", "{count} forms; each arrow leads from a preceding form on."
    ),
    "batches.trace.beyond": Message(
        "另有 {up} 个上游、{down} 个下游环节属于其他企业，不予显示。",
        "{up} links upstream and {down} downstream belong to other enterprises and are not shown.",
    ),
    "batches.trace.truncated": Message(
        "表单过多，只显示一部分。", "There are too many forms; only some are shown."
    ),
    "batches.trace.step": Message("步数", "Steps"),
    "batches.facts": Message("内容", "Content"),
    "batches.withdraw": Message("作废", "Withdraw"),
    "batches.withdraw.words": Message(
        "作废后仍可查看，但不再计数，编号不能再用。不能撤销。",
        "It stays to be read and counts for nothing; its number stays taken. This cannot be undone.",
    ),
    "batches.withdraw.reason": Message("原因", "Why"),
    "batches.recorded": Message("登记", "Recorded"),
    "batches.back": Message("全部表单", "All forms"),
    "products": Message("产品批次与配方", "Product batches and recipes"),
    "products.lead": Message(
        "一批产品投入了什么：固废和其他原料（发电为燃料）。配方是再生含量证书和增值税证据的依据。",
        "What went into a product: wastes and all other raw materials (fuels, of power). Certificates of recycled "
        "content and evidence for tax refunds stand on these recipes.",
    ),
    "products.none": Message("还没有产品批次", "No product batches yet"),
    "products.product": Message("产品", "Product"),
    "products.grade": Message("强度等级", "Grade"),
    "products.tonnes": Message("产品量（吨，电力热力不填）", "Product (t; none of power and heat)"),
    "products.made": Message("产品量（吨）", "Product (t)"),
    "products.inputs": Message("投入", "Inputs"),
    "products.share": Message("固废占比", "Share of wastes"),
    "products.input.waste": Message("第 {place} 项固废", "Waste {place}"),
    "products.input.waste_tonnes": Message("第 {place} 项固废数量（吨）", "Tonnes of waste {place}"),
    "products.input.other": Message("第 {place} 项其他原料", "Other material {place}"),
    "products.input.other_tonnes": Message(
        "第 {place} 项其他原料数量（吨）", "Tonnes of other material {place}"
    ),
    "products.nothing": Message("无", "none"),
    "products.number": Message("批次编号", "Batch"),
    "products.enter": Message("登记一批", "Record a batch"),
    "done.batch_recorded": Message("表单已登记。", "The form is recorded."),
    "done.batch_unchanged": Message(
        "这份表单早已登记，内容相同。", "This form was recorded before, with the same content."
    ),
    "done.batch_withdrawn": Message("表单已作废。", "The form is withdrawn."),
    "done.product_recorded": Message("产品批次已登记。", "The product batch is recorded."),
    "done.product_withdrawn": Message("产品批次已作废。", "The product batch is withdrawn."),
}
