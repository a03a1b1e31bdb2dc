"""A sandbox in this process: prepared once, copied for each test."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from huanlian_client import Huanlian, Retries
from starlette.testclient import TestClient
from support.clock import SettableClock
from support.databases import filled_database
from support.run import Run

from app.db.engine import make_engines
from app.db.session import Database
from app.main import create_app
from app.sandbox.firms import ENTERPRISE_CLIENT, PERMIT_CLIENT
from app.settings import Settings
from seed.sandbox_load import prepare

_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sandbox's database, to be copied, and the secrets of its clients."""

    file: Path
    secrets: dict[str, str]


@dataclass(frozen=True, slots=True)
class Here:
    """A sandbox and an integrator's two clients, who ask only once."""

    app: FastAPI
    http: TestClient
    enterprise: Huanlian
    platform: Huanlian
    secrets: dict[str, str]

    @property
    def database(self) -> Database:
        database: Database = self.app.state.database
        return database

    def state(self, scenario: str) -> tuple[str, str]:
        """Say how far a scenario is, and why."""
        (item,) = [each for each in self.enterprise.sandbox.results()["items"] if each["id"] == scenario]
        return item["state"], item["message"]["en"]


@pytest.fixture(scope="module")
def prepared(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    folder = tmp_path_factory.mktemp("prepared")
    with filled_database("sqlite", run, folder) as url:
        engines = make_engines(Settings(database_url=url))
        told = prepare(Database(engines), _AT)
        engines.dispose()
        yield Prepared(folder / "huanlian.db", {each.client_id: each.client_secret for each in told})


@pytest.fixture
def here(prepared: Prepared, tmp_path: Path, clock: SettableClock) -> Iterator[Here]:
    file = tmp_path / "sandbox.db"
    shutil.copyfile(prepared.file, file)
    settings = Settings(database_url=f"sqlite:///{file}", sandbox=True, outbound_allow_private=True)
    app = create_app(settings, clock=clock)
    with TestClient(app) as http:
        yield Here(
            app,
            http,
            speaking(http, ENTERPRISE_CLIENT, prepared),
            speaking(http, PERMIT_CLIENT, prepared),
            prepared.secrets,
        )


def speaking(http: httpx2.Client, client_id: str, prepared: Prepared) -> Huanlian:
    once = Retries(attempts=1)
    return Huanlian("http://localhost", client_id, prepared.secrets[client_id], retries=once, http=http)


def ledger(site: str, month: str, generated: str = "1000", **more: Any) -> Any:
    """A month of fly ash, all of it put in store."""
    line = {"waste": "SW02", "generated_tonnes": generated, "closing_stock_tonnes": generated}
    return {"site": site, "month": month, "signed_by": "示例负责人", "lines": [line]} | more
