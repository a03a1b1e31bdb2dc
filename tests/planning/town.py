"""Two mines and a brick kiln, small enough to plan by hand.

In January 2025 the mines make 1000 and 500 t of gangue. The first sends 100 t to the kiln, which stands a tenth of a degree
further north and fires them; the rest is buried. The kiln may use 600 t a year. The permit of the second mine does not let
it hand gangue on. Used 100 of 1500 t: 6.67 %.
"""

from typing import Any

from builders import JSON, People, ledger
from permits.permit_bodies import facility, permit, waste

from app.auth.subjects import Role

MINE, OTHER, KILN = (f"91140200MA0EXAMPL{letter}" for letter in "EFG")
PLACES = {MINE: 40.0, OTHER: 40.05, KILN: 40.1}
ROUTES = {
    MINE: [{"by": "entrusted", "way": "use"}, {"by": "self", "way": "dispose"}],
    OTHER: [{"by": "self", "way": "dispose"}],
    KILN: [{"by": "self", "way": "use"}],
}


def site(enterprise: str) -> str:
    """The site's code, which is its permit number."""
    return f"{enterprise}001P"


def settle(people: People) -> None:
    """Register, permit, file."""
    for enterprise, latitude in PLACES.items():
        people.register(enterprise, latitude=latitude, longitude=113.0)
    system = people.headers(Role.PERMIT_SYSTEM, region="1402")
    for enterprise, routes in ROUTES.items():
        body = permit(wastes=[waste("SW04", routes=routes)], facilities=_facilities(enterprise))
        answer = people.client.put(f"/v1/permits/{site(enterprise)}", json=body, headers=system)
        assert answer.status_code == 201, answer.text
    fired = {"process": "sintered_brick", "product": "brick", "tonnes": "100", "received_tonnes": "100"}
    _file(
        people,
        MINE,
        generated_tonnes="1000",
        sent=[{"to": site(KILN), "tonnes": "100"}],
        disposed=_buried("900"),
    )
    _file(people, OTHER, generated_tonnes="500", disposed=_buried("500"))
    _file(people, KILN, received=[{"from": site(MINE), "tonnes": "100"}], used=[fired])


def _facilities(enterprise: str) -> list[JSON]:
    if enterprise != KILN:
        return []
    capacity = {"amount": "600", "unit": "t/a"}
    return [facility("TS003", kind="utilization", capacity=capacity, wastes=["SW04"])]


def _buried(tonnes: str) -> list[JSON]:
    return [{"method": "landfill", "tonnes": tonnes, "compliant": True}]


def _file(people: People, enterprise: str, **line: Any) -> None:
    body = ledger(site(enterprise), "2025-01", {"waste": "SW04"} | line)
    answer = people.file(body, enterprise=enterprise)
    assert answer.status_code == 201, answer.text
