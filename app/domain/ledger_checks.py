"""What is said about a ledger when it is filed: facts with tonnes, never refusals.

Refusing a ledger that does not balance would teach people to fudge it, so it is accepted and flagged. One function a
rule; each yields the warnings it finds. Looking things up is the caller's work: `Context` brings what is known.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.domain.errors import Message
from app.domain.ledger import Disposed, LedgerContent, Line, Received, Sent, Used, totals_of
from app.domain.periods import Month
from app.domain.quantities import tonnes_text

Severity = Literal["info", "warning", "error"]

SLIP_LOW, SLIP_HIGH = 900, 1100
"""A figure this many times another of its kind is probably kilograms written as tonnes, or the other way round."""


@dataclass(frozen=True, slots=True)
class Warn:
    """One finding about one place of a ledger; `grams` says how much is at stake where that is known."""

    rule: str
    severity: Severity
    pointer: str
    message: Message
    grams: int | None = None


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """What another month of the same site says of each waste [g]."""

    opening_grams: Mapping[str, int]
    closing_grams: Mapping[str, int]
    generated_grams: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The other side's figure of a transfer [g]."""

    grams: int


@dataclass(frozen=True, slots=True)
class Context:
    """What is known around a ledger."""

    previous: MonthFigures | None = None
    next: MonthFigures | None = None
    unknown_parties: frozenset[str] = frozenset()
    own_parties: frozenset[str] = frozenset()
    facilities: frozenset[str] | None = None
    processes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    counterparts: Mapping[tuple[str, str, str, str], Counterpart] = field(default_factory=dict)
    """(direction "sent" | "received", party, waste, purpose) → what the other side reported."""
    reports_from: Month | None = None
    reports_until: Month | None = None


Rule = Callable[[LedgerContent, Context], Iterator[Warn]]


def check(content: LedgerContent, context: Context) -> tuple[Warn, ...]:
    """Everything the rules say about a ledger, in the order of its lines within each rule."""
    return tuple(warn for rule in RULES for warn in rule(content, context))


def line_balance(content: LedgerContent, _context: Context) -> Iterator[Warn]:
    """What came in and what went out differ."""
    for index, line in enumerate(content.lines):
        gap = line.balance_gap_grams
        if gap:
            tonnes = tonnes_text(abs(gap))
            zh = f"{tonnes} 吨有来源而无去向" if gap > 0 else f"去向比来源多 {tonnes} 吨"
            en = (
                f"{tonnes} t came in and is not accounted for"
                if gap > 0
                else f"{tonnes} t more went out than came in"
            )
            yield Warn(
                "line_balance",
                "warning",
                f"/lines/{index}",
                Message(f"{line.waste} 物料不平衡：{zh}", f"{line.waste} does not balance: {en}"),
                abs(gap),
            )


def _by_waste(content: LedgerContent, pick: Callable[[Line], int]) -> dict[str, tuple[int, int]]:
    """Waste → (first line that names it, sum of a quantity over its lines)."""
    sums: dict[str, tuple[int, int]] = {}
    for index, line in enumerate(content.lines):
        first, grams = sums.get(line.waste, (index, 0))
        sums[line.waste] = (first, grams + pick(line))
    return sums


def stock_continuity(content: LedgerContent, context: Context) -> Iterator[Warn]:
    """The opening stock is not last month's closing stock."""
    if context.previous is None:
        return
    opening = _by_waste(content, lambda line: line.opening_grams)
    closing = context.previous.closing_grams
    for waste in sorted({*opening, *closing}):
        index, now = opening.get(waste, (None, 0))
        before = closing.get(waste, 0)
        if now != before:
            pointer = "/lines" if index is None else f"/lines/{index}/opening_stock_tonnes"
            yield Warn(
                "stock_continuity",
                "warning",
                pointer,
                Message(
                    f"{waste} 期初贮存 {tonnes_text(now)} 吨，与上月期末 {tonnes_text(before)} 吨不一致",
                    f"{waste} opens with {tonnes_text(now)} t, last month closed with {tonnes_text(before)} t",
                ),
                abs(now - before),
            )


