"""Pages of transfers one behind another are all that a subject may see and asks for, each once: by id, or by key in months."""

import base64
import random
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import product

import pytest
from builders import People
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.base import table_of
from app.db.session import Database
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.ids import new_id
from app.transfers import reading
from app.transfers.models import Transfer
from app.transfers.positions import MAX_CURSOR, cursor_at_key, key_of
from app.transfers.reading import TransferQuery, page, selected
from app.transfers.sides import KEY

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
    TransferQuery(limit=1, first=MONTHS[0], waste="SW03"),
    TransferQuery(limit=3, last=MONTHS[0], undecided=True),
    TransferQuery(limit=2, site="SITE0"),
    TransferQuery(limit=2, site="SITE1", waste="SW02", last=MONTHS[2]),
]


PARTIES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=64)


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
        items, cursor = page(session, subject, TransferQuery(**told | {"cursor": cursor}))
        yield [item["id"] for item in items]
        if cursor is None:
            return


def _place(query: TransferQuery, row: Transfer) -> tuple[object, ...]:
    """Where a transfer stands among those that are asked for."""
    if query.first is None and query.last is None:
        return (row.id,)
    return tuple(getattr(row, name) for name in KEY)


def _expected(session: Session, subject: Subject, query: TransferQuery) -> list[str]:
    rows = sorted(session.scalars(selected(subject, query)), key=partial(_place, query))
    return [str(row.id) for row in rows]


def test_pages_are_all_there_is(sessions: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with sessions.writing() as session:
        _fill(session)
    found: dict[str, int] = {}
    with sessions.reading() as session:
        for (name, subject), query in product(SUBJECTS.items(), QUERIES):
            expected = _expected(session, subject, query)
            found[name] = max(found.get(name, 0), len(expected))
            # Two rows walked are never a page, so that all are looked up by site; five are at times; 2,000 are all there are.
            for walked in (2, 5, 2_000):
                monkeypatch.setattr(reading, "_WALKED", walked)
                pages = list(_pages(session, subject, query))
                assert [each for ids in pages for each in ids] == expected, (name, query)
                assert all(len(ids) == query.limit for ids in pages[:-1])
    assert found["admin"] == 20 > found["province"] > found["county"] > 3 < found["firm"]


def test_a_page_goes_on_behind_a_transfer_that_has_gone(sessions: Database) -> None:
    province, query = SUBJECTS["province"], TransferQuery(limit=2, first=MONTHS[0], last=MONTHS[3])
    with sessions.writing() as session:
        _fill(session)
        first, cursor = page(session, province, query)
        everything = [row["id"] for row in page(session, province, replace(query, limit=200))[0]]
        assert [row["id"] for row in first] == everything[:2]
        session.execute(
            delete(table_of(Transfer)).where(table_of(Transfer).c.id == uuid.UUID(first[-1]["id"]))
        )
        rest, _ = page(session, province, replace(query, limit=200, cursor=cursor))
    assert [row["id"] for row in rest] == everything[2:]


@given(
    st.builds(Month, st.integers(1990, 2199), st.integers(1, 12)), st.lists(PARTIES, min_size=4, max_size=4)
)
def test_a_cursor_is_the_key_it_was_made_of(month: Month, texts: list[str]) -> None:
    key = (month, *texts)
    cursor = cursor_at_key(Transfer(**dict(zip(KEY, key, strict=True))))
    assert key_of(cursor) == key
    assert len(cursor) <= MAX_CURSOR


BAD = (
    "x",
    "e30=",
    "WyIyMDI1LTAxIiwiU1cwMiIsInVzZSIsImEiXQ==",
    "bnVsbA==",
    "WyIyMDI1LTAxIiwxLDIsMyw0XQ==",
    "\u00e9",
)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_cursor_that_is_none_of_ours_is_refused(people: People) -> None:
    nested = base64.b64encode(b"[" * 700).decode()
    for cursor, months in product((*BAD, nested), ({}, {"from": "2025-01"})):
        asked = {"limit": 1, "cursor": cursor, **months}
        answer = people.client.get("/v1/transfers", params=asked, headers=people.admin)
        assert answer.status_code == 422, asked
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["#query/cursor"]
