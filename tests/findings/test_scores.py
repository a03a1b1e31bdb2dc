"""The score by tonnes: hiding volume with an unchanged mix must not score zero."""

from decimal import Decimal

from builders import JSON
from findings.town import A, B, Town, fly_ash, received, sent

MIX = {"used": Decimal("0.3"), "disposed": Decimal("0.1"), "sent": Decimal("0.6")}


def month(tonnes: Decimal) -> JSON:
    """A month that balances to the gram, with one and the same mix whatever its size."""
    share = {name: str(tonnes * part) for name, part in MIX.items()}
    return {
        "waste": "SW02",
        "method": "weighbridge",
        "generated_tonnes": str(tonnes),
        "used": [{"process": "cement_blending", "product": "cement", "tonnes": share["used"]}],
        "disposed": [{"method": "landfill", "tonnes": share["disposed"], "compliant": True}],
        "sent": [{"to": B, "tonnes": share["sent"], "purpose": "use"}],
    }


def scores(town: Town, **query: str) -> dict[str, JSON]:
    answer = town.client.get("/v1/findings/scores", params=query, headers=town.people.regulator())
    assert answer.status_code == 200, answer.text
    return {each["group"]: each for each in answer.json()["items"]}


def play(town: Town, *, hides_from: int, receiver_hides_too: bool) -> None:
    """Eleven months of 1000 t ± 5 %; from one month on the sender writes a hundredth of everything, its mix unchanged."""
    for place in range(11):
        true = Decimal(1000 + (place * 37) % 100 - 50)
        told = true / 100 if place >= hides_from else true
        when = f"2025-{place + 1:02d}"
        town.file(A, when, month(told))
        taken = told if receiver_hides_too else true
        town.file(B, when, received(str(taken * MIX["sent"])))
    town.work()


def settle(town: Town) -> None:
    for code in (A, B):
        body = {"reports_from": "2025-01", "reason": "更正"}
        answer = town.client.patch(f"/v1/sites/{code}", json=body, headers=town.people.admin)
        assert answer.status_code == 200, answer.text


def test_hiding_99_percent_with_the_same_mix_scores_99_percent(town: Town) -> None:
    settle(town)
    play(town, hides_from=6, receiver_hides_too=True)
    rates = town.client.get(
        "/v1/rates",
        params={"metric": "utilization.statutory", "region": "1402", "from": "2025-07", "to": "2025-11"},
        headers=town.people.regulator(),
    ).json()
    assert rates["items"][0]["percent"] == "90.00", "the rate itself shows nothing"
    score = scores(town, group_by="site", **{"from": "2025-07", "to": "2025-11"})[A]
    assert Decimal(score["unseen_share"]) > Decimal("0.985")
    hidden = sum(Decimal(1000 + (place * 37) % 100 - 50) * Decimal("0.99") for place in range(6, 11))
    assert abs(Decimal(score["unseen_tonnes"]) - hidden) < hidden * Decimal("0.05")
    whole = scores(town, group_by="region", **{"from": "2025-07", "to": "2025-11"})["140212"]
    assert Decimal(whole["unseen_share"]) > Decimal("0.98")


def test_the_honest_twin_scores_nothing(town: Town) -> None:
    settle(town)
    play(town, hides_from=99, receiver_hides_too=False)
    assert A not in {group for group, each in scores(town).items() if each["unseen_tonnes"] != "0"}


def test_hiding_from_the_first_month_shows_in_what_an_honest_receiver_says(town: Town) -> None:
    settle(town)
    play(town, hides_from=0, receiver_hides_too=False)
    score = scores(town, group_by="site")[A]
    shipped = sum(
        Decimal(1000 + (place * 37) % 100 - 50) * MIX["sent"] * Decimal("0.99") for place in range(11)
    )
    assert Decimal(score["unseen_tonnes"]) > shipped * Decimal("0.85")
    assert Decimal(score["unseen_share"]) > Decimal("0.95")


def test_no_tonne_counts_twice(town: Town) -> None:
    """A shipment that the receiver has nothing of, and disputes, is one shipment."""
    town.file(A, "2025-09", sent("500"))
    town.file(B, "2025-09")
    transfer = town.client.get("/v1/transfers", headers=town.people.of(B[:18])).json()["items"][0]
    body = {"decision": "dispute", "comment": "未收到"}
    address = f"/v1/transfers/{transfer['id']}/confirmation"
    assert town.client.post(address, json=body, headers=town.people.of(B[:18])).status_code == 200
    town.work()
    assert {each["rule"] for each in town.findings(site=A, present="true")} >= {
        "receiver_silent",
        "refused_quantity",
    }
    assert scores(town)[A]["untracked_tonnes"] == "500"


def test_what_is_dismissed_or_gone_does_not_count(town: Town) -> None:
    filed = town.file(A, "2025-09", fly_ash(closing_stock_tonnes="400"))
    town.work()
    assert scores(town)[A]["untracked_tonnes"] == "600"
    finding = town.only("line_balance")
    decision = {"decision": "dismiss", "reason": "含水率"}
    assert town.post(finding, "decisions", decision, town.people.regulator()).status_code == 200
    assert scores(town).get(A, {"untracked_tonnes": "0"})["untracked_tonnes"] == "0"
    town.amend(filed, fly_ash())
    town.work()
    assert scores(town, group_by="rule").get("line_balance") is None
