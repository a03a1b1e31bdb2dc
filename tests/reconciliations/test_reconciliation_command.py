"""`huanlian reconciliation run` as a person and as a machine call it."""

import json

import pytest
from builders import People
from reconciliations.city import MINE, PLANT, mine_sends, plant_burns, register, site
from typer.testing import CliRunner

from app.cli import cli

ARGUMENTS = ("reconciliation", "run", "--region", "1402", "--from", "2025-03", "--to", "2025-03")


@pytest.fixture
def city(people: People, database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The mine sends 1000 t and the station books 850 of them, both by weighbridge."""
    register(people)
    mine_sends(people, "1000", generated_tonnes="1000", closing_stock_tonnes="0")
    plant_burns(people, "850")
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    return database


def call(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def test_the_tables_name_sites_tonnes_and_suspects(city: str) -> None:
    code, output, _ = call(*ARGUMENTS)
    assert code == 0
    for text in (
        "global test",
        "contradict",
        site(PLANT),
        "untracked",
        "± 1σ",
        "reported by the receiver",
        "2/",
    ):
        assert text in output, text


def test_the_json_has_the_same_and_more(city: str) -> None:
    code, output, _ = call(*ARGUMENTS, "--json")
    assert code == 0
    found = json.loads(output)
    assert found["scope"] == {"region": "1402", "base": None, "from": "2025-03", "to": "2025-03"}
    assert (found["alpha"], found["months"]) == (0.05, "correlated")
    # What is missing at a site, were the error there: its own figure less the mean of all others by precision.
    loose, tight = 1 / 10**2, 1 / 8.5**2
    at_mine = 1000 - (1000 * loose + 2 * 850 * tight) / (loose + 2 * tight)
    at_plant = (2 * 1000 * loose + 850 * tight) / (2 * loose + tight) - 850
    missing = {one["site"]: float(one["tonnes"]) for one in found["untracked"]}
    assert missing == pytest.approx({site(MINE): at_mine, site(PLANT): at_plant}, abs=1e-4)
    assert all(one["listed"] for one in found["untracked"])
    strongest = max(one["statistic"] for one in found["suspects"])
    assert found["suspects"][0]["statistic"] == pytest.approx(strongest)
    assert {one["site"] for one in found["suspects"]} <= {site(MINE), site(PLANT)}
    stricter = json.loads(call(*ARGUMENTS, "--alpha", "1e-9", "--json")[1])
    assert stricter["critical_z"] > found["critical_z"]


def test_refusals_end_with_one(city: str) -> None:
    for arguments in (("--region", "1499"), ("--from", "2025-13"), ("--base", "nowhere")):
        code, _, errors = call("reconciliation", "run", *arguments)
        assert (code, bool(errors)) == (1, True), arguments
