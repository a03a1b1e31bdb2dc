"""What a reader should know before trusting the figures of a run: one function a remark."""

from collections.abc import Iterator

from app.chain_runs.figures import Solved
from app.chain_runs.network import EXPORTED, NUMBER
from app.chain_runs.schemas import RunWarningOut, SentenceOut, tonnes_of
from app.rates.service import Cell
from chains.attribution.checks import Remark, closed_loops, not_closed
from chains.attribution.solver import MASS_TOLERANCE

_LISTED = 20


def warnings_of(solved: Solved, cell: Cell) -> list[RunWarningOut]:
    """All remarks, what concerns the data first."""
    return [
        *_not_filed(cell),
        *_without_definition(solved),
        *_sums(solved),
        *_exported(solved),
        *_engine(solved),
    ]


def _warning(rule: str, zh: str, en: str, tonnes: float | None = None) -> RunWarningOut:
    text = None if tonnes is None else tonnes_of(tonnes)
    return RunWarningOut(rule=rule, message=SentenceOut(zh=zh, en=en), tonnes=text)


def _not_filed(cell: Cell) -> Iterator[RunWarningOut]:
    missing = cell.ledgers_expected - cell.ledgers_filed
    if missing > 0:
        yield _warning(
            "ledgers_missing",
            f"应报 {cell.ledgers_expected} 份台账，缺 {missing} 份：其中的量不知去向，也不知来源",
            f"{missing} of {cell.ledgers_expected} ledgers are missing: what they would say is not known",
        )


def _without_definition(solved: Solved) -> Iterator[RunWarningOut]:
    found = sorted(solved.network.split.undefined, key=lambda one: (-one[2], one[:2]))
    for process, waste, tonnes in found[:_LISTED]:
        yield _warning(
            "without_definition",
            f"没有链条定义工艺“{process or '未填'}”如何利用 {waste}：全部计入产品",
            f'no chain defines what "{process or "not named"}" makes of {waste}: all of it counts as product',
            tonnes,
        )
    rest = found[_LISTED:]
    if rest:
        yield _warning(
            "without_definition",
            f"另有 {len(rest)} 种利用没有定义，全部计入产品",
            f"{len(rest)} more uses without a definition, counted as product",
            sum(tonnes for _, _, tonnes in rest),
        )


_SENTENCES = {
    "missing_on_the_way": ("转出方已申报、接收方没有记录", "declared as sent, not booked by the receiver"),
    "residue_missing": (
        "按得率应产生、场所未申报产生的次生固废",
        "residue expected by the yields, not reported",
    ),
    "unknown_receiver": ("转给未登记的接收方", "sent to receivers whom no register knows"),
    "not_accounted_for": ("收入多于交代的去向（台账不平）", "came in and is not accounted for"),
    "received_more_than_sent": ("接收方记录多于转出方申报", "booked as received, not declared as sent"),
    "accounted_for_more_than_had": ("交代的去向多于收入（台账不平）", "accounted for without having come in"),
}
"""Reasons of what is untracked or unexplained, in words."""


def _sums(solved: Solved) -> Iterator[RunWarningOut]:
    for reasons, zh, en in (
        (solved.untracked, "去向不明", "untracked"),
        (solved.unexplained, "来源不明", "unexplained"),
    ):
        for reason, tonnes in reasons.items():
            total = float(tonnes.sum())
            if total > 0:
                what = _SENTENCES[reason]
                yield _warning(reason, f"{zh}：{what[0]}", f"{en}: {what[1]}", total)


def _exported(solved: Solved) -> Iterator[RunWarningOut]:
    total = float(solved.ended_here[:, NUMBER[EXPORTED]].sum())
    if total > 0:
        yield _warning(
            "leaves_the_scope",
            "转出所问范围，其最终去向未追踪，不计入最终利用",
            "leaves the scope: its fate is not followed and does not count as used",
            total,
        )


def _engine(solved: Solved) -> Iterator[RunWarningOut]:
    model = solved.model
    remarks: list[Remark] = [
        *closed_loops(model.shares, model.sets, solved.network.labels()),
        *not_closed(solved.found.mass_error, MASS_TOLERANCE),
    ]
    for remark in remarks:
        yield _warning("engine", remark.zh, remark.en)