def next_stock_continuity(content: LedgerContent, context: Context) -> Iterator[Warn]:
    """The closing stock is not the opening stock of the next month on file."""
    if context.next is None:
        return
    closing = _by_waste(content, lambda line: line.closing_grams)
    opening = context.next.opening_grams
    for waste in sorted({*closing, *opening}):
        index, now = closing.get(waste, (None, 0))
        after = opening.get(waste, 0)
        if now != after:
            pointer = "/lines" if index is None else f"/lines/{index}/closing_stock_tonnes"
            yield Warn(
                "next_stock_continuity",
                "warning",
                pointer,
                Message(
                    f"{waste} 期末贮存 {tonnes_text(now)} 吨，与已报下月期初 {tonnes_text(after)} 吨不一致",
                    f"{waste} closes with {tonnes_text(now)} t, the next month on file opens with {tonnes_text(after)} t",
                ),
                abs(now - after),
            )


def is_unit_slip(grams: int, reference_grams: int) -> bool:
    """Whether one figure is about a thousand times the other: kilograms written as tonnes, or tonnes as kilograms."""
    small, large = sorted((grams, reference_grams))
    return small > 0 and SLIP_LOW * small <= large <= SLIP_HIGH * small


def _slip(pointer: str, waste: str, grams: int, reference: int, what: Message) -> Warn:
    return Warn(
        "unit_slip",
        "warning",
        pointer,
        Message(
            f"{waste} {tonnes_text(grams)} 吨约为{what.zh} {tonnes_text(reference)} 吨的一千倍或千分之一，单位是否误用千克？",
            f"{waste}: {tonnes_text(grams)} t is about a thousand times (or a thousandth of) {what.en}, "
            f"{tonnes_text(reference)} t; kilograms taken for tonnes?",
        ),
        abs(grams - reference),
    )


def unit_slip(content: LedgerContent, context: Context) -> Iterator[Warn]:
    """A figure is about a thousand times last month's, or the other side's."""
    if context.previous is not None:
        what = Message("上月产生量", "last month's generation")
        for waste, (index, grams) in _by_waste(content, lambda line: line.generated_grams).items():
            reference = context.previous.generated_grams.get(waste, 0)
            if is_unit_slip(grams, reference):
                yield _slip(f"/lines/{index}/generated_tonnes", waste, grams, reference, what)
    what = Message("对方填报量", "the other side's figure")
    for index, line in enumerate(content.lines):
        sides: tuple[tuple[str, tuple[Sent | Received, ...]], ...] = (
            ("sent", line.sent),
            ("received", line.received),
        )
        for direction, flows in sides:
            for position, flow in enumerate(flows):
                other = context.counterparts.get((direction, flow.party, line.waste, flow.purpose))
                if other is not None and is_unit_slip(flow.grams, other.grams):
                    pointer = f"/lines/{index}/{direction}/{position}/tonnes"
                    yield _slip(pointer, line.waste, flow.grams, other.grams, what)


def parties(content: LedgerContent, context: Context) -> Iterator[Warn]:
    """A counterpart that nobody registered, or the site itself."""
    for index, line in enumerate(content.lines):
        sides: tuple[tuple[str, str, tuple[Sent | Received, ...]], ...] = (
            ("sent", "to", line.sent),
            ("received", "from", line.received),
        )
        for direction, key, flows in sides:
            for position, flow in enumerate(flows):
                pointer = f"/lines/{index}/{direction}/{position}/{key}"
                if flow.party in context.own_parties:
                    text = Message("接收方是本场所自己", "the other party is this very site")
                    yield Warn("self_transfer", "warning", pointer, text, flow.grams)
                elif flow.party in context.unknown_parties and not (
                    isinstance(flow, Sent) and flow.out_of_province
                ):
                    rule = "unknown_receiver" if direction == "sent" else "unknown_sender"
                    text = Message("对方未在系统登记", "the other party is not registered")
                    yield Warn(rule, "warning", pointer, text, flow.grams)


