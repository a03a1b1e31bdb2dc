"""The planned untidiness as a list of causes by site code, so that findings can be held against the truth."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.ledger import LedgerContent
from app.domain.periods import Month
from seed.demo import permits as permit_plan
from seed.demo import untidiness as plan
from seed.demo.amendments import REVISIONS
from seed.demo.books import BookKey
from seed.demo.plants import PLANTS, Site
from seed.demo.shipments import Shipment, is_inside, leaves_province


class CauseKind(StrEnum):
    """What is truly behind an oddity."""

    LATE_FILING = "late_filing"
    MISSING_MONTH = "missing_month"
    SILENT_SITE = "silent_site"
    NIL_RETURN = "nil_return"
    AMENDMENT = "amendment"
    PARTNER_NOT_FILED = "partner_not_filed"
    PAIR_NOISE = "pair_noise"
    PAIR_DISAGREEMENT = "pair_disagreement"
    RECEIVER_SILENT = "receiver_silent"
    SENDER_SILENT = "sender_silent"
    UNKNOWN_RECEIVER = "unknown_receiver"
    OUT_OF_PROVINCE = "out_of_province"
    UNIT_SLIP = "unit_slip"
    ROUND_TRIP = "round_trip"
    RECEIVER_WITHOUT_PERMIT = "receiver_without_permit"
    LINE_GAP = "line_gap"
    STOCK_DROP = "stock_drop"
    DUMPED = "dumped"
    UNDERREPORTED = "underreported"
    SURGE = "surge"
    SAME_FIGURE = "same_figure"
    RESIDUE_MISSING = "residue_missing"
    PRODUCT_SHORT = "product_short"
    NONCOMPLIANT_DISPOSAL = "noncompliant_disposal"
    OVER_CAPACITY = "over_capacity"
    STORAGE_OVER_CAPACITY = "storage_over_capacity"
    PERMIT_WASTE = "permit_waste"
    PERMIT_ROUTE = "permit_route"
    PERMIT_RECEIVER = "permit_receiver"
    PERMIT_CAPACITY = "permit_capacity"
    PERMIT_FACILITY = "permit_facility"
    PERMIT_EXPIRED = "permit_expired"
    PERMIT_EXPIRING = "permit_expiring"
    PERMIT_INCOMPLETE = "permit_incomplete"


@dataclass(frozen=True, slots=True)
class Cause:
    """One planned oddity. `grams`: what it hides or shifts, where that is a number; `counterpart`: a code."""

    kind: CauseKind
    site: str
    months: tuple[Month, ...]
    waste: str | None = None
    counterpart: str | None = None
    grams: int | None = None


def build_manifest(
    contents: Mapping[BookKey, LedgerContent], shipments: Sequence[Shipment], sites: Mapping[str, Site]
) -> tuple[Cause, ...]:
    """Every planned cause: filing habits, transfers, what single sites do with their figures, what permits leave out."""
    return (*_filing(contents, sites), *_transfers(shipments, sites), *_figures(sites), *_permits(sites))


def _filing(contents: Mapping[BookKey, LedgerContent], sites: Mapping[str, Site]) -> Iterator[Cause]:
    for plant, month in plan.LATE:
        yield Cause(CauseKind.LATE_FILING, sites[plant].code, (month,))
    for plant, month in sorted(plan.MISSING):
        yield Cause(CauseKind.MISSING_MONTH, sites[plant].code, (month,))
    for plant, month in plan.SILENT.items():
        yield Cause(CauseKind.SILENT_SITE, sites[plant].code, (month,))
    for (plant, month), content in contents.items():
        if content.nil and plan.is_filed(plant, month):
            yield Cause(CauseKind.NIL_RETURN, sites[plant].code, (month,))
    for (plant, month), revisions in REVISIONS.items():
        for revision in revisions:
            yield Cause(CauseKind.AMENDMENT, sites[plant].code, (month,), revision.waste)
    for plant_row in PLANTS:
        if not plant_row.has_permit:
            yield Cause(CauseKind.RECEIVER_WITHOUT_PERMIT, sites[plant_row.key].code, ())


def _transfers(shipments: Sequence[Shipment], sites: Mapping[str, Site]) -> Iterator[Cause]:
    months: dict[tuple[CauseKind, str, str, str], list[Month]] = defaultdict(list)
    grams: dict[tuple[CauseKind, str, str, str], int] = defaultdict(int)
    for item in shipments:
        kind = _kind_of(item)
        if kind is not None:
            key = (kind, item.sender, item.receiver, item.waste)
            months[key].append(item.month)
            grams[key] += abs(_on_file(item.sender, item.month, item.sent) - _received_on_file(item))
    for (kind, sender, receiver, waste), when in months.items():
        other = sites[receiver].code if receiver in sites else receiver
        total = grams[kind, sender, receiver, waste]
        yield Cause(kind, sites[sender].code, tuple(sorted(when)), waste, other, total)
    there, back, waste, trip, each = plan.ROUND_TRIP
    yield Cause(
        CauseKind.ROUND_TRIP,
        sites[there].code,
        tuple(sorted(trip)),
        waste,
        sites[back].code,
        each * len(trip),
    )


def _on_file(plant: str, month: Month, grams: int | None) -> int:
    return grams or 0 if plan.is_filed(plant, month) else 0


def _received_on_file(item: Shipment) -> int:
    return _on_file(item.receiver, item.month, item.received)


def _kind_of(item: Shipment) -> CauseKind | None:
    """Say why the two sides of a shipment differ on file, if they do."""
    if not is_inside(item.receiver):
        return CauseKind.OUT_OF_PROVINCE if leaves_province(item.receiver) else CauseKind.UNKNOWN_RECEIVER
    if plan.is_filed(item.sender, item.month) != plan.is_filed(item.receiver, item.month):
        return CauseKind.PARTNER_NOT_FILED
    if item.sent is None or item.received is None:
        return CauseKind.SENDER_SILENT if item.sent is None else CauseKind.RECEIVER_SILENT
    if item.is_of(plan.UNIT_SLIP):
        return CauseKind.UNIT_SLIP
    if any(item.is_of(pair) for pair, _ in plan.DISAGREEMENTS):
        return CauseKind.PAIR_DISAGREEMENT
    return CauseKind.PAIR_NOISE if item.sent != item.received else None


def _figures(sites: Mapping[str, Site]) -> Iterator[Cause]:
    planned = (
        (CauseKind.LINE_GAP, plan.LINE_GAPS),
        (CauseKind.STOCK_DROP, plan.STOCK_DROPS),
        (CauseKind.DUMPED, plan.DUMPED),
    )
    for kind, places in planned:
        for (plant, waste, month), grams in places.items():
            yield Cause(kind, sites[plant].code, (month,), waste, grams=grams)
    plant, waste, months, _ = plan.UNDERREPORTED
    yield Cause(CauseKind.UNDERREPORTED, sites[plant].code, tuple(sorted(months)), waste)
    plant, waste, months, _ = plan.SURGE
    yield Cause(CauseKind.SURGE, sites[plant].code, tuple(sorted(months)), waste)
    plant, waste, same = plan.SAME_FIGURE
    yield Cause(CauseKind.SAME_FIGURE, sites[plant].code, same, waste)
    plant, months = plan.RESIDUE_MISSING
    yield Cause(CauseKind.RESIDUE_MISSING, sites[plant].code, tuple(sorted(months)))
    plant, waste, months, _ = plan.PRODUCT_SHORT
    yield Cause(CauseKind.PRODUCT_SHORT, sites[plant].code, tuple(sorted(months)), waste)
    plant, waste, months = plan.NONCOMPLIANT
    yield Cause(CauseKind.NONCOMPLIANT_DISPOSAL, sites[plant].code, tuple(sorted(months)), waste)
    yield Cause(CauseKind.OVER_CAPACITY, sites[plan.OVER_CAPACITY[0]].code, ())
    yield Cause(CauseKind.STORAGE_OVER_CAPACITY, sites[plan.STORAGE_OVER_CAPACITY[0]].code, ())


def _permits(sites: Mapping[str, Site]) -> Iterator[Cause]:
    for plant, waste in permit_plan.NOT_NAMED:
        yield Cause(CauseKind.PERMIT_WASTE, sites[plant].code, (), waste)
    for plant, waste, _ in permit_plan.NO_ROUTE:
        yield Cause(CauseKind.PERMIT_ROUTE, sites[plant].code, (), waste)
    for plant, waste in permit_plan.NOT_COVERED:
        yield Cause(CauseKind.PERMIT_RECEIVER, sites[plant].code, (), waste)
    single = (
        (CauseKind.PERMIT_CAPACITY, permit_plan.TOO_SMALL[0]),
        (CauseKind.PERMIT_FACILITY, permit_plan.OTHER_FACILITY[0]),
        (CauseKind.PERMIT_EXPIRED, permit_plan.EXPIRED[0]),
        (CauseKind.PERMIT_EXPIRING, permit_plan.EXPIRING[0]),
        (CauseKind.PERMIT_INCOMPLETE, permit_plan.INCOMPLETE),
    )
    for kind, plant in single:
        yield Cause(kind, sites[plant].code, ())
