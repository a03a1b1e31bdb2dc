"""Making a sandbox and emptying it, on both databases; what it refuses."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError
from sandbox.running import command
from sqlalchemy import func, inspect, select
from starlette.testclient import TestClient
from stdnum.cn import uscc

from app.auth.subjects import Role
from app.clients import service as clients
from app.db.base import Base
from app.db.session import Database
from app.db.upgrade import upgrade
from app.domain.periods import Month
from app.enterprises.models import Enterprise
from app.enterprises.rules import PERMIT_NUMBER
from app.ledgers.models import MonthClosing
from app.main import create_app
from app.sandbox import firms
from app.sandbox.guard import NotASandbox
from app.sandbox.models import Exchange
from app.settings import Settings
from app.transfers.models import Transfer
from seed.demo.city import build_city
from seed.sandbox_load import prepare, reset

NOW = datetime(2026, 1, 10, 8, 0, tzinfo=UTC)
LATER = datetime(2026, 2, 1, tzinfo=UTC)


def counts(sessions: Database) -> dict[str, int]:
    """Count the rows of every table but the audit log, which also tells of the database's own making."""
    with sessions.reading() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
            if not table.name.startswith("audit_")
        }


def test_it_is_made_once_and_made_anew_after_a_reset(sessions: Database) -> None:
    first = prepare(sessions, NOW)
    assert [each.client_id for each in first] == ["sandbox-enterprise", "sandbox-permits"]
    made = counts(sessions)
    assert prepare(sessions, LATER) == ()
    assert counts(sessions) == made

    with sessions.writing() as session:
        session.add(an_exchange())
    reference = {name: count for name, count in made.items() if name.startswith("reference_")}
    reset(sessions)
    left = {name: count for name, count in counts(sessions).items() if count}
    assert left == reference
    again = prepare(sessions, LATER)
    assert counts(sessions) == made
    assert {each.client_secret for each in again}.isdisjoint(each.client_secret for each in first)
    with sessions.reading() as session:
        assert session.execute(select(func.count()).select_from(Exchange)).scalar_one() == 0


def an_exchange() -> Exchange:
    from app.ids import new_id

    return Exchange(
        id=new_id(),
        subject_id=new_id(),
        method="GET",
        path="/v1/events",
        query="",
        key=None,
        status=200,
        replayed=False,
        cut=False,
        told={},
        at=NOW,
    )


def test_the_firms_are_there_with_the_supplier_s_deliveries(sessions: Database) -> None:
    prepare(sessions, NOW)
    with sessions.reading() as session:
        enterprises = session.scalars(select(Enterprise)).all()
        assert {each.credit_code for each in enterprises} == {firm.credit_code for firm in firms.FIRMS}
        assert all(each.credit_code_valid and each.name.startswith("示例") for each in enterprises)
        transfers = session.scalars(select(Transfer).order_by(Transfer.month)).all()
        assert [(each.month, each.sent_grams, each.receiver_party) for each in transfers] == [
            (Month(2025, 1), 300_000_000, firms.PLANT.code),
            (Month(2025, 2), 300_000_000, firms.PLANT.code),
        ]
        assert session.scalars(select(MonthClosing.month)).all() == [firms.CLOSED]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_database_with_other_enterprises_is_not_touched(sessions: Database, settings: Settings) -> None:
    with sessions.writing() as session:
        session.add(another_enterprise())
    before = counts(sessions)
    for attempt in (lambda: prepare(sessions, NOW), lambda: reset(sessions)):
        with pytest.raises(NotASandbox):
            attempt()
    told = command(settings.database_url, "--prepare-only", "--reset")
    assert told.exit_code == 1
    assert "HUANLIAN_DATABASE_URL" in told.stderr
    assert counts(sessions) == before


