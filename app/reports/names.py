"""What codes are called in reports: regions, wastes, industries."""

from collections.abc import Mapping

from app.db.session import ReadSession
from app.domain.errors import Message
from app.reference import service as reference

NATION = Message("全国", "China")
_DIVISION_DIGITS = 2


def place(session: ReadSession, region: str | None) -> Message:
    """Name a region with those above it: 山西省大同市, Datong, Shanxi."""
    if region is None:
        return NATION
    found = [_one(session, region[:digits]) for digits in range(2, len(region) + 1, 2)]
    zh = "".join(name.zh for name in found)
    return Message(zh, ", ".join(name.en for name in reversed(found)))


def regions(session: ReadSession, codes: list[str]) -> dict[str, Message]:
    """Name regions by themselves."""
    return {code: _one(session, code) for code in codes}


def _one(session: ReadSession, region: str) -> Message:
    rows, _ = reference.page(session, "regions", prefix=region, length=len(region), after="", limit=1)
    return Message(rows[0].zh, rows[0].en) if rows else Message(region, region)


def wastes(session: ReadSession) -> dict[str, Message]:
    """Name the waste streams."""
    return {row.code: Message(row.zh, row.en) for row in reference.current(session, "wastes")}


def industries(session: ReadSession) -> dict[str, Message]:
    """Name the divisions of GB/T 4754."""
    return {row.code: Message(row.zh, row.en) for row in reference.current(session, "industries")}


def division(industry: str) -> str:
    """The division, two digits, of an industry code of any length."""
    return industry[:_DIVISION_DIGITS]


def coded(names: Mapping[str, Message], code: str) -> Message:
    """A code with its name, where it has one: SW02 粉煤灰."""
    name = names.get(code)
    return Message(code, code) if name is None else Message(f"{code} {name.zh}", f"{code} {name.en}")


def bulk_wastes(session: ReadSession) -> tuple[str, ...]:
    """Codes of the streams that a target without wastes means."""
    return tuple(row.code for row in reference.current(session, "wastes") if row.body["bulk"])
