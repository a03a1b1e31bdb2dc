"""A permit and its site come at the same time: whichever is second finds the other, and nothing is made twice."""

import threading
from collections.abc import Callable
from datetime import date

from builders import MILL, People
from permits.permit_bodies import NUMBER, permit
from sqlalchemy import func, select
from support.clock import SettableClock

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.session import Database, WriteSession
from app.enterprises import onboarding
from app.enterprises.models import Site
from app.enterprises.schemas import SiteIn
from app.ids import new_id
from app.permits.commands import Incoming, Receiver
from app.permits.models import Permit, PermitVersionRow
from app.permits.permit_in import PermitIn
from app.permits.receiving import receive

ADMIN = Subject(new_id(), "test", Role.ADMIN, SCOPES_OF[Role.ADMIN])
Do = Callable[[WriteSession], object]


def at_once(sessions: Database, first: Do, second: Do) -> None:
    """Begin the second while the first is not committed yet."""

    def other() -> None:
        with sessions.writing() as session:
            second(session)

    beside = threading.Thread(target=other)
    with sessions.writing() as session:
        first(session)
        beside.start()
        # Long enough for the second to wait on a lock, if it is going to; too short only makes the test weaker.
        beside.join(0.3)
    beside.join(30)
    assert not beside.is_alive()


def test_a_permit_and_its_site_find_each_other_in_either_order(
    people: People, sessions: Database, clock: SettableClock
) -> None:
    people.register(sites=0)
    sites = iter(range(1, 100))

    def pair() -> tuple[str, Do, Do]:
        number = f"{MILL}{next(sites):03d}P"
        body = PermitIn.model_validate(permit())
        site = SiteIn(code=number, enterprise=MILL, name="示例场所", region="140212")
        receiver = Receiver(ADMIN, clock(), date(2026, 1, 10), "test")
        return (
            number,
            lambda session: receive(session, [Incoming(number, body, b"{}", "application/json")], receiver),
            lambda session: onboarding.register_site(
                session, ADMIN, site, now=clock(), timezone="Asia/Shanghai"
            ),
        )

    numbers = []
    for permit_first in (True, False):
        number, sends, registers = pair()
        numbers.append(number)
        at_once(sessions, *((sends, registers) if permit_first else (registers, sends)))
    with sessions.reading() as session:
        found = session.execute(
            select(Permit.number, Site.code).join(Site, Site.id == Permit.site_id).order_by(Permit.number)
        ).all()
    assert [tuple(row) for row in found] == [(number, number) for number in numbers]


def test_the_same_permit_from_two_sides_is_one(
    people: People, sessions: Database, clock: SettableClock
) -> None:
    people.register()
    body = PermitIn.model_validate(permit())
    receiver = Receiver(ADMIN, clock(), date(2026, 1, 10), "test")

    def sends(session: WriteSession) -> object:
        return receive(session, [Incoming(NUMBER, body, b"{}", "application/json")], receiver)

    at_once(sessions, sends, sends)
    with sessions.reading() as session:
        for model in (Permit, PermitVersionRow):
            assert session.scalar(select(func.count()).select_from(model)) == 1
