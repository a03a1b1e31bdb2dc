"""Runs, flows, fates and traces over HTTP: what is kept, when it is out of date, and who sees what."""

import json
from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from builders import JSON, People, ledger
from chain_runs.city import CEMENT, MINE, PLANT, WORKS, file, gangue_to_blocks, site
from support.clock import SettableClock

from app.chain_runs.jobs import HANDLERS, carry_out
from app.chain_runs.models import ChainRun, RunState
from app.db.session import Database
from app.http.problems import NotFound
from app.outbox.jobs import JobContext
from app.outbox.models import Job
from app.settings import Settings

MARCH = "from=2025-03&to=2025-03"
CITY = f"region=1402&{MARCH}"
RUN = {"region": "1402", "from": "2025-03", "to": "2025-03"}

Work = Callable[[str], None]


@pytest.fixture
def work(sessions: Database, settings: Settings, clock: SettableClock) -> Work:
    """Do the job of a run, as the worker would."""
    return lambda run_id: carry_out(JobContext(sessions, settings, clock), {"run_id": run_id})


def get(people: People, path: str, headers: JSON | None = None, status: int = 200) -> Any:
    answer = people.client.get(path, headers=headers or people.regulator())
    assert answer.status_code == status, answer.text
    return answer.json()


def asked(people: People, chain: str = "all", **more: str) -> JSON:
    answer = people.client.post(f"/v1/chains/{chain}/runs", json=RUN | more, headers=people.regulator())
    assert answer.status_code == 202, answer.text
    run: JSON = answer.json()
    assert answer.headers["location"] == f"/v1/chains/{chain}/runs/{run['id']}"
    return run


def test_a_run_is_queued_solved_once_and_read_again(
    people: People, sessions: Database, work: Work, clock: SettableClock
) -> None:
    gangue_to_blocks(people)
    run = asked(people)
    assert (run["state"], run["stale"], run["summary"]) == ("queued", None, None)
    with sessions.reading() as session:
        [job] = session.query(Job).filter(Job.kind.in_(HANDLERS)).all()
        assert job.payload == {"run_id": run["id"]}
    work(run["id"])
    path = f"/v1/chains/all/runs/{run['id']}"
    done = get(people, path)
    assert (done["state"], done["stale"], done["error"]) == ("done", False, None)
    assert done["summary"]["terminal"]["percent"] == "20.00"
    assert (done["scope"]["region"], done["scope"]["from"], done["scope"]["to"]) == (
        "1402",
        "2025-03",
        "2025-03",
    )
    made_at = done["made_at"]
    clock.advance(minutes=5)
    work(run["id"])
    assert get(people, path)["made_at"] == made_at, "a run that is done is not done again"


def test_answers_come_from_a_run_until_a_ledger_changes(people: People, work: Work) -> None:
    gangue_to_blocks(people)
    live = {path: get(people, path) for path in _answers()}
    assert {answer["computed"]["kind"] for answer in live.values()} == {"live"}
    run = asked(people)
    work(run["id"])
    for path, answer in live.items():
        kept = get(people, path)
        assert kept["computed"]["kind"] == "run"
        assert kept["computed"]["run"] == run["id"]
        assert kept | {"computed": None} == answer | {"computed": None}, path
    filed = file(people, CEMENT, {"waste": "SW02", "generated_tonnes": "1", "closing_stock_tonnes": "1"})
    assert get(people, f"/v1/chains/all/runs/{run['id']}")["stale"] is False, "another city's ledger"
    mine = get(people, "/v1/ledgers?region=140212")["items"][0]
    body = ledger(site(MINE), "2025-03", {"waste": "SW04", "generated_tonnes": "3"}, reason="更正")
    amended = people.client.post(
        f"/v1/ledgers/{mine['id']}/amendments", json=body, headers=people.of(MINE) | {"If-Match": '"1"'}
    )
    assert amended.status_code == 200, amended.text
    assert get(people, f"/v1/chains/all/runs/{run['id']}")["stale"] is True
    assert {get(people, path)["computed"]["kind"] for path in _answers()} == {"live"}
    assert filed["version"] == 1


def _answers() -> tuple[str, ...]:
    return (
        f"/v1/chains/all/flows?{CITY}",
        f"/v1/chains/all/flows?{CITY}&level=waste",
        f"/v1/chains/all/flows?{CITY}&format=sankey",
        f"/v1/chains/all/fates?{CITY}",
        f"/v1/chains/all/fates?{CITY}&group_by=waste",
        f"/v1/chains/all/fates?{CITY}&group_by=site",
    )


def test_a_run_whose_chain_changed_is_out_of_date(people: People, sessions: Database, work: Work) -> None:
    gangue_to_blocks(people)
    run = asked(people, "coal-gangue-power-ash")
    work(run["id"])
    with sessions.writing() as session:
        session.query(ChainRun).update({ChainRun.chain_digest: "0" * 64})
    path = f"/v1/chains/coal-gangue-power-ash/runs/{run['id']}"
    assert get(people, path)["stale"] is True
    flows = get(people, f"/v1/chains/coal-gangue-power-ash/flows?{CITY}")
    assert flows["computed"]["kind"] == "live"


