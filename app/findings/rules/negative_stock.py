"""A stock that cannot be: more went out than there was, or more of old stock than the stock held."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.facts import Book, Figure, Line, SiteFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import UNSTATED_SIGMA, critical_z, least_tonnes
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.rules.line_balance import sigma_of
from app.findings.wording import about, grams_of


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find lines whose outgoing tonnes exceed what was in hand, or whose prior-stock draws exceed the opening stock."""
    for book in facts.books.values():
        for waste in book.wastes:
            line = book.of(waste)
            sigma = sigma_of(line, float(values["unstated_sigma"]))
            least = max(grams_of(values["least_tonnes"]), round(float(values["critical_z"]) * sigma))
            overdrawn = line.gone - line.in_hand
            # Its stated closing stock has no origin either.
            without_origin = overdrawn + line.closing
            if overdrawn >= 0 and without_origin > least:
                yield _overdrawn(facts, book, line, without_origin, round(sigma), values)
            drawn = sum(flow.prior_stock for flow in book.flows if flow.waste == waste)
            if drawn - line.opening > grams_of(values["least_tonnes"]):
                yield _prior(facts, book, line, drawn, values)


def _overdrawn(facts: SiteFacts, book: Book, line: Line, grams: int, sigma: int, values: Values) -> Found:
    into, out, closing = tonnes_text(line.in_hand), tonnes_text(line.gone), tonnes_text(line.closing)
    return Found(
        site=facts.code,
        key=(line.waste, str(book.month), "overdrawn"),
        explanation=Message(
            f"{book.month} {line.waste}：期初、产生与接收共 {into} 吨，去向却有 {out} 吨，期末还填报 {closing} 吨，"
            f"{tonnes_text(grams)} 吨没有来源；计量不确定度（1σ）约 {about(sigma)} 吨",
            f"{book.month} {line.waste}: {into} t were there, yet {out} t went out and {closing} t are left; "
            f"{tonnes_text(grams)} t have no origin; measurement uncertainty (1σ) about {about(sigma)} t",
        ),
        months=(book.month,),
        figures=tuple(
            Figure(name, getattr(line, name), facts.code, book.month, book.ref)
            for name in ("opening", "generated", "received", "used", "disposed", "sent", "dumped", "closing")
        ),
        threshold=limits(values),
        waste=line.waste,
        grams=grams,
        sigma_grams=sigma,
    )


def _prior(facts: SiteFacts, book: Book, line: Line, drawn: int, values: Values) -> Found:
    return Found(
        site=facts.code,
        key=(line.waste, str(book.month), "prior"),
        explanation=Message(
            f"{book.month} {line.waste}：动用往年贮存 {tonnes_text(drawn)} 吨，而期初贮存只有 {tonnes_text(line.opening)} 吨",
            f"{book.month} {line.waste}: {tonnes_text(drawn)} t drawn from prior stock, but the month opens with "
            f"{tonnes_text(line.opening)} t",
        ),
        months=(book.month,),
        figures=(Figure("opening", line.opening, facts.code, book.month, book.ref),),
        threshold=limits(values),
        values={"drawn_tonnes": tonnes_text(drawn)},
        waste=line.waste,
        grams=drawn - line.opening,
    )


RULE = Rule(
    id="negative_stock",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.SITE,
    text=Message(
        "贮存量不可能：去向多于所有，或动用往年量多于期初",
        "An impossible stock: more went out than there was",
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(critical_z("3"), least_tonnes(1), UNSTATED_SIGMA),
    evaluate=evaluate,
)
