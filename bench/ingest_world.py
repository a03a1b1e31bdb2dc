"""A made province that files: its sites, the tokens of their enterprises, and the requests of a deadline day.

Each ledger has 5 lines and 10 transfers, 2 kB of JSON. Requests go month by month through all sites, as at a deadline: those
of one moment concern many sites and few keys of the rollup.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.auth.tokens import API_AUDIENCE, issue
from app.clock import system_clock
from app.db.base import table_of
from app.db.engine import make_engines
from app.db.session import Database
from app.db.upgrade import upgrade
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.ids import new_id
from app.settings import Settings
from bench.pressing import request
from seed.load import load_reference

SITES = 400
REGIONS = ("140202", "140212", "140214", "140221")
_FIRST = Month(2010, 1)
_WASTES = ("SW01", "SW02", "SW03", "SW04", "SW05")
_NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)


def code(number: int) -> str:
    return f"91140200{number:07d}SIM001P"


def body(number: int, month: Month) -> bytes:
    """Five lines that balance, each handed on to two others."""
    lines = []
    for place, waste in enumerate(_WASTES):
        to = ((number + 7 * place + step) % SITES for step in (1, 2))
        tonnes = 100 + (number * 31 + place * 17 + month.number) % 900
        lines.append(
            {
                "waste": waste,
                "method": "weighbridge",
                "opening_stock_tonnes": "0",
                "generated_tonnes": f"{tonnes}.25",
                "sent": [{"to": code(other), "tonnes": f"{tonnes // 2}", "purpose": "use"} for other in to],
                "closing_stock_tonnes": f"{tonnes - 2 * (tonnes // 2)}.25",
            }
        )
    return json.dumps({"site": code(number), "month": str(month), "lines": lines}).encode()


class Requests:
    """An endless supply of filings, each of its own site's month. `paths` after the ledger's own are not made."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens

    def __iter__(self) -> Iterator[bytes]:
        for step in count():
            month = _FIRST.plus(step)
            for number in range(SITES):
                key = f"Idempotency-Key: {number}-{month}\r\n"
                token = self._tokens[number] if self._tokens else ""
                yield request("POST", "/v1/ledgers", token, body(number, month), key)


def fill(url: str) -> list[str]:
    """Migrate, load the reference data, register the sites; answers a token for each site's enterprise."""
    settings = Settings(database_url=url)
    engines = make_engines(settings)
    upgrade(engines.write)
    firms, places = _register()
    with Database(engines).writing() as session:
        load_reference(session, _NOW)
        session.execute(insert(table_of(Enterprise)), firms)
        session.execute(insert(table_of(Site)), places)
    engines.dispose()
    return [_token(settings, place["enterprise_id"]) for place in places]


def _register() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    firms, places = [], []
    for number in range(SITES):
        shared = {
            "region": REGIONS[number % len(REGIONS)],
            "industry": "44",
            "name": "示例",
            "created_at": _NOW,
        }
        firm = {"id": new_id(), "credit_code": code(number)[:18], "credit_code_valid": False, **shared}
        firms.append(firm)
        place = {"id": new_id(), "code": code(number), "enterprise_id": firm["id"], "reports_from": _FIRST}
        places.append(place | shared)
    return firms, places


def _token(settings: Settings, enterprise: uuid.UUID) -> str:
    subject = Subject(
        new_id(), "bench", Role.ENTERPRISE, SCOPES_OF[Role.ENTERPRISE], enterprise_id=enterprise
    )
    return issue(
        subject,
        secret=settings.secret_key.get_secret_value(),
        audience=API_AUDIENCE,
        now=system_clock(),
        # Longer than any bench, on a machine whose clock is wrong too.
        lifetime=timedelta(hours=12),
    )
