"""The ledger form as its template shows it: every field with its value, its choices and what is said of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.periods import Month
from app.domain.quantities import QuantityError, grams_from_tonnes, tonnes_text
from app.imports.service import Choice as Offer
from app.imports.service import Choices
from app.web.entry.form import LISTS, Filled, Shape, Texts, read_form, shape_of
from app.web.entry.gather import SiteMonth
from app.web.languages import Language
from app.web.numbers import month as month_text
from app.web.numbers import separated
from app.web.texts import text
from app.web.view_models import Choice

_MOST_FIELDS = 850
"""A form of more fields is not taken by the server: such a ledger is filed with Excel."""


_DETAILS = ("waste_code", "basis", "moisture_percent", "method")


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a field."""

    severity: str
    words: str


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One row of one of the four lists of a line; `choices` are those of its process or method."""

    prefix: str
    name: str
    choices: tuple[Choice, ...] = ()
    products: tuple[Choice, ...] = ()
    partner: str = ""


@dataclass(frozen=True, slots=True)
class FlowList:
    """One of the four lists of a line."""

    kind: str
    rows: tuple[FlowRow, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class LineForm:
    """One waste in the form."""

    prefix: str
    name: str
    wastes: tuple[Choice, ...]
    methods: tuple[Choice, ...]
    lists: tuple[FlowList, ...]
    has_details: bool
    balance: str
    balances: bool


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One row of activities."""

    prefix: str
    kinds: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class EntryForm:
    """The whole form."""

    site_name: str
    site_code: str
    month: str
    month_name: str
    address: str
    lead: str
    values: Texts
    said: Mapping[str, tuple[Said, ...]]
    lines: tuple[LineForm, ...]
    activities: tuple[ActivityRow, ...]
    has_activity: bool
    partners: tuple[Choice, ...]
    facilities: tuple[Choice, ...]
    amends: int | None
    can_be_nil: bool
    too_large: bool
    summary: str
    is_clean: bool
    signer: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form is made from."""

    asked: SiteMonth
    values: Texts
    offered: Choices
    signer: str
    lead: str = ""
    amends: int | None = None
    said: Mapping[str, Sequence[Said]] = field(default_factory=dict)
    summary: str = ""
    is_clean: bool = False
    more_lines: int = 0
    more_rows: int = 0


def form_view(draft: Draft, language: Language) -> EntryForm:
    """Place everything."""
    asked = draft.asked
    shape = shape_of(draft.values, more_lines=draft.more_lines, more_rows=draft.more_rows)
    filled = read_form(draft.values.items(), asked.site.code, str(asked.month))
    return EntryForm(
        site_name=asked.site.name,
        site_code=asked.site.code,
        month=str(asked.month),
        month_name=month_text(asked.month, language),
        address=address(asked.site.code, asked.month),
        lead=draft.lead,
        values=draft.values,
        said={name: tuple(words) for name, words in draft.said.items()},
        lines=tuple(_line(draft, shape, filled, index, language) for index in range(shape.lines)),
        activities=tuple(_activity(draft, index, language) for index in range(shape.activity)),
        has_activity=any(value for name, value in draft.values.items() if name.startswith("activity-")),
        partners=_named(draft.offered.partners, language),
        facilities=_named(draft.offered.facilities, language),
        amends=draft.amends,
        can_be_nil=draft.amends is None and asked.ledger is None and not _has_stock(draft.values),
        too_large=shape.fields > _MOST_FIELDS,
        summary=draft.summary,
        is_clean=draft.is_clean,
        signer=draft.values.get("signed_by") or draft.signer,
    )


def _has_stock(values: Texts) -> bool:
    """Whether stock is carried over: then the month is not a month without waste."""
    return any(
        value not in ("", "0") for name, value in values.items() if name.endswith("opening_stock_tonnes")
    )


def address(site: str, month: Month) -> str:
    """Where a site's month stands."""
    return f"/ledgers/{site}/{month}"


