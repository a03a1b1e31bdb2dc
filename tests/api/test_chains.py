"""The shipped chains over HTTP."""

from decimal import Decimal

import pytest
from support.clock import SettableClock
from support.slices import Slice

from app.auth.subjects import Role
from app.db.session import Database
from app.reference.endpoints import router
from app.settings import Settings
from chains.loader import shipped_library
from seed.load import load_reference


@pytest.fixture
def api(settings: Settings, sessions: Database, clock: SettableClock) -> Slice:
    with sessions.writing() as session:
        load_reference(session, clock())
    return Slice(settings, sessions, clock, router)


def test_all_chains_come_in_pages_with_the_release(api: Slice) -> None:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = api.call(Role.REGULATOR, "GET", f"/v1/chains?limit=4&cursor={cursor}", region="14").json()
        found += [item["id"] for item in answer["items"]]
        assert len(answer["release"]["sha256"]) == 64
        cursor = answer["next_cursor"]
    assert found == sorted(shipped_library().chains)


def test_a_chain_says_what_its_yields_rest_on(api: Slice) -> None:
    answer = api.call(Role.ADMIN, "GET", "/v1/chains/manganese-residue").json()
    assert (answer["version"], answer["zh"]) == (1, "电解锰—锰渣—脱硫锰渣—水泥")
    assert answer["wastes"] == ["SW01"]
    assert len(answer["release"]["sha256"]) == 64
    by_material = {one["material"]: one for one in answer["yields"]}
    acid = by_material["sulfuric_acid"]
    assert Decimal(acid["low"]) <= Decimal(acid["value"]) <= Decimal(acid["high"])
    assert acid["value"] == "0.3636"
    assert acid["basis"] == "manganese_residue"
    assert acid["source"]
    assert isinstance(acid["verified"], bool)
    electrolysis = next(one for one in answer["processes"] if one["id"] == "electrolysis")
    assert "sulfuric_acid" in electrolysis["takes"]
    assert electrolysis["role"] == "source"


def test_an_unknown_chain_is_not_found(api: Slice) -> None:
    assert api.call(Role.ADMIN, "GET", "/v1/chains/none").status_code == 404
    assert api.call(Role.ADMIN, "GET", "/v1/chains?limit=0").status_code == 422
    assert api.call(Role.ADMIN, "GET", f"/v1/chains/{'a' * 81}").status_code == 422
