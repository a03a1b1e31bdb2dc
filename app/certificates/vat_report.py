"""The evidence for a refund of value-added tax as a report: .xlsx, .pdf, .docx, JSON."""

from datetime import datetime
from fractions import Fraction

from app.batches.models import ProductBatch
from app.certificates.names import Names
from app.certificates.vat import GAPS, Found, not_examined
from app.domain.custody.credits import Recipe
from app.domain.custody.vat import Verdict
from app.domain.errors import Message
from app.reports.service import (
    Cell,
    Column,
    Day,
    Document,
    Mass,
    Number,
    Period,
    Provenance,
    Rate,
    Section,
    Table,
    Text,
)

KIND = "vat-evidence"
VERDICTS = {
    Verdict.PASS: Message("达到目录规定的比例", "the share reaches the list's"),
    Verdict.FAIL: Message("未达到目录规定的比例", "the share does not reach the list's"),
    Verdict.INSUFFICIENT: Message("证据不足，不能判断", "the evidence does not suffice to judge"),
}
NO_RULE = Message("目录中没有适用于该产品的条目", "no row of the list covers this product")
_TONNES = Message("吨", "t")


def report(found: Found, known: Names, now: datetime) -> Document:
    """Lay the evidence out: the verdict, the share, each batch with its inputs, the ledgers, what was not examined.

    `now` in the zone in which it shall be written.
    """
    asked = found.asked
    product = known.product(asked.product)
    grade = f" {asked.grade}" if asked.grade else ""
    return Document(
        kind=KIND,
        title=Message("资源综合利用产品增值税即征即退证据", "Evidence for the refund of value-added tax"),
        subtitle=Message(f"{product['zh']}{grade}", f"{product['en']}{grade}"),
        period=Period(asked.span.first, asked.span.last),
        scope=(Message(f"场所 {asked.site}", f"site {asked.site}"),),
        provenance=_provenance(found, now),
        sections=(_verdict(found), _batches(found, known), _ledgers(found), _left_out(found)),
        about=asked.site,
    )


def _provenance(found: Found, now: datetime) -> Provenance:
    sources = [
        Message("企业登记的产品批次与配方", "product batches and recipes as recorded by the enterprise"),
        Message("月度台账的利用量（现行版本）", "use as in the monthly ledgers, present versions"),
    ]
    caveats = []
    if found.rule is not None:
        sources.append(Message(found.rule.source, found.rule.source))
        if not found.rule.verified:
            caveats.append(
                Message(
                    "目录条目未与原文核对（verified = false）",
                    "the row was not compared with the printed list",
                )
            )
    caveats.append(
        Message(
            "本报告是计算依据，不是税务机关的认定",
            "this report is a computation, not a ruling of the tax office",
        )
    )
    return Provenance(as_of=now, sources=tuple(sources), caveats=tuple(caveats))


def _verdict(found: Found) -> Section:
    judged, rule = found.evidence, found.rule
    if judged is None or rule is None:
        return Section(Message("结论", "Verdict"), (NO_RULE,), id="verdict")
    threshold = Fraction(rule.body["threshold"])
    columns = (
        Column("item", Message("项目", "Item"), width=3),
        Column("value", Message("数值", "Value"), align="right", width=2),
    )
    rows: tuple[tuple[Cell, ...], ...] = (
        (Text(Message("所列固废投入量（吨）", "Listed wastes put in (t)")), Mass(judged.listed_grams)),
        (Text(Message("全部投入量（吨）", "All inputs (t)")), Mass(judged.inputs_grams)),
        (Text(Message("所占比例", "Share")), Rate(judged.share)),
        (Text(Message("目录规定的最低比例", "Least share by the list")), Rate(threshold)),
        (Text(Message("退税比例（%）", "Refund (%)")), Number(Fraction(rule.body["refund_percent"]), 0)),
        (Text(Message("产品产量（吨）", "Product (t)")), Mass(judged.product_grams)),
    )
    table = Table("share", Message(rule.zh, rule.en), columns, rows)
    paragraphs = (VERDICTS[judged.verdict], *(GAPS[gap] for gap in judged.gaps))
    return Section(Message("结论", "Verdict"), paragraphs, (table,), id="verdict")


def _batches(found: Found, known: Names) -> Section:
    columns = (
        Column("day", Message("日期", "Day"), width=1.2),
        Column("number", Message("批次编号", "Batch"), width=1.6),
        Column("input", Message("投入", "Input"), width=1.8),
        Column("listed", Message("是否所列", "Listed"), width=0.8),
        Column("tonnes", Message("投入量", "Put in"), _TONNES, width=1.2),
        Column("product_tonnes", Message("产品量", "Product"), _TONNES, width=1.2),
    )
    listed = frozenset[str]() if found.rule is None else frozenset(found.rule.body["wastes"])
    rows = [row for batch, recipe in found.recipes for row in _batch_rows(batch, recipe, listed, known)]
    total = sum(recipe.inputs_grams for _, recipe in found.recipes)
    made = sum(recipe.product_grams or 0 for _, recipe in found.recipes)
    empty = Text("")
    rows.append((Text(Message("合计", "Total")), empty, empty, empty, Mass(total), Mass(made)))
    table = Table(
        "batches", Message("产品批次与配方", "Batches and recipes"), columns, tuple(rows), total_rows=1
    )
    return Section(Message("依据的批次", "Batches"), tables=(table,), id="batches")


def _batch_rows(
    batch: ProductBatch, recipe: Recipe, listed: frozenset[str], known: Names
) -> list[tuple[Cell, ...]]:
    """One row an input; the product stands on the first one only, so that the column sums to what was made."""
    inputs: list[tuple[Message, Message, int]] = []
    for waste, grams in sorted(recipe.wastes.items()):
        name, is_listed = known.waste(waste), waste in listed
        words = Message("是", "yes") if is_listed else Message("否", "no")
        inputs.append((Message(f"{waste} {name['zh']}", f"{waste} {name['en']}"), words, grams))
    if recipe.other_grams:
        inputs.append((Message("其他原（燃）料", "other inputs"), Message("否", "no"), recipe.other_grams))
    made: list[Cell] = [Mass(batch.product_grams), *[Text("")] * (len(inputs) - 1)]
    return [
        (Day(batch.day), Text(batch.number), Text(name), Text(words), Mass(grams), product)
        for (name, words, grams), product in zip(inputs, made, strict=True)
    ]


def _ledgers(found: Found) -> Section:
    columns = (
        Column("month", Message("月份", "Month")),
        Column("sha256", Message("回执（SHA-256）", "Receipt (SHA-256)"), width=5),
    )
    rows = tuple((Text(str(month)), Text(sha256)) for month, sha256 in found.ledgers)
    table = Table("ledgers", Message("月度台账", "Monthly ledgers"), columns, rows)
    return Section(Message("依据的台账", "Ledgers"), tables=(table,), id="ledgers")


def _left_out(found: Found) -> Section:
    return Section(Message("未审查的条件", "Not examined"), not_examined(found), id="not_examined")
