"""Rewards over the API: rules by the authority, claims by the enterprise, no tonne twice."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from builders import MILL, WORKS, People, ledger
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db.session import Database
from app.rewards.models import RewardClaimLine

RULE = {
    "region": "1402",
    "zh": "示例市固废利用奖励",
    "en": "Example city: reward for use",
    "wastes": ["SW02"],
    "products": ["brick"],
    "yuan_per_tonne": "5.00",
    "cap_yuan": "4000",
    "from": "2025-01",
    "source": "示例文件",
}
JSON = dict[str, Any]


class Town:
    """A mill that sends ash, works that burn bricks of it, an authority with a rule."""

    def __init__(self, client: TestClient, sessions: Database, now: Any) -> None:
        self.client = client
        self.people = People(client, sessions, now)
        [self.mill] = self.people.register(MILL)
        [self.works] = self.people.register(WORKS)
        assert self.rule().status_code == 201

    def rule(self, **more: Any) -> Any:
        body = RULE | more
        return self.client.put("/v1/reward-rules/bricks", json=body, headers=self.people.regulator())

    def month(self, month: str, *, sent: str = "500", received: str = "500", used: str = "450") -> JSON:
        """File both sides; the works also burn 100 t of their own ash."""
        mine = {
            "waste": "SW02",
            "generated_tonnes": sent,
            "sent": [{"to": self.works, "tonnes": sent, "purpose": "use"}],
        }
        whole = str(int(used) + 100)
        theirs = {
            "waste": "SW02",
            "generated_tonnes": "100",
            "received": [{"from": self.mill, "tonnes": received, "purpose": "use"}],
            "used": [
                {"process": "brick_firing", "product": "brick", "tonnes": whole, "received_tonnes": used}
            ],
            "closing_stock_tonnes": str(int(received) - int(used)),
        }
        for site, line, firm in ((self.mill, mine, MILL), (self.works, theirs, WORKS)):
            filed = self.people.file(ledger(site, month, line), enterprise=firm)
            assert filed.status_code == 201, filed.text
        made: JSON = filed.json()
        return made

    def asked(self, first: str = "2025-01", last: str = "2025-01") -> JSON:
        return {"rule": "bricks", "site": self.works, "from": first, "to": last}

    def preview(self, **more: str) -> JSON:
        headers = self.people.of(WORKS)
        found: JSON = self.client.get(
            "/v1/reward-claims/preview", params=self.asked() | more, headers=headers
        ).json()
        return found

    def claim(self, **more: str) -> Any:
        body = self.asked() | more
        return self.client.post("/v1/reward-claims", json=body, headers=self.people.of(WORKS))

    def decide(self, claim_id: str, decision: str, headers: JSON | None = None, **more: str) -> Any:
        return self.client.post(
            f"/v1/reward-claims/{claim_id}/decisions",
            json={"decision": decision} | more,
            headers=headers or self.people.regulator(),
        )


@pytest.fixture
def town(client: TestClient, sessions: Database, clock: Any) -> Town:
    return Town(client, sessions, clock())


def test_received_tonnes_count_at_once_and_own_ones_when_the_ledger_is_accepted(town: Town) -> None:
    filed = town.month("2025-01", received="480")
    found = town.preview()
    assert (found["tonnes"], found["yuan"]) == ("450", "2250.00")
    town.client.post(
        f"/v1/ledgers/{filed['id']}/decisions", json={"to": "accepted"}, headers=town.people.regulator()
    )
    found = town.preview()
    assert (found["tonnes"], found["yuan"], found["capped"]) == ("550", "2750.00", False)
    [line] = found["lines"]
    assert (line["received_tonnes"], line["own_tonnes"]) == ("450", "100")


def test_what_the_sender_does_not_support_does_not_count(town: Town) -> None:
    town.month("2025-01", sent="300", received="500")
    assert town.preview()["tonnes"] == "300"


def test_no_tonne_is_claimed_twice_and_a_withdrawn_claim_lets_them_go(town: Town, sessions: Database) -> None:
    town.month("2025-01")
    town.month("2025-02")
    made = town.claim()
    assert made.status_code == 201, made.text
    again = town.claim(to="2025-02")
    assert again.status_code == 409
    assert again.json()["claims"] == [made.json()["id"]]
    assert town.claim(**{"from": "2025-02", "to": "2025-02"}).status_code == 201
    gone = town.decide(made.json()["id"], "withdrawn", town.people.of(WORKS))
    assert gone.json()["state"] == "withdrawn"
    assert town.claim().status_code == 201
    with sessions.reading() as session:
        held = session.scalars(select(RewardClaimLine).where(RewardClaimLine.released_at.is_(None))).all()
    assert len({(line.month, line.waste, line.product) for line in held}) == len(held) == 2


def test_two_who_claim_at_once_get_one_claim(town: Town) -> None:
    town.month("2025-01")
    headers = town.people.of(WORKS)

    def claim(_number: int) -> int:
        answer = town.client.post("/v1/reward-claims", json=town.asked(), headers=headers)
        return answer.status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(claim, range(4))) == [201, 409, 409, 409]


def test_the_cap_of_the_year_holds_over_claims_and_versions_of_the_rule(town: Town) -> None:
    town.month("2025-01")
    town.month("2025-02")
    assert town.claim().json()["yuan"] == "2250.00"
    assert town.rule(yuan_per_tonne="6").json()["version"] == 2
    found = town.preview(**{"from": "2025-02", "to": "2025-02"})
    assert (found["yuan"], found["capped"]) == ("1750.00", True)


def test_an_amendment_downwards_is_said_on_the_claim(town: Town) -> None:
    filed = town.month("2025-01")
    made = town.claim().json()
    assert made["over_tonnes"] == "0"
    line = {
        "waste": "SW02",
        "received": [{"from": town.mill, "tonnes": "200", "purpose": "use"}],
        "used": [{"process": "brick_firing", "product": "brick", "tonnes": "200", "received_tonnes": "200"}],
    }
    amended = town.client.post(
        f"/v1/ledgers/{filed['id']}/amendments",
        json=ledger(town.works, "2025-01", line) | {"reason": "复核"},
        headers=town.people.of(WORKS) | {"If-Match": '"1"'},
    )
    assert amended.status_code in (200, 201), amended.text
    now = town.client.get(f"/v1/reward-claims/{made['id']}", headers=town.people.regulator()).json()
    assert (now["tonnes"], now["over_tonnes"]) == ("450", "250")


def test_a_claim_goes_from_claimed_to_paid_and_no_other_way(town: Town) -> None:
    town.month("2025-01")
    claim_id = town.claim().json()["id"]
    assert town.decide(claim_id, "paid").status_code == 409
    assert town.decide(claim_id, "approved", town.people.of(WORKS)).status_code == 403
    assert town.decide(claim_id, "withdrawn").status_code == 403
    assert town.decide(claim_id, "refused").status_code == 422
    assert town.decide(claim_id, "approved").json()["state"] == "approved"
    assert town.decide(claim_id, "paid").json()["state"] == "paid"
    assert town.decide(claim_id, "refused", reason="晚了").status_code == 409
    listed = town.client.get("/v1/reward-claims?state=paid", headers=town.people.of(WORKS)).json()
    assert [item["id"] for item in listed["items"]] == [claim_id]


def test_what_no_claim_can_have_is_refused_with_where_it_stands(town: Town) -> None:
    town.month("2025-01")
    assert town.claim(rule="none").status_code == 404
    assert town.claim(site=town.mill).status_code == 404
    for body, pointer in (
        ({"from": "2025-03", "to": "2025-02"}, "/to"),
        ({"from": "2024-12", "to": "2024-12"}, "/from"),
        ({"from": "2025-01", "to": "2026-01"}, "/to"),
    ):
        answer = town.claim(**body)
        assert answer.status_code == 422
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    empty = town.claim(**{"from": "2025-05", "to": "2025-05"})
    assert empty.status_code == 409
    assert "双方" in empty.json()["message"]["zh"]


def test_a_rule_is_of_ones_own_territory_and_says_what_is_wrong_with_it(town: Town) -> None:
    assert town.rule().status_code == 200
    assert town.rule(region="1403").status_code == 403
    far = town.client.put("/v1/reward-rules/bricks", json=RULE, headers=town.people.regulator("13"))
    assert far.status_code == 403
    wrong = town.rule(wastes=["SW98"], until="2024-01")
    assert {error["pointer"] for error in wrong.json()["errors"]} == {"/wastes/0", "/until"}
    assert town.rule(yuan_per_tonne="-1").status_code == 422
    [rule] = town.client.get("/v1/reward-rules", headers=town.people.of()).json()["items"]
    assert (rule["version"], rule["verified"], rule["from"]) == (1, False, "2025-01")


@pytest.mark.demo_city
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_leaders_of_the_demo_city_are_ranked_by_the_stated_score(
    client: TestClient, sessions: Database, clock: Any
) -> None:
    regulator = People(client, sessions, clock()).regulator()
    found = client.get("/v1/leaders?region=1402&year=2021", headers=regulator).json()
    ranks = [item["rank"] for item in found["items"] if item["rank"] is not None]
    scores = [float(item["score"]) for item in found["items"] if item["rank"] is not None]
    assert ranks
    assert ranks == sorted(ranks)
    assert scores == sorted(scores, reverse=True)
    top = found["items"][0]
    rates = client.get(
        f"/v1/rates?metric=utilization.new_waste&site={top['site']}&from=2021-01&to=2021-12",
        headers=regulator,
    ).json()
    assert top["used_share"] == rates["items"][0]["value"]
    assert top["generated_tonnes"] == rates["items"][0]["denominator_tonnes"]
    assert {item["left_out"] for item in found["items"] if item["rank"] is None} <= {
        "too_small",
        "confirmed_finding",
        "no_rate",
    }