def _line(draft: Draft, shape: Shape, filled: Filled, index: int, language: Language) -> LineForm:
    prefix = f"lines-{index}"
    values = draft.values
    waste = values.get(f"{prefix}-waste", "")
    gap = gap_of(filled, prefix)
    return LineForm(
        prefix=prefix,
        name=text("entry.line", language, number=str(index + 1)),
        wastes=_chosen(draft.offered.wastes, waste, language),
        methods=_chosen(draft.offered.methods, values.get(f"{prefix}-method", ""), language),
        lists=tuple(_list(draft, prefix, kind, shape.flows[index][kind], language) for kind in LISTS),
        has_details=any(draft.said.get(f"{prefix}-{name}") for name in _DETAILS),
        balance=gap_words(gap, language),
        balances=gap == 0,
    )


def _list(draft: Draft, line: str, kind: str, count: int, language: Language) -> FlowList:
    rows = tuple(_row(draft, f"{line}-{kind}-{place}", kind, place, language) for place in range(count))
    is_open = any(
        value
        for name, value in draft.values.items()
        if name.startswith(f"{line}-{kind}-") and "purpose" not in name
    )
    return FlowList(kind, rows, is_open)


def _row(draft: Draft, prefix: str, kind: str, place: int, language: Language) -> FlowRow:
    values, offered = draft.values, draft.offered
    name = text("entry.row", language, kind=text(f"entry.{kind}", language), number=str(place + 1))
    if kind == "used":
        processes = _chosen(offered.processes, values.get(f"{prefix}-process", ""), language)
        products = _chosen(offered.products, values.get(f"{prefix}-product", ""), language)
        return FlowRow(prefix, name, processes, products)
    if kind == "disposed":
        return FlowRow(prefix, name, _chosen(offered.disposals, values.get(f"{prefix}-method", ""), language))
    party = values.get(f"{prefix}-{'from' if kind == 'received' else 'to'}", "")
    known = next((offer for offer in offered.partners if offer.code == party), None)
    return FlowRow(prefix, name, partner=language.of(known.name) if known else "")


def _activity(draft: Draft, index: int, language: Language) -> ActivityRow:
    prefix = f"activity-{index}"
    return ActivityRow(
        prefix, _chosen(draft.offered.activities, draft.values.get(f"{prefix}-kind", ""), language)
    )


def _chosen(offers: Iterable[Offer], value: str, language: Language) -> tuple[Choice, ...]:
    """The choices of a field; a value that is not among them stays one, so that nothing is lost."""
    shown = tuple(Choice(offer.code, _name(offer, language), offer.code == value) for offer in offers)
    if value and not any(choice.chosen for choice in shown):
        return (*shown, Choice(value, value, chosen=True))
    return shown


def _name(offer: Offer, language: Language) -> str:
    words = language.of(offer.name)
    return f"{offer.code} {words}" if offer.code.startswith("SW") else words or offer.code


def _named(offers: Iterable[Offer], language: Language) -> tuple[Choice, ...]:
    return tuple(Choice(offer.code, language.of(offer.name) or offer.code, chosen=False) for offer in offers)


def gap_of(filled: Filled, prefix: str) -> int | None:
    """What came in less what went out of a line [g]; None when a figure cannot be read."""
    index = next((name for name, value in filled.names.items() if value == prefix), None)
    line: Mapping[str, Any] = {} if index is None else filled.body["lines"][int(index.rpartition("/")[2])]
    try:
        came = _grams(line, "opening_stock_tonnes", "generated_tonnes") + _sum(line, "received")
        went = _grams(line, "dumped_tonnes", "closing_stock_tonnes")
        went += sum(_sum(line, kind) for kind in ("used", "disposed", "sent"))
    except QuantityError:
        return None
    return came - went


def _grams(line: Mapping[str, Any], *names: str) -> int:
    return sum(grams_from_tonnes(line[name]) for name in names if name in line)


def _sum(line: Mapping[str, Any], kind: str) -> int:
    return sum(grams_from_tonnes(flow["tonnes"]) for flow in line.get(kind, ()))


def gap_words(gap: int | None, language: Language) -> str:
    """Say how a line balances."""
    if gap is None:
        return text("entry.gap.bad", language)
    if gap == 0:
        return text("entry.balances", language)
    tonnes = separated(tonnes_text(abs(gap)))
    return text("entry.gap.out" if gap > 0 else "entry.gap.in", language, tonnes=tonnes)
