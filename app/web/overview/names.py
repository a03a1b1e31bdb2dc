"""What codes are called: regions, wastes, industries, sites."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession
from app.domain.errors import Message
from app.enterprises.models import Enterprise, Site
from app.reference import service as reference

NATION = Message("全国", "China")
_DIVISION_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Waste:
    """A waste stream; `bulk` ones are what a target without wastes means."""

    name: Message
    bulk: bool


def wastes(session: ReadSession) -> dict[str, Waste]:
    """Name the waste streams, in the order of their codes."""
    rows = reference.current(session, "wastes")
    return {row.code: Waste(Message(row.zh, row.en), bool(row.body["bulk"])) for row in rows}


def industries(session: ReadSession) -> dict[str, Message]:
    """Name the divisions of GB/T 4754."""
    return {row.code: Message(row.zh, row.en) for row in reference.current(session, "industries")}


def division(industry: str) -> str:
    """Give the division, two digits, of an industry code of any length."""
    return industry[:_DIVISION_DIGITS]


def place(session: ReadSession, subject: Subject, region: str | None) -> Message:
    """Name what the page is about: a region, the nation, or the enterprise that asks."""
    if region is not None:
        rows, _ = reference.page(session, "regions", prefix=region, length=len(region), after="", limit=1)
        return Message(rows[0].zh, rows[0].en) if rows else Message(region, region)
    if subject.role is Role.ENTERPRISE:
        owner = session.get(Enterprise, subject.enterprise_id)
        name = owner.name if owner is not None else subject.name
        return Message(name, name)
    return NATION


def regions(session: ReadSession, codes: Iterable[str]) -> Mapping[str, Message]:
    """Name the regions of these codes."""
    wanted = frozenset(codes)
    return {
        row.code: Message(row.zh, row.en)
        for row in reference.current(session, "regions")
        if row.code in wanted
    }


def sites(session: ReadSession, subject: Subject, codes: Iterable[str]) -> Mapping[str, Message]:
    """Name the sites among these codes that the subject may see."""
    visible = visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))
    found = session.execute(select(Site.code, Site.name).where(Site.code.in_(list(codes)), visible))
    return {code: Message(name, name) for code, name in found}
