"""A line whose tonnes do not close: more came in than is accounted for, or the stock is higher than it can be."""

from collections.abc import Iterator
from math import hypot

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.facts import Book, Figure, Line, SiteFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import UNSTATED_SIGMA, critical_z, least_tonnes
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import about, grams_of

FIGURES = ("opening", "generated", "received", "used", "disposed", "sent", "dumped", "closing")
"""The masses of a line that must close."""


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Compare in − out with what the masses' uncertainty allows.

    gap = opening + generated + received − used − disposed − sent − dumped − closing. Its σ takes every flow and the
    change of stock as measured on their own with the line's relative σ: the error of a stock that lies still is in its
    opening and in its closing alike and cancels. A line of which more went out than there was is `negative_stock`. Five σ
    are beyond doubt however many lines there are; what lies below is `line_test`'s, which looks at all of a province's month.
    """
    for book in facts.books.values():
        for waste in book.wastes:
            line = book.of(waste)
            gap = line.gap
            if line.in_hand < line.gone:
                continue
            sigma = sigma_of(line, float(values["unstated_sigma"]))
            least = max(grams_of(values["least_tonnes"]), round(float(values["critical_z"]) * sigma))
            if abs(gap) > least:
                yield _found(facts, book, line, gap, round(sigma), limits(values))


def sigma_of(line: Line, unstated: float) -> float:
    """The standard uncertainty of a line's balance [g]."""
    return (unstated if line.sigma is None else line.sigma) * hypot(*line.weighed)


def _found(
    facts: SiteFacts,
    book: Book,
    line: Line,
    gap: int,
    sigma: int,
    threshold: dict[str, str | int | bool | None],
) -> Found:
    tonnes = tonnes_text(abs(gap))
    into, out, closing = tonnes_text(line.in_hand), tonnes_text(line.gone), tonnes_text(line.closing)
    zh = f"{book.month} {line.waste}：期初、产生与接收共 {into} 吨，去向共 {out} 吨，期末应存 "
    zh += f"{tonnes_text(line.in_hand - line.gone)} 吨而填报 {closing} 吨，"
    zh += f"{tonnes} 吨无去向" if gap > 0 else f"多出 {tonnes} 吨无来源"
    zh += f"；计量不确定度（1σ）约 {about(sigma)} 吨"
    en = f"{book.month} {line.waste}: {into} t were there, {out} t went out, {tonnes_text(line.in_hand - line.gone)} t "
    en += f"should be left and {closing} t are reported; {tonnes} t "
    en += "are not accounted for" if gap > 0 else "have no origin"
    en += f"; measurement uncertainty (1σ) about {about(sigma)} t"
    return Found(
        site=facts.code,
        key=(line.waste, str(book.month)),
        explanation=Message(zh, en),
        months=(book.month,),
        figures=tuple(
            Figure(name, getattr(line, name), facts.code, book.month, book.ref) for name in FIGURES
        ),
        threshold=threshold,
        values={"gap_tonnes": tonnes_text(gap)},
        waste=line.waste,
        grams=abs(gap),
        sigma_grams=sigma,
    )


RULE = Rule(
    id="line_balance",
    version=2,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.SITE,
    text=Message(
        "台账物料不平衡：来源与去向之差超出计量不确定度",
        "A ledger line does not balance beyond its uncertainty",
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(critical_z("5"), least_tonnes(1), UNSTATED_SIGMA),
    evaluate=evaluate,
)
