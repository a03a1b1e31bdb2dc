"""The sites' books: lines with opening and closing stock, carried from month to month, as ledger contents."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from app.domain.ledger import Disposed, LedgerContent, Line, Received, Sent, Used, totals_of
from app.domain.periods import Month
from seed.demo.activity import activity_of
from seed.demo.chains import BOTTOM_ASH, FLY_ASH, GANGUE, GYPSUM, SLAG, TAILINGS, WASTES, product_of
from seed.demo.flows import QUANTUM, Flows
from seed.demo.months import MONTHS, pick, spread
from seed.demo.plants import PLANTS, Plant, Site, Trade
from seed.demo.shipments import Shipment, leaves_province
from seed.demo.treatment import DISPOSAL_CELL, opening_of_yard, treat
from seed.demo.untidiness import DUMPED, LINE_GAPS, NONCOMPLIANT, STOCK_DROPS

NAMED_BY_CREDIT_CODE = frozenset({"jade1", "raft1"})
"""Sites whose partners write the credit code instead of the site code."""

_MOISTURE = {  # tenths of a percent: lowest, steps above it
    SLAG: (10, 30),
    FLY_ASH: (2, 8),
    BOTTOM_ASH: (120, 60),
    GANGUE: (55, 40),
    TAILINGS: (140, 40),
    GYPSUM: (90, 30),
}
_DRY = frozenset({SLAG, FLY_ASH})
_SIGNERS = "甲乙丙丁戊己庚辛壬癸"

BookKey = tuple[str, Month]


@dataclass(slots=True)
class _Month:
    """What happens to one waste of one site in one month, before stocks are known."""

    generated: int = 0
    used: list[Used] = field(default_factory=list)
    disposed: list[Disposed] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    arrived: int = 0


_Sheets = dict[tuple[str, str, Month], _Month]


def keep_books(
    seed: int, flows: Flows, shipments: Iterable[Shipment], sites: Mapping[str, Site]
) -> dict[BookKey, LedgerContent]:
    """One content per site and month from the month it reports from, filed or not, by plant key and month."""
    sheets = _sheets(flows, shipments, sites)
    lines: dict[BookKey, list[Line]] = {}
    for plant in PLANTS:
        for waste in WASTES:
            for month, line in _carry(seed, plant, waste, sheets):
                lines.setdefault((plant.key, month), []).append(line)
    contents = {}
    for month in MONTHS:
        for plant in PLANTS:
            if month >= plant.reports_from:
                key = (plant.key, month)
                contents[key] = _content(seed, plant, sites[plant.key], month, tuple(lines.get(key, ())))
    return contents


def party(key: str, sites: Mapping[str, Site]) -> str:
    """How a partner is written in a ledger: site code, or a credit code."""
    if key not in sites:
        return key
    return sites[key].enterprise if key in NAMED_BY_CREDIT_CODE else sites[key].code


def _content(seed: int, plant: Plant, site: Site, month: Month, lines: tuple[Line, ...]) -> LedgerContent:
    signer = f"示例负责人{_SIGNERS[pick(seed, len(_SIGNERS), 'signer', plant.key)]}"
    activity = activity_of(seed, plant, month, lines)
    return LedgerContent(site.code, month, nil=not lines, signed_by=signer, lines=lines, activity=activity)


def _sheets(flows: Flows, shipments: Iterable[Shipment], sites: Mapping[str, Site]) -> _Sheets:
    sheets: _Sheets = {}

    def sheet(plant: str, waste: str, month: Month) -> _Month:
        return sheets.setdefault((plant, waste, month), _Month())

    for (plant, waste, month), grams in flows.generated.items():
        sheet(plant, waste, month).generated = grams
    for (outlet, month), grams in flows.out.items():
        if outlet.receiver is None:
            target = sheet(outlet.sender, outlet.waste, month)
            if outlet.purpose == "use" and outlet.process is not None:
                prior = flows.prior.get((outlet, month), 0)
                target.used.append(Used(grams, outlet.process, product_of(outlet.process), prior))
            else:
                target.disposed.append(
                    _own_disposal(outlet.sender, outlet.waste, month, grams, outlet.process)
                )
    for shipment in shipments:
        if shipment.sent is not None:
            sheet(shipment.sender, shipment.waste, shipment.month).sent.append(_sent(shipment, sites))
        if shipment.received is not None:
            target = sheet(shipment.receiver, shipment.waste, shipment.month)
            target.received.append(
                Received(party(shipment.sender, sites), shipment.received, shipment.purpose)
            )
            target.arrived += shipment.arrived
    return sheets


def _own_disposal(plant: str, waste: str, month: Month, grams: int, method: str | None) -> Disposed:
    who, what, months = NONCOMPLIANT
    compliant = not ((who, what) == (plant, waste) and month in months)
    return Disposed(grams, method, DISPOSAL_CELL, compliant=compliant)


def _sent(shipment: Shipment, sites: Mapping[str, Site]) -> Sent:
    return Sent(
        party(shipment.receiver, sites),
        shipment.sent or 0,
        shipment.purpose,
        shipment.prior,
        shipment.forwarded,
        leaves_province(shipment.receiver),
    )


def _carry(seed: int, plant: Plant, waste: str, sheets: _Sheets) -> Iterator[tuple[Month, Line]]:
    """Carry the stock of one waste of one site; a month with neither flow nor stock has no line."""
    mine = {month: sheets[plant.key, waste, month] for month in MONTHS if (plant.key, waste, month) in sheets}
    if not mine:
        return
    takes_in = any(sheet.received for sheet in mine.values())
    stock = _first_stock(seed, plant, waste, mine)
    for month in MONTHS:
        opening = stock - STOCK_DROPS.get((plant.key, waste, month), 0)
        sheet = mine.get(month, _Month())
        arrived = sheet.arrived
        treated = (
            treat(seed, plant, waste, month, in_hand=opening + arrived, arrived=arrived) if takes_in else ()
        )
        line = _line(seed, plant, waste, month, opening=opening, sheet=sheet, treated=treated)
        stock = line.closing_grams
        if line.opening_grams or line.generated_grams or line.received or line.sent:
            yield month, line


def _first_stock(seed: int, plant: Plant, waste: str, mine: Mapping[Month, _Month]) -> int:
    """Stock at the start of the first month: some months of generation, or a yard partly full."""
    generated = sum(sheet.generated for sheet in mine.values()) // len(MONTHS)
    arrived = sum(sheet.arrived for sheet in mine.values()) // len(MONTHS)
    months = 2 + pick(seed, 12, "first stock", plant.key, waste)
    return generated * months // QUANTUM * QUANTUM + opening_of_yard(plant, arrived)


def _line(
    seed: int,
    plant: Plant,
    waste: str,
    month: Month,
    *,
    opening: int,
    sheet: _Month,
    treated: tuple[Used | Disposed, ...],
) -> Line:
    dumped = DUMPED.get((plant.key, waste, month), 0)
    used = (*sheet.used, *(flow for flow in treated if isinstance(flow, Used)))
    disposed = (*sheet.disposed, *(flow for flow in treated if isinstance(flow, Disposed)))
    out = sum(flow.grams for flow in sheet.sent) + dumped
    out += sum(flow.grams for flow in used) + sum(flow.grams for flow in disposed)
    gap = LINE_GAPS.get((plant.key, waste, month), 0)
    line = Line(
        waste=waste,
        basis="dry" if waste in _DRY else "wet",
        moisture_millipercent=_moisture(seed, plant, waste, month),
        method=_method(plant, waste),
        opening_grams=opening,
        generated_grams=sheet.generated,
        received=tuple(sheet.received),
        used=used,
        disposed=disposed,
        sent=tuple(sheet.sent),
        dumped_grams=dumped,
        closing_grams=opening + sheet.generated + sheet.arrived - out - gap,
    )
    return replace(line, compliant_stored_grams=_compliant(seed, plant, line))


def _moisture(seed: int, plant: Plant, waste: str, month: Month) -> int:
    low, steps = _MOISTURE[waste]
    usual = low + pick(seed, steps, "moisture", plant.key, waste)
    return max(1, usual + spread(seed, 2, "moisture", plant.key, waste, month)) * 100


def _method(plant: Plant, waste: str) -> str:
    """How a site measures: belts at mines and washeries, balances for ash, weighbridges for lorries."""
    if plant.trade in (Trade.MINE, Trade.WASHERY):
        return "emission_factor" if plant.size < 70 else "belt_scale"
    if plant.trade in (Trade.POWER, Trade.GANGUE_POWER, Trade.CHEMICALS) and waste in (FLY_ASH, BOTTOM_ASH):
        return "material_balance"
    return "flow_meter" if plant.trade is Trade.ORE else "weighbridge"


def _compliant(seed: int, plant: Plant, line: Line) -> int:
    """Own waste stored in a yard that meets the standard [g]: all of it, or at the smaller mines a part."""
    if not line.generated_grams:
        return 0
    meets = plant.trade is not Trade.MINE or plant.size >= 150
    share = 1000 if meets else 400 + pick(seed, 500, "yard", plant.key)
    return max(0, totals_of(line).stored_grams) * share // 1000 // QUANTUM * QUANTUM
