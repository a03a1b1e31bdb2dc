"""The sentences of the upload pages."""

from app.domain.errors import Message

TEXTS = {
    "nav.upload": Message("Excel 填报", "Excel"),
    "upload.title": Message("用 Excel 填报", "File with Excel"),
    "upload.lead": Message(
        "一个文件可以有多个场所、多个月份。先预览，看清每一行的结果，再正式提交。",
        "One file may hold several sites and months. Look at the preview, row by row, then file it.",
    ),
    "upload.step.template": Message("一、下载模板", "1. Take the template"),
    "upload.step.template.lead": Message(
        "模板带有下拉选项，并已填好上月的固废种类、往来单位和期末贮存。",
        "It has drop-downs, and the waste streams, partners and closing stock of the month before are filled in.",
    ),
    "upload.site": Message("场所", "Site"),
    "upload.all_sites": Message("全部场所", "All sites"),
    "upload.month": Message("月份", "Month"),
    "upload.take": Message("下载模板（.xlsx）", "Take the template (.xlsx)"),
    "upload.step.file": Message("二、上传", "2. Send it"),
    "upload.step.file.lead": Message(
        ".xlsx、.csv、NDJSON 或 Parquet，至多 {size} MB、200,000 行。列名须写明单位。",
        ".xlsx, .csv, NDJSON or Parquet, up to {size} MB and 200,000 rows. Heads must name their units.",
    ),
    "upload.file": Message("文件", "File"),
    "upload.mode": Message("有不合格的台账时", "When a ledger is rejected"),
    "upload.mode.each": Message("其余照收", "take the others"),
    "upload.mode.atomic": Message("全部不收（至多 1,000 份）", "take none (up to 1,000 ledgers)"),
    "upload.preview": Message("上传并预览", "Send and preview"),
    "upload.direct": Message("上传并直接提交", "Send and file at once"),
    "upload.no_file": Message("请选择文件", "Choose a file"),
    "upload.recent": Message("最近的文件", "Recent files"),
    "upload.none": Message("还没有上传过。", "Nothing has been sent yet."),
    "upload.when": Message("时间", "When"),
    "upload.what": Message("方式", "Kind"),
    "upload.state": Message("状态", "State"),
    "upload.result": Message("结果", "Result"),
    "upload.is_preview": Message("预览", "preview"),
    "upload.is_filing": Message("提交", "filing"),
    "upload.state.queued": Message("排队中", "waiting"),
    "upload.state.running": Message("处理中", "under way"),
    "upload.state.done": Message("完成", "done"),
    "upload.state.refused": Message("文件不能读取", "the file cannot be read"),
    "upload.state.failed": Message("出错，将自动重试", "failed; it is tried again by itself"),
    "upload.counts": Message(
        "新增 {created}，修订 {amended}，未变 {unchanged}，未收 {rejected}",
        "{created} new, {amended} amended, {unchanged} unchanged, {rejected} rejected",
    ),
    "upload.progress": Message("已处理 {percent}%，{rows} 行", "{percent}% done, {rows} rows"),
    "upload.progress.label": Message("进度", "Progress"),
    "upload.waiting": Message(
        "文件已收到，正在后台处理。可以离开此页，稍后回来看结果。",
        "The file has been received and is worked on in the background. You may leave and come back.",
    ),
    "upload.previewed": Message(
        "这是预览，还没有保存任何台账。", "This is a preview; no ledger has been kept."
    ),
    "upload.saved": Message("台账已保存。", "The ledgers are on file."),
    "upload.unchanged": Message(
        "没有变化：这些台账早已在案。", "Nothing changed: these ledgers were on file already."
    ),
    "upload.nothing_saved": Message("没有保存任何台账。", "No ledger was kept."),
    "upload.partly": Message(
        "有未收的台账：改好后原样再传即可。", "Some were rejected: mend them and send the same file again."
    ),
    "upload.file_it": Message("正式提交", "File it"),
    "upload.answered": Message("下载逐行答复的工作簿", "Take the workbook back, every row answered"),
    "upload.again": Message("上传另一个文件", "Send another file"),
    "upload.ledgers": Message("各份台账", "The ledgers"),
    "upload.ledgers.caption": Message("每份台账的结果和说明", "What became of each ledger, and why"),
    "upload.only_rejected": Message("只看未收的", "Only the rejected"),
    "upload.show_all": Message("看全部", "Show all"),
    "upload.rows": Message("行", "Rows"),
    "upload.notes": Message("说明", "What is said"),
    "upload.note": Message("第 {row} 行 {column}：{words}", "Row {row}, {column}: {words}"),
    "upload.note.row": Message("第 {row} 行：{words}", "Row {row}: {words}"),
    "upload.more": Message("继续看", "Go on"),
    "upload.notes.more": Message("还有 {count} 条，见工作簿", "{count} more in the workbook"),
    "upload.no_ledgers": Message("没有这样的台账。", "There is no such ledger."),
    "upload.where": Message("第 {row} 行", "row {row}"),
    "upload.column": Message("列“{column}”", "column “{column}”"),
    "done.import_sent": Message("文件已收到。", "The file has been received."),
}
