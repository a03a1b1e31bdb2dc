"""What a filing over the border, or in the month beside it, changes in a province's networks is evaluated again."""

from typing import Any

from builders import JSON
from findings.test_incremental import MONTHS, Province
from support.clock import SettableClock

from app.db.session import Database
from app.settings import Settings

Here = tuple[Province, str, str]
QUIET = (0, 0, 0, 0)


def province_of(sessions: Database, settings: Settings, clock: SettableClock) -> Here:
    """A province with a site, and one of another province."""
    province = Province(sessions, clock, settings, "91140200MA000001N")
    province.settle()
    province.run_all()
    return province, province.sites[0], province.sites[-1]


def handing(tonnes: str, *, to: str | None = None, by: str | None = None) -> JSON:
    """A line that hands on what it takes in; what it lacks for that it generates, what it has left it uses."""
    line: JSON = {"waste": "SW02", "method": "weighbridge"}
    if by is not None:
        line["received"] = [{"from": by, "tonnes": tonnes, "purpose": "use"}]
    if to is not None:
        line["sent"] = [{"to": to, "tonnes": tonnes, "purpose": "use"}]
    if by is None:
        line["generated_tonnes"] = tonnes
    if to is None:
        used = {"process": "cement_blending", "tonnes": tonnes, "received_tonnes": tonnes}
        line["used"] = [used | {"product": "cement"}]
    return line


def of_rule(province: Province, rule: str) -> list[tuple[Any, ...]]:
    return [told[:3] for (name, _), told in province.found().items() if name == rule]


def quiet(province: Province) -> bool:
    """A full run finds nothing that the incremental one had not."""
    tally = province.run_all()
    return (tally.opened, tally.reopened, tally.changed, tally.gone) == QUIET


def test_a_loop_over_the_border_opens_and_closes_with_the_other_provinces_ledger(
    sessions: Database, settings: Settings, clock: SettableClock
) -> None:
    province, here, there = province_of(sessions, settings, clock)
    month = MONTHS[1]
    province.file(here, month, [handing("3000", to=there, by=there)], draft=False)
    province.work()
    assert of_rule(province, "circular_shipping") == [(3_000_000_000, f"network:14:{month}", "140212")], (
        "one side's word of both ways"
    )
    province.file(there, month, [handing("2000", to=here, by=here)], draft=False)
    province.work()
    assert of_rule(province, "circular_shipping") == [(2_000_000_000, f"network:14:{month}", "140212")]
    assert quiet(province)
    province.file(there, month, [handing("3000", by=here)], draft=False)
    province.file(here, month, [handing("3000", to=there)], draft=False)
    province.work()
    assert of_rule(province, "circular_shipping") == []
    assert quiet(province)


def test_the_next_month_tells_what_was_on_the_road(
    sessions: Database, settings: Settings, clock: SettableClock
) -> None:
    province, here, there = province_of(sessions, settings, clock)
    month, following = MONTHS[1:3]
    province.file(here, month, [handing("1000", to=there)], draft=False)
    province.file(there, month, [handing("940", by=here)], draft=False)
    province.file(here, following, [handing("1000", to=there)], draft=False)
    province.work()
    assert of_rule(province, "pair_test") == [], "it may be on the road yet"
    province.file(there, following, [handing("1000", by=here)], draft=False)
    province.work()
    assert of_rule(province, "pair_test") == [(60_000_000, f"network:14:{month}", "140212")]
    assert quiet(province)
    province.file(there, following, [handing("1060", by=here)], draft=False)
    province.work()
    assert of_rule(province, "pair_test") == []
    assert quiet(province)


def test_a_nil_return_over_the_border_says_in_which_month_a_load_was_booked(
    sessions: Database, settings: Settings, clock: SettableClock
) -> None:
    """The nil return names nobody; who named it is reached all the same."""
    province, here, there = province_of(sessions, settings, clock)
    month, following = MONTHS[1:3]
    province.file(here, month, [handing("900", to=there)], draft=False)
    province.file(there, month, [handing("1000", by=here)], draft=False)
    province.file(here, following, [handing("100", to=there)], draft=False)
    province.work()
    assert of_rule(province, "pair_test") == [(100_000_000, f"network:14:{month}", "140212")]
    province.file(there, following, [], draft=False)
    province.work()
    assert of_rule(province, "pair_test") == []
    assert quiet(province)


def test_a_month_that_only_others_speak_of_is_evaluated_in_full_too(
    sessions: Database, settings: Settings, clock: SettableClock
) -> None:
    province, here, there = province_of(sessions, settings, clock)
    province.file(there, MONTHS[1], [handing("3000", to=here, by=here)], draft=False)
    province.work()
    assert of_rule(province, "circular_shipping") == [(3_000_000_000, f"network:14:{MONTHS[1]}", "140212")]
    assert quiet(province)
