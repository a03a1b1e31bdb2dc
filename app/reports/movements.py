"""What went over the border of a region, as the sites on this side of it booked it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.enterprises.service import Party, parties, sites_by_id
from app.ledgers.models import FlowKind
from app.rates.service import Scope
from app.reports import names, repository
from app.reports.document import Column, Mass, Section, Table, Text
from app.reports.figures import TONNES
from app.reports.repository import Moved
from app.reports.words import Unit

_PROVINCE_DIGITS = 2
_PURPOSES = {
    "use": Message("利用", "use"),
    "dispose": Message("处置", "disposal"),
    "store": Message("贮存", "storage"),
}


class Where(StrEnum):
    """Where the other side of a transfer is, seen from a region."""

    INSIDE = "inside"
    SAME_PROVINCE = "same_province"
    OTHER_PROVINCE = "other_province"
    UNKNOWN = "unknown"


_WHERE = {
    Where.SAME_PROVINCE: Message("省内其他地区", "elsewhere in the province"),
    Where.OTHER_PROVINCE: Message("省外", "another province"),
    Where.UNKNOWN: Message("未在本系统登记的单位（地点不详）", "a party not registered here (place unknown)"),
}


@dataclass(frozen=True, slots=True)
class Movements:
    """Masses [g] over the border, by waste, purpose and where to or where from."""

    out: Mapping[tuple[str, str, Where], int]
    into: Mapping[tuple[str, str, Where], int]


def movements(session: ReadSession, subject: Subject, scope: Scope) -> Movements:
    """Sum what left the region and what came in; what stays inside is in neither."""
    sent = list(repository.moved(session, subject, scope, FlowKind.SENT))
    received = list(repository.moved(session, subject, scope, FlowKind.RECEIVED))
    known = parties(session, {flow.party for flow in (*sent, *received)}, as_of=scope.as_of)
    ids = {site.site_id for party in known.values() for site in party.sites}
    regions = {found.id: found.region for found in sites_by_id(session, ids).values()}
    behind = {code: frozenset(regions[site.site_id] for site in party.sites) for code, party in known.items()}
    return Movements(_summed(sent, known, behind, scope), _summed(received, known, behind, scope))


def _summed(
    flows: Iterable[Moved], known: Mapping[str, Party], behind: Mapping[str, frozenset[str]], scope: Scope
) -> dict[tuple[str, str, Where], int]:
    found: dict[tuple[str, str, Where], int] = defaultdict(int)
    for flow in flows:
        where = _where(flow, behind[flow.party] if known[flow.party].known else frozenset(), scope.region)
        if where is not Where.INSIDE:
            found[flow.waste, flow.purpose, where] += flow.grams
    return dict(found)


def _where(flow: Moved, regions: frozenset[str], region: str | None) -> Where:
    """An enterprise with sites on both sides counts as inside: that it crossed the border is not known."""
    if any(code.startswith(region or "") for code in regions):
        return Where.INSIDE
    province = flow.region[:_PROVINCE_DIGITS]
    if regions:
        near = any(code.startswith(province) for code in regions)
        return Where.SAME_PROVINCE if near else Where.OTHER_PROVINCE
    return Where.OTHER_PROVINCE if flow.out_of_province else Where.UNKNOWN


def section(session: ReadSession, subject: Subject, scope: Scope, unit: Unit) -> Section:
    """Both directions, in a sentence and in a table each."""
    found, wastes = movements(session, subject, scope), names.wastes(session)
    return Section(
        Message("四、跨区域转移", "4. Transfers over the border of the region"),
        (_sentence(found, unit),),
        (
            _table("transfers_out", Message("转出", "Sent out"), Message("去向", "To"), found.out, wastes),
            _table("transfers_in", Message("转入", "Taken in"), Message("来源", "From"), found.into, wastes),
        ),
        id="transfers",
    )


def _sentence(found: Movements, unit: Unit) -> Message:
    out, into = unit.mass(sum(found.out.values())), unit.mass(sum(found.into.values()))
    abroad = sum(grams for (_, _, where), grams in found.out.items() if where is Where.OTHER_PROVINCE)
    away = unit.mass(abroad)
    return Message(
        f"本行政区场所转出区外 {out.zh}，其中转往省外 {away.zh}；自区外接收 {into.zh}。",
        f"Sites of the region sent {out.en} out of it, of which {away.en} to other provinces, and received {into.en} "
        "from outside.",
    )


def _table(
    ident: str,
    title: Message,
    head: Message,
    masses: Mapping[tuple[str, str, Where], int],
    wastes: Mapping[str, Message],
) -> Table:
    columns = (
        Column("waste", Message("代码", "Code"), width=0.6),
        Column("name", Message("固废种类", "Waste"), width=1.6),
        Column("purpose", Message("用途", "Purpose")),
        Column("where", head, width=2),
        Column("tonnes", Message("数量", "Mass"), TONNES, width=1.3),
    )
    rows = [
        (
            Text(waste),
            Text(wastes.get(waste, Message(waste, waste))),
            Text(_PURPOSES.get(purpose, Message(purpose, purpose))),
            Text(_WHERE[where]),
            Mass(grams),
        )
        for (waste, purpose, where), grams in sorted(masses.items())
    ]
    total = (Text(Message("合计", "Total")), Text(""), Text(""), Text(""), Mass(sum(masses.values())))
    note = Message(
        "按本侧场所台账所记；对方在本系统登记的，按其登记地判断，未登记的按转出方申报的是否出省判断。",
        "As booked by the sites on this side. A registered party is where it is registered; of others the sender's word "
        "counts.",
    )
    return Table(ident, title, columns, (*rows, total) if rows else (), (note,), 1 if rows else 0)
