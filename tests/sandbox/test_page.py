"""The page of a sandbox, and that no other service has it."""

import pytest
from sandbox.conftest import Here, ledger
from starlette.testclient import TestClient
from web.visits import Visit

from app.sandbox.firms import PLANT


@pytest.mark.parametrize(("language", "state"), [("zh", "✓ 通过"), ("en", "✓ passed")])
def test_the_page_shows_each_scenario_in_both_languages(here: Here, language: str, state: str) -> None:
    here.enterprise.ledgers.file(ledger(PLANT.code, "2025-01"))
    page = Visit(here.http).see(f"/sandbox?lang={language}")
    rows = [row for row in page.all("tr") if row.attributes.get("id")]
    assert len(rows) == 15
    assert [row.text.strip().startswith(state) for row in rows] == [True] + [False] * 14
    assert rows[0].attributes["id"] == "file_month"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_service_that_is_no_sandbox_has_no_such_page(client: TestClient) -> None:
    assert client.get("/sandbox").status_code == 404