def another_enterprise() -> Enterprise:
    from app.ids import new_id

    return Enterprise(
        id=new_id(),
        credit_code="91140200MA0EXAMPLE",
        credit_code_valid=False,
        name="某企业",
        industry="44",
        region="140212",
        created_at=NOW,
    )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_command_tells_secrets_once(empty_database: str) -> None:
    first = command(empty_database, "--prepare-only", "--json")
    assert first.exit_code == 0, first.stderr
    told = json.loads(first.stdout)["clients"]
    assert [each["role"] for each in told] == ["enterprise", "permit_system"]
    again = command(empty_database, "--prepare-only")
    assert again.exit_code == 0
    assert not any(each["client_secret"] in again.stdout + again.stderr for each in told)
    results = json.loads(command(empty_database, "results", "--json").stdout)
    assert (results["passed"], results["of"]) == (0, 15)


def test_production_has_no_sandbox(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="SANDBOX"):
        Settings(environment="production", secret_key="x" * 40, sandbox=True)
    told = command(
        f"sqlite:///{tmp_path}/p.db", "--prepare-only", environment="production", secret_key="y" * 40
    )
    assert told.exit_code == 1
    assert "HUANLIAN_SANDBOX is not for production" in told.stderr
    assert not (tmp_path / "p.db").exists()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_service_that_is_no_sandbox_has_neither_routes_nor_journal(
    client: TestClient, sessions: Database
) -> None:
    assert client.get("/v1/sandbox/results").status_code == 404
    assert client.post("/v1/sandbox/forgeries", json={}).status_code == 404
    assert not [path for path in client.get("/openapi.json").json()["paths"] if "sandbox" in path]
    assert not [name for name in inspect(sessions.engines.read).get_table_names() if "sandbox" in name]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_sandbox_s_service_on_real_ledgers_keeps_no_journal(sessions: Database, settings: Settings) -> None:
    """Somebody sets HUANLIAN_SANDBOX for a database that is none."""
    with sessions.writing() as session:
        session.add(another_enterprise())
        made = clients.create_client(session, name="admin", role=Role.ADMIN, now=NOW)
    with TestClient(create_app(settings.model_copy(update={"sandbox": True}))) as http:
        headers = signed_in(http, made.client_id, made.client_secret)
        assert http.get("/v1/ledgers", headers=headers).status_code == 200
        refused = http.get("/v1/sandbox/results", headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:huanlian:problem:not_a_sandbox")
    assert command(settings.database_url, "results").exit_code == 1
    assert not [name for name in inspect(sessions.engines.read).get_table_names() if "sandbox" in name]


def signed_in(http: TestClient, client_id: str, client_secret: str) -> dict[str, str]:
    granted = http.post(
        "/oauth/token", auth=(client_id, client_secret), data={"grant_type": "client_credentials"}
    )
    return {"Authorization": f"Bearer {granted.json()['access_token']}"}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_journal_is_made_where_nobody_prepared_it(empty_database: str) -> None:
    app = create_app(Settings(database_url=empty_database, sandbox=True))
    upgrade(app.state.database.engines.write)
    prepared = prepare(app.state.database, NOW)
    with app.state.database.writing() as session:
        Exchange.__table__.drop(session.connection())  # type: ignore[attr-defined]
    with TestClient(app) as http:
        headers = signed_in(http, prepared[0].client_id, prepared[0].client_secret)
        assert http.get("/v1/ledgers", headers=headers).status_code == 200
        assert http.get("/v1/sandbox/results", headers=headers).json()["of"] == 15


def test_the_codes_are_right_and_nobody_else_s() -> None:
    codes = [firm.credit_code for firm in firms.FIRMS]
    assert all(uscc.is_valid(code) for code in codes)
    assert all(PERMIT_NUMBER.fullmatch(site.code) for site in firms.SITES)
    assert all(site.code.startswith(site.firm.credit_code) for site in firms.SITES)
    city = build_city()
    assert not {firm.credit_code for firm in city.enterprises} & set(codes)
