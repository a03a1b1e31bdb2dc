"""The page of rewards: worked out, claimed and withdrawn by the enterprise, decided by the authority; the leaders."""

from collections.abc import Iterator

import pytest
from builders import MILL, WORKS, ledger
from support.run import Run
from web.visits import House, open_house

from app.auth.subjects import Role

RULE = {
    "region": "1402",
    "zh": "示例奖励",
    "en": "Example reward",
    "yuan_per_tonne": "5",
    "from": "2025-01",
    "source": "=示例",
}
ASKED = f"/rewards?rule=bricks&site={WORKS}001P&from=2025-03&to=2025-03"


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("rewards")) as opened:
        people = opened.people
        people.register(MILL)
        people.register(WORKS)
        assert people.file(ledger(f"{MILL}001P", "2025-03")).status_code == 201
        taken = {
            "waste": "SW02",
            "received": [{"from": f"{MILL}001P", "tonnes": "500"}],
            "used": [{"product": "brick", "tonnes": "500", "received_tonnes": "500"}],
        }
        mine = ledger(f"{WORKS}001P", "2025-03", taken)
        assert people.file(mine, enterprise=WORKS).status_code == 201
        opened.user(Role.ENTERPRISE, "works", enterprise=WORKS)
        opened.user(Role.ENTERPRISE, "mill", enterprise=MILL)
        opened.user(Role.REGULATOR, "regulator", region="1402")
        yield opened


def test_without_a_rule_the_page_says_what_is_missing(house: House) -> None:
    with house.visit("works") as works:
        page = works.see("/rewards")
        assert page.by_id("empty")
        assert not page.all("form", id="preview")


def test_from_the_sum_to_the_payment(house: House) -> None:
    rule = house.people.client.put("/v1/reward-rules/bricks", json=RULE, headers=house.people.regulator())
    assert rule.status_code == 201
    with house.visit("works") as works, house.visit("regulator") as office:
        page = works.see(ASKED)
        assert "2,500.00 元" in page.by_id("ask").text
        assert len(page.by_id("lines").all("tr")) == 2
        done = works.do(page.by_id("claim"))
        assert "已提交申领" in done.text
        assert not works.see(ASKED).all("form", id="claim")
        office_page = office.see("/rewards?lang=en")
        [row] = [row for row in office_page.by_id("claims").all("tr") if "Example reward" in row.text]
        approve, refuse = row.all("form")
        [reason] = [field for field in refuse.all("input") if field.attributes["name"] == "reason"]
        assert "required" in reason.attributes
        after = office.do(approve)
        pay, _refuse = after.by_id("claims").all("form")
        assert " paid" in office.do(pay).by_id("claims").text
        assert not works.see("/rewards").by_id("claims").all("form")


def test_months_that_no_claim_can_have_are_told_in_place(house: House) -> None:
    with house.visit("works") as works:
        page = works.see(f"/rewards?rule=bricks&site={WORKS}001P&from=2025-05&to=2025-04", 422)
        assert page.by_id("fault")
        assert works.see(f"/rewards?rule=bricks&site={WORKS}001P&from=2025-06&to=2025-06").by_id("nothing")


def test_others_claims_are_not_shown_and_leaders_are_for_authorities(house: House) -> None:
    with house.visit("mill") as mill, house.visit("regulator") as office:
        assert not mill.see("/rewards").all("table", id="claims")
        mill.see("/leaders", 403)
        page = office.see("/leaders?year=2025")
        assert "60 ×" in page.by_id("score").text
        assert len(page.by_id("left-out").all("tr")) == 3
        assert office.see("/leaders?year=1999").by_id("empty")
