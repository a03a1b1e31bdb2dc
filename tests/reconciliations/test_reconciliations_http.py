"""Reconciliations over HTTP: what is kept, when it is out of date, and who sees what."""

import csv
import io
from typing import Any

import pytest
from builders import JSON, People, ledger
from reconciliations.city import (
    MINE,
    PLANT,
    WORKS,
    Work,
    asked,
    file,
    gangue,
    get,
    mine_sends,
    plant_burns,
    register,
    site,
)
from support.clock import SettableClock

from app.db.session import Database
from app.outbox.models import Job
from app.reconciliations.jobs import HANDLERS
from app.reconciliations.models import ReconciledFlow, Reconciliation, ReconciliationState
from app.reconciliations.runs import FLOWS_AT_ONCE
from app.worker.registry import shipped


def done(people: People, work: Work, **more: Any) -> JSON:
    run = asked(people, **more)
    work(run["id"])
    found: JSON = get(people, f"/v1/reconciliations/{run['id']}")
    assert (found["state"], found["error"]) == ("done", None)
    return found


def flows_of(people: People, run: JSON, query: str = "") -> list[JSON]:
    found: list[JSON] = get(people, f"/v1/reconciliations/{run['id']}/flows{query}")["items"]
    return found


def test_a_reconciliation_is_queued_done_once_and_read_again(
    people: People, sessions: Database, work: Work, clock: SettableClock
) -> None:
    register(people)
    mine_sends(people)
    plant_burns(people)
    run = asked(people)
    assert (run["state"], run["stale"], run["summary"]) == ("queued", None, None)
    with sessions.reading() as session:
        [job] = session.query(Job).filter(Job.kind.in_(HANDLERS)).all()
        assert job.payload == {"reconciliation_id": run["id"]}
        assert job.kind in shipped().handlers
    get(people, f"/v1/reconciliations/{run['id']}/flows", status=409)
    work(run["id"])
    path = f"/v1/reconciliations/{run['id']}"
    found = get(people, path)
    assert (found["state"], found["stale"]) == ("done", False)
    summary = found["summary"]
    assert summary["suspects"] == []
    assert (summary["global_test"]["dof"], summary["global_test"]["rejected"]) == (2, False)
    assert summary["network"] | {"by_class": None} == {
        "sites": 2, "streams": 2, "flows": 4, "reports": 5, "by_class": None, "flagged": 0,
    }  # fmt: skip
    clock.advance(minutes=5)
    work(run["id"])
    assert get(people, path)["made_at"] == found["made_at"], "what is done is not done again"


def test_two_reports_of_a_transfer_are_merged_and_tested(people: People, work: Work) -> None:
    register(people)
    mine_sends(people, "1000", generated_tonnes="1000", closing_stock_tonnes="0")
    plant_burns(people, "850", method="estimate")
    run = done(people, work)
    [flow] = [flow for flow in flows_of(people, run) if flow["kind"] == "transfer"]
    assert (flow["from"], flow["to"], flow["waste"]) == (site(MINE), site(PLANT), "SW04")
    assert flow["sent"] == {"tonnes": "1000", "sigma_tonnes": "10"}
    assert flow["received"] == {"tonnes": "850", "sigma_tonnes": "170"}
    assert flow["pair_z"] == pytest.approx(150 / (10**2 + 170**2) ** 0.5)
    assert not flow["flagged"]
    assert float(flow["half_width_95_tonnes"]) == pytest.approx(1.96 * float(flow["sd_tonnes"]), abs=1e-4)


def test_both_by_weighbridge_the_same_difference_is_a_suspect_in_words(people: People, work: Work) -> None:
    register(people)
    mine_sends(people, "1000", generated_tonnes="1000", closing_stock_tonnes="0")
    plant_burns(people, "850")
    run = done(people, work)
    flagged = {flow["kind"]: flow for flow in flows_of(people, run, "?flagged=true")}
    assert set(flagged) == {"generated", "transfer", "used"}, "each of them contradicts the other side"
    flow = flagged["transfer"]
    assert flow["pair_z"] == pytest.approx(150 / (10**2 + 8.5**2) ** 0.5)
    suspects = run["summary"]["suspects"]
    statistics = [suspect["statistic"] for suspect in suspects]
    assert statistics == pytest.approx(sorted(statistics, reverse=True))
    blamed = {(suspect["site"], suspect["report"], suspect["counterpart"]) for suspect in suspects}
    assert (site(PLANT), "received", site(MINE)) in blamed
    [received] = [suspect for suspect in suspects if suspect["report"] == "received"]
    assert received["words"]["en"].startswith("transfer of SW04 from 示例场所 to 示例场所: ")
    assert "too little reported by the receiver" in received["words"]["en"]
    assert "接收方少报" in received["words"]["zh"]
    assert float(received["tonnes"]) < 0 < float(received["sd_tonnes"])


def test_it_is_out_of_date_when_a_ledger_or_a_coefficient_changes(
    people: People, work: Work, sessions: Database
) -> None:
    register(people)
    mine_sends(people)
    plant_burns(people)
    run = done(people, work)
    path = f"/v1/reconciliations/{run['id']}"
    file(people, WORKS, gangue(generated_tonnes="1", closing_stock_tonnes="1"))
    assert get(people, path)["stale"] is False, "another city's ledger"
    with sessions.writing() as session:
        session.query(Reconciliation).update({Reconciliation.method: "0" * 64})
    assert get(people, path)["stale"] is True
    again = done(people, work)
    mine = get(people, "/v1/ledgers?region=140212")["items"][0]
    body = ledger(site(MINE), "2025-03", gangue(generated_tonnes="3"), reason="更正")
    amended = people.client.post(
        f"/v1/ledgers/{mine['id']}/amendments", json=body, headers=people.of(MINE) | {"If-Match": '"1"'}
    )
    assert amended.status_code == 200, amended.text
    assert get(people, f"/v1/reconciliations/{again['id']}")["stale"] is True


