"""The sentences of the worksheet that do not depend on its figures."""

from app.domain.errors import Message

TITLE = Message(
    "环境保护税（一般工业固体废物）计算表", "Environmental protection tax on industrial solid waste"
)
SUBTITLE = Message(
    "由月度台账计算，供申报参考，不是纳税申报表",
    "Worked out from monthly ledgers to prepare a return; it is not the return",
)
BASIS = (
    Message(
        "计税量 = 产生量 − 合标贮存量 − 合标处置量 − 综合利用量，按月、按税目计算，不低于零；依法转移给他人的计入相应项；"
        "接收的不计入产生量；动用往年贮存的不在当期扣减。不合标的贮存、处置计税。",
        "taxable = generated − storage in compliance − disposal in compliance − use, for each month and kind and not below "
        "nought; what was handed on lawfully counts as its purpose; what was received is not generated; stock of earlier "
        "years is not deducted. Storage and disposal out of compliance are taxed.",
    ),
    Message(
        "未准确计量（估算、未填或未登记的方式）的贮存、处置、利用量不得扣减：应纳税额按此计算；“补证计量后”一列为能够证明准确计量时的税额。",
        "Storage, disposal and use that were not measured accurately (an estimate, an unknown way or none) may not be deducted: "
        "the tax is worked out so; “once measured” is the tax when accurate measurement can be shown.",
    ),
    Message(
        "非法倾倒或虚假申报的，当月该税目产生量全部计税。倾倒依据台账自报或监管部门已认定的线索；虚假申报只依据制表人的标明。",
        "On dumping or a false declaration all that was generated of the kind in the month is taxed. Dumping: by the ledger "
        "itself or a finding that the authority confirmed; a false declaration: only as marked by whoever made this sheet.",
    ),
    Message(
        "税额以元计，每月每税目四舍五入到分，季度为各月之和。",
        "Tax in yuan, rounded half up to the fen for each month and kind; the quarter is the sum of its months.",
    ),
)
SOURCES = (
    Message(
        "《环境保护税法》第四、五、七、十二、十八、十九条及附表一",
        "Environmental Protection Tax Law, articles 4, 5, 7, 12, 18, 19 and annex 1",
    ),
    Message(
        "《环境保护税法实施条例》第五、六条",
        "Regulation on the implementation of the Environmental Protection Tax Law, articles 5 and 6",
    ),
    Message("财税〔2018〕23号第三条", "Caishui [2018] No. 23, point 3"),
)
CAVEATS = (
    Message(
        "综合利用是否符合国家资源综合利用要求、贮存处置设施是否合标、受托方是否合法，台账只有申报，未经本系统核实；申报时须另附合同、"
        "资质与联单。",
        "Whether use, facilities and receivers meet the standards is as declared and was not checked here; contracts, "
        "qualifications and transfer notes go with the return.",
    ),
    Message(
        "依据条文按公开文本整理，财税〔2018〕23号未与印发原件核对。",
        "After published texts of the provisions; Caishui [2018] No. 23 was not compared with the printed original.",
    ),
)
LINES = (
    (1, "generated", Message("产生量（吨）", "generated (t)")),
    (2, "storage", Message("减：合标贮存量（吨）", "less: stored in compliance (t)")),
    (3, "disposal", Message("减：合标处置量（吨）", "less: disposed of in compliance (t)")),
    (4, "use", Message("减：综合利用量（吨）", "less: used (t)")),
    (
        5,
        "withheld",
        Message(
            "加：其中不得扣减（未准确计量、倾倒或虚假申报）（吨）",
            "plus: of which not deducted: not measured, dumping or false declaration (t)",
        ),
    ),
    (6, "taxable", Message("计税量（1−2−3−4+5，不低于零；吨）", "taxable (1−2−3−4+5, not below nought; t)")),
    (7, "fen_per_tonne", Message("单位税额（元/吨）", "amount (yuan/t)")),
    (8, "tax", Message("应纳税额（元）", "tax (yuan)")),
    (9, "tax_if_measured", Message("补证计量后应纳税额（元）", "tax once measured (yuan)")),
    (
        10,
        "unfit_storage",
        Message("附：不合标贮存增量（吨）", "for information: stored out of compliance (t)"),
    ),
)
"""The lines of a kind's table: number, figure of the row, words."""


def deadline(day: str, weekday: int) -> Message:
    """Until when the quarter is declared; `weekday` 0 is Monday."""
    zh = f"申报期限：{day}（季度终了之日起十五日内）。"
    en = f"To be declared by {day} (within fifteen days after the quarter). "
    if weekday >= 5:
        zh += "当日为周末，依法可顺延；"
        en += "That is a weekend, which the law lets move on. "
    return Message(
        f"{zh}法定休假日及调休顺延未建模，以税务机关公布的征期日历为准。",
        f"{en}Public holidays and exchanged working days are not modelled: the tax office's calendar decides.",
    )
