"""The demo's permits: each says what its site's books do, except where the plan says that it does not."""

from collections import Counter

from app.domain.quantities import tonnes_text
from app.permits.permit_in import PermitIn
from seed.demo import permits as plan
from seed.demo.city import build_city
from seed.demo.manifest import CauseKind
from seed.demo.plants import build_sites

CITY = build_city()
SITES = build_sites(20211402)
CONTENTS = {
    (permit.number, permit.received_on): PermitIn.model_validate(permit.body).content(permit.number)
    for permit in CITY.permits
}


def of(plant: str) -> list[plan.Permit]:
    return [permit for permit in CITY.permits if permit.number == SITES[plant].permit_number]


def test_every_site_with_a_number_has_a_permit_and_one_permit_has_no_site() -> None:
    numbers = Counter(permit.number for permit in CITY.permits)
    known = {site.permit_number for site in CITY.sites if site.permit_number is not None}
    assert len(known) == 57
    (stranger,) = set(numbers) - known
    assert stranger[:18] not in {firm.credit_code for firm in CITY.enterprises}
    # All but what has run out or soon will have a newer one: who looks today sees permits in force.
    once = {str(SITES[plant].permit_number) for plant in (plan.EXPIRED[0], plan.EXPIRING[0])} | {stranger}
    assert numbers == {number: 1 if number in once else 2 for number in {*known, stranger}}
    assert list(CITY.permits) == sorted(CITY.permits, key=lambda p: (p.received_on, p.number))


def test_capacities_are_those_of_the_register_but_for_one() -> None:
    registered = {(each.site, each.kind): each.capacity_tonnes for each in CITY.facilities}
    differing = {
        (content.number, facility.kind)
        for content in CONTENTS.values()
        for facility in content.facilities
        if facility.capacity is None
        or tonnes_text(facility.capacity.grams or 0) != registered[content.number, facility.kind]
    }
    plant, kind, _ = plan.TOO_SMALL
    assert differing == {(SITES[plant].code, kind)}


def test_what_is_planned_wrong_is_wrong_and_stands_in_the_manifest() -> None:
    for plant, waste in (*plan.NOT_NAMED, *plan.NOT_COVERED):
        for permit in of(plant):
            content = CONTENTS[permit.number, permit.received_on]
            assert content.waste(waste) is None
            assert not any(waste in facility.wastes for facility in content.facilities)
    for plant, waste, route in plan.NO_ROUTE:
        for permit in of(plant):
            found = CONTENTS[permit.number, permit.received_on].waste(waste)
            assert found is not None
            assert route not in found.routes
    permit = of(plan.OTHER_FACILITY[0])[0]
    codes = {facility.code for facility in CONTENTS[permit.number, permit.received_on].facilities}
    assert plan.OTHER_FACILITY[1] not in codes
    assert plan.OTHER_FACILITY[2] in codes
    kinds = Counter(cause.kind for cause in CITY.manifest if cause.kind.value.startswith("permit_"))
    assert kinds == {
        CauseKind.PERMIT_WASTE: 2, CauseKind.PERMIT_ROUTE: 2, CauseKind.PERMIT_RECEIVER: 1, CauseKind.PERMIT_CAPACITY: 1,
        CauseKind.PERMIT_FACILITY: 1, CauseKind.PERMIT_EXPIRED: 1, CauseKind.PERMIT_EXPIRING: 1,
        CauseKind.PERMIT_INCOMPLETE: 1,
    }  # fmt: skip


def test_a_renewed_permit_follows_without_a_gap() -> None:
    for plant in (*plan.RENEWED, plan.INCOMPLETE):
        former, newer = (CONTENTS[permit.number, permit.received_on].validity for permit in of(plant))
        assert former is not None
        assert newer is not None
        assert former.last.toordinal() + 1 == newer.first.toordinal()