def test_a_receivers_correction_counts_and_makes_a_run_out_of_date(people: People, work: Work) -> None:
    register(people)
    mine_sends(people)
    run = done(people, work)
    [transfer] = get(people, "/v1/transfers", people.of(PLANT))["items"]
    said = people.client.post(
        f"/v1/transfers/{transfer['id']}/confirmation",
        json={"decision": "correct", "tonnes": "79"},
        headers=people.of(PLANT),
    )
    assert said.status_code in (200, 201), said.text
    assert get(people, f"/v1/reconciliations/{run['id']}")["stale"] is True
    [flow] = [flow for flow in flows_of(people, done(people, work)) if flow["detail"] == site(PLANT)]
    assert (flow["sent"]["tonnes"], flow["received"]["tonnes"]) == ("80", "79")
    assert (flow["kind"], flow["to"]) == ("exported", None), "the station's month is not on file"


def test_a_run_that_fails_says_so_and_can_be_tried_again(
    people: People, sessions: Database, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(people)
    mine_sends(people)
    run = asked(people)
    with monkeypatch.context() as patch:
        patch.setattr("app.reconciliations.service.MOST_FLOWS", 1)
        with pytest.raises(Exception, match="invalid"):
            work(run["id"])
    failed = get(people, f"/v1/reconciliations/{run['id']}")
    assert (failed["state"], failed["error"]) == ("failed", "there are more than 1 flows")
    work(run["id"])
    assert get(people, f"/v1/reconciliations/{run['id']}")["state"] == "done"
    with sessions.reading() as session:
        assert session.query(Reconciliation).one().state is ReconciliationState.DONE


def test_flows_that_a_broken_run_left_are_replaced(people: People, sessions: Database, work: Work) -> None:
    register(people)
    mine_sends(people)
    plant_burns(people)
    run = done(people, work)
    before = flows_of(people, run)
    with sessions.writing() as session:
        session.query(Reconciliation).update({Reconciliation.state: ReconciliationState.RUNNING})
        session.query(ReconciledFlow).filter(ReconciledFlow.position > 1).delete()
    get(people, f"/v1/reconciliations/{run['id']}/flows", status=409)
    work(run["id"])
    assert flows_of(people, run) == before
    assert len(before) < FLOWS_AT_ONCE


def test_flows_come_in_pages_by_site_and_as_csv(people: People, work: Work) -> None:
    register(people)
    mine_sends(people)
    plant_burns(people)
    run = done(people, work)
    path = f"/v1/reconciliations/{run['id']}/flows"
    first = get(people, f"{path}?limit=3")
    rest = get(people, f"{path}?limit=3&cursor={first['next_cursor']}")
    assert [flow["position"] for flow in first["items"] + rest["items"]] == [0, 1, 2, 3]
    assert rest["next_cursor"] is None
    at_plant = flows_of(people, run, f"?site={site(PLANT)}")
    assert {flow["kind"] for flow in at_plant} == {"transfer", "used"}
    answer = people.client.get(f"{path}?format=csv&limit=3", headers=people.regulator())
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["x-next-cursor"] == first["next_cursor"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["value_tonnes"] for row in rows] == [flow["value_tonnes"] for flow in first["items"]]
    assert get(people, f"{path}?cursor=x", status=422)


def test_reconciliations_are_listed_page_by_page_to_those_whose_territory_they_are(people: People) -> None:
    register(people)
    mine_sends(people)
    made = [asked(people)["id"] for _ in range(3)]
    first = get(people, "/v1/reconciliations?limit=2")
    assert [run["id"] for run in first["items"]] == [made[2], made[1]]
    rest = get(people, f"/v1/reconciliations?limit=2&cursor={first['next_cursor']}")
    assert ([run["id"] for run in rest["items"]], rest["next_cursor"]) == ([made[0]], None)
    assert len(get(people, "/v1/reconciliations", people.regulator("14"))["items"]) == 3
    for stranger in (people.regulator("1403"), people.regulator("140212")):
        assert get(people, "/v1/reconciliations", stranger)["items"] == []
        get(people, f"/v1/reconciliations/{made[0]}", stranger, status=404)
        get(people, f"/v1/reconciliations/{made[0]}/flows", stranger, status=404)


def test_enterprises_and_other_territories_may_not_ask(people: People) -> None:
    register(people)
    mine_sends(people)
    run = asked(people)
    post = people.client.post
    body = {"region": "1402", "from": "2025-03", "to": "2025-03"}
    assert post("/v1/reconciliations", json=body, headers=people.of(MINE)).status_code == 403
    assert post("/v1/reconciliations", json=body, headers=people.regulator("1403")).status_code == 403
    assert post("/v1/reconciliations", json=body).status_code == 401
    for path in ("", f"/{run['id']}", f"/{run['id']}/flows"):
        get(people, f"/v1/reconciliations{path}", people.of(MINE), status=403)
    for wrong in (
        {"region": "1499"},
        {"base": "nowhere"},
        {"from": "2025-04"},
        {"alpha": 1},
        {"months": "some"},
        {"extra": 1},
    ):
        answer = post("/v1/reconciliations", json=body | wrong, headers=people.regulator())
        assert answer.status_code == 422, (wrong, answer.text)
