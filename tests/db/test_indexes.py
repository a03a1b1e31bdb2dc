"""What a subject may see is found by an index, on both databases: by region, and by either party of a transfer."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.auth.subjects import SCOPES_OF, Role, Subject
from app.auth.visibility import visible_to
from app.db.session import Database
from app.domain.periods import Month
from app.enterprises import repository
from app.enterprises.models import Site
from app.ids import new_id
from app.ledgers.models import Ledger, Rollup
from app.transfers import service as transfers
from app.transfers.models import Transfer
from app.transfers.reading import TransferQuery, selected

REGULATOR = Subject(new_id(), "r", Role.REGULATOR, SCOPES_OF[Role.REGULATOR], region="1402")
FIRM = Subject(
    new_id(), "e", Role.ENTERPRISE, SCOPES_OF[Role.ENTERPRISE], new_id(), former_ids=frozenset({new_id()})
)
SITES_BY_REGION = {"ix_sites_region"}
BOTH_SITES = {"ix_transfers_sender_site_id_month", "ix_transfers_receiver_site_id_month"}
# Which of the two small indexes of a side it takes is the database's choice while they are as small as here.
NO_SITES = {"ix_transfers_sender_", "ix_transfers_receiver_"}


def plan(session: Session, statement: Any) -> str:
    """How the database would find the rows, in its own words; PostgreSQL scans tables this small unless told not to."""
    bind = session.get_bind()
    compiled = statement.compile(bind, compile_kwargs={"literal_binds": True, "render_postcompile": True})
    if bind.dialect.name == "postgresql":
        for name in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin"):
            session.execute(text(f"SET LOCAL {name} = off"))
        rows = session.execute(text(f"EXPLAIN {compiled}".replace(":", r"\:")))
        return "\n".join(row[0] for row in rows)
    rows = session.execute(text(f"EXPLAIN QUERY PLAN {compiled}".replace(":", r"\:")))
    return "\n".join(row[3] for row in rows)


def ledgers_of(subject: Subject) -> Any:
    visible = visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))
    return select(Ledger.id).join(Site, Site.id == Ledger.site_id).where(visible)


def sites_in(region: str) -> Any:
    return select(Site.id).where(repository.within(Site.region, region))


CASES: dict[str, tuple[Callable[[], Any], set[str]]] = {
    "sites": (lambda: select(Site.id).where(repository.seen_sites(REGULATOR)), SITES_BY_REGION),
    "sites of an enterprise": (
        lambda: select(Site.id).where(repository.seen_sites(FIRM)),
        {"ix_sites_enterprise_id"},
    ),
    "audit log of a territory": (
        lambda: select(AuditEntry.ordinal).where(visible_to(REGULATOR, region=AuditEntry.region)),
        {"ix_audit_entries_region"},
    ),
    "audit log of an object": (
        lambda: select(AuditEntry.ordinal).where(AuditEntry.object_id == "s1"),
        {"ix_audit_entries_object_id"},
    ),
    "sites in a county": (lambda: sites_in("140212"), SITES_BY_REGION),
    "ledgers": (lambda: ledgers_of(REGULATOR), {*SITES_BY_REGION, "uq_ledgers_site_id_month"}),
    "ledgers of an enterprise": (
        lambda: ledgers_of(FIRM),
        {"ix_sites_enterprise_id", "uq_ledgers_site_id_month"},
    ),
    "transfers": (lambda: selected(REGULATOR, TransferQuery()), SITES_BY_REGION | BOTH_SITES),
    "transfers of an enterprise": (
        lambda: selected(FIRM, TransferQuery()),
        {"ix_sites_enterprise_id", *BOTH_SITES},
    ),
    "an enterprise's inbox": (
        lambda: selected(FIRM, TransferQuery(direction="incoming", undecided=True)),
        {"ix_transfers_receiver_site_id_month"},
    ),
    "a site's transfers": (lambda: selected(FIRM, TransferQuery(site="a")), BOTH_SITES),
    "transfers that name somebody unknown": (
        lambda: select(Transfer.id).where(transfers.naming(["a", "b"])),
        NO_SITES,
    ),
}


def test_transfers_of_enterprises_are_found_without_a_look_at_all(sessions: Database) -> None:
    with sessions.reading() as session:
        told = plan(session, select(Transfer.id).where(transfers.of_enterprises(session, [new_id()])))
    assert {name for name in NO_SITES if name not in told} == set(), told


@pytest.mark.parametrize("case", CASES)
def test_an_index_finds_what_may_be_seen(sessions: Database, case: str) -> None:
    statement, indexes = CASES[case]
    with sessions.reading() as session:
        told = plan(session, statement())
    assert {name for name in indexes if name not in told} == set(), told


def test_a_prefix_is_exactly_what_begins_with_it(sessions: Database) -> None:
    with sessions.writing() as session:
        for region in ("140199", "140200", "140212", "140299", "140300", "150200"):
            session.add(Rollup(region=region, waste="SW02", month=Month(2025, 1), **_NOTHING))
        session.flush()
        for prefix, found in (
            ("14", ["140199", "140200", "140212", "140299", "140300"]),
            ("1402", ["140200", "140212", "140299"]),
            ("140212", ["140212"]),
        ):
            subject = Subject(new_id(), "r", Role.REGULATOR, SCOPES_OF[Role.REGULATOR], region=prefix)
            seen = select(Rollup.region).where(visible_to(subject, region=Rollup.region))
            assert sorted(session.scalars(seen)) == found
        session.rollback()


_NOTHING = {column.name: 0 for column in Rollup.__table__.columns if column.name.endswith("_grams")}
