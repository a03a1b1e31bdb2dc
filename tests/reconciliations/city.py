"""A mine that sends gangue to a power station, and a block works in the next city, as each of them tells it."""

from collections.abc import Callable
from typing import Any

from builders import JSON, People, ledger

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.ids import new_id

MINE, PLANT, WORKS = (f"91140200MA0EXAMPL{letter}" for letter in "EFG")
REGIONS = {MINE: "140212", PLANT: "140213", WORKS: "140311"}
ADMIN = Subject(new_id(), "someone", Role.ADMIN, SCOPES_OF[Role.ADMIN])

Work = Callable[[str], None]


def site(enterprise: str) -> str:
    return f"{enterprise}001P"


def register(people: People) -> None:
    for enterprise, region in REGIONS.items():
        people.register(enterprise, region=region)


def file(people: People, enterprise: str, *lines: JSON, month: str = "2025-03") -> Any:
    answer = people.file(ledger(site(enterprise), month, *lines), enterprise=enterprise)
    assert answer.status_code == 201, answer.text
    return answer.json()


def gangue(**more: Any) -> JSON:
    return {"waste": "SW04", "method": "weighbridge"} | more


def mine_sends(people: People, tonnes: str = "80", *, month: str = "2025-03", **more: Any) -> Any:
    """100 t arise, `tonnes` go to the power station for use, the rest is stored."""
    kept = str(100 - float(tonnes))
    line = gangue(
        generated_tonnes="100", sent=[{"to": site(PLANT), "tonnes": tonnes}], closing_stock_tonnes=kept
    )
    return file(people, MINE, line | more, month=month)


def plant_burns(people: People, tonnes: str = "80", *, month: str = "2025-03", **more: Any) -> Any:
    """All that is received is burnt."""
    burnt = {"process": "gangue_power", "product": "electricity", "tonnes": tonnes, "received_tonnes": tonnes}
    line = gangue(received=[{"from": site(MINE), "tonnes": tonnes}], used=[burnt])
    return file(people, PLANT, line | more, month=month)


def get(people: People, path: str, headers: JSON | None = None, status: int = 200) -> Any:
    answer = people.client.get(path, headers=headers or people.regulator())
    assert answer.status_code == status, answer.text
    return answer.json()


def asked(people: People, headers: JSON | None = None, **more: Any) -> JSON:
    body = {"region": "1402", "from": "2025-03", "to": "2025-03"} | more
    answer = people.client.post("/v1/reconciliations", json=body, headers=headers or people.regulator())
    assert answer.status_code == 202, answer.text
    run: JSON = answer.json()
    assert answer.headers["location"] == f"/v1/reconciliations/{run['id']}"
    return run
