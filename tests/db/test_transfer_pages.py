"""Pages of transfers one behind another are all that a subject may see and asks for, each once, in the order of their ids."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.base import table_of
from app.db.session import Database
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.ids import new_id
from app.transfers.models import Transfer
from app.transfers.reading import TransferQuery, page, selected

NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)
FIRMS = [new_id() for _ in range(3)]
REGIONS = ("140212", "140300", "150200", "150300", "140213", "150400", "140212")
SITES = [(new_id(), f"SITE{number}", FIRMS[number % 3], region) for number, region in enumerate(REGIONS)]
MONTHS = [Month(2025, 1).plus(step) for step in range(4)]
QUERIES = [
    TransferQuery(limit=3),
    TransferQuery(limit=4, direction="incoming"),
    TransferQuery(limit=3, direction="outgoing", first=MONTHS[1], last=MONTHS[2]),
    TransferQuery(limit=3, first=MONTHS[2]),
    TransferQuery(limit=3, last=MONTHS[0], undecided=True),
    TransferQuery(limit=2, site="SITE0"),
    TransferQuery(limit=2, site="SITE1", waste="SW02", last=MONTHS[2]),
]


def _subject(role: Role, *, region: str | None = None, firm: uuid.UUID | None = None) -> Subject:
    return Subject(new_id(), "s", role, SCOPES_OF[role], firm, region=region)


SUBJECTS = {
    "admin": _subject(Role.ADMIN),
    "province": _subject(Role.REGULATOR, region="14"),
    "county": _subject(Role.REGULATOR, region="140212"),
    "firm": _subject(Role.ENTERPRISE, firm=FIRMS[0]),
}


def _fill(session: Session) -> None:
    shared = {"industry": "44", "name": "n", "created_at": NOW}
    firms = [
        shared | {"id": firm, "credit_code": f"{n:018d}", "credit_code_valid": False, "region": "140212"}
        for n, firm in enumerate(FIRMS)
    ]
    sites = [
        shared
        | {"id": site, "code": code, "enterprise_id": firm, "region": region, "reports_from": MONTHS[0]}
        for site, code, firm, region in SITES
    ]
    session.execute(insert(table_of(Enterprise)), firms)
    session.execute(insert(table_of(Site)), sites)
    drawn = random.Random(5)
    rows = [
        _transfer(month, waste, *drawn.sample(SITES, 2)) | {"sent_grams": drawn.choice([None, 5])}
        for month in MONTHS
        for waste in ("SW01", "SW02", "SW03", "SW04", "SW05")
    ]
    session.execute(insert(table_of(Transfer)), rows)


def _transfer(
    month: Month,
    waste: str,
    sender: tuple[uuid.UUID, str, uuid.UUID, str],
    receiver: tuple[uuid.UUID, str, uuid.UUID, str],
) -> dict[str, object]:
    return {
        "id": new_id(),
        "month": month,
        "waste": waste,
        "purpose": "use",
        "sender_site_id": sender[0],
        "sender_party": sender[1],
        "sender_enterprise_id": sender[2],
        "receiver_site_id": receiver[0],
        "receiver_party": receiver[1],
        "receiver_enterprise_id": receiver[2],
    }


def _pages(session: Session, subject: Subject, query: TransferQuery) -> Iterator[list[str]]:
    cursor: str | None = None
    while True:
        told = {name: getattr(query, name) for name in query.__slots__}
        items, cursor = page(
            session, subject, TransferQuery(**told | {"cursor": cursor and uuid.UUID(cursor)})
        )
        yield [item["id"] for item in items]
        if cursor is None:
            return


def test_pages_are_all_there_is(sessions: Database) -> None:
    with sessions.writing() as session:
        _fill(session)
    found: dict[str, int] = {}
    with sessions.reading() as session:
        for name, subject in SUBJECTS.items():
            for query in QUERIES:
                pages = list(_pages(session, subject, query))
                expected = sorted(str(row.id) for row in session.scalars(selected(subject, query)))
                assert [each for ids in pages for each in ids] == expected, (name, query)
                assert all(len(ids) == query.limit for ids in pages[:-1])
                found[name] = max(found.get(name, 0), len(expected))
    assert found["admin"] == 20 > found["province"] > found["county"] > 3 < found["firm"]
