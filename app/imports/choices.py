"""What may stand in the cells of a template: codes with their names, those of one site first of all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from app.auth.subjects import Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession
from app.domain.errors import Message
from app.enterprises.models import Enterprise, Facility, Site
from app.imports.columns import Kind
from app.reference import service as reference
from app.reference.models import ReferenceRow
from app.transfers.models import Transfer

_MOST_PARTNERS = 500
PURPOSES = {
    "use": Message("利用", "use"),
    "dispose": Message("处置", "dispose"),
    "store": Message("贮存", "store"),
}
BASES = {"wet": Message("湿基", "wet"), "dry": Message("干基", "dry")}
FLAGS = ("是", "否")


@dataclass(frozen=True, slots=True)
class Choice:
    """A code and what it is called."""

    code: str
    name: Message


@dataclass(frozen=True, slots=True)
class Choices:
    """What a site can name in its ledger."""

    sites: tuple[Choice, ...]
    wastes: tuple[Choice, ...]
    processes: tuple[Choice, ...]
    disposals: tuple[Choice, ...]
    products: tuple[Choice, ...]
    methods: tuple[Choice, ...]
    partners: tuple[Choice, ...]
    facilities: tuple[Choice, ...]
    activities: tuple[Choice, ...]


def choices(session: ReadSession, subject: Subject, site: str | None) -> Choices:
    """Gather them for a subject, and of partners and facilities those of the site, or of all its sites."""
    sites = _sites(session, subject)
    codes = [choice.code for choice in sites] if site is None else [site]
    processes = reference.current(session, "processes")
    by_role = {
        role: tuple(
            Choice(row.code, Message(row.zh, row.en)) for row in processes if row.body["role"] == role
        )
        for role in ("use", "dispose")
    }
    return Choices(
        sites=sites,
        wastes=_named(session, "wastes"),
        processes=by_role["use"],
        disposals=by_role["dispose"],
        products=_products(processes),
        methods=_named(session, "methods"),
        partners=_partners(session, subject, codes),
        facilities=_facilities(session, subject, codes),
        activities=_activities(session),
    )


def _named(session: ReadSession, kind: str) -> tuple[Choice, ...]:
    rows = reference.current(session, kind)
    return tuple(Choice(row.code, Message(row.zh, row.en)) for row in rows)


def _own(name: str) -> Message:
    return Message(name, name)


def _sites(session: ReadSession, subject: Subject) -> tuple[Choice, ...]:
    seen = visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))
    query = select(Site.code, Site.name).where(seen).order_by(Site.code).limit(_MOST_PARTNERS)
    return tuple(Choice(code, _own(name)) for code, name in session.execute(query))


def _facilities(session: ReadSession, subject: Subject, sites: Sequence[str]) -> tuple[Choice, ...]:
    query = (
        select(Facility.code, Facility.name)
        .join(Site, Site.id == Facility.site_id)
        .where(
            Site.code.in_(sites), visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))
        )
        .order_by(Facility.code)
    )
    found = {row.code: row.name for row in session.execute(query)}
    return tuple(Choice(code, _own(name)) for code, name in found.items())


def _partners(session: ReadSession, subject: Subject, sites: Sequence[str]) -> tuple[Choice, ...]:
    """Whoever the sites sent to or received from, by the name they are registered under, if they are."""
    visible = visible_to(subject, enterprises=(Site.enterprise_id,))
    own = session.scalars(select(Site.id).where(Site.code.in_(sites), visible)).all()
    theirs = or_(Transfer.sender_site_id.in_(own), Transfer.receiver_site_id.in_(own))
    query = select(Transfer.sender_party, Transfer.receiver_party).where(theirs)
    query = query.distinct().limit(_MOST_PARTNERS)
    codes = {code for pair in session.execute(query) for code in pair} - set(sites)
    return tuple(Choice(code, _own(name)) for code, name in named_parties(session, codes))


def named_parties(session: ReadSession, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Each code with the name of the site or enterprise that has it, or without one; in the order of codes."""
    wanted = sorted(set(codes))
    names = {
        code: name
        for column, named in ((Enterprise.credit_code, Enterprise.name), (Site.code, Site.name))
        for code, name in session.execute(select(column, named).where(column.in_(wanted)))
    }
    return [(code, names.get(code, "")) for code in wanted]


def _products(processes: Iterable[ReferenceRow]) -> tuple[Choice, ...]:
    named = {code: name for row in processes for code, name in row.body["product_names"].items()}
    return tuple(Choice(code, Message(name["zh"], name["en"])) for code, name in sorted(named.items()))


def _activities(session: ReadSession) -> tuple[Choice, ...]:
    """What generation can be expected from, named by what the coefficients relate it to: “煤矸石 / 原煤” → 原煤."""
    found: dict[str, Message] = {}
    for row in reference.current(session, "coefficients"):
        name = Message(row.zh.rpartition("/")[2].strip(), row.en.rpartition(" per ")[2].strip())
        known = found.setdefault(row.body["activity"], name)
        if len(name.zh) < len(known.zh):
            found[row.body["activity"]] = name
    return tuple(Choice(code, name) for code, name in sorted(found.items()))


def texts_for(key: str, kind: Kind, offered: Choices) -> list[str]:
    """The entries of a column's drop-down; empty for a column that has none."""
    if kind is Kind.FLAG:
        return list(FLAGS)
    if kind is Kind.PURPOSE:
        return [name.zh for name in PURPOSES.values()]
    if kind is Kind.BASIS:
        return [name.zh for name in BASES.values()]
    by_key = {
        "site": offered.sites,
        "waste": offered.wastes,
        "method": offered.methods,
        "used.process": offered.processes,
        "used.product": offered.products,
        "disposed.method": offered.disposals,
        "disposed.facility": offered.facilities,
        "received.from": offered.partners,
        "sent.to": offered.partners,
        "activity.kind": offered.activities,
    }
    return [f"{choice.code} {choice.name.zh}".strip() for choice in by_key.get(key, ())]