def test_a_run_that_fails_says_why_and_can_be_tried_again(
    people: People, sessions: Database, work: Work
) -> None:
    gangue_to_blocks(people)
    run = asked(people)
    with sessions.writing() as session:
        session.query(ChainRun).update({ChainRun.chain_id: "chain-of-yesterday"})
    with pytest.raises(NotFound):
        work(run["id"])
    with sessions.writing() as session:
        [stored] = session.query(ChainRun).all()
        assert (stored.state, stored.error) == (RunState.FAILED, "there is no such chain")
        stored.chain_id = "all"
    work(run["id"])
    assert get(people, f"/v1/chains/all/runs/{run['id']}")["state"] == "done"


def test_runs_are_listed_page_by_page_to_those_whose_territory_they_are(people: People) -> None:
    gangue_to_blocks(people)
    made = [asked(people)["id"] for _ in range(3)]
    first = get(people, "/v1/chains/all/runs?limit=2")
    assert [run["id"] for run in first["items"]] == [made[2], made[1]]
    rest = get(people, f"/v1/chains/all/runs?limit=2&cursor={first['next_cursor']}")
    assert ([run["id"] for run in rest["items"]], rest["next_cursor"]) == ([made[0]], None)
    assert len(get(people, "/v1/chains/all/runs", people.regulator("14"))["items"]) == 3
    for stranger in (people.regulator("1403"), people.regulator("140212"), people.of(MINE)):
        assert get(people, "/v1/chains/all/runs", stranger)["items"] == []
        get(people, f"/v1/chains/all/runs/{made[0]}", stranger, status=404)
    get(people, f"/v1/chains/coal-gangue-kaolin/runs/{made[0]}", status=404)


def test_who_may_ask_for_what(people: People) -> None:
    gangue_to_blocks(people)
    post = people.client.post
    assert post("/v1/chains/all/runs", json=RUN, headers=people.of(MINE)).status_code == 403
    assert post("/v1/chains/all/runs", json=RUN, headers=people.regulator("1403")).status_code == 403
    assert post("/v1/chains/nothing/runs", json=RUN, headers=people.regulator()).status_code == 404
    late = RUN | {"from": "2025-04"}
    assert post("/v1/chains/all/runs", json=late, headers=people.regulator()).status_code == 422
    get(people, f"/v1/chains/all/fates?{CITY}", people.of(MINE), status=403)
    get(people, f"/v1/chains/all/flows?region=1403&{MARCH}", status=403)
    get(people, f"/v1/chains/all/flows?base=nowhere&{MARCH}", status=422)
    get(people, "/v1/chains/all/flows?from=2025-13", status=422)
    get(people, f"/v1/chains/all/fates?{CITY}&group_by=site&cursor=%25", status=422)
    get(people, f"/v1/sites/{site(PLANT)}/trace?waste=SW99&{MARCH}", status=422)
    get(people, f"/v1/sites/{site(CEMENT)}/trace?waste=SW02&{MARCH}", status=404)
    get(people, f"/v1/sites/{site(PLANT)}/trace?waste=SW02&{MARCH}", people.of(MINE), status=404)


def test_an_enterprise_sees_its_own_part_and_the_names_of_its_partners(people: People) -> None:
    gangue_to_blocks(people)
    found = get(people, f"/v1/chains/all/flows?{MARCH}", people.of(PLANT))
    nodes = {node["id"]: node for node in found["graph"]["nodes"]}
    assert {node["site"] for node in nodes.values()} == {None, site(PLANT)}
    assert nodes[f"from:{site(MINE)}"]["tonnes_out"] == "80"
    assert nodes[f"to:{site(WORKS)}"]["tonnes_in"] == "26"
    # Neither what the mine keeps nor what the works makes of the ash is in it.
    assert not [node for node in nodes.values() if node["kind"] == "product"]
    assert "20" not in {link["tonnes"] for link in found["graph"]["links"]}
    trace = get(people, f"/v1/sites/{site(PLANT)}/trace?waste=SW04&{MARCH}", people.of(PLANT))
    assert {step["site"] for step in trace["steps"]} == {site(PLANT)}
    [partner] = trace["outside"]
    assert (partner["party"], partner["tonnes"], partner["purpose"]) == (site(WORKS), "26", "use")


