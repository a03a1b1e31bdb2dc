"""Many ledgers in one call, one of them bad."""

from app.domain.errors import Message
from app.domain.periods import Month
from app.sandbox.firms import YARD
from app.sandbox.scenario import Scenario, Verdict, not_yet, passed, wrong
from app.sandbox.world import World

MONTHS = (Month(2025, 6), Month(2025, 7), Month(2025, 8))


def _bulk(world: World) -> Verdict:
    calls = [
        call
        for call in world.asked("POST", "/v1/ledgers/bulk")
        if call.told.get("mode") == "each" and call.told.get("summary", {}).get("rejected") == 1
    ]
    if not calls:
        return not_yet(
            "尚无 mode=each 且恰有一行被拒的批量填报", "no bulk call in mode=each with one rejected line yet"
        )
    if not any(call.told["summary"]["created"] >= len(MONTHS) - 1 for call in calls):
        return wrong("同一批中其余各月没有入库", "the other months of that call were not filed")
    missing = [str(month) for month in MONTHS if world.filed(YARD, month) is None]
    if missing:
        return wrong(
            "被拒的一行尚未改正重报",
            "the rejected line was not corrected and sent again",
            missing=" ".join(missing),
        )
    return passed("一行被拒，其余入库，改正后补齐", "one rejected, the others filed, the rejected one mended")


SCENARIOS = (
    Scenario(
        "bulk_each",
        Message("批量填报，一行有误", "A bulk call with one bad line"),
        Message(
            f"以 mode=each 一次填报场所 {YARD.code} 的 {MONTHS[0]} 至 {MONTHS[-1]}，"
            "其中一行有误（如未登记的固废）；改正后补报该月",
            f"File {MONTHS[0]} to {MONTHS[-1]} of site {YARD.code} in one call with mode=each, one line bad (an unknown "
            "waste, say); then mend and file that month",
        ),
        _bulk,
    ),
)
