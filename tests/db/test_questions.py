"""A question asked through the driver answers what SQLAlchemy would, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.db.base import table_of
from app.db.questions import Among, Question, driver_cursor
from app.db.session import Database
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.ids import new_id

ENTERPRISE, SITE = table_of(Enterprise), table_of(Site)
BY_CODE = Question(
    select(ENTERPRISE.c.id, ENTERPRISE.c.created_at).where(Among(ENTERPRISE.c.credit_code, "codes")),
    codes=ENTERPRISE.c.credit_code,
)
BY_MONTH = Question(
    select(SITE.c.code, SITE.c.reports_from, SITE.c.reports_until)
    .where(
        Among(SITE.c.enterprise_id, "firms"), Among(SITE.c.reports_from, "months"), SITE.c.region == "140212"
    )
    .order_by(SITE.c.code)
    .limit(2),
    firms=SITE.c.enterprise_id,
    months=SITE.c.reports_from,
)
CODE = "91140200MA0QUEST1X"
AT = datetime(2026, 1, 10, 8, tzinfo=UTC)


def test_values_go_in_and_come_out_by_the_types_of_their_columns(sessions: Database) -> None:
    shared = {"name": "示例", "region": "140212", "industry": "44", "created_at": AT}
    firm = Enterprise(id=new_id(), credit_code=CODE, credit_code_valid=False, **shared)
    with sessions.writing() as session:
        session.add(firm)
        # Not flushed yet: who asks finds it all the same.
        assert BY_CODE.ask(session, codes=[CODE, "nobody"]) == [(firm.id, AT)]
        for number, month in enumerate((Month(2025, 1), Month(2025, 2), Month(2025, 1), Month(2025, 1))):
            place = {"code": f"{CODE}00{number}P", "enterprise_id": firm.id, "reports_from": month}
            session.add(Site(id=new_id(), **shared, **place))
        found = BY_MONTH.ask(session, firms={firm.id, new_id()}, months={Month(2025, 1), Month(2030, 1)})
        assert found == [(f"{CODE}000P", Month(2025, 1), None), (f"{CODE}002P", Month(2025, 1), None)]
        assert BY_MONTH.ask(session, firms=[], months={Month(2025, 1)}) == []


def test_a_longer_text_is_not_cut_to_the_length_of_its_column(sessions: Database) -> None:
    shared = {"name": "示例", "region": "140212", "industry": "44", "created_at": AT}
    with sessions.writing() as session:
        session.add(Enterprise(id=new_id(), credit_code=CODE, credit_code_valid=False, **shared))
        assert BY_CODE.ask(session, codes=[CODE + "001P"]) == []


def test_a_refusal_is_sqlalchemys(sessions: Database) -> None:
    with (
        pytest.raises(DBAPIError) as refused,
        sessions.writing() as session,
        driver_cursor(session) as cursor,
    ):
        cursor.execute("SELECT no_such_column FROM sites")
    assert "no_such_column" not in str(refused.value.params)