def codes(content: LedgerContent, context: Context) -> Iterator[Warn]:
    """Waste codes, processes and facilities that do not fit or are not known."""
    for index, line in enumerate(content.lines):
        if line.waste_code is not None and line.waste_code[-3:] != "S" + line.waste[2:]:
            text = Message(
                f"固废代码 {line.waste_code} 不属于 {line.waste}",
                f"waste code {line.waste_code} is not of class {line.waste}",
            )
            yield Warn("waste_code_class", "warning", f"/lines/{index}/waste_code", text)
        for position, flow in enumerate(line.used):
            yield from _process(f"/lines/{index}/used/{position}/process", flow.process, line.waste, context)
        for position, disposal in enumerate(line.disposed):
            yield from _process(
                f"/lines/{index}/disposed/{position}/method", disposal.method, line.waste, context
            )
            known = context.facilities
            if known is not None and disposal.facility is not None and disposal.facility not in known:
                text = Message("设施编号未登记", "this facility is not registered for the site")
                yield Warn(
                    "unknown_facility", "warning", f"/lines/{index}/disposed/{position}/facility", text
                )


def _process(pointer: str, process: str | None, waste: str, context: Context) -> Iterator[Warn]:
    if process is None:
        return
    takes = context.processes.get(process)
    if takes is None:
        yield Warn(
            "unknown_process", "warning", pointer, Message("工艺编号未登记", "this process is not registered")
        )
    elif takes and waste not in takes:
        text = Message(f"该工艺登记的原料不含 {waste}", f"this process is not registered for {waste}")
        yield Warn("process_waste", "info", pointer, text)


def storage(content: LedgerContent, _context: Context) -> Iterator[Warn]:
    """More compliant storage than storage."""
    for index, line in enumerate(content.lines):
        if not line.compliant_stored_grams:
            continue
        excess = line.compliant_stored_grams - max(0, totals_of(line).stored_grams)
        if excess > 0:
            text = Message(
                "合标贮存量大于本月贮存增量",
                "more is declared stored in compliance than was put in store this month",
            )
            yield Warn(
                "compliant_storage", "warning", f"/lines/{index}/compliant_stored_tonnes", text, excess
            )


def passed_on(content: LedgerContent, _context: Context) -> Iterator[Warn]:
    """A line that only hands on what it received, without saying so, would count the same tonnes twice."""
    for index, line in enumerate(content.lines):
        if not line.received:
            continue
        flows: tuple[Used | Disposed | Sent, ...] = (*line.used, *line.disposed, *line.sent)
        of_received = sum(flow.of_received_grams for flow in flows)
        own_out = line.used_grams + line.disposed_grams + line.sent_grams - of_received
        own_in = line.opening_grams + line.generated_grams
        hidden = min(own_out - own_in, line.received_grams - of_received)
        if hidden > 0:
            text = Message(
                "去向中似含接收的固废，请填写 received_tonnes（其中接收量），以免重复计算",
                "what went out seems to hold received waste; state received_tonnes so that no tonne counts twice",
            )
            yield Warn("received_not_declared", "warning", f"/lines/{index}", text, hidden)


def reporting_period(content: LedgerContent, context: Context) -> Iterator[Warn]:
    """A month in which the site does not report."""
    starts, ends = context.reports_from, context.reports_until
    if starts is not None and content.month < starts:
        text = Message(
            f"早于该场所的起报月份 {starts}", f"earlier than the month this site reports from, {starts}"
        )
        yield Warn("outside_reporting_period", "info", "/month", text)
    if ends is not None and content.month > ends:
        text = Message(f"晚于该场所的止报月份 {ends}", f"later than the last month this site reports, {ends}")
        yield Warn("outside_reporting_period", "info", "/month", text)


RULES: tuple[Rule, ...] = (
    line_balance,
    stock_continuity,
    next_stock_continuity,
    unit_slip,
    parties,
    codes,
    storage,
    passed_on,
    reporting_period,
)
