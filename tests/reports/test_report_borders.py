"""What counts as over the border of a region, on both databases: the register decides, then the sender's word."""

from typing import Any

from builders import MILL, WORKS, People, ledger

NEAR, FAR = "91140200MA0EXAMPNX", "91130200MA0EXAMPFX"
"""Works in the next city of the province, and in another province."""


def sent(to: str, tonnes: str, **more: Any) -> dict[str, Any]:
    return {"to": to, "tonnes": tonnes, "purpose": "use"} | more


def build(people: People) -> str:
    """A mill that sends ash to everybody there is, and takes some from the next city."""
    (mill,) = people.register(MILL)
    people.register(WORKS, region="140213")
    people.register(NEAR, region="140109")
    people.register(FAR, region="130202")
    line = {
        "waste": "SW02",
        "generated_tonnes": "1000",
        "received": [{"from": f"{NEAR}001P", "tonnes": "7.5", "purpose": "use"}],
        "used": [{"process": "cement_blending", "tonnes": "7.5", "received_tonnes": "7.5"}],
        "sent": [
            sent(f"{WORKS}001P", "100"),
            sent(f"{NEAR}001P", "20"),
            # By its credit code: the works as a whole, wherever it is registered.
            sent(FAR, "3.000001"),
            sent("示例外省砖厂", "0.5", out_of_province=True),
            sent("示例无名砖厂", "0.25"),
        ],
        "closing_stock_tonnes": "876.249999",
    }
    answer = people.file(ledger(mill, "2025-03", line))
    assert answer.status_code == 201, answer.text
    return mill


def table(people: People, region: str, ident: str) -> dict[str, str]:
    asked = {"region": region, "year": "2025"}
    found = people.client.get("/v1/reports/bulletin", params=asked, headers=people.admin).json()
    (one,) = [each for part in found["sections"] for each in part["tables"] if each["id"] == ident]
    rows = one["rows"][: len(one["rows"]) - one["total_rows"]]
    return {row["where"]["en"]: row["tonnes"] for row in rows}


def test_a_transfer_is_over_the_border_of_the_region_that_is_asked_for(people: People) -> None:
    build(people)
    unknown = "a party not registered here (place unknown)"
    city = {"elsewhere in the province": "20", "another province": "3.500001", unknown: "0.25"}
    assert table(people, "1402", "transfers_out") == city
    assert table(people, "1402", "transfers_in") == {"elsewhere in the province": "7.5"}
    county = city | {"elsewhere in the province": "120"}
    assert table(people, "140212", "transfers_out") == county
    assert table(people, "14", "transfers_out") == {"another province": "3.500001", unknown: "0.25"}
    assert table(people, "14", "transfers_in") == {}
    # What others say they sent here is theirs to report: nothing is booked on the other side.
    assert table(people, "1401", "transfers_out") == {}