def test_the_graph_of_a_city(people: People) -> None:
    gangue_to_blocks(people)
    found = get(people, f"/v1/chains/all/flows?{CITY}")
    links = {(link["source"], link["target"]): link for link in found["graph"]["links"]}
    burnt = f"process:{site(PLANT)}:gangue_power"
    assert links[f"state:{site(MINE)}:SW04", f"state:{site(PLANT)}:SW04"]["tonnes"] == "80"
    assert links[burnt, f"state:{site(PLANT)}:SW02"]["kind"] == "residue"
    assert links[burnt, "fate:air"]["tonnes"] == "28"
    assert not any(link["loop"] for link in links.values())
    waste = get(people, f"/v1/chains/all/flows?{CITY}&level=waste")
    nodes = {node["id"]: node for node in waste["graph"]["nodes"]}
    assert (nodes["waste:SW04"]["tonnes_in"], nodes["waste:SW04"]["internal_tonnes"]) == ("100", "80")
    sankey = get(people, f"/v1/chains/all/flows?{CITY}&level=waste&format=sankey")
    assert {link["source"] for link in sankey["links"]} <= {node["id"] for node in sankey["nodes"]}
    answer = people.client.get(f"/v1/chains/all/flows?{CITY}&format=graphml", headers=people.regulator())
    assert answer.headers["content-type"].startswith("application/graphml+xml")
    drawn = nx.parse_graphml(answer.text, force_multigraph=True)
    assert drawn.number_of_edges() == len(found["graph"]["links"])
    assert drawn.nodes[f"state:{site(PLANT)}:SW04"]["tonnes_in"] == "80"


def test_fates_by_group_add_up_and_stand_beside_the_nominal_rate(people: People) -> None:
    gangue_to_blocks(people)
    found = get(people, f"/v1/chains/all/fates?{CITY}&group_by=site&limit=2")
    more = get(people, f"/v1/chains/all/fates?{CITY}&group_by=site&cursor={found['next_cursor']}")
    items = found["items"] + more["items"]
    assert [item["group"]["site"] for item in items] == [site(MINE), site(PLANT), site(WORKS)]
    assert more["next_cursor"] is None
    for fate, tonnes in found["summary"]["fates_tonnes"].items():
        assert sum(float(item["ended_here_tonnes"][fate]) for item in items) == float(tonnes)
    mine = items[0]
    assert (mine["terminal"]["percent"], mine["nominal"]["utilization.plain"]["percent"]) == (
        "20.00",
        "80.00",
    )
    wastes = get(people, f"/v1/chains/all/fates?{CITY}&group_by=waste")["items"]
    assert [item["group"]["waste"] for item in wastes] == ["SW02", "SW03", "SW04"]


def test_a_trace_down_and_up(people: People) -> None:
    gangue_to_blocks(people)
    below = get(people, f"/v1/sites/{site(MINE)}/trace?waste=SW04&{MARCH}")
    assert below["entering_tonnes"] == "100"
    assert below["fates_tonnes"]["product"] == "20"
    assert {(step["site"], step["waste"]): step["tonnes"] for step in below["steps"]} == {
        (site(PLANT), "SW04"): "80",
        (site(PLANT), "SW02"): "26",
        (site(PLANT), "SW03"): "26",
        (site(WORKS), "SW02"): "26",
    }
    above = get(people, f"/v1/sites/{site(WORKS)}/trace?waste=SW02&direction=up&{MARCH}")
    [origin] = above["steps"]
    assert (origin["site"], origin["waste"], origin["tonnes"]) == (site(MINE), "SW04", "26")
    assert origin["by_source_tonnes"] == {"generated": "26"}
    nothing = get(people, f"/v1/sites/{site(WORKS)}/trace?waste=SW06&{MARCH}")
    assert (nothing["entering_tonnes"], nothing["steps"]) == ("0", [])


def test_as_of_gives_the_network_of_then(people: People, clock: SettableClock) -> None:
    gangue_to_blocks(people)
    before = clock().isoformat().replace("+00:00", "Z")
    clock.advance(minutes=5)
    mine = get(people, "/v1/ledgers?region=140212")["items"][0]
    line = {"waste": "SW04", "generated_tonnes": "200", "sent": [{"to": site(PLANT), "tonnes": "80"}]}
    body = ledger(site(MINE), "2025-03", line | {"closing_stock_tonnes": "120"}, reason="更正")
    people.client.post(
        f"/v1/ledgers/{mine['id']}/amendments", json=body, headers=people.of(MINE) | {"If-Match": '"1"'}
    )
    now = get(people, f"/v1/chains/all/fates?{CITY}")["summary"]["terminal"]
    then = get(people, f"/v1/chains/all/fates?{CITY}&as_of={before}")["summary"]["terminal"]
    assert (now["percent"], then["percent"]) == ("10.00", "20.00")
    rate = get(people, f"/v1/rates?metric=utilization.terminal&{CITY}&as_of={before}")
    assert rate["items"][0]["percent"] == "20.00"


def test_json_has_no_number_where_tonnes_are(people: People) -> None:
    gangue_to_blocks(people)
    found = get(people, f"/v1/chains/all/fates?{CITY}&group_by=waste")
    text = json.dumps(found)
    assert '"tonnes": "' in text
    for name, value in _leaves(found):
        assert not (name.endswith("tonnes") and isinstance(value, int | float)), name


def _leaves(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name, value
