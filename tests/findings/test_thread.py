"""From a filed ledger to a finding and back: what is wrong opens, what is amended closes, nothing opens twice."""

from findings.town import A, B, Town, fly_ash, received, sent


def test_a_filing_opens_what_it_should_and_its_amendment_closes_it(town: Town) -> None:
    filed = town.file(A, "2025-09", fly_ash(closing_stock_tonnes="400"))
    town.work()
    finding = town.only("line_balance")
    assert (finding["site"], finding["waste"], finding["tonnes"]) == (A, "SW02", "600")
    assert (finding["state"], finding["present"]) == ("open", True)
    town.amend(filed, fly_ash())
    town.work()
    gone = town.only("line_balance")
    assert gone["id"] == finding["id"]
    assert (gone["state"], gone["present"]) == ("closed", False)
    step = town.detail(gone)["steps"][-1]
    assert step["kind"] == "gone"
    assert step["details"]["ledger"] == {"id": filed["id"], "site": A, "month": "2025-09", "version": 2}
    assert "amended away" in step["text"]


def test_the_same_fact_never_opens_twice(town: Town) -> None:
    filed = town.file(A, "2025-09", fly_ash(closing_stock_tonnes="400"))
    town.work()
    first = town.only("line_balance")
    repaired = town.amend(filed, fly_ash())
    town.work()
    town.amend(repaired, fly_ash(closing_stock_tonnes="300"))
    town.work()
    again = town.only("line_balance")
    assert (again["id"], again["state"], again["tonnes"]) == (first["id"], "open", "700")
    kinds = [step["kind"] for step in town.detail(again)["steps"]]
    assert kinds == ["opened", "gone", "reopened"]


def test_a_transfer_is_seen_from_both_sides(town: Town) -> None:
    town.file(A, "2025-09", sent("500"))
    town.work()
    assert town.findings(rule="receiver_silent") == []
    nothing = town.file(B, "2025-09")
    town.work()
    finding = town.only("receiver_silent")
    assert (finding["site"], finding["counterpart"], finding["tonnes"]) == (A, B, "500")
    town.amend(nothing, received("500"))
    town.work()
    assert town.only("receiver_silent")["state"] == "closed"


def test_an_amendment_that_leaves_a_receiver_out_reaches_it(town: Town) -> None:
    filed = town.file(A, "2025-09", sent("500"))
    town.file(B, "2025-09")
    town.work()
    assert town.only("receiver_silent")["present"]
    town.amend(filed, fly_ash("500"))
    town.work()
    assert not town.only("receiver_silent")["present"]


def test_the_nightly_run_comes_to_the_same(town: Town) -> None:
    town.run_all()
    town.file(A, "2025-09", sent("500"))
    town.file(B, "2025-09")
    town.file(A, "2025-10", fly_ash(closing_stock_tonnes="10"))
    town.work()
    before = town.findings()
    tally = town.run_all()
    assert (tally.opened, tally.reopened, tally.changed, tally.gone) == (0, 0, 0, 0)
    assert town.findings() == before
    found = {each["rule"] for each in before if each["present"]}
    assert {"line_balance", "missing_month", "receiver_silent", "late_filing"} <= found
