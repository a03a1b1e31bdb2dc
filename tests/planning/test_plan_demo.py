"""The way to the target of the demo city: out of reach with what is permitted, and a plan where it is not."""

import json
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from chain_runs.city import ADMIN
from pypdf import PdfReader
from support.databases import fill_demo, filled_database
from support.run import Run
from typer.testing import CliRunner

from app.chain_runs.service import ended_in_products
from app.cli import cli
from app.clock import system_clock
from app.db.engine import make_engines
from app.db.session import Database
from app.planning.document import said
from app.planning.questions import PlanQuery
from app.planning.service import Limit, Status, Way, plan
from app.planning.world import problem_of
from app.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with filled_database("sqlite", run, tmp_path_factory.mktemp("city"), fill_demo) as url:
        yield url


@pytest.fixture(scope="module")
def sessions(city: str) -> Iterator[Database]:
    engines = make_engines(Settings(database_url=city))
    yield Database(engines)
    engines.dispose()


def planned(sessions: Database, percent: int, year: int = 2021) -> Way:
    with sessions.reading() as session:
        query = PlanQuery(Fraction(percent, 100), year, "1402")
        return plan(session, ADMIN, query, system_clock())


def test_sixty_per_cent_are_out_of_reach_and_permitted_capacity_binds(sessions: Database) -> None:
    way = planned(sessions, 60)
    assert way.status is Status.INFEASIBLE
    # 60 % of 65,230,800 t less what is used of the year's own waste.
    assert way.gap_grams == (39_138_480 - 5_431_700) * 10**6
    assert way.highest is not None
    assert Fraction(13, 100) < way.highest < Fraction(14, 100)
    assert way.nominal.after.value == way.highest
    assert next(iter(way.limits)) is Limit.CAPACITY
    assert way.limits[Limit.CAPACITY] > Fraction(9, 10)
    assert {each.kind for each in way.bottlenecks} == {"intake"}
    assert any("还差 33,706,780" in message.zh for message in said(way))
    # What binds is full in the plan.
    filled: dict[str, int] = {}
    for link in way.links:
        filled[link.candidate.room.id] = filled.get(link.candidate.room.id, 0) + link.grams // 10**6
    assert {each.id: each.units for each in way.bottlenecks} == filled


def test_twelve_per_cent_are_reached_within_every_limit(sessions: Database) -> None:
    way = planned(sessions, 12)
    assert way.status is Status.FEASIBLE
    value = way.nominal.after.value
    assert value is not None
    # The rate function on the sums after it: on the target, and a tonne less would miss it.
    assert 0 <= value - Fraction(12, 100) < Fraction(1, 10**7)
    units = {link.candidate.id: link.grams // 10**6 for link in way.links}
    problem = problem_of(way.world)
    assert problem.broken(units) == ()
    assert problem.rate_after(units) == value
    assert way.cost_fen == problem.cost_of(units)
    assert way.lower_bound_fen <= way.cost_fen < way.lower_bound_fen * (1 + 1e-5)
    assert all(not link.candidate.bars for link in way.links)
    marginal = [point.step_cost for point in way.curve[1:-1]]
    assert marginal == sorted(marginal)


def test_the_terminal_rate_begins_where_chain_runs_have_it(sessions: Database) -> None:
    way = planned(sessions, 12)
    with sessions.reading() as session:
        followed = ended_in_products(session, ADMIN, way.world.asked.scope, None)[""]
    before, after = way.terminal.before, way.terminal.after
    assert (before.denominator, before.numerator) == (followed.grams, followed.ended_in_product_grams)
    assert before.value is not None
    assert after.value is not None
    # More ends in products, but less than is used by name: ash of burnt gangue and what leaves the chimney.
    assert before.value < after.value < Fraction(12, 100)


def test_the_command_says_and_writes_the_same(
    city: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", city)
    asked = ["plan", "--region", "1402", "--year", "2021", "--target", "12"]
    told = CliRunner().invoke(cli, [*asked, "--json", "--out", str(tmp_path / "plan.pdf")])
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert (found["status"], found["gap_tonnes"]) == ("feasible", "2395996")
    written = "".join(page.extract_text() for page in PdfReader(tmp_path / "plan.pdf").pages)
    assert "达标路径" in written
    assert f"{Decimal(found['planned_tonnes']):,f} 吨" in written
    assert found["terminal"]["after"]["percent"] in written
    plain = CliRunner().invoke(cli, asked)
    assert found["yuan"] in plain.stdout
    kiln = found["rooms"][0]["site"]["code"]
    waste = found["rooms"][0]["wastes"][0]
    supposed = CliRunner().invoke(cli, [*asked, "--what-if", f"{kiln}:{waste}:1000", "--json"])
    assert json.loads(supposed.stdout)["tonnes"] == "1000"
    for wrong, status in (
        (["--what-if", "x"], 2),
        (["--what-if", "x:SW02:1"], 1),
        (["--what-if", f"{kiln}:{waste}:-1"], 1),
        (["--out", str(tmp_path / "plan.txt")], 2),
        (["--metric", "coverage"], 1),
    ):
        assert CliRunner().invoke(cli, [*asked, *wrong]).exit_code == status, wrong
